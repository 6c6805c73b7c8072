/*
 * src/model/plan.c
 *	  From a graph and an input shape to a plan.
 */
#include "model/plan.h"

#include <stdio.h>
#include <string.h>

#include "model/fuse.h"

/* Multiply-adds in a chunk: a tenth of a millisecond, a few on a slow machine. */
#define CHUNK_COST 8e6

/* The value that a node's output is: written by a step, read until a step. */
typedef struct Value
{
	int64_t		floats;
	int64_t		offset;
	int			first;
	int			last;
	bool		placed;			/* in work memory */
} Value;

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

/*
 * staggered
 *		The room of a value: large ones begin half a page apart, because a
 *		processor takes a load for one of what was just stored when the low twelve
 *		bits of their addresses agree, and waits.
 */
static int64_t
staggered(int64_t floats)
{
	const int64_t page = 4096 / sizeof(float);

	return floats < 4 * page ? aligned(floats) : (floats + page / 2 - 1) / page * page + page / 2;
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
 *		One node as a step, with what it does besides: packed, cost divided into
 *		chunks.  cost is that of all its layers.
 */
static bool
prepare_step(const C1dNode *node, const C1dNode *masking, const C1dShape *in, const C1dShape *out, double cost,
			 const C1dRole *role, const C1dTuning *tuning, C1dArena *arena, C1dStep *step, C1dError *err)
{
	step->ops = role->ops;
	step->site = (LayerSite) {
		.config = node->config, .inputs = node->inputs + (masking != NULL), .in = in, .out = *out,
		.weights = node->weights, .tuning = tuning, .fusion = role->fusion,
		.mask = masking == NULL ? NULL : c1d_masking_value(masking->config),
	};
	if (step->ops->prepare != NULL &&
		!step->ops->prepare(&step->site, arena, &step->site.prepared, err))
		return false;
	step->rows = c1d_site_rows(step->ops, &step->site);

	/* packed now; the model's own bytes need not outlive the plan's making */
	step->site.weights = NULL;
	if (role->fusion.first != NULL)
		role->fusion.first->weights = NULL;
	cost += step->ops->cost(&step->site);
	step->cost = cost;
	step->chunk = cost <= CHUNK_COST ? step->rows : (int64_t) (step->rows * (CHUNK_COST / cost));
	if (step->chunk < 1)
		step->chunk = 1;
	return true;
}

/*
 * absorbed_cost
 *		What the layers that joined a step cost: an element each.
 */
static double
absorbed_cost(const C1dGraph *graph, const C1dStep *step, const LayerSite *first, const C1dShape *shapes)
{
	double		cost = 0;

	for (int i = 0; i < step->layers; i++)
		if (step->layer[i] != step->node && (first == NULL || graph->nodes[step->layer[i]].config != first->config))
			cost += (double) c1d_shape_elements(&shapes[step->layer[i]]);
	return cost;
}

/*
 * lifetimes
 *		From which step to which each value lives: a step's output is there from
 *		its own place on, to the last step that reads it.
 */
static void
lifetimes(const C1dGraph *graph, const C1dRole *roles, Value *values)
{
	for (int i = 0; i < graph->count; i++)
		values[i].first = values[i].last = roles[i].step;
	for (int i = 0; i < graph->count; i++)
	{
		const C1dNode *node = &graph->nodes[i];
		const C1dNode *masking = masking_of(graph, i);

		for (int k = 0; k < node->inputs + (masking != NULL) && !c1d_node_is_alias(node); k++)
		{
			int			from = c1d_graph_root(graph, k < node->inputs ? node->input[k] : masking->input[0]);

			if (from != C1D_MODEL_INPUT && values[from].last < roles[i].step)
				values[from].last = roles[i].step;
		}
	}
}

/*
 * step_layers
 *		The nodes whose work a step does, in the order of the data.
 */
static bool
step_layers(const C1dRole *roles, int i, C1dStep *step, C1dArena *arena, C1dError *err)
{
	const C1dRole *role = &roles[i];
	int		   *layer = c1d_alloc_array(arena, role->last - role->first + 1, sizeof(int), err);

	if (layer == NULL)
		return false;
	step->node = i;
	step->layer = layer;
	for (int k = role->first; k <= role->last; k++)
		if (roles[k].step == i)
			layer[step->layers++] = k;
	return true;
}

/*
 * add_step
 *		The step of node i: its value placed, its inputs found, its layer
 *		prepared.
 */
static bool
add_step(const C1dGraph *graph, int i, const C1dRole *roles, const C1dShape *shapes, Value *values, int output,
		 C1dArena *arena, C1dPlan *plan, C1dError *err)
{
	const C1dNode *node = &graph->nodes[i];
	const C1dNode *masking = masking_of(graph, i);
	const C1dRole *role = &roles[i];
	int			inputs = node->inputs + (masking != NULL);
	C1dShape   *in = c1d_alloc_array(arena, inputs, sizeof(C1dShape), err);
	C1dPlace   *from = c1d_alloc_array(arena, inputs, sizeof(C1dPlace), err);
	C1dStep    *step = &plan->step[plan->steps];

	if (in == NULL || from == NULL || !step_layers(roles, i, step, arena, err))
		return false;
	for (int k = 0; k < inputs; k++)
	{
		int			source = k < node->inputs ? node->input[k] : masking->input[0];

		in[k] = source == C1D_MODEL_INPUT ? plan->input : shapes[source];
		if (role->first != i)
			source = graph->nodes[role->first].input[0];
		from[k] = place_of(values, c1d_graph_root(graph, source), output);
	}
	if (role->last != output)
	{
		Value	   *value = &values[role->last];

		value->floats = staggered(c1d_shape_elements(&shapes[role->last]));
		value->offset = place(values, graph->count, role->last);
		value->placed = true;
		if (plan->scratch < value->offset + value->floats)
			plan->scratch = value->offset + value->floats;
	}
	if (!prepare_step(node, masking, in, &shapes[i], absorbed_cost(graph, step, role->fusion.first, shapes), role,
					  plan->tuning, arena, step, err))
	{
		c1d_graph_blame(graph, i, err);
		return false;
	}
	step->from = from;
	step->to = place_of(values, role->last, output);
	plan->cost += step->cost;
	plan->steps++;
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
	C1dRole    *roles = c1d_alloc_array(arena, graph->count, sizeof(C1dRole), err);
	C1dTuning  *kept = c1d_alloc(arena, sizeof(C1dTuning), err);
	int64_t		scratch = 0;
	int			output;

	if (shapes == NULL || values == NULL || roles == NULL || kept == NULL)
		return false;
	*kept = *tuning;
	*plan = (C1dPlan) {.input = *input, .tuning = kept};
	plan->step = c1d_alloc_array(arena, graph->count, sizeof(C1dStep), err);
	if (plan->step == NULL || !c1d_graph_infer(graph, input, shapes, err) ||
		!c1d_graph_weights_fit(graph, input, shapes, err) ||
		!c1d_fuse(graph, input, shapes, kept, arena, roles, err))
		return false;
	plan->output = graph->count == 0 ? *input : shapes[graph->count - 1];
	output = c1d_graph_root(graph, graph->count - 1);

	lifetimes(graph, roles, values);
	for (int i = 0; i < graph->count; i++)
		if (roles[i].step == i && !c1d_node_is_alias(&graph->nodes[i]) &&
			!add_step(graph, i, roles, shapes, values, output, arena, plan, err))
			return false;
	for (int i = 0; i < plan->steps; i++)
	{
		const C1dStep *step = &plan->step[i];
		int64_t		need = step->ops->workspace == NULL ? 0 : step->ops->workspace(&step->site);

		if (scratch < need)
			scratch = need;
	}

	/* nothing leads to the output but its shape: running copies the input */
	if (output == C1D_MODEL_INPUT)
		plan->steps = 0;
	plan->work_floats = plan->scratch + aligned(scratch);
	return true;
}

/* c1d_step_describe: what computes a step, and in which tiles. */
void
c1d_step_describe(const C1dGraph *graph, const C1dStep *step, C1dStepText *text)
{
	memset(text, 0, sizeof(*text));
	if (step->ops->describe != NULL)
		step->ops->describe(&step->site, text);
	else
		snprintf(text->kernel, sizeof(text->kernel), "%s", graph->nodes[step->node].class->default_name);
}

/*
 * c1d_step_bytes
 *		What a step has to move when it looks at everything once: its inputs, its
 *		layers' weights, its output.
 */
double
c1d_step_bytes(const C1dGraph *graph, const C1dStep *step)
{
	const C1dFusion *fusion = &step->site.fusion;
	double		floats = (double) c1d_shape_elements(step->layers > 1 ? &fusion->out : &step->site.out);

	for (int k = 0; k < step->site.inputs; k++)
		floats += (double) c1d_shape_elements(step->layers > 1 ? &fusion->in : &step->site.in[k]);
	for (int i = 0; i < step->layers; i++)
		for (int k = 0; k < graph->nodes[step->layer[i]].weight_count; k++)
			floats += (double) c1d_shape_elements(&graph->nodes[step->layer[i]].weights[k].shape);
	return floats * sizeof(float);
}
