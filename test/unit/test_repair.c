/*
 * test/unit/test_repair.c
 *	  Hints of models that were broken at random: every change that is printed is
 *	  made here, by an editor of its own, in the list as it was given, and the
 *	  list is checked again from its beginning.
 */
#include "hint.h"

#define MOST UNIT_LIST

/* A list as a user has it, in which changes were made. */
typedef struct Rows
{
	C1dShape	in;
	int			count;
	C1dLayerText text[MOST];
	int			given[MOST];	/* place in the list as it was given, -1 = put in */
} Rows;

typedef struct Case
{
	UnitStack	s;
	C1dShape	expected;
	bool		has_expected;
	bool		named;			/* layers name their inputs */
	Rows		rows;
} Case;

static C1dValue *
keep(C1dArena *arena, C1dValue value)
{
	C1dError	err;
	C1dValue   *kept = unit_must(c1d_alloc(arena, sizeof(C1dValue), &err));

	*kept = value;
	return kept;
}

static const C1dValue *
with(C1dArena *arena, const C1dValue *config, const char *key, C1dValue value)
{
	C1dError	err;
	C1dValue	out;

	if (!c1d_value_with(config, key, value, arena, &out, &err))
		abort();
	return keep(arena, out);
}

static const C1dValue *
without(C1dArena *arena, const C1dValue *config, const char *key)
{
	C1dValue	rest = {.type = C1D_NULL};

	for (int64_t i = 0; i < config->as.object.count; i++)
	{
		const C1dMember *member = &config->as.object.members[i];
		char	   *name = unit_must(c1d_alloc(arena, (size_t) member->key_length + 1, &(C1dError) {0}));

		memcpy(name, member->key, member->key_length);
		if (strcmp(name, key) != 0)
			rest = *with(arena, &rest, name, member->value);
	}
	return keep(arena, rest);
}

static int
place(const Rows *rows, int given)
{
	for (int i = 0; i < rows->count; i++)
		if (rows->given[i] == given)
			return i;
	return rows->count;
}

/* put_in: a row, and the branch it stands in now goes through it */
static void
put_in(Rows *rows, const C1dEdit *edit, C1dArena *arena)
{
	int			at = place(rows, edit->at);
	C1dLayerText row = {.class_name = keep(arena, c1d_value_string(edit->class_name)), .config = edit->config};

	if (at < rows->count && rows->text[at].input_names != NULL)
	{
		C1dValue	names = *rows->text[at].input_names;
		C1dError	err;

		row.input_names = keep(arena, (C1dValue) {.type = C1D_LIST, .as.list = {&names.as.list.items[edit->branch], 1}});
		names.as.list.items = unit_must(c1d_alloc_array(arena, names.as.list.count, sizeof(C1dValue), &err));
		for (int64_t k = 0; k < names.as.list.count; k++)
			names.as.list.items[k] = rows->text[at].input_names->as.list.items[k];
		names.as.list.items[edit->branch] = *c1d_value_get(edit->config, "name");
		rows->text[at].input_names = keep(arena, names);
	}
	for (int i = rows->count++; i > at; i--)
	{
		rows->text[i] = rows->text[i - 1];
		rows->given[i] = rows->given[i - 1];
	}
	rows->text[at] = row;
	rows->given[at] = -1;
}

static void
apply(Rows *rows, const C1dChange *change, C1dArena *arena)
{
	for (int i = 0; i < change->count; i++)
	{
		const C1dEdit *edit = &change->edit[i];
		int			at = place(rows, edit->at);

		switch (edit->kind)
		{
			case C1D_SET:
				rows->text[at].config = edit->value.type == C1D_NULL ? without(arena, rows->text[at].config, edit->key) :
					with(arena, rows->text[at].config, edit->key, edit->value);
				break;
			case C1D_SET_CLASS:
				rows->text[at].class_name = keep(arena, c1d_value_string(edit->class_name));
				break;
			case C1D_PUT:
				put_in(rows, edit, arena);
				break;
			case C1D_TAKE_OUT:
				for (int k = at; k + 1 < rows->count; k++)
				{
					rows->text[k] = rows->text[k + 1];
					rows->given[k] = rows->given[k + 1];
				}
				rows->count--;
				break;
			case C1D_SET_INPUT:
				rows->in = edit->shape;
				break;
		}
	}
}

static void
check(const Rows *rows, const Case *c, C1dArena *arena, C1dVerdict *v)
{
	C1dError	err;

	if (!c1d_check(rows->text, rows->count, &rows->in, c->has_expected ? &c->expected : NULL, arena, v, &err))
		abort();
}

/* ---- drawing ---- */

/*
 * draw
 *		A sound model, a chain or one whose layers name their inputs, in which one
 *		or two things are then broken.
 */
static void
draw(Case *c, bool branches)
{
	static const char *const keys[] = {"kernel_size", "pool_size", "filters", "strides", "padding", "units", "in_channels", "dilation_rate", "cropping",
	"output_padding", "groups", "target_shape", "dims", "size"};
	C1dArena   *arena;
	int			breaks = N(1, 2);

	unit_stack(&c->s, N(2, UNIT_LAYERS - 2), branches);
	arena = &c->s.m.arena;
	c->rows = (Rows) {.in = c->s.in, .count = c->s.count};
	c->named = branches;
	c->has_expected = N(0, 1);
	c->expected = c->s.shape[c->s.count - 1];
	for (int i = 0; i < c->s.count; i++)
	{
		const C1dNode *node = &c->s.m.graph.nodes[i];
		C1dLayerText *text = &c->rows.text[i];

		*text = (C1dLayerText) {.class_name = c->s.text[i].class_name, .config = c->s.text[i].config};
		c->rows.given[i] = i;
		if (branches && node->class->ops != &c1d_input_ops && (node->inputs > 1 || node->input[0] != i - 1))
		{
			C1dError	err;
			C1dValue	names = {.type = C1D_LIST};

			names.as.list.items = unit_must(c1d_alloc_array(arena, node->inputs, sizeof(C1dValue), &err));
			names.as.list.count = node->inputs;
			for (int k = 0; k < node->inputs; k++)
				names.as.list.items[k] = c1d_value_string(node->input[k] < 0 ? "input" : c->s.m.graph.nodes[node->input[k]].name);
			text->input_names = keep(arena, names);
		}
		if (branches)
			text->config = with(arena, text->config, "name", c1d_value_string(node->name));
	}
	for (int b = 0; b < breaks; b++)
	{
		int			at = N(0, c->rows.count - 1);
		C1dLayerText *text = &c->rows.text[at];
		const char *key = keys[N(0, sizeof(keys) / sizeof(*keys) - 1)];

		for (int tries = 0; tries < 40 && c1d_value_get(text->config, key) == NULL; tries++)
			key = keys[N(0, sizeof(keys) / sizeof(*keys) - 1)];
		switch (N(0, 8))
		{
			case 0:
				c->rows.in = c1d_shape2(N(1, 12), N(1, 3));
				break;
			case 1:
				c->rows.in = c1d_shape1(N(1, 30));
				break;
			case 2:
				text->class_name = keep(arena, c1d_value_string(N(0, 1) ? "conv_1d" : "Flatten"));
				break;
			case 3:
				if (!branches && c->rows.count > 1)
				{
					/* it is forgotten */
					c->rows.count--;
					for (int i = at; i < c->rows.count; i++)
						c->rows.text[i] = c->rows.text[i + 1];
				}
				break;
			case 4:
				c->expected.dim[0] += N(-2, 2);
				c->expected.dim[0] = c->expected.dim[0] < 1 ? 1 : c->expected.dim[0];
				break;
			case 5:
				text->config = with(arena, text->config, "stride", c1d_value_int(N(1, 3)));
				break;
			case 6:
				text->config = with(arena, text->config, key, c1d_value_string(N(0, 1) ? "valid" : "causal"));
				break;
			default:
				text->config = with(arena, text->config, key, c1d_value_int(N(0, 40)));
		}
	}
}

/* ---- what must hold ---- */

typedef struct Tally
{
	int64_t		broken;			/* models with a fault */
	int64_t		faults;
	int64_t		hinted;			/* faults with a hint */
	int64_t		changes;
	int64_t		whole;			/* of the changes, those that promise all of the model */
	int64_t		wrong;
	int64_t		mended;			/* models in which every fault has a hint */
	int64_t		not_mended;		/* of these, those that are not clean with all the first changes */
	int64_t		read;			/* changes in words */
	int64_t		unread;
	int64_t		silent;			/* assumed shapes that do not say so, or say so where nothing was assumed */
} Tally;

static void
complain(Tally *t, const Case *c, const C1dVerdict *v, const C1dChange *change, const C1dError *after)
{
	char		text[C1D_SHAPE_TEXT];

	if (t->wrong++ > 3)
		return;
	printf("# input %s:", c1d_shape_text(&c->rows.in, text));
	for (int i = 0; i < c->rows.count; i++)
		printf(" %.*s", (int) c->rows.text[i].class_name->as.string.length, c->rows.text[i].class_name->as.string.bytes);
	printf("\n# %s; %s: change %d does not help\n# but: %s\n", v->problem.message, v->problem.hint,
		   (int) (change - v->changes) + 1, after->message);
}

/*
 * keeps
 *		A changed list is read and inferred from its beginning: the layers must be
 *		clean as far as was promised, but for those that nothing mends; err says
 *		which is not.
 */
static bool
keeps(const Case *c, const Rows *rows, int reach, const bool *lost, C1dArena *arena, C1dError *err)
{
	C1dGraph	graph;
	C1dShape	shapes[MOST];

	if (!c1d_graph_start(&graph, MOST, arena, err))
		abort();
	c1d_graph_expect(&graph, rows->text, rows->count);
	for (int i = 0; i < rows->count; i++)
	{
		bool		good = c1d_graph_read(&graph, &rows->text[i], arena, err);
		bool		known = true;

		shapes[i].rank = 0;
		for (int k = 0; k < graph.nodes[i].inputs; k++)
			known = known && c1d_graph_source(&graph, i, k, &rows->in, shapes)->rank > 0;
		good = good && (!known || c1d_graph_node_infer(&graph, i, &rows->in, shapes, err));
		if (!good || !known)
			shapes[i].rank = 0;
		if (!good && !(rows->given[i] >= 0 && lost[rows->given[i]]))
			return rows->given[i] >= reach && reach <= c->rows.count;
	}
	if (!c->has_expected || reach <= c->rows.count ||
		(rows->count > 0 && c1d_shape_equal(&shapes[rows->count - 1], &c->expected)))
		return true;
	return c1d_fail(err, C1D_BAD_SHAPE, "the model ends elsewhere");
}

/* promised: does a change keep what it promises? */
static void
promised(Tally *t, const Case *c, const Rows *before, const C1dVerdict *v, const C1dChange *change, const bool *lost, C1dArena *arena)
{
	Rows		rows = *before;
	C1dError	err;

	t->changes++;
	t->whole += change->reach > c->rows.count;
	apply(&rows, change, arena);
	if (!keeps(c, &rows, change->reach, lost, arena, &err))
		complain(t, c, v, change, &err);
}

/*
 * in_words
 *		The same, by a reader of the hint that knows nothing of the changes.
 */
static void
in_words(Tally *t, const Case *c, const C1dVerdict *v, const bool *lost, C1dArena *arena)
{
	char		hint[sizeof(v->problem.hint)];
	int			number = 0;

	strcpy(hint, v->problem.hint);
	for (char *words = hint, *next; words != NULL && words[0] != '\0'; words = next)
	{
		List		l = {.arena = *arena, .in = c->rows.in, .count = c->rows.count};
		Rows		rows;
		C1dError	err = {0};

		next = strstr(words, "; or ");
		if (next != NULL)
		{
			*next = '\0';
			next += 5;
		}
		for (int i = 0; i < l.count; i++)
		{
			l.text[i] = c->rows.text[i];
			l.moved[i] = i + 1;
		}
		t->read++;
		if (!change(&l, words))
		{
			t->unread++;
			printf("# cannot read \"%s\"\n", words);
		}
		rows = (Rows) {.in = l.in, .count = l.count};
		for (int i = 0; i < l.count; i++)
		{
			rows.text[i] = l.text[i];
			rows.given[i] = l.moved[i] - 1;
		}
		if (!keeps(c, &rows, v->changes[number].reach, lost, &l.arena, &err))
			complain(t, c, v, &v->changes[number], &err);
		*arena = l.arena;
		number++;
	}
	t->unread += number != v->change_count;
}

static void
follow(Tally *t, const Case *c, C1dArena *arena)
{
	C1dVerdict	v[MOST],
				after[MOST];
	Rows		mended = c->rows;
	bool		lost[MOST] = {false};
	int			faults = 0,
				assumed = 0;
	bool		clean = true,
				all = true;

	check(&c->rows, c, arena, v);
	for (int i = 0; i < c->rows.count; i++)
	{
		/* a layer is shown as it is with what was assumed for those before it */
		if (v[i].in.rank > 0)
			t->silent += (v[i].assuming != NULL) != (assumed > 0);
		if (v[i].problem.code == C1D_OK)
			continue;
		faults++;
		t->hinted += v[i].change_count > 0;
		all = all && v[i].change_count > 0;
		for (int k = 0; k < v[i].change_count; k++)
			promised(t, c, &mended, &v[i], &v[i].changes[k], lost, arena);
		if (assumed == 0 && !c->named)
			in_words(t, c, &v[i], lost, arena);
		if (v[i].change_count > 0)
			apply(&mended, &v[i].changes[0], arena);
		else
			lost[i] = true;
		assumed += v[i].change_count > 0;
	}
	t->broken += faults > 0;
	t->faults += faults;
	if (faults == 0 || !all)
		return;
	t->mended++;
	check(&mended, c, arena, after);
	for (int i = 0; i < mended.count; i++)
		clean = clean && (after[i].problem.code == C1D_OK ||
						  (strncmp(after[i].problem.message, "model ends at", 13) == 0 &&
						   v[c->rows.count - 1].problem.code != C1D_OK));
	t->not_mended += !clean;
}

static void
broken_models(bool branches, int count)
{
	Tally		t = {0};

	for (int i = 0; i < count; i++)
	{
		Case		c;

		draw(&c, branches);
		follow(&t, &c, &c.s.m.arena);
		unit_model_end(&c.s.m);
	}
	ok(t.wrong == 0 && t.changes > count / 2, "%s: of %lld changes in hints, %lld for the whole model, each keeps its promise",
	   branches ? "branches" : "chains", (long long) t.changes, (long long) t.whole);
	ok(t.hinted * 3 > t.faults, "%s: %lld of %lld faults have a hint", branches ? "branches" : "chains", (long long) t.hinted, (long long) t.faults);
	ok(t.not_mended == 0 && t.mended > count / 5, "%s: %lld of %lld broken models have a hint for every fault, and are clean when the first of each is followed",
	   branches ? "branches" : "chains", (long long) t.mended, (long long) t.broken);
	if (!branches)
		ok(t.unread == 0 && t.read > count / 3, "chains: %lld changes are done as the words of the hint have them, and keep it, too", (long long) t.read);
	ok(t.silent == 0, "%s: shapes under an assumption say so", branches ? "branches" : "chains");
}

TEST(chains)
{
	broken_models(false, 6000);
}

TEST(branches)
{
	broken_models(true, 4000);
}

/* a promise that is not kept is noticed */
TEST(control)
{
	Tally		t = {0};

	for (int i = 0; i < 300; i++)
	{
		Case		c;
		C1dVerdict	v[MOST];
		bool		lost[MOST] = {false};

		draw(&c, false);
		check(&c.rows, &c, &c.s.m.arena, v);
		for (int k = 0; k < c.rows.count; k++)
			if (v[k].change_count > 0)
			{
				C1dChange	nothing = v[k].changes[0];

				nothing.count = 0;
				t.wrong = 9;	/* without words */
				promised(&t, &c, &c.rows, &v[k], &nothing, lost, &c.s.m.arena);
				t.not_mended += t.wrong > 9;
				t.mended++;
				break;
			}
		unit_model_end(&c.s.m);
	}
	ok(t.mended > 50 && t.not_mended == t.mended, "%lld of %lld times, to do nothing does not help", (long long) t.not_mended, (long long) t.mended);
}

/*
 * What memory there is decides whether there are hints, never which: out of
 * memory is an error of the call.
 */
TEST(memory_runs_out)
{
	int64_t		tried[2] = {0},
				failed[2] = {0},
				wrong[2] = {0};

	for (int model = 0; model < 100; model++)
	{
		Case		c;
		C1dVerdict	wanted[MOST];
		int			faults = 0;

		do
		{
			if (faults < 0)
				unit_model_end(&c.s.m);
			draw(&c, model & 1);
			check(&c.rows, &c, &c.s.m.arena, wanted);
			for (int i = 0; i < c.rows.count; i++)
				faults += wanted[i].change_count > 0;
			faults = faults > 0 ? faults : -1;
		} while (faults < 0);
		for (int limited = 0; limited <= 1; limited++)
			for (int advance = 0; advance < UNIT_ADVANCES; advance += 8)
			{
				bool		checked = false;

				for (int blocks = 1; !checked; blocks++)
				{
					UnitScarce	scarce;
					C1dArena	arena;
					C1dVerdict	v[MOST];
					C1dError	err;

					checked = unit_scarce(&arena, &scarce, blocks, limited ? (size_t) blocks * 4096 : 0, advance, &err) &&
						c1d_check(c.rows.text, c.rows.count, &c.rows.in, c.has_expected ? &c.expected : NULL, &arena, v, &err);
					tried[limited]++;
					failed[limited] += !checked;
					if (!checked)
						wrong[limited] += err.code != (limited ? C1D_LIMIT : C1D_NO_MEMORY);
					for (int i = 0; checked && i < c.rows.count; i++)
						wrong[limited] += strcmp(v[i].problem.hint, wanted[i].problem.hint) != 0 ||
							strcmp(v[i].problem.detail, wanted[i].problem.detail) != 0;
					unit_release(&scarce.blocks);
				}
			}
		unit_model_end(&c.s.m);
	}
	ok(wrong[0] == 0 && failed[0] > 100, "%lld of %lld searches for hints met an allocator without memory: that is an error of the call",
	   (long long) failed[0], (long long) tried[0]);
	ok(wrong[1] == 0 && failed[1] > 100, "%lld of %lld met a limit: likewise", (long long) failed[1], (long long) tried[1]);
}

RUN(chains, branches, control, memory_runs_out)
