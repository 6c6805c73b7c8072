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
	C1dShape	shape = *input;
	bool		sound = c1d_shape_check(&shape, err);

	if (!sound || !c1d_graph_start(&graph, count, arena, err))
		return false;
	for (int i = 0; i < count; i++)
	{
		C1dVerdict *v = &verdicts[i];
		C1dNode    *node = &graph.nodes[graph.count];

		*v = (C1dVerdict) {.params = -1};
		if (shape.rank > 0)
			v->in = shape;
		shape.rank = 0;
		if (!c1d_graph_read(&graph, &layers[i], arena, &v->problem))
		{
			if (fatal(&v->problem))
			{
				*err = v->problem;
				return false;
			}
			v->name = node->name;
			sound = false;
			continue;
		}
		v->name = node->name;
		if (v->in.rank == 0)
			continue;
		if (!c1d_layer_infer(node->class, node->config, &v->in, 1, &v->out, &v->problem) ||
			!c1d_layer_params(node->class, node->config, &v->in, &v->params, &v->problem))
		{
			v->out.rank = 0;
			v->params = -1;
			sound = false;
			continue;
		}
		shape = v->out;
	}
	if (sound && expected != NULL && !c1d_shape_equal(&shape, expected) && count > 0)
		return c1d_repair_output(layers, count, input, expected, verdicts, arena, &verdicts[count - 1].problem, err);
	return true;
}
