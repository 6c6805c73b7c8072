/*
 * src/model/check.c
 *	  A verdict for every layer, by the same parse() and infer() that a run uses.
 */
#include "model/check.h"

#include <string.h>

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
	*check = (C1dCheck) {.input = *input, .sound = true};
	check->shapes = c1d_alloc_array(arena, room, sizeof(C1dShape), err);
	return check->shapes != NULL && c1d_graph_start(&check->graph, room, arena, err);
}

/* grow: twice the room, or C1D_LIMIT */
static bool
grow(C1dCheck *check, C1dArena *arena, C1dError *err)
{
	C1dGraph	old = check->graph;
	int64_t		room = old.room < C1D_MAX_NODES / 2 ? 2 * old.room + 1 : old.room < C1D_MAX_NODES ? C1D_MAX_NODES : old.room + 1;
	C1dShape   *shapes = c1d_alloc_array(arena, room, sizeof(C1dShape), err);

	if (shapes == NULL || !c1d_graph_start(&check->graph, room, arena, err))
		return false;
	memcpy(check->graph.nodes, old.nodes, old.count * sizeof(C1dNode));
	memcpy(shapes, check->shapes, old.count * sizeof(C1dShape));
	check->graph.count = old.count;
	check->graph.dialect = old.dialect;
	check->graph.decided = old.decided;
	check->shapes = shapes;
	return true;
}

/*
 * c1d_check_layer
 *		The verdict on the next layer.
 *
 * Without an input shape, the one that the first layer declares is taken.  A
 * faulty layer never fails the check: its problem is in its verdict, and
 * layers that take its output are still read, without shapes.  Returns false
 * only when memory or a limit runs out.
 */
bool
c1d_check_layer(C1dCheck *check, const C1dLayerText *layer, C1dArena *arena, C1dVerdict *v, C1dError *err)
{
	C1dGraph   *graph = &check->graph;
	const C1dShape *input = &check->input;
	C1dShape   *shapes;
	const C1dNode *node;
	bool		known = true;
	int			i;

	if (graph->count == graph->room && !grow(check, arena, err))
		return false;
	i = graph->count;
	node = &graph->nodes[i];
	shapes = check->shapes;
	*v = (C1dVerdict) {.params = -1};
	if (!c1d_graph_read(graph, layer, arena, &v->problem))
	{
		check->sound = false;
		if (arena->dry)
		{
			*err = v->problem;	/* not the layer's fault */
			return false;
		}
	}
	v->name = node->class == NULL ? NULL : node->name;
	if (i == 0 && input->rank == 0 && !(c1d_graph_declared_input(graph, &check->input) && c1d_shape_check(&check->input, err)))
		check->input.rank = 0;
	for (int k = 0; k < node->inputs; k++)
		known = known && c1d_graph_source(graph, i, k, input, shapes)->rank > 0;
	if (!known || node->inputs == 0)
		return true;
	v->in = *c1d_graph_source(graph, i, 0, input, shapes);
	if (node->config == NULL)
		return true;
	if (c1d_graph_node_infer(graph, i, input, shapes, &v->problem) &&
		c1d_layer_params(node->class, node->config, &v->in, &v->params, &v->problem))
	{
		v->out = shapes[i];
		return true;
	}
	shapes[i].rank = 0;
	v->params = -1;
	check->sound = false;
	return true;
}

/*
 * c1d_check
 *		Fill count verdicts.
 *
 * When expected is given and every layer is sound, a model that ends elsewhere
 * is the last layer's problem.  Returns false only when memory or a limit runs
 * out.
 */
bool
c1d_check(const C1dLayerText *layers, int count, const C1dShape *input,
		  const C1dShape *expected, C1dArena *arena, C1dVerdict *verdicts, C1dError *err)
{
	C1dCheck	check;

	if (!c1d_check_start(&check, input, count, arena, err))
		return false;
	c1d_graph_expect(&check.graph, layers, count);
	for (int i = 0; i < count; i++)
		if (!c1d_check_layer(&check, &layers[i], arena, &verdicts[i], err))
			return false;
	if (check.sound && expected != NULL && count > 0 && !c1d_shape_equal(&check.shapes[count - 1], expected))
		return c1d_repair_output(layers, count, input, expected, verdicts, arena, &verdicts[count - 1].problem, err);
	return true;
}
