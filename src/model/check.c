/*
 * src/model/check.c
 *	  A verdict for every layer, by the same parse() and infer() that a run uses.
 */
#include "model/check.h"

/* fatal: not the layer's fault, the check itself cannot go on */
static bool
fatal(const C1dError *err)
{
	return err->code == C1D_NO_MEMORY;
}

/*
 * c1d_check
 *		Fill count verdicts.
 *
 * A faulty layer never fails the check: its problem is in its verdict, and the
 * layers after it are still read, without shapes.  When expected is given and
 * every layer is sound, a model that ends elsewhere is the last layer's
 * problem.  Returns false only when memory or a limit runs out.
 */
bool
c1d_check(const C1dLayerText *layers, int count, const C1dShape *input,
		  const C1dShape *expected, C1dArena *arena, C1dVerdict *verdicts, C1dError *err)
{
	C1dGraph	graph;
	C1dShape   *shapes = c1d_alloc_array(arena, count, sizeof(C1dShape), err);
	bool		sound = true;

	if (shapes == NULL || !c1d_shape_check(input, err) || !c1d_graph_start(&graph, count, arena, err))
		return false;
	c1d_graph_expect(&graph, layers, count);
	for (int i = 0; i < count; i++)
	{
		C1dVerdict *v = &verdicts[i];
		const C1dNode *node = &graph.nodes[i];
		bool		known = true;

		*v = (C1dVerdict) {.params = -1};
		if (!c1d_graph_read(&graph, &layers[i], arena, &v->problem))
		{
			sound = false;
			if (fatal(&v->problem))
			{
				*err = v->problem;
				return false;
			}
		}
		v->name = node->class == NULL ? NULL : node->name;
		for (int k = 0; k < node->inputs; k++)
			known = known && c1d_graph_source(&graph, i, k, input, shapes)->rank > 0;
		if (!known || node->inputs == 0)
			continue;
		v->in = *c1d_graph_source(&graph, i, 0, input, shapes);
		if (node->config == NULL)
			continue;
		if (c1d_graph_node_infer(&graph, i, input, shapes, &v->problem) &&
			c1d_layer_params(node->class, node->config, &v->in, &v->params, &v->problem))
		{
			v->out = shapes[i];
			continue;
		}
		shapes[i].rank = 0;
		v->params = -1;
		sound = false;
	}
	if (sound && expected != NULL && count > 0 && !c1d_shape_equal(&shapes[count - 1], expected))
		return c1d_repair_output(layers, count, input, expected, verdicts, arena, &verdicts[count - 1].problem, err);
	return true;
}
