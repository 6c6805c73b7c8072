/*
 * src/model/repair_end.c
 *	  Proposals for a model that ends at another shape than expected, and for
 *	  branches that do not meet.
 */
#include <string.h>

#include "model/repair.h"

/* How many layers are given a padding, each by itself, and mend it. */
#define MOST_PADDINGS 2

/* Choices of an output_padding for each of several layers. */
#define MOST_CHOICES 64

/* pair: class_name with key = [a, b] */
static C1dEdit
pair(C1dRepair *r, int at, int branch, const char *class_name, const char *key, int64_t a, int64_t b)
{
	return c1d_edit_put(r, at, branch, class_name, c1d_repair_config(r, NULL, key, c1d_repair_ints(r, 2, (int64_t[]) {a, b})));
}

/* ---- branches ---- */

/* branch_layers: what the layers of one branch alone can do to meet the others */
static void
branch_layers(C1dRepair *r, const C1dNode *node)
{
	const C1dTrial *view = r->view;
	const bool *before = c1d_repair_before(r, r->position);
	C1dEdit		edits[C1D_MOST_EDITS];
	int			shrinking = 0;

	for (int i = 0; before != NULL && i < r->position && shrinking <= C1D_MOST_EDITS; i++)
		if (before[i] && view->list.origin[i] >= 0 && c1d_repair_windowed(r, i) && view->graph.nodes[i].class->dialect != C1D_TORCH &&
			!c1d_value_is(c1d_value_get(view->list.text[i].config, "padding"), "same") && shrinking++ < C1D_MOST_EDITS)
			edits[shrinking - 1] = c1d_edit_set(view->list.origin[i], "padding", c1d_value_string("same"));
	if (shrinking > 1 && shrinking <= C1D_MOST_EDITS)
		c1d_try(r, edits, shrinking, NULL);
	for (int i = r->position - 1; before != NULL && i >= 0 && !c1d_repair_enough(r); i--)
	{
		int64_t		stride = c1d_repair_int(r, i, "strides", c1d_repair_int(r, i, "stride", 1));

		if (!before[i] || view->list.origin[i] < 0)
			continue;
		if (c1d_repair_windowed(r, i))
			c1d_repair_padding(r, i, NULL, 0);
		if (view->graph.nodes[i].class->ops == &c1d_conv_transpose_ops)
			for (int64_t p = 0; p < stride && p < 4; p++)
				c1d_try_one(r, c1d_edit_set(view->list.origin[i], "output_padding", c1d_value_int(p)));
		for (int k = 0; k < node->inputs; k++)
		{
			const C1dShape *other = c1d_graph_source(&view->graph, r->position, k, &view->list.input, view->shapes);

			if (c1d_shape_channels(other) != c1d_shape_channels(&view->shapes[i]) && c1d_shape_channels(other) > 1)
				c1d_repair_width(r, i, c1d_shape_channels(other));
		}
	}
}

/* c1d_repair_branches: inputs of one layer that do not fit each other. */
void
c1d_repair_branches(C1dRepair *r)
{
	const C1dTrial *view = r->view;
	const C1dNode *node = &view->graph.nodes[r->position];
	const C1dShape *first = r->in;
	C1dEdit		crop[C1D_MAX_INPUTS],
				pad[C1D_MAX_INPUTS];
	int			crops = 0,
				pads = 0;
	int64_t		least = INT64_MAX,
				most = 0;

	branch_layers(r, node);
	for (int k = 0; k < node->inputs; k++)
	{
		const C1dShape *in = c1d_graph_source(&view->graph, r->position, k, &view->list.input, view->shapes);

		if (in->rank != 2)
			return;
		least = in->dim[0] < least ? in->dim[0] : least;
		most = in->dim[0] > most ? in->dim[0] : most;
	}
	for (int k = 0; k < node->inputs && crops < C1D_MOST_EDITS && pads < C1D_MOST_EDITS; k++)
	{
		const C1dShape *in = c1d_graph_source(&view->graph, r->position, k, &view->list.input, view->shapes);
		int64_t		more = in->dim[0] - least;
		int64_t		less = most - in->dim[0];

		if (more > 0)
			crop[crops++] = pair(r, r->at, k, "Cropping1D", "cropping", more / 2, more - more / 2);
		if (less > 0)
			pad[pads++] = pair(r, r->at, k, "ZeroPadding1D", "padding", less / 2, less - less / 2);
	}
	if (crops > 0)
		c1d_try(r, crop, crops, NULL);
	if (pads > 0)
		c1d_try(r, pad, pads, NULL);
	for (int k = 1; k < node->inputs; k++)
	{
		const C1dShape *in = c1d_graph_source(&view->graph, r->position, k, &view->list.input, view->shapes);

		if (in->dim[1] != first->dim[1])
			c1d_try_one(r, c1d_edit_put(r, r->at, k, "Conv1D",
										c1d_repair_config(r, c1d_repair_config(r, NULL, "filters", c1d_value_int(first->dim[1])),
														  "kernel_size", c1d_value_int(1))));
	}
}

/* ---- the end ---- */

/*
 * paddings
 *		Windows at every step in one layer; returns how many changes that mend it
 *		there are.  A long model leaves half of the trials for the proposals behind.
 */
static int
paddings(C1dRepair *r)
{
	int			mended = 0;

	for (int i = 0; i < r->view->graph.count && mended < MOST_PADDINGS && r->check->reads < C1D_MOST_READS / 2; i++)
		if (c1d_repair_windowed(r, i))
		{
			int			found = r->found;

			c1d_repair_padding(r, i, NULL, 0);
			mended += r->found - found;
		}
	return mended;
}

/* all_paddings: windows at every step in all layers that lose some */
static void
all_paddings(C1dRepair *r)
{
	C1dEdit		edits[C1D_MOST_EDITS];
	int			count = 0;

	for (int i = 0; i < r->view->graph.count; i++)
		if (c1d_repair_windowed(r, i) && r->view->list.origin[i] >= 0 &&
			!c1d_value_is(c1d_value_get(r->view->list.text[i].config, "padding"), "same") &&
			r->view->graph.nodes[i].class->dialect != C1D_TORCH)
		{
			if (count == C1D_MOST_EDITS)
				return;
			edits[count++] = c1d_edit_set(r->view->list.origin[i], "padding", c1d_value_string("same"));
		}
	if (count > 1)
		c1d_try(r, edits, count, NULL);
}

/* output_paddings: of every transposed convolution */
static void
output_paddings(C1dRepair *r)
{
	for (int i = 0; i < r->view->graph.count && !c1d_repair_enough(r); i++)
	{
		int64_t		stride = c1d_repair_int(r, i, "strides", c1d_repair_int(r, i, "stride", 1));
		int			at = r->view->list.origin[i];

		if (at < 0 || r->view->graph.nodes[i].class->ops != &c1d_conv_transpose_ops)
			continue;
		for (int64_t p = 0; p < stride && p < 16; p++)
			c1d_try_one(r, c1d_edit_set(at, "output_padding", c1d_value_int(p)));
		if (c1d_value_get(r->view->list.text[i].config, "output_padding") != NULL)
			c1d_try_one(r, c1d_edit_out(at, "output_padding"));
	}
}

/*
 * several_output_paddings
 *		A decoder of several strides may need another one in each: every choice
 *		of 0 .. stride - 1 in all transposed convolutions, when these are few.
 */
static void
several_output_paddings(C1dRepair *r)
{
	C1dEdit		edits[C1D_MOST_EDITS];
	int64_t		stride[C1D_MOST_EDITS];
	int64_t		choices = 1;
	int			count = 0;

	for (int i = 0; i < r->view->graph.count; i++)
	{
		if (r->view->list.origin[i] < 0 || r->view->graph.nodes[i].class->ops != &c1d_conv_transpose_ops)
			continue;
		if (count == C1D_MOST_EDITS || choices > MOST_CHOICES)
			return;
		stride[count] = c1d_repair_int(r, i, "strides", c1d_repair_int(r, i, "stride", 1));
		choices *= stride[count] < MOST_CHOICES ? stride[count] : MOST_CHOICES;
		edits[count++].at = r->view->list.origin[i];
	}
	for (int64_t choice = 0; count > 1 && choices <= MOST_CHOICES && choice < choices; choice++)
	{
		int64_t		rest = choice;

		for (int k = count - 1; k >= 0; k--)
		{
			edits[k] = c1d_edit_set(edits[k].at, "output_padding", c1d_value_int(rest % stride[k]));
			rest /= stride[k];
		}
		if (c1d_try(r, edits, count, NULL))
			return;
	}
}

/*
 * transposed
 *		A Conv1D never makes a series longer, a Conv1DTranspose with a long enough
 *		kernel does: the last one of stride 1.
 */
static void
transposed(C1dRepair *r)
{
	const C1dTrial *view = r->view;

	for (int i = view->graph.count - 1; i >= 0; i--)
	{
		const C1dShape *in = c1d_graph_source(&view->graph, i, 0, &view->list.input, view->shapes);
		int64_t		kernel_size;
		C1dEdit		edits[3];
		int			at = view->list.origin[i];

		if (at < 0 || view->graph.nodes[i].class->ops != &c1d_conv_ops ||
			!c1d_value_is(view->list.text[i].class_name, "Conv1D") || c1d_repair_int(r, i, "strides", 1) != 1)
			continue;
		kernel_size = r->check->expected->dim[0] - in->dim[0] + 1;
		if (kernel_size < 2 || kernel_size > 64)
			return;
		edits[0] = c1d_edit_class(at, "Conv1DTranspose");
		edits[1] = c1d_edit_set(at, "padding", c1d_value_string("valid"));
		edits[2] = c1d_edit_set(at, "kernel_size", c1d_value_int(kernel_size));
		c1d_try(r, edits, c1d_repair_int(r, i, "kernel_size", 0) == kernel_size ? 2 : 3, NULL);
		return;
	}
}

/* lengthen: zeros behind the model, or a cut */
static void
lengthen(C1dRepair *r, const C1dShape *got)
{
	int64_t		missing = r->check->expected->dim[0] - got->dim[0];
	C1dEdit		edit;

	if (missing > 0)
	{
		edit = pair(r, r->given, 0, "ZeroPadding1D", "padding", missing / 2, missing - missing / 2);
		c1d_try(r, &edit, 1, ", which adds zeros");
	}
	if (missing < 0)
		c1d_try_one(r, pair(r, r->given, 0, "Cropping1D", "cropping", -missing / 2, -missing - -missing / 2));
}

/* width: the last layer that has one */
static void
width(C1dRepair *r)
{
	for (int i = r->view->graph.count - 1; i >= 0; i--)
		if (c1d_repair_width(r, i, c1d_shape_channels(r->check->expected)))
			return;
}

/*
 * decoder
 *		What is so many times too short is upsampled, and gets its channels from
 *		one more convolution.
 */
static void
decoder(C1dRepair *r, const C1dShape *got)
{
	const C1dShape *expected = r->check->expected;
	const C1dValue *config = c1d_repair_config(r, NULL, "filters", c1d_value_int(expected->dim[1]));
	C1dEdit		edits[2];

	config = c1d_repair_config(r, config, "kernel_size", c1d_value_int(3));
	config = c1d_repair_config(r, config, "padding", c1d_value_string("same"));
	edits[1] = c1d_edit_put(r, r->given, 0, "Conv1D", config);
	if (expected->dim[0] == got->dim[0])
		c1d_try_one(r, edits[1]);
	else if (expected->dim[0] % got->dim[0] == 0)
	{
		edits[0] = c1d_edit_put(r, r->given, 0, "UpSampling1D",
								c1d_repair_config(r, NULL, "size", c1d_value_int(expected->dim[0] / got->dim[0])));
		c1d_try(r, edits, expected->dim[1] == got->dim[1] ? 1 : 2, NULL);
	}
}

/* with_base: the list with a change made, and every proposal on top of it */
static bool
with_base(C1dRepair *r, const C1dEdit *edits, int count, C1dTrial *based)
{
	C1dChange	change = {.count = count};
	C1dTrial   *trial = &r->check->trial;

	memcpy(change.edit, edits, count * sizeof(C1dEdit));
	if (count > C1D_MOST_EDITS - 2 || r->numbered || r->named || c1d_reach(r, &change) < r->given || trial->list.count == 0)
		return false;
	*based = *trial;

	/* the next trial makes room for itself */
	memset(trial, 0, sizeof(*trial));
	r->view = based;
	r->base = change;
	return true;
}

/* without_permutes: what swaps the axes of a series does not make it longer */
static void
without_permutes(C1dRepair *r)
{
	C1dEdit		edits[C1D_MOST_EDITS];
	C1dTrial	based;
	const C1dTrial *view = r->view;
	int			count = 0;

	for (int i = 0; i < view->graph.count; i++)
		if (view->list.origin[i] >= 0 && view->graph.nodes[i].class->ops == &c1d_permute_ops)
		{
			if (count == C1D_MOST_EDITS)
				return;
			edits[count++] = c1d_edit_take_out(view->list.origin[i]);
		}
	if (count == 0)
		return;
	c1d_try(r, edits, count, NULL);
	if (!with_base(r, edits, count, &based))
		return;
	if (based.shapes[based.list.count - 1].rank == 2 && r->check->expected->rank == 2)
	{
		transposed(r);
		lengthen(r, &based.shapes[based.list.count - 1]);
	}
	r->view = view;
	r->base.count = 0;
}

/* vector: an average of the steps, or all of them, before the last layer or behind it */
static void
vector(C1dRepair *r)
{
	for (int at = r->given - 1; at <= r->given; at++)
	{
		c1d_try_one(r, c1d_edit_put(r, at, 0, "GlobalAveragePooling1D", NULL));
		c1d_try_one(r, c1d_edit_put(r, at, 0, "Flatten", NULL));
	}
}

/* other_width: where both the steps, or the rank, and the channels are wrong */
static void
other_width(C1dRepair *r)
{
	static const char *const keys[] = {"filters", "units", "out_channels", "out_features"};
	const C1dTrial *view = r->view;
	C1dTrial	based;

	for (int i = view->graph.count - 1; i >= 0; i--)
		for (size_t k = 0; view->list.origin[i] >= 0 && k < sizeof(keys) / sizeof(*keys); k++)
			if (c1d_value_get(view->list.text[i].config, keys[k]) != NULL)
			{
				C1dEdit		edit = c1d_edit_set(view->list.origin[i], keys[k], c1d_value_int(c1d_shape_channels(r->check->expected)));

				if (!with_base(r, &edit, 1, &based))
					return;
				if (r->check->expected->rank == 1)
					vector(r);
				else if (based.shapes[based.list.count - 1].rank == 2)
				{
					paddings(r);
					output_paddings(r);
					transposed(r);
					lengthen(r, &based.shapes[based.list.count - 1]);
				}
				r->view = view;
				r->base.count = 0;
				return;
			}
}

/* c1d_repair_end: every layer is sound, and the model ends elsewhere. */
void
c1d_repair_end(C1dRepair *r)
{
	const C1dShape *got = r->in;
	const C1dShape *expected = r->check->expected;
	bool		series = got->rank == 2 && expected->rank == 2;
	bool		same_width = c1d_shape_channels(got) == c1d_shape_channels(expected);

	if (same_width || !series)
	{
		if (paddings(r) == 0)
			all_paddings(r);
		output_paddings(r);
		if (r->found == 0)
			several_output_paddings(r);
	}
	if (series && same_width)
	{
		if (r->found > 0 || expected->dim[0] > got->dim[0])
			transposed(r);
	}
	if (!same_width)
		width(r);
	if (got->rank > 1 && expected->rank == 1)
		vector(r);
	if (series && expected->dim[0] == got->dim[1] && expected->dim[1] == got->dim[0])
	{
		without_permutes(r);
		c1d_try_one(r, pair(r, r->given, 0, "Permute", "dims", 2, 1));
	}
	if (series && same_width)
		lengthen(r, got);
	if (r->found == 0 && series)
		without_permutes(r);
	if (r->found == 0 && (series || expected->rank == 1) && got->rank > 1 && !same_width)
		other_width(r);
	if (series && r->found == 0)
		decoder(r, got);
	if (r->found == 0 && c1d_shape_elements(got) == c1d_shape_elements(expected))
		c1d_try_one(r, c1d_edit_put(r, r->given, 0, "Reshape",
									c1d_repair_config(r, NULL, "target_shape", c1d_repair_ints(r, expected->rank, expected->dim))));
}
