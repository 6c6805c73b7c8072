/*
 * src/model/repair_fit.c
 *	  Proposals for a layer whose input has other channels, features or elements
 *	  than it was made for.
 */
#include "model/repair.h"

#include "base/number.h"

/* How many layers before the faulty one are changed, each by itself. */
#define MOST_BEFORE 8

/*
 * width_before
 *		Try to let the last layer before that has a width make so many channels.
 */
static void
width_before(C1dRepair *r, int64_t wanted)
{
	const C1dTrial *view = r->view;

	for (int i = view->graph.nodes[r->position].input[0]; wanted > 0 && i >= 0; i = view->graph.nodes[i].input[0])
		if (view->graph.nodes[i].inputs != 1 || c1d_repair_width(r, i, wanted))
			return;
}

/* turned: the axes swapped, where the model gets them or where the layer does */
static void
turned(C1dRepair *r)
{
	const C1dShape *in = r->in;
	int			before = r->view->graph.nodes[r->position].input[0];
	C1dEdit		edit;

	if (before < 0 || (c1d_shape_equal(in, &r->view->list.input) && r->base.count == 0))
	{
		edit = c1d_edit_input(c1d_shape2(in->dim[1], in->dim[0]));
		c1d_try(r, &edit, 1, ": permute(x, 2, 1) swaps its axes");
	}
	else if (r->view->graph.nodes[before].class->ops != &c1d_permute_ops || r->view->list.origin[before] < 0 ||
			 !c1d_try_one(r, c1d_edit_take_out(r->view->list.origin[before])))
		c1d_try_one(r, c1d_edit_put(r, r->at, 0, "Permute", c1d_repair_config(r, NULL, "dims", c1d_repair_ints(r, 2, (int64_t[]) {2, 1}))));
}

/* groups: so many as both the channels and the filters form */
static void
groups(C1dRepair *r, int64_t channels)
{
	int64_t		now = c1d_repair_int(r, r->position, "groups", 1);
	int64_t		most = c1d_gcd(channels, c1d_repair_int(r, r->position, "filters", c1d_repair_int(r, r->position, "out_channels", channels)));

	for (int64_t count = now - 1 < most ? now - 1 : most; count > 0 && count > most - 64; count--)
		if (most % count == 0 && c1d_try_one(r, c1d_edit_set(r->at, "groups", c1d_value_int(count))))
			break;
	if (now > 1)
		width_before(r, channels + now - channels % now);
}

/* declared: the number in the configuration is that of the input's channels, or forms as many groups */
static void
declared(C1dRepair *r, int64_t channels)
{
	static const char *const keys[] = {"in_channels", "num_features", "num_channels", "num_parameters", "normalized_shape"};
	const C1dValue *config = r->view->list.text[r->position].config;

	for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
		if (c1d_value_get(config, keys[k]) != NULL)
		{
			C1dEdit		edits[2] = {c1d_edit_set(r->at, keys[k], c1d_value_int(channels))};
			int64_t		now = c1d_repair_int(r, r->position, "groups", c1d_repair_int(r, r->position, "num_groups", 1));

			if (c1d_try_one(r, edits[0]) || now == 1)
				return;
			edits[1] = c1d_edit_set(r->at, c1d_value_get(config, "groups") != NULL ? "groups" : "num_groups",
									c1d_value_int(c1d_gcd(channels, now)));
			c1d_try(r, edits, 2, NULL);
			return;
		}
	if (c1d_repair_int(r, r->position, "num_groups", 0) > 1)
		c1d_try_one(r, c1d_edit_set(r->at, "num_groups", c1d_value_int(c1d_gcd(channels, c1d_repair_int(r, r->position, "num_groups", 1)))));
}

/* features: what Linear needs, along time or flattened */
static void
features(C1dRepair *r)
{
	const C1dShape *in = r->in;
	int64_t		elements = c1d_shape_elements(in);
	C1dEdit		edits[2];

	if (in->rank > 1)
	{
		edits[0] = c1d_edit_put(r, r->at, 0, "torch.nn.Flatten", NULL);
		edits[1] = c1d_edit_set(r->at, "in_features", c1d_value_int(elements));
		if (elements == r->problem->wanted)
			c1d_try_one(r, edits[0]);
		else
			c1d_try(r, edits, 2, NULL);
		if (in->dim[in->rank - 2] != elements)
			c1d_try_one(r, c1d_edit_set(r->at, "in_features", c1d_value_int(in->dim[in->rank - 2])));
	}
	else
		c1d_try_one(r, c1d_edit_set(r->at, "in_features", c1d_value_int(elements)));
	c1d_repair_input_for(r, r->problem->wanted);
}

/* padding_before: windows at every step in a layer before */
static void
padding_before(C1dRepair *r, const C1dEdit *after, int count)
{
	const bool *before = c1d_repair_before(r, r->position);
	int			tried = 0;

	for (int i = r->position - 1; before != NULL && i >= 0 && tried < MOST_BEFORE; i--)
		if (before[i] && c1d_repair_windowed(r, i))
		{
			c1d_repair_padding(r, i, after, count);
			tried++;
		}
}

/*
 * scaler
 *		What was scaled back must have the channels again that it had: a decoder
 *		ends in a convolution that makes them.
 */
static void
scaler(C1dRepair *r, bool inverse)
{
	const C1dShape *in = r->in;
	int64_t		wanted = r->problem->wanted;

	if (in->rank == 1 && wanted == 1)
		c1d_try_one(r, c1d_edit_put(r, r->at, 0, "Reshape", c1d_repair_config(r, NULL, "target_shape", c1d_repair_ints(r, 2, (int64_t[]) {in->dim[0], 1}))));
	if (in->rank == 2 && inverse)
	{
		const C1dValue *config = c1d_repair_config(r, NULL, "filters", c1d_value_int(wanted));

		config = c1d_repair_config(r, config, "kernel_size", c1d_value_int(3));
		config = c1d_repair_config(r, config, "padding", c1d_value_string("same"));
		c1d_try_one(r, c1d_edit_put(r, r->at, 0, "Conv1D", config));
	}
	if (c1d_shape_equal(in, &r->view->list.input) && r->base.count == 0)
	{
		C1dShape	input = *in;

		input.dim[in->rank - 1] = wanted;
		c1d_try_one(r, c1d_edit_input(input));
	}
}

/* c1d_repair_channels: as many channels as the layer needs, or a layer that needs as many. */
void
c1d_repair_channels(C1dRepair *r)
{
	const C1dShape *in = r->in;
	int64_t		channels = c1d_shape_channels(in);
	int64_t		wanted = r->problem->wanted;
	const LayerOps *ops = r->view->graph.nodes[r->position].class->ops;

	if (in->rank == 2 && wanted == in->dim[0])
		turned(r);
	if (r->problem->aspect == C1D_OF_FEATURES)
	{
		features(r);
		padding_before(r, NULL, 0);
		width_before(r, wanted);
		return;
	}
	if (ops == &c1d_minmax_ops || ops == &c1d_minmax_inverse_ops)
		scaler(r, ops == &c1d_minmax_inverse_ops);
	declared(r, channels);
	groups(r, channels);
	width_before(r, wanted);
}

/* ---- elements ---- */

/* target: what the Reshape makes, as far as it can be read */
static C1dShape
target(const C1dValue *list)
{
	C1dShape	shape = {0};

	if (c1d_value_get(list, "items") != NULL)
		list = c1d_value_get(list, "items");
	if (list != NULL && list->type == C1D_INT)
		return c1d_shape1(list->as.integer);
	for (int64_t i = 0; list != NULL && list->type == C1D_LIST && i < list->as.list.count && i < C1D_MAX_RANK; i++)
		shape.dim[shape.rank++] = list->as.list.items[i].type == C1D_INT ? list->as.list.items[i].as.integer : 0;
	return shape;
}

/*
 * rectangles
 *		Two ways to make a picture of the steps that there are, nearest to a
 *		square first.
 */
static void
rectangles(C1dRepair *r, const char *key, int64_t steps, int64_t last)
{
	int			tried = 0;

	for (int64_t f = c1d_square_side(steps); f > 1 && tried < 2; f--)
		if (steps % f == 0)
		{
			c1d_try_one(r, c1d_edit_set(r->at, key, c1d_repair_ints(r, 3, (int64_t[]) {f, steps / f, last})));
			tried++;
		}
}

/*
 * square
 *		With windows at every step in a layer before, the steps may form a square.
 */
static void
square(C1dRepair *r, const char *key, int64_t last)
{
	const C1dTrial *view = r->view;
	const bool *before = c1d_repair_before(r, r->position);
	int			tried = 0;

	for (int i = r->position - 1; before != NULL && i >= 0 && tried < MOST_BEFORE; i--)
	{
		int64_t		steps,
					side = 1;
		C1dEdit		edit;

		if (!before[i] || !c1d_repair_windowed(r, i) || r->in->rank != 2 || view->shapes[i].rank != 2)
			continue;
		tried++;
		steps = c1d_graph_source(&view->graph, i, 0, &view->list.input, view->shapes)->dim[0];
		while (side * side < steps)
			side++;
		if (side * side != steps)
			continue;
		edit = c1d_edit_set(r->at, key, c1d_repair_ints(r, 3, (int64_t[]) {side, side, last}));
		c1d_repair_padding(r, i, &edit, 1);
	}
}

/* c1d_repair_elements: a shape that holds them, or as many as the shape holds. */
void
c1d_repair_elements(C1dRepair *r)
{
	const LayerOps *ops = r->view->graph.nodes[r->position].class->ops;
	const char *key = ops == &c1d_reshape_ops ? "target_shape" : "unflattened_size";
	C1dShape	wanted = target(c1d_value_get(r->view->list.text[r->position].config, key));
	int64_t		elements = c1d_shape_elements(r->in);
	int64_t		last = wanted.rank > 0 ? c1d_shape_channels(&wanted) : 0;

	if (r->problem->wanted > 0)
		padding_before(r, NULL, 0);
	if (last > 0 && elements % last == 0 && wanted.rank == 3)
	{
		rectangles(r, key, elements / last, last);
		square(r, key, last);
	}
	if (last > 0 && elements % last == 0 && wanted.rank == 2)
		c1d_try_one(r, c1d_edit_set(r->at, key, c1d_repair_ints(r, 2, (int64_t[]) {elements / last, last})));
	if (r->problem->wanted > 0)
		c1d_repair_input_for(r, r->problem->wanted);
	if (r->problem->wanted > 0 && r->problem->wanted % (elements / c1d_shape_channels(r->in)) == 0)
		width_before(r, r->problem->wanted / (elements / c1d_shape_channels(r->in)));
	if (r->found > 0)
		return;
	if (wanted.rank == 2 && r->in->rank == 2)
		c1d_try_one(r, c1d_edit_set(r->at, key, c1d_repair_ints(r, 2, r->in->dim)));
	if (wanted.rank == 3)
		rectangles(r, key, elements, 1);
	if (wanted.rank == 2)
		c1d_try_one(r, c1d_edit_set(r->at, key, c1d_repair_ints(r, 2, (int64_t[]) {elements, 1})));
	if (wanted.rank == 1)
		c1d_try_one(r, c1d_edit_set(r->at, key, c1d_repair_ints(r, 1, (int64_t[]) {elements})));
}
