/*
 * test/unit/test_check.c
 *	  Checking a list of layers: a verdict for each, whatever the others are
 *	  like, and hints that help: each is followed here, by a reader of its text,
 *	  and what comes out is checked again.
 */
#include "hint.h"

static void
begin(List *l, C1dShape in)
{
	memset(l, 0, sizeof(*l));
	l->arena = unit_arena(&l->blocks);
	l->in = in;
}

static void
layer(List *l, const char *class_name, const char *config)
{
	l->text[l->count++] = unit_text(&l->arena, class_name, unit_config(&l->arena, "%s", config), 0, NULL);
}

static bool
check(List *l, const C1dShape *expected)
{
	return c1d_check(l->text, l->count, &l->in, expected, &l->arena, l->verdict, &l->err);
}

/* clean: no layer has a problem, and the model ends there */
static bool
clean(List *l, const C1dShape *expected)
{
	if (!check(l, expected))
		return false;
	for (int i = 0; i < l->count; i++)
		if (l->verdict[i].problem.code != C1D_OK)
			return false;
	return true;
}

static bool
is(const C1dShape *shape, const char *wanted)
{
	char		text[C1D_SHAPE_TEXT];

	return shape->rank == 0 ? wanted[0] == '\0' : strcmp(c1d_shape_text(shape, text), wanted) == 0;
}

/* ---- following hints ---- */

typedef struct Followed
{
	int64_t		models;			/* that ended elsewhere */
	int64_t		helped;			/* with a hint */
	int64_t		hints;
	int64_t		wrong;
} Followed;

/* follow: each change of the last layer's hint, by itself, must mend the model. */
static void
follow(const List *l, const C1dShape *expected, Followed *followed)
{
	const C1dError *problem = &l->verdict[l->count - 1].problem;
	char		hint[sizeof(problem->hint)];
	int			changes = 0;

	followed->models++;
	followed->helped += problem->hint[0] != '\0';
	strcpy(hint, problem->hint);
	for (char *words = hint, *next; words != NULL && words[0] != '\0'; words = next)
	{
		List		changed = *l;

		next = strstr(words, "; or ");
		if (next != NULL)
		{
			*next = '\0';
			next += 5;
		}
		for (int i = 0; i < changed.count; i++)
			changed.moved[i] = i + 1;
		changed.blocks = NULL;
		changed.arena = unit_arena(&changed.blocks);
		changes++;
		followed->hints++;
		if (!change(&changed, words) || !clean(&changed, expected))
		{
			if (followed->wrong++ < 5)
				printf("# following \"%s\" does not help: %s\n", words, problem->message);
		}
		unit_release(&changed.blocks);
	}
	followed->wrong += changes > C1D_MOST_CHANGES;
}

TEST(decoder_two_steps_short)
{
	List		l;
	C1dShape	expected = c1d_shape2(100, 1);
	Followed	followed = {0};
	const C1dError *problem;

	begin(&l, c1d_shape2(100, 1));
	layer(&l, "Conv1D", "{'filters': 32, 'kernel_size': 3}");
	layer(&l, "MaxPooling1D", "{'pool_size': 2}");
	layer(&l, "UpSampling1D", "{'size': 2}");
	layer(&l, "Conv1D", "{'filters': 1, 'kernel_size': 3, 'padding': 'same'}");
	ok(clean(&l, NULL), "an autoencoder that loses two steps is a sound model");
	ok(is(&l.verdict[0].out, "(98,32)") && is(&l.verdict[1].out, "(49,32)") && is(&l.verdict[2].out, "(98,32)") &&
	   is(&l.verdict[3].out, "(98,1)"), "its shapes are (98,32), (49,32), (98,32), (98,1)");
	ok(l.verdict[0].params == 128 && l.verdict[1].params == 0 && l.verdict[3].params == 97, "it has 128, 0, 0 and 97 weights");
	ok(strcmp(l.verdict[0].name, "conv1d") == 0 && strcmp(l.verdict[3].name, "conv1d_1") == 0, "its layers are named as Keras names them");

	problem = &l.verdict[3].problem;
	ok(check(&l, &expected) && problem->code == C1D_BAD_SHAPE && strstr(problem->message, "(98,1)") && strstr(problem->message, "(100,1)"),
	   "as an autoencoder it ends at the wrong shape: %s", problem->message);
	ok(strstr(problem->detail, "ayer 1 \"conv1d\"") && strstr(problem->detail, "(100,1)") && strstr(problem->detail, "(98,32)"),
	   "the detail names the layer that loses the steps");
	follow(&l, &expected, &followed);
	ok(followed.hints >= 2 && followed.wrong == 0, "each of %lld hints, followed, mends it: %s", (long long) followed.hints, problem->hint);
	unit_release(&l.blocks);
}

TEST(other_ends)
{
	static const struct
	{
		const char *what;
		C1dShape	in,
					expected;
		const char *layers[4][2];
	}			cases[] = {
		{"a decoder of an odd length", {2, {63, 1}}, {2, {63, 1}},
			{{"Conv1D", "{'filters': 8, 'kernel_size': 3, 'strides': 2, 'padding': 'same'}"},
		{"Conv1DTranspose", "{'filters': 1, 'kernel_size': 3, 'strides': 2, 'padding': 'same'}"}}},
		{"too many channels", {2, {20, 1}}, {2, {20, 1}}, {{"Conv1D", "{'filters': 8, 'kernel_size': 3, 'padding': 'same'}"}}},
		{"too many units", {1, {20}}, {1, {4}}, {{"Dense", "{'units': 16}"}, {"Dense", "{'units': 5}"}}},
		{"too many steps", {2, {20, 1}}, {2, {37, 1}}, {{"UpSampling1D", "{}"}}},
		{"a stride in a list", {2, {63, 1}}, {2, {63, 1}},
			{{"Conv1D", "{'filters': 8, 'kernel_size': [3], 'strides': [2], 'padding': 'same'}"},
		{"Conv1DTranspose", "{'filters': 1, 'kernel_size': [3], 'strides': [2], 'padding': 'same'}"}}},
		{"a series for a vector", {2, {20, 1}}, {1, {4}}, {{"Conv1D", "{'filters': 4, 'kernel_size': 3}"}}},
		{"a head without pooling", {2, {20, 1}}, {1, {3}},
			{{"Conv1D", "{'filters': 8, 'kernel_size': 3}"}, {"Dense", "{'units': 3}"}}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		List		l;
		Followed	followed = {0};
		bool		checked;

		begin(&l, cases[i].in);
		for (int k = 0; k < 4 && cases[i].layers[k][0] != NULL; k++)
			layer(&l, cases[i].layers[k][0], cases[i].layers[k][1]);
		checked = check(&l, &cases[i].expected);
		follow(&l, &cases[i].expected, &followed);
		ok(checked && followed.hints > 0 && followed.wrong == 0, "%s: each of %lld hints, followed, mends it: %s",
		   cases[i].what, (long long) followed.hints, l.verdict[l.count - 1].problem.hint);
		unit_release(&l.blocks);
	}
}

/*
 * Random chains, of which one that differs in a single attribute ends at the
 * expected shape: whatever is said must be true, and often there is something.
 */
TEST(random_repairs)
{
	Followed	followed = {0};

	for (int i = 0; i < 5000; i++)
	{
		UnitStack	s;
		List		l,
					other;
		int			at;
		C1dShape	expected;

		unit_stack(&s, N(1, 6), false);
		begin(&l, s.in);
		for (int k = 0; k < s.count; k++)
		{
			l.text[l.count] = s.text[k];
			l.text[l.count++].input_at = NULL;
		}
		other = l;
		at = N(0, l.count - 1);
		switch (N(0, 3))
		{
			case 0:
				set(&other, at, "padding", c1d_value_string("same"));
				break;
			case 1:
				set(&other, at, "output_padding", c1d_value_int(N(0, 2)));
				break;
			case 2:
				set(&other, at, "filters", c1d_value_int(N(1, 5)));
				break;
			case 3:
				insert(&other, at, "ZeroPadding1D", "{'padding': [1, 0]}");
				break;
		}
		if (clean(&other, NULL))
		{
			expected = other.verdict[other.count - 1].out;
			if (check(&l, &expected) && l.verdict[l.count - 1].problem.code != C1D_OK)
				follow(&l, &expected, &followed);
		}
		unit_release(&l.blocks);
		unit_release(&other.blocks);
		unit_model_end(&s.m);
	}
	ok(followed.wrong == 0 && followed.helped > followed.models / 3,
	   "%lld models end elsewhere, %lld get hints, and each of these %lld, followed, mends it",
	   (long long) followed.models, (long long) followed.helped, (long long) followed.hints);
}

/* ---- several faults ---- */

TEST(unknown_layer_in_the_middle)
{
	List		l;
	C1dShape	expected = c1d_shape2(1, 1);

	begin(&l, c1d_shape2(100, 1));
	layer(&l, "Conv1D", "{'filters': 32, 'kernel_size': 3}");
	layer(&l, "Transformer", "{'heads': 8}");
	layer(&l, "MaxPooling1D", "{'pool_size': 0}");
	layer(&l, "Dense", "{'units': 3}");
	ok(check(&l, &expected), "a model with a layer that nobody knows is checked to its end");
	ok(l.verdict[0].problem.code == C1D_OK && is(&l.verdict[0].out, "(98,32)"), "the layer before it is sound");
	ok(l.verdict[1].problem.code == C1D_UNSUPPORTED && strstr(l.verdict[1].problem.message, "\"Transformer\"") && l.verdict[1].name == NULL &&
	   is(&l.verdict[1].in, "(98,32)") && is(&l.verdict[1].out, "") && l.verdict[1].params == -1,
	   "it is named, its input is known, its output is not");
	ok(l.verdict[2].problem.code == C1D_BAD_ARGUMENT && strstr(l.verdict[2].problem.message, "pool_size") && is(&l.verdict[2].in, ""),
	   "what is wrong with a later layer by itself is found all the same");
	ok(l.verdict[3].problem.code == C1D_OK && strcmp(l.verdict[3].name, "dense") == 0 && is(&l.verdict[3].out, "") && l.verdict[3].params == -1,
	   "a later layer that is sound has no shapes and no problem");
	unit_release(&l.blocks);
}

TEST(several_faults)
{
	List		l;
	int			faults = 0;

	begin(&l, c1d_shape2(10, 2));
	layer(&l, "Conv1D", "{'filters': 0, 'kernel_size': 3}");
	layer(&l, "Conv1D", "{'kernel_size': 3}");
	layer(&l, "Conv1D", "{'filters': 1, 'kernel_size': 3, 'padding': 'full'}");
	layer(&l, "conv1d", "{'filters': 1, 'kernel_size': 3, 'nonsense': 1}");
	layer(&l, "Reshape", "{'target_shape': [-1, -1]}");
	layer(&l, "Nonsense", "{}");
	layer(&l, "Activation", "{'activation': 'rely'}");
	layer(&l, "Dense", "[1]");
	ok(check(&l, NULL), "a model of nothing but faults is checked to its end");
	for (int i = 0; i < l.count; i++)
		faults += l.verdict[i].problem.code != C1D_OK && l.verdict[i].problem.message[0] != '\0';
	ok(faults == l.count && l.count == 8, "each of its %d layers has a problem", l.count);
	unit_release(&l.blocks);

	begin(&l, c1d_shape2(10, 2));
	layer(&l, "Conv1D", "{'filters': 4, 'kernel_size': 30}");
	layer(&l, "Dense", "{'units': 3, 'name': 'x'}");
	layer(&l, "Flatten", "{'name': 'x'}");
	ok(check(&l, NULL) && l.verdict[0].problem.code == C1D_BAD_SHAPE && l.verdict[1].problem.code == C1D_OK &&
	   l.verdict[2].problem.code == C1D_BAD_ARGUMENT, "a kernel that does not fit and a name given twice are two problems");
	ok(l.verdict[0].name != NULL && strcmp(l.verdict[0].name, "conv1d") == 0, "a faulty layer of a known class has its name");
	unit_release(&l.blocks);
}

/* layers one at a time, in a check that grows, get the verdicts they get together */
TEST(one_at_a_time)
{
	int64_t		layers = 0,
				different = 0;

	for (int i = 0; i < 300; i++)
	{
		UnitStack	s;
		C1dCheck	check;
		C1dVerdict	together[UNIT_LAYERS],
					one;
		C1dError	err;

		unit_stack(&s, N(1, UNIT_LAYERS), i & 1);

		/* one of them is at fault */
		if (i % 3 == 0)
			s.text[N(0, s.count - 1)].config = unit_config(&s.m.arena, "{'nonsense': 1}");
		if (!c1d_check(s.text, s.count, &s.in, NULL, &s.m.arena, together, &err) ||
			!c1d_check_start(&check, &s.in, 1, &s.m.arena, &err))
			abort();
		for (int k = 0; k < s.count; k++)
		{
			layers++;
			different += !c1d_check_layer(&check, &s.text[k], &s.m.arena, &one, &err) ||
				(one.name == NULL) != (together[k].name == NULL) || (one.name != NULL && strcmp(one.name, together[k].name) != 0) ||
				!c1d_shape_equal(&one.in, &together[k].in) || !c1d_shape_equal(&one.out, &together[k].out) ||
				one.params != together[k].params || one.problem.code != together[k].problem.code;
		}
		unit_model_end(&s.m);
	}
	ok(different == 0, "%lld layers get the same verdict one at a time and together", (long long) layers);
}

TEST(edges)
{
	List		l;
	C1dShape	expected = c1d_shape2(3, 1);
	C1dShape	impossible = c1d_shape2(0, 1);

	begin(&l, c1d_shape2(3, 1));
	ok(check(&l, &expected), "a model without layers is checked");
	l.in = impossible;
	ok(!check(&l, NULL) && l.err.code == C1D_BAD_SHAPE, "an impossible input is an error of the call");
	unit_release(&l.blocks);

	begin(&l, c1d_shape2(1 << 20, 64));
	layer(&l, "UpSampling1D", "{'size': 4}");
	layer(&l, "Dense", "{'units': 2000000000}");
	ok(check(&l, NULL) && l.verdict[0].problem.code == C1D_LIMIT && l.verdict[1].problem.code == C1D_OK,
	   "a value over the limit of a tensor is its layer's problem");
	unit_release(&l.blocks);
}

/* ---- memory ---- */

/*
 * What memory there is decides whether there are verdicts, never what they
 * are: out of memory is no layer's fault.
 */
TEST(memory_runs_out)
{
	static char long_name[6000];
	List		whole;
	int64_t		tried[2] = {0},
				failed[2] = {0},
				wrong[2] = {0};

	memset(long_name, 'n', sizeof(long_name) - 1);
	begin(&whole, c1d_shape2(30, 1));
	layer(&whole, "Conv1D", "{'filters': 2, 'kernel_size': 3, 'strides': 2}");
	whole.text[whole.count++] = unit_text(&whole.arena, "Conv1D",
										  unit_config(&whole.arena, "{'filters': 2, 'kernel_size': 3, 'name': '%s'}", long_name), 0, NULL);
	layer(&whole, "MinMaxScaler", "{'data_min_': [0, 0], 'data_max_': [1, 1]}");
	layer(&whole, "Dense", "{'units': 1}");
	layer(&whole, "Dense", "{'units': 1}");
	if (!clean(&whole, NULL))
		abort();
	for (int limited = 0; limited <= 1; limited++)
		for (int advance = 0; advance < UNIT_ADVANCES; advance++)
		{
			bool		checked = false;

			for (int blocks = 1; !checked; blocks++)
			{
				UnitScarce	scarce;
				List		l = whole;

				checked = unit_scarce(&l.arena, &scarce, blocks, limited ? (size_t) blocks * 4096 : 0, advance, &l.err) &&
					check(&l, NULL);
				tried[limited]++;
				failed[limited] += !checked;
				if (!checked)
					wrong[limited] += l.err.code != (limited ? C1D_LIMIT : C1D_NO_MEMORY);
				for (int i = 0; checked && i < l.count; i++)
					wrong[limited] += l.verdict[i].problem.code != C1D_OK;
				unit_release(&scarce.blocks);
			}
		}
	ok(wrong[0] == 0 && failed[0] > 100, "%lld of %lld checks met an allocator without memory: that is an error of the call",
	   (long long) failed[0], (long long) tried[0]);
	ok(wrong[1] == 0 && failed[1] > 100, "%lld of %lld checks met a limit: that is an error of the call, and no layer's problem",
	   (long long) failed[1], (long long) tried[1]);
	unit_release(&whole.blocks);
}

RUN(decoder_two_steps_short, other_ends, random_repairs, unknown_layer_in_the_middle, several_faults, one_at_a_time, edges, memory_runs_out)
