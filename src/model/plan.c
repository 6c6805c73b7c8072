/*
 * src/model/plan.c
 *	  From a graph and an input shape to a plan.
 */
#include "model/plan.h"

#include <stdint.h>

/* Multiply-adds in a chunk: well under a millisecond on any machine. */
#define CHUNK_COST 1e6

/* The value that a node's output is: written by a step, read until a step. */
typedef struct Value
{
	int64_t		floats;
	int64_t		offset;
	int			first;
	int			last;
	bool		placed;			/* in work memory */
} Value;

/* alias: does the node only give its input another shape? */
static bool
alias(const C1dNode *node)
{
	return node->class->ops->forward == NULL;
}

/*
 * root
 *		The node whose step writes the floats that node i stands for, or
 *		C1D_MODEL_INPUT.
 */
static int
root(const C1dGraph *graph, int i)
{
	while (i != C1D_MODEL_INPUT && alias(&graph->nodes[i]))
		i = graph->nodes[i].input[0];
	return i;
}

/*
 * place
 *		The lowest offset where a value fits beside everything that is alive
 *		while it is.
 */
static int64_t
place(const Value *values, int count, int i)
{
	int64_t		offset = 0;
	bool		moved = true;

	while (moved)
	{
		moved = false;
		for (int k = 0; k < count; k++)
		{
			const Value *other = &values[k];

			if (k != i && other->placed && other->first <= values[i].last && other->last >= values[i].first &&
				other->offset < offset + values[i].floats && offset < other->offset + other->floats)
			{
				offset = other->offset + other->floats;
				moved = true;
			}
		}
	}
	return offset;
}

/* aligned: floats up to the next cache line */
static int64_t
aligned(int64_t floats)
{
	const int64_t line = C1D_ALIGN / sizeof(float);

	return (floats + line - 1) / line * line;
}

static C1dPlace
place_of(const Value *values, int node, int output)
{
	if (node == C1D_MODEL_INPUT)
		return (C1dPlace) {C1D_AT_INPUT, 0};
	if (node == output)
		return (C1dPlace) {C1D_AT_OUTPUT, 0};
	return (C1dPlace) {C1D_AT_WORK, values[node].offset};
}

/*
 * masking_of
 *		The node whose mask node i works by; what that one masks is then an input
 *		more of node i.
 */
static const C1dNode *
masking_of(const C1dGraph *graph, int i)
{
	int			masking = c1d_graph_mask(graph, i);

	return masking < 0 ? NULL : &graph->nodes[masking];
}

/*
 * prepare_step
 *		One node as a step: weights checked against the real input, packed, cost
 *		divided into chunks.
 */
static bool
prepare_step(const C1dNode *node, const C1dNode *masking, const C1dShape *in, const C1dShape *out, const C1dTuning *tuning,
			 C1dArena *arena, C1dStep *step, C1dError *err)
{
	double		cost;

	step->ops = node->class->ops;
	step->site = (LayerSite) {
		.config = node->config, .inputs = node->inputs + (masking != NULL), .in = in, .out = *out,
		.weights = node->weights, .tuning = tuning,
		.mask = masking == NULL ? NULL : c1d_masking_value(masking->config),
	};
	step->rows = c1d_site_rows(step->ops, &step->site);
	if (!c1d_layer_check_weights(node->class, node->config, in, node->weights, node->weight_count, err))
		return false;
	if (step->ops->prepare != NULL &&
		!step->ops->prepare(&step->site, arena, &step->site.prepared, err))
		return false;

	/* packed now; the model's own bytes need not outlive the plan's making */
	step->site.weights = NULL;
	cost = step->ops->cost(&step->site);
	step->chunk = cost <= CHUNK_COST ? step->rows : (int64_t) (step->rows * (CHUNK_COST / cost));
	if (step->chunk < 1)
		step->chunk = 1;
	return true;
}

/*
 * c1d_plan_make
 *		Infer every shape, place the buffers and prepare the layers.
 *
 * The plan lives in the arena and keeps nothing of the graph's weights, but
 * its configurations must live as long.  Errors: C1D_BAD_SHAPE with the layer,
 * C1D_LIMIT, C1D_NO_MEMORY.
 */
bool
c1d_plan_make(const C1dGraph *graph, const C1dShape *input, const C1dTuning *tuning, C1dArena *arena,
			  C1dPlan *plan, C1dError *err)
{
	C1dShape   *shapes = c1d_alloc_array(arena, graph->count, sizeof(C1dShape), err);
	Value	   *values = c1d_alloc_array(arena, graph->count, sizeof(Value), err);
	int64_t		buffers = 0,
				scratch = 0;
	int			output;

	if (shapes == NULL || values == NULL)
		return false;
	*plan = (C1dPlan) {.input = *input, .tuning = *tuning};
	plan->step = c1d_alloc_array(arena, graph->count, sizeof(C1dStep), err);
	if (plan->step == NULL || !c1d_graph_infer(graph, input, shapes, err))
		return false;
	plan->output = graph->count == 0 ? *input : shapes[graph->count - 1];
	output = root(graph, graph->count - 1);

	for (int i = 0; i < graph->count; i++)
	{
		const C1dNode *node = &graph->nodes[i];
		const C1dNode *masking = masking_of(graph, i);

		values[i].first = values[i].last = i;
		for (int k = 0; k < node->inputs + (masking != NULL) && !alias(node); k++)
		{
			int			from = root(graph, k < node->inputs ? node->input[k] : masking->input[0]);

			if (from != C1D_MODEL_INPUT)
				values[from].last = i;
		}
	}
	for (int i = 0; i < graph->count; i++)
	{
		const C1dNode *node = &graph->nodes[i];
		const C1dNode *masking = masking_of(graph, i);
		int			inputs = node->inputs + (masking != NULL);
		C1dShape   *in = c1d_alloc_array(arena, inputs, sizeof(C1dShape), err);
		C1dPlace   *from = c1d_alloc_array(arena, inputs, sizeof(C1dPlace), err);
		C1dStep    *step = &plan->step[plan->steps];
		int64_t		need;

		if (in == NULL || from == NULL)
			return false;
		if (alias(node))
			continue;
		for (int k = 0; k < inputs; k++)
		{
			int			source = k < node->inputs ? node->input[k] : masking->input[0];

			in[k] = source == C1D_MODEL_INPUT ? *input : shapes[source];
			from[k] = place_of(values, root(graph, source), output);
		}
		if (i != output)
		{
			values[i].floats = aligned(c1d_shape_elements(&shapes[i]));
			values[i].offset = place(values, graph->count, i);
			values[i].placed = true;
			if (buffers < values[i].offset + values[i].floats)
				buffers = values[i].offset + values[i].floats;
		}
		if (!prepare_step(node, masking, in, &shapes[i], &plan->tuning, arena, step, err))
		{
			c1d_graph_blame(graph, i, err);
			return false;
		}
		step->from = from;
		step->to = place_of(values, i, output);
		need = step->ops->workspace == NULL ? 0 : step->ops->workspace(&step->site);
		if (scratch < need)
			scratch = need;
		plan->cost += step->ops->cost(&step->site);
		plan->steps++;
	}

	/* nothing leads to the output but its shape: running copies the input */
	if (output == C1D_MODEL_INPUT)
		plan->steps = 0;
	plan->scratch = buffers;
	plan->work_floats = buffers + aligned(scratch);
	return true;
}
