/*
 * src/model/repair.c
 *	  Which changes mend a layer that fails, or a model that ends at a wrong
 *	  shape: every proposal is made in the list, which is read and inferred
 *	  again as far as it goes.
 *
 * A proposal is kept when the layers up to the one at fault are clean with it.
 * Of those that were kept, the ones that come farthest are the hint: with them
 * the model is clean, or clean up to a layer that none of them mends because
 * it has a fault of its own.
 */
#include "model/repair.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"

/* ---- edits ---- */

C1dEdit
c1d_edit_set(int at, const char *key, C1dValue value)
{
	return (C1dEdit) {.kind = C1D_SET, .at = at, .key = key, .value = value};
}

/* c1d_edit_out: leave a key out */
C1dEdit
c1d_edit_out(int at, const char *key)
{
	return (C1dEdit) {.kind = C1D_SET, .at = at, .key = key};
}

C1dEdit
c1d_edit_class(int at, const char *class_name)
{
	return (C1dEdit) {.kind = C1D_SET_CLASS, .at = at, .class_name = class_name};
}

C1dEdit
c1d_edit_take_out(int at)
{
	return (C1dEdit) {.kind = C1D_TAKE_OUT, .at = at};
}

C1dEdit
c1d_edit_input(C1dShape shape)
{
	return (C1dEdit) {.kind = C1D_SET_INPUT, .shape = shape};
}

/* c1d_repair_config: before, or nothing, and one more key; NULL when memory ran out */
const C1dValue *
c1d_repair_config(C1dRepair *r, const C1dValue *before, const char *key, C1dValue value)
{
	C1dValue   *config = c1d_alloc(r->arena, sizeof(C1dValue), r->err);

	return config != NULL && c1d_value_with(before, key, value, r->arena, config, r->err) ? config : NULL;
}

/*
 * c1d_edit_put
 *		A layer before another, on the way to that branch.  Where layers are
 *		called by their names it gets one that nobody has.
 */
C1dEdit
c1d_edit_put(C1dRepair *r, int at, int branch, const char *class_name, const C1dValue *config)
{
	char	   *name;

	if (r->named && (name = c1d_alloc(r->arena, 48, r->err)) != NULL)
	{
		snprintf(name, 48, "put_before_%d_%d", at + 1, branch + 1);
		config = c1d_repair_config(r, config, "name", c1d_value_string(name));
	}
	return (C1dEdit) {.kind = C1D_PUT, .at = at, .branch = branch, .class_name = class_name, .config = config};
}

/* c1d_repair_ints: a list; null when memory ran out */
C1dValue
c1d_repair_ints(C1dRepair *r, int count, const int64_t *numbers)
{
	C1dValue	list = {.type = C1D_LIST};

	list.as.list.items = c1d_alloc_array(r->arena, count, sizeof(C1dValue), r->err);
	if (list.as.list.items == NULL)
		return (C1dValue) {.type = C1D_NULL};
	for (int i = 0; i < count; i++)
		list.as.list.items[i] = c1d_value_int(numbers[i]);
	list.as.list.count = count;
	return list;
}

/* ---- trying ---- */

/* trial_room: room to read a list with a few more layers than there are */
static bool
trial_room(C1dRepair *r)
{
	C1dTrial   *trial = &r->check->trial;
	int			wanted = r->check->known.list.count + C1D_MOST_EDITS;

	if (trial->graph.room >= wanted && trial->list.room >= wanted)
		return true;
	wanted += wanted / 2;
	if (wanted > C1D_MAX_NODES)
		wanted = C1D_MAX_NODES;
	if (c1d_list_start(&trial->list, wanted, &r->check->known.list.input, r->arena, r->err) &&
		c1d_graph_start(&trial->graph, wanted, r->arena, r->err) &&
		(trial->shapes = c1d_alloc_array(r->arena, wanted, sizeof(C1dShape), r->err)) != NULL)
		return true;

	/* whoever tries on shall not take half of it for room */
	trial->graph.room = 0;
	return false;
}

/* clean: is the layer at that position good, as far as its inputs are known? */
static bool
clean(C1dTrial *trial, int position, C1dArena *arena, C1dError *why)
{
	C1dGraph   *graph = &trial->graph;
	const C1dNode *node = &graph->nodes[position];
	int64_t		params;

	trial->shapes[position].rank = 0;
	if (graph->count == position && !c1d_graph_read(graph, &trial->list.text[position], arena, why))
		return false;
	if (node->config == NULL)
		return false;
	for (int k = 0; k < node->inputs; k++)
		if (c1d_graph_source(graph, position, k, &trial->list.input, trial->shapes)->rank == 0)
			return true;
	if (c1d_graph_node_infer(graph, position, &trial->list.input, trial->shapes, why) &&
		c1d_layer_params(node->class, node->config,
						 c1d_graph_source(graph, position, 0, &trial->list.input, trial->shapes), &params, why))
		return true;
	trial->shapes[position].rank = 0;
	return false;
}

/*
 * c1d_reach
 *		How many of the given layers are clean after a change; one more when all
 *		are and the model ends where it should.  0 when a layer that was put in is
 *		not, -1 when memory ran out.  The trial is left in check->trial.
 *
 * What lies before the first change is not read again.
 */
int
c1d_reach(C1dRepair *r, const C1dChange *change)
{
	C1dCheck   *check = r->check;
	C1dTrial   *trial = &check->trial;
	const C1dTrial *known = &check->known;
	const C1dShape *end;
	C1dError	why;
	int			first;

	if (!trial_room(r) || !c1d_list_edit(&known->list, change, r->arena, &trial->list, &first, r->err))
		return -1;
	check->reads += trial->list.count / 8;
	if (trial->list.input.rank > 0 && !c1d_shape_check(&trial->list.input, &why))
		return 0;
	trial->graph.dialect = C1D_KERAS;
	trial->graph.decided = false;
	trial->graph.count = 0;
	c1d_graph_expect(&trial->graph, trial->list.text, trial->list.count);
	if (trial->graph.decided && check->decided && trial->graph.dialect == check->dialect)
	{
		trial->graph.count = first < known->graph.count ? first : known->graph.count;
		memcpy(trial->graph.nodes, known->graph.nodes, trial->graph.count * sizeof(C1dNode));
	}
	for (int i = 0; i < trial->list.count; i++)
	{
		int			at = trial->list.origin[i];

		/* a name is compared with those before it */
		if (i >= trial->graph.count)
			check->reads += 1 + i / 512;
		if (clean(trial, i, r->arena, &why))
			continue;
		if (r->arena->dry)
		{
			*r->err = why;
			return -1;
		}
		if (at < 0)
			return 0;
		if (at >= r->at || !check->failed[at])
			return at;
	}
	if (trial->list.count == 0)
		return 0;
	if (check->expected == NULL)
		return r->given + 1;
	end = &trial->shapes[trial->list.count - 1];
	return r->given + (c1d_shape_equal(end, check->expected) ? 1 : 0);
}

/* c1d_repair_enough: no more has to be tried, or can be. */
bool
c1d_repair_enough(const C1dRepair *r)
{
	return r->whole >= C1D_MOST_CHANGES || r->found >= C1D_MOST_FOUND || r->check->reads > C1D_MOST_READS || r->arena->dry;
}

/*
 * c1d_try
 *		Try some edits as one change; true when the layer at fault is clean then.
 */
bool
c1d_try(C1dRepair *r, const C1dEdit *edits, int count, const char *note)
{
	C1dChange  *change = &r->change[r->found];

	if (c1d_repair_enough(r) || r->base.count + count > C1D_MOST_EDITS)
		return false;
	*change = r->base;
	change->note = note;
	for (int i = 0; i < count; i++)
	{
		/* numbers of inputs would have to move, and names could */
		if ((r->numbered || (r->named && edits[i].kind == C1D_TAKE_OUT)) &&
			(edits[i].kind == C1D_PUT || edits[i].kind == C1D_TAKE_OUT))
			return false;
		change->edit[change->count++] = edits[i];
	}
	change->reach = c1d_reach(r, change);
	if (change->reach <= r->at)
		return false;
	r->whole += change->reach > r->given;
	r->found++;
	return true;
}

bool
c1d_try_one(C1dRepair *r, C1dEdit edit)
{
	return c1d_try(r, &edit, 1, NULL);
}

/* ---- what there is ---- */

/* c1d_repair_int: the integer under a key of a layer, or alone in a list there. */
int64_t
c1d_repair_int(const C1dRepair *r, int position, const char *key, int64_t otherwise)
{
	const C1dValue *value = c1d_value_get(r->view->list.text[position].config, key);

	if (c1d_value_get(value, "items") != NULL)
		value = c1d_value_get(value, "items");
	if (value != NULL && value->type == C1D_LIST && value->as.list.count == 1)
		value = &value->as.list.items[0];
	return value != NULL && value->type == C1D_INT ? value->as.integer : otherwise;
}

/* c1d_repair_windowed: does the layer lay windows, of which padding says where? */
bool
c1d_repair_windowed(const C1dRepair *r, int position)
{
	const LayerClass *class = r->view->graph.nodes[position].class;

	return class != NULL &&
		(class->ops == &c1d_conv_ops || class->ops == &c1d_conv_transpose_ops || class->ops == &c1d_depthwise_conv_ops ||
		 class->ops == &c1d_separable_conv_ops || class->ops == &c1d_max_pool_ops || class->ops == &c1d_average_pool_ops);
}

/* c1d_repair_before: which layers the one at position depends on; NULL when memory ran out */
bool *
c1d_repair_before(C1dRepair *r, int position)
{
	const C1dGraph *graph = &r->view->graph;
	bool	   *before = c1d_alloc_array(r->arena, graph->count + 1, sizeof(bool), r->err);

	for (int i = position; before != NULL && i >= 0; i--)
		if (i == position || before[i])
			for (int k = 0; k < graph->nodes[i].inputs; k++)
				if (graph->nodes[i].input[k] >= 0)
					before[graph->nodes[i].input[k]] = true;
	return before;
}

/*
 * c1d_repair_padding
 *		Try the layer at position with windows at every step of its input, in the
 *		words or the numbers of its dialect, and other edits behind.
 */
void
c1d_repair_padding(C1dRepair *r, int position, const C1dEdit *after, int after_count)
{
	const C1dValue *config = r->view->list.text[position].config;
	C1dEdit		edits[C1D_MOST_EDITS];
	int			at = r->view->list.origin[position];
	int64_t		span;

	if (at < 0 || after_count >= C1D_MOST_EDITS)
		return;
	for (int i = 0; i < after_count; i++)
		edits[i + 1] = after[i];
	if (!c1d_value_is(c1d_value_get(config, "padding"), "same"))
	{
		edits[0] = c1d_edit_set(at, "padding", c1d_value_string("same"));
		if (c1d_try(r, edits, after_count + 1, NULL))
			return;
	}
	if (r->view->graph.nodes[position].class->dialect != C1D_TORCH)
		return;
	span = c1d_repair_int(r, position, "dilation", 1) * (c1d_repair_int(r, position, "kernel_size", 1) - 1) + 1;
	if (span > 1 && span / 2 != c1d_repair_int(r, position, "padding", 0))
	{
		edits[0] = c1d_edit_set(at, "padding", c1d_value_int(span / 2));
		c1d_try(r, edits, after_count + 1, NULL);
	}
}

/*
 * c1d_repair_width
 *		Try to give a layer that many channels; false when it has no such number.
 */
bool
c1d_repair_width(C1dRepair *r, int position, int64_t wanted)
{
	static const char *const keys[] = {"filters", "units", "out_channels", "out_features"};
	int			at = r->view->list.origin[position];

	for (size_t k = 0; at >= 0 && k < sizeof(keys) / sizeof(*keys); k++)
		if (c1d_value_get(r->view->list.text[position].config, keys[k]) != NULL)
		{
			c1d_try_one(r, c1d_edit_set(at, keys[k], c1d_value_int(wanted)));
			return true;
		}
	return false;
}

/* ---- the whole of it ---- */

/*
 * choose
 *		The changes that come farthest, in the order of proposal, and the hint
 *		that says them.
 */
static bool
choose(C1dRepair *r, C1dVerdict *v)
{
	C1dChange  *changes;
	C1dWords	hint = {v->problem.hint, sizeof(v->problem.hint), 0};
	int			best = 0;

	for (int i = 0; i < r->found; i++)
		best = r->change[i].reach > best ? r->change[i].reach : best;
	hint.text[0] = '\0';
	if (r->found == 0)
		return true;
	changes = c1d_alloc_array(r->arena, C1D_MOST_CHANGES, sizeof(C1dChange), r->err);
	if (changes == NULL)
		return false;
	for (int i = 0; i < r->found && v->change_count < C1D_MOST_CHANGES; i++)
	{
		char		text[400];

		if (r->change[i].reach < best)
			continue;
		c1d_change_text(&r->check->known.list, &r->check->known.graph, &r->change[i], text, sizeof(text));
		if (strstr(hint.text, text) != NULL || hint.used + strlen(text) + 8 > hint.room)
			continue;
		c1d_say(&hint, "%s%s", hint.used == 0 ? "" : "; or ", text);
		changes[v->change_count++] = r->change[i];
	}
	v->changes = changes;
	if (v->change_count == 0)
		return true;
	hint.text[0] &= ~32;		/* a capital */
	c1d_say(&hint, ".");
	return c1d_reach(r, &changes[0]) >= 0;
}

/*
 * remark
 *		Add to the detail how far the hint comes, where that is not the end.
 */
static void
remark(const C1dRepair *r, C1dVerdict *v)
{
	C1dWords	w = c1d_words(v->problem.detail, sizeof(v->problem.detail));
	const C1dTrial *trial = &r->check->trial;
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT];

	if (v->change_count == 0 || v->changes[0].reach > r->given)
		return;
	if (w.used > 0)
		c1d_say(&w, " ");
	if (v->changes[0].reach < r->given)
		c1d_say(&w, "With the hint the layers up to %d are clean; layer %d has a fault of its own.",
				v->changes[0].reach, v->changes[0].reach + 1);
	else if (trial->shapes[trial->list.count - 1].rank > 0)
		c1d_say(&w, "With the first hint the model ends at %s, expected was %s.",
				c1d_shape_text(&trial->shapes[trial->list.count - 1], a), c1d_shape_text(r->check->expected, b));
}

/* propose: by what is wrong */
static void
propose(C1dRepair *r)
{
	const C1dNode *node;

	if (r->at == r->given)
	{
		c1d_repair_end(r);
		return;
	}
	node = &r->view->graph.nodes[r->position];
	if (node->config == NULL)
		c1d_repair_config_fault(r);
	else if (node->class->ops == &c1d_input_ops)
		c1d_repair_declared(r);
	else
		switch (r->problem->aspect)
		{
			case C1D_OF_NOTHING:
				if (c1d_value_get(r->view->list.text[r->position].config, "axis") != NULL)
					c1d_try_one(r, c1d_edit_set(r->at, "axis", c1d_value_int(-1)));
				break;
			case C1D_OF_KEY:
				break;
			case C1D_OF_RANK:
				c1d_repair_rank(r);
				break;
			case C1D_OF_STEPS:
				c1d_repair_steps(r);
				break;
			case C1D_OF_CHANNELS:
			case C1D_OF_FEATURES:
				c1d_repair_channels(r);
				break;
			case C1D_OF_ELEMENTS:
				c1d_repair_elements(r);
				break;
			case C1D_OF_BRANCHES:
				c1d_repair_branches(r);
				break;
		}
}

/*
 * c1d_repair
 *		Complete the verdict on layer at, whose problem is its own words; or, with
 *		at = the number of layers, say that the model ends at in.
 *
 * A hint of the layer's own has not been tried on the model.  It is dropped;
 * what it says of a configuration by itself goes to the detail.  Returns false
 * only when memory runs out.
 */
bool
c1d_repair(C1dCheck *check, int at, const C1dShape *in, C1dVerdict *v, C1dArena *arena, C1dError *err)
{
	C1dRepair	r = {.check = check, .at = at, .view = &check->known, .in = in, .problem = &v->problem, .arena = arena, .err = err};
	char		own[sizeof(v->problem.hint)];
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT];
	C1dWords	w;

	for (int i = 0; i < check->known.list.count; i++)
	{
		const C1dLayerText *text = &check->known.list.text[i];

		r.given = check->known.list.origin[i] >= r.given ? check->known.list.origin[i] + 1 : r.given;
		r.named = r.named || (text->input_names != NULL && text->input_names->type == C1D_LIST &&
							  text->input_names->as.list.count > 0);
		r.numbered = r.numbered || text->input_at != NULL;
	}
	r.given = at > r.given ? at : r.given;
	r.position = at == r.given ? check->known.list.count : c1d_list_find(&check->known.list, at);
	if (at == r.given)
		c1d_fail(&v->problem, C1D_BAD_SHAPE, "model ends at %s, expected was %s",
				 c1d_shape_text(in, a), c1d_shape_text(check->expected, b));
	memcpy(own, v->problem.hint, sizeof(own));
	if (check->known.list.count + C1D_MOST_EDITS <= C1D_MAX_NODES)
	{
		check->reads += check->known.list.count / 8;
		propose(&r);
	}
	if (arena->dry)
		return false;
	if (!choose(&r, v))
		return false;
	w = c1d_words(v->problem.detail, sizeof(v->problem.detail));
	if (v->change_count == 0 && v->problem.aspect <= C1D_OF_KEY && own[0] != '\0')
		c1d_say(&w, "%s%s", w.used ? " " : "", own);
	c1d_cause(&r, v);
	remark(&r, v);
	return true;
}
