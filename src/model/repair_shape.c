/*
 * src/model/repair_shape.c
 *	  Proposals for a layer whose input has another rank than it needs, or too
 *	  few steps.
 */
#include "model/repair.h"

#include "base/number.h"

/* How many layers before the faulty one are changed, each by itself. */
#define MOST_BEFORE 12

/* reshape_before: try a Reshape before the faulty layer. */
static bool
reshape_before(C1dRepair *r, int rank, int64_t a, int64_t b, int64_t c)
{
	return c1d_try_one(r, c1d_edit_put(r, r->at, 0, "Reshape",
									   c1d_repair_config(r, NULL, "target_shape", c1d_repair_ints(r, rank, (int64_t[]) {a, b, c}))));
}

/* from_input: does the faulty layer take what the model gets, as it is? */
static bool
from_input(const C1dRepair *r)
{
	return c1d_shape_equal(r->in, &r->view->list.input);
}

/* flattened: take out what took the axes away */
static void
flattened(C1dRepair *r)
{
	const C1dTrial *view = r->view;
	int			i = view->graph.nodes[r->position].input[0];

	for (; i >= 0; i = view->graph.nodes[i].input[0])
	{
		const C1dNode *node = &view->graph.nodes[i];
		const C1dShape *before = c1d_graph_source(&view->graph, i, 0, &view->list.input, view->shapes);

		if (node->inputs > 1 || before->rank == 0)
			return;
		if (before->rank > view->shapes[i].rank)
		{
			if (view->list.origin[i] >= 0 && node->class->ops != &c1d_reshape_ops)
				c1d_try_one(r, c1d_edit_take_out(view->list.origin[i]));
			return;
		}
	}
}

/* c1d_repair_rank: as many axes as the layer needs. */
void
c1d_repair_rank(C1dRepair *r)
{
	const C1dShape *in = r->in;
	int64_t		elements = c1d_shape_elements(in);
	int64_t		side;
	C1dEdit		edit;

	if (in->rank == 1)
	{
		flattened(r);
		if (from_input(r))
		{
			edit = c1d_edit_input(c1d_shape2(in->dim[0], 1));
			c1d_try(r, &edit, 1, ": reshape(x, -1, 1) makes it");
		}
		side = c1d_square_side(elements);
		if (r->problem->wanted == 3)
			reshape_before(r, 3, elements / side, side, 1);
		else
		{
			if (side > 1)
				reshape_before(r, 2, elements / side, side, 0);
			reshape_before(r, 2, elements, 1, 0);
		}
	}
	else if (r->problem->wanted == 1)
	{
		c1d_try_one(r, c1d_edit_put(r, r->at, 0, "GlobalAveragePooling1D", NULL));
		c1d_try_one(r, c1d_edit_put(r, r->at, 0, "Flatten", NULL));
	}
	else if (in->rank == 2)
	{
		side = c1d_square_side(in->dim[0]);
		for (int64_t f = side; f >= 1 && f > side - 64; f--)
			if (in->dim[0] % f == 0 && (reshape_before(r, 3, in->dim[0] / f, f, in->dim[1]) | (f < side && f > 1)))
				break;
	}
	else
	{
		if (from_input(r) && in->rank == 3)
		{
			edit = c1d_edit_input(c1d_shape2(in->dim[1], in->dim[2]));
			c1d_try(r, &edit, 1, ": a batch is rows, not an axis");
		}

		/* of one channel it is rather series after series, which must not become one */
		if (!from_input(r) || c1d_shape_channels(in) > 1)
			reshape_before(r, 2, elements / c1d_shape_channels(in), c1d_shape_channels(in), 0);
	}
}

/* ---- steps ---- */

/*
 * run_up
 *		Infer the layers before last for an input of so many steps; false when one
 *		of them fails.
 */
static bool
run_up(C1dRepair *r, int last, int64_t steps, C1dShape *input, C1dShape *shapes)
{
	const C1dGraph *graph = &r->view->graph;
	C1dError	ignored;

	r->check->reads += last / 4 + 1;
	*input = r->view->list.input;
	input->dim[0] = steps;
	for (int i = 0; i < last; i++)
	{
		shapes[i].rank = 0;
		for (int k = 0; k < graph->nodes[i].inputs; k++)
			if (c1d_graph_source(graph, i, k, input, shapes)->rank == 0)
				return false;
		if (graph->nodes[i].config == NULL || !c1d_graph_node_infer(graph, i, input, shapes, &ignored))
			return false;
	}
	return true;
}

/*
 * c1d_repair_input_for
 *		Try the input of as many steps as make the layer at fault get so many
 *		elements, if there is one.
 */
void
c1d_repair_input_for(C1dRepair *r, int64_t elements)
{
	C1dShape	input = r->view->list.input;
	C1dShape   *shapes = c1d_alloc_array(r->arena, r->position + 1, sizeof(C1dShape), r->err);
	int64_t		low = 0,
				high;

	if (shapes == NULL || input.rank != 2 || r->base.count > 0 || c1d_repair_enough(r))
		return;
	high = C1D_MAX_ELEMENTS / input.dim[1] + 1;
	while (low + 1 < high)
	{
		int64_t		middle = low + (high - low) / 2;
		bool		there = run_up(r, r->position, middle, &input, shapes);
		int64_t		got = there ? c1d_shape_elements(c1d_graph_source(&r->view->graph, r->position, 0, &input, shapes)) : 0;

		if (got == elements)
		{
			c1d_try_one(r, c1d_edit_input(input));
			return;
		}

		/* too long a series fails at a limit, too short a one at a window */
		if (there ? got < elements : middle < r->view->list.input.dim[0])
			low = middle;
		else
			high = middle;
	}
}

/*
 * longer_input
 *		Try the shortest input that survives: first up to this layer; when some
 *		longer one comes farther, the shortest of these.
 */
static void
longer_input(C1dRepair *r)
{
	C1dShape	input = r->view->list.input;
	C1dChange	change = {.count = 1};
	C1dShape   *shapes = c1d_alloc_array(r->arena, r->position + 1, sizeof(C1dShape), r->err);
	int64_t		low = input.rank == 2 ? input.dim[0] : 0;
	int64_t		high = low;
	int			reach,
				far;

	if (shapes == NULL || low == 0 || r->base.count > 0 || c1d_repair_enough(r))
		return;
	do
		high = 2 * high + 1;
	while (high < C1D_MAX_ELEMENTS / input.dim[1] / 2 && !run_up(r, r->position + 1, high, &input, shapes));
	while (low + 1 < high)
	{
		int64_t		middle = low + (high - low) / 2;

		if (run_up(r, r->position + 1, middle, &input, shapes))
			high = middle;
		else
			low = middle;
	}
	input.dim[0] = high;
	change.edit[0] = c1d_edit_input(input);
	reach = c1d_reach(r, &change);
	if (reach <= r->at)
		return;
	change.edit[0].shape.dim[0] = 64 * high;
	far = reach > r->given ? reach : c1d_reach(r, &change);
	low = high;
	for (high = 64 * high; far > reach && low + 1 < high;)
	{
		change.edit[0].shape.dim[0] = low + (high - low) / 2;
		if (c1d_reach(r, &change) >= far)
			high = change.edit[0].shape.dim[0];
		else
			low = change.edit[0].shape.dim[0];
	}
	input.dim[0] = far > reach ? high : low;
	c1d_try_one(r, c1d_edit_input(input));
}

/*
 * smaller_window
 *		Try the largest window that fits, or the largest dilation.
 */
static void
smaller_window(C1dRepair *r)
{
	static const char *const sizes[] = {"kernel_size", "pool_size"};
	static const char *const dilations[] = {"dilation_rate", "dilation"};

	for (int k = 0; k < 2; k++)
	{
		int64_t		size = c1d_repair_int(r, r->position, sizes[k], 0);
		int64_t		dilation = c1d_repair_int(r, r->position, dilations[k], 1);
		int64_t		largest = r->in->dim[0] + 2 * c1d_repair_int(r, r->position, "padding", 0);

		int64_t		closest = size > 1 ? (largest - 1) / (size - 1) : 0;

		for (int64_t d = dilation - 1 < closest ? dilation - 1 : closest; d > 0 && d > closest - 16; d--)
			if (c1d_try_one(r, c1d_edit_set(r->at, dilations[k], c1d_value_int(d))))
				break;
		for (int64_t s = size - 1 < largest ? size - 1 : largest; s > 0 && s > largest - 16; s--)
			if (c1d_try_one(r, c1d_edit_set(r->at, sizes[k], c1d_value_int(s))))
				break;
	}
}

/* smaller_cut: Cropping1D, or the padding that a transposed convolution cuts off */
static void
smaller_cut(C1dRepair *r)
{
	const C1dValue *config = r->view->list.text[r->position].config;
	const C1dValue *cropping = c1d_value_get(config, "cropping");
	int64_t		most = r->in->dim[0] - 1;
	int64_t		padding = c1d_repair_int(r, r->position, "padding", 0);

	if (r->view->graph.nodes[r->position].class->ops == &c1d_cropping_ops && most >= 0)
	{
		int64_t		before = cropping != NULL && cropping->type == C1D_LIST && cropping->as.list.count == 2 &&
			cropping->as.list.items[0].type == C1D_INT ? cropping->as.list.items[0].as.integer : c1d_repair_int(r, r->position, "cropping", 1);

		before = before > most ? most : before;
		c1d_try_one(r, c1d_edit_set(r->at, "cropping", c1d_repair_ints(r, 2, (int64_t[]) {before, most - before})));
	}
	for (int64_t p = padding - 1; p >= 0 && p > padding - 16; p--)
		if (c1d_try_one(r, c1d_edit_set(r->at, "padding", c1d_value_int(p))))
			return;
	if (c1d_value_get(config, "pads") != NULL)
		c1d_try_one(r, c1d_edit_out(r->at, "pads"));
}

/*
 * shrink_less
 *		Every layer before that makes fewer steps of many, the nearest first:
 *		without it, when it pools; with windows at every step; without strides.
 */
static void
shrink_less(C1dRepair *r)
{
	const C1dTrial *view = r->view;
	const bool *before = c1d_repair_before(r, r->position);
	int			tried = 0;

	for (int i = r->position - 1; before != NULL && i >= 0 && tried < MOST_BEFORE && !c1d_repair_enough(r); i--)
	{
		const C1dNode *node = &view->graph.nodes[i];
		const C1dShape *in = node->inputs == 0 ? NULL : c1d_graph_source(&view->graph, i, 0, &view->list.input, view->shapes);

		if (!before[i] || view->list.origin[i] < 0 || !c1d_repair_windowed(r, i) || in->rank != 2 ||
			view->shapes[i].rank != 2 || view->shapes[i].dim[0] >= in->dim[0])
			continue;
		tried++;
		if (node->class->ops == &c1d_max_pool_ops || node->class->ops == &c1d_average_pool_ops)
			c1d_try_one(r, c1d_edit_take_out(view->list.origin[i]));
		else if (c1d_repair_int(r, i, "strides", 1) > 1)
			c1d_try_one(r, c1d_edit_set(view->list.origin[i], "strides", c1d_value_int(1)));
		else if (c1d_repair_int(r, i, "stride", 1) > 1)
			c1d_try_one(r, c1d_edit_set(view->list.origin[i], "stride", c1d_value_int(1)));
		else
			c1d_repair_padding(r, i, NULL, 0);
	}
}

/*
 * c1d_repair_steps
 *		More steps, or a layer that needs fewer.  An input of far more channels
 *		than steps is likely to have its axes swapped.
 */
void
c1d_repair_steps(C1dRepair *r)
{
	const C1dShape *in = r->in;

	if (from_input(r) && in->rank == 2 && in->dim[1] >= 4 * in->dim[0])
	{
		C1dEdit		turned = c1d_edit_input(c1d_shape2(in->dim[1], in->dim[0]));

		c1d_try(r, &turned, 1, ": permute(x, 2, 1) swaps its axes");
	}
	if (c1d_repair_windowed(r, r->position))
	{
		c1d_repair_padding(r, r->position, NULL, 0);
		smaller_window(r);
	}
	smaller_cut(r);
	longer_input(r);
	shrink_less(r);
}
