/*
 * src/model/check.c
 *	  A verdict for every layer, by the same parse() and infer() that a run uses.
 */
#include "model/check.h"

#include <string.h>

#include "base/words.h"
#include "model/repair.h"

/*
 * c1d_check_start
 *		A check without layers, with room for so many at first.  input may have
 *		rank 0; otherwise it must be a possible shape.
 */
bool
c1d_check_start(C1dCheck *check, const C1dShape *input, int64_t room, C1dArena *arena, C1dError *err)
{
	if (input->rank > 0 && !c1d_shape_check(input, err))
		return false;
	*check = (C1dCheck) {.sound = true};
	if (!c1d_list_start(&check->known.list, room, input, arena, err) ||
		!c1d_graph_start(&check->known.graph, room, arena, err))
		return false;
	check->failed = c1d_alloc_array(arena, room, sizeof(bool), err);
	if (check->failed == NULL)
		return false;
	check->known.shapes = c1d_alloc_array(arena, room, sizeof(C1dShape), err);
	return check->known.shapes != NULL;
}

/* grow: room for one more layer, and about as many again; or C1D_LIMIT */
static bool
grow(C1dCheck *check, C1dArena *arena, C1dError *err)
{
	C1dTrial	old = check->known;
	int64_t		count = old.list.count;
	int64_t		room = count < C1D_MAX_NODES / 2 ? 2 * count + 1 : count < C1D_MAX_NODES ? C1D_MAX_NODES : count + 1;
	bool	   *failed = c1d_alloc_array(arena, room + check->checked, sizeof(bool), err);
	C1dTrial	larger;

	if (failed == NULL ||
		!c1d_list_start(&larger.list, room, &old.list.input, arena, err) ||
		!c1d_graph_start(&larger.graph, room, arena, err))
		return false;
	larger.shapes = c1d_alloc_array(arena, room, sizeof(C1dShape), err);
	if (larger.shapes == NULL)
		return false;
	memcpy(larger.list.text, old.list.text, old.list.count * sizeof(C1dLayerText));
	memcpy(larger.list.origin, old.list.origin, old.list.count * sizeof(int));
	memcpy(larger.graph.nodes, old.graph.nodes, old.graph.count * sizeof(C1dNode));
	memcpy(larger.shapes, old.shapes, old.graph.count * sizeof(C1dShape));
	memcpy(failed, check->failed, check->checked * sizeof(bool));
	larger.list.count = old.list.count;
	larger.graph.count = old.graph.count;
	larger.graph.dialect = old.graph.dialect;
	larger.graph.decided = old.graph.decided;
	check->known = larger;
	check->failed = failed;
	return true;
}

/*
 * assume
 *		Go on as if the first change of the verdict had been made: the trial that
 *		has just been made of it becomes what is known, up to layer at.
 */
static bool
assume(C1dCheck *check, int at, const C1dVerdict *v, C1dArena *arena, C1dError *err)
{
	C1dTrial	mended = check->trial;
	const int	most = (int) (sizeof(check->assumed) / sizeof(*check->assumed));
	char		change[400];
	char		text[512] = "";
	C1dWords	w = c1d_words(text, sizeof(text));
	char	   *assuming;

	if (check->assumptions < most)
		check->assumed[check->assumptions] = at;
	check->assumptions++;
	if (check->assumptions == 1)
		c1d_say(&w, "Assuming: %s.", c1d_change_text(&check->known.list, &check->known.graph, &v->changes[0], change, sizeof(change)));
	else
	{
		c1d_say(&w, "Assuming the first hints of the layers ");
		for (int i = 0; i < check->assumptions && i < most; i++)
			c1d_say(&w, "%s%d", i == 0 ? "" : i == check->assumptions - 1 ? " and " : ", ", check->assumed[i] + 1);
		c1d_say(&w, check->assumptions > most ? " and others." : ".");
	}
	assuming = c1d_alloc(arena, w.used + 1, err);
	if (assuming == NULL)
		return false;
	memcpy(assuming, text, w.used + 1);
	check->assuming = assuming;

	check->trial = check->known;
	check->known = mended;
	for (check->known.graph.count = 0; check->known.graph.count < mended.list.count &&
		 mended.list.origin[check->known.graph.count] <= at; check->known.graph.count++)
		;
	return true;
}

/*
 * next_layer
 *		The verdict on the next layer of the list.
 */
static bool
next_layer(C1dCheck *check, C1dArena *arena, C1dVerdict *v, C1dError *err)
{
	C1dTrial   *known = &check->known;
	C1dGraph   *graph = &known->graph;
	C1dShape   *input = &known->list.input;
	C1dShape   *shapes = known->shapes;
	int			at = check->checked++;
	int			i = graph->count;
	const C1dNode *node = &graph->nodes[i];
	bool		good = true;
	bool		inputs_known;

	*v = (C1dVerdict) {.params = -1, .assuming = check->assuming};
	if (!c1d_graph_read(graph, &known->list.text[i], arena, &v->problem))
	{
		good = false;
		if (arena->dry)
		{
			*err = v->problem;	/* not the layer's fault */
			return false;
		}
	}
	v->name = node->class == NULL ? NULL : node->name;
	if (i == 0 && input->rank == 0 && !(c1d_graph_declared_input(graph, input) && c1d_shape_check(input, err)))
		input->rank = 0;
	inputs_known = node->inputs > 0;
	for (int k = 0; k < node->inputs; k++)
		inputs_known = inputs_known && c1d_graph_source(graph, i, k, input, shapes)->rank > 0;
	shapes[i].rank = 0;
	if (inputs_known)
	{
		v->in = *c1d_graph_source(graph, i, 0, input, shapes);
		good = good && c1d_graph_node_infer(graph, i, input, shapes, &v->problem) &&
			c1d_layer_params(node->class, node->config, &v->in, &v->params, &v->problem);
	}
	else
		v->assuming = NULL;
	if (good)
	{
		v->out = shapes[i];
		return true;
	}
	shapes[i].rank = 0;
	v->params = -1;
	if (!c1d_repair(check, at, &v->in, v, arena, err))
		return false;
	if (v->change_count > 0)
		return assume(check, at, v, arena, err);
	check->failed[at] = true;
	check->sound = false;
	return true;
}

/* add: one more layer at the end of the list */
static void
add(C1dCheck *check, const C1dLayerText *layer, int at)
{
	C1dList    *list = &check->known.list;

	list->text[list->count] = *layer;
	list->origin[list->count++] = at;
}

/*
 * c1d_check_layer
 *		The verdict on one more layer.
 *
 * Without an input shape, the one that the first layer declares is taken.  A
 * faulty layer never fails the check: its problem is in its verdict, with the
 * changes that mend it.  If there is none, layers that take its output are
 * still read, without shapes.  Returns false only when memory or a limit runs
 * out.
 */
bool
c1d_check_layer(C1dCheck *check, const C1dLayerText *layer, C1dArena *arena, C1dVerdict *v, C1dError *err)
{
	C1dGraph   *graph = &check->known.graph;

	if ((check->known.list.count >= check->known.list.room || graph->count >= graph->room ||
		 check->known.list.count + 1 > C1D_MAX_NODES) && !grow(check, arena, err))
		return false;

	/* the first name that is in one dialect only decides for those after it */
	if (!graph->decided)
	{
		c1d_graph_expect(graph, layer, 1);
		check->dialect = graph->dialect;
		check->decided = graph->decided;
	}
	add(check, layer, check->checked);
	return next_layer(check, arena, v, err);
}

/*
 * c1d_check
 *		Fill count verdicts.
 *
 * When expected is given and every layer is sound, or mended, a model that ends
 * elsewhere is the last layer's problem.  Returns false only when memory or a
 * limit runs out.
 */
bool
c1d_check(const C1dLayerText *layers, int count, const C1dShape *input,
		  const C1dShape *expected, C1dArena *arena, C1dVerdict *verdicts, C1dError *err)
{
	C1dCheck	check;

	if (!c1d_check_start(&check, input, count, arena, err))
		return false;
	check.expected = expected;
	c1d_graph_expect(&check.known.graph, layers, count);
	check.dialect = check.known.graph.dialect;
	check.decided = check.known.graph.decided;
	for (int i = 0; i < count; i++)
		add(&check, &layers[i], i);
	for (int i = 0; i < count; i++)
		if (!next_layer(&check, arena, &verdicts[i], err))
			return false;
	if (check.sound && expected != NULL && count > 0 && check.known.list.count > 0)
	{
		const C1dShape *end = &check.known.shapes[check.known.graph.count - 1];
		C1dVerdict *last = &verdicts[count - 1];

		if (end->rank > 0 && !c1d_shape_equal(end, expected) && last->problem.code == C1D_OK)
			return c1d_repair(&check, count, end, last, arena, err);
	}
	return true;
}
