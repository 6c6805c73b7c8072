/*
 * src/layers/merge.c
 *	  Layers of several inputs: Add, Subtract, Multiply, Average, Maximum,
 *	  Minimum, element by element, and Concatenate.
 *
 * Elementwise, an axis of 1 is stretched to that of the others, and a tensor
 * of fewer axes has axes of 1 in front, as in Keras.
 */
#include <inttypes.h>
#include <string.h>

#include "kernels/merge.h"
#include "layers/layer.h"

typedef struct MergeConfig
{
	C1dMerge	merge;
	bool		average;
} MergeConfig;

static bool
merge_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	static const struct
	{
		const char *class_name;
		MergeConfig config;
	}			kinds[] = {
		{"Add", {C1D_MERGE_ADD, false}},
		{"Average", {C1D_MERGE_ADD, true}},
		{"Maximum", {C1D_MERGE_MAXIMUM, false}},
		{"Minimum", {C1D_MERGE_MINIMUM, false}},
		{"Multiply", {C1D_MERGE_MULTIPLY, false}},
		{"Subtract", {C1D_MERGE_SUBTRACT, false}},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].class_name, attrs->class_name) == 0)
		{
			*(MergeConfig *) config = kinds[i].config;
			return true;
		}
	return c1d_fail(err, C1D_UNSUPPORTED, "layer \"%s\" is not supported", attrs->class_name);
}

/* length_of: axis i from the end, 1 where there is none */
static int64_t
length_of(const C1dShape *shape, int i)
{
	return i < shape->rank ? shape->dim[shape->rank - 1 - i] : 1;
}

/*
 * misfit
 *		The error for two shapes that do not go together.
 */
static bool
misfit(const C1dShape *merged, const C1dShape *next, int number, C1dError *err)
{
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT];

	c1d_fail(err, C1D_BAD_SHAPE, "inputs of shape %s and %s do not fit together",
			 c1d_shape_text(merged, a), c1d_shape_text(next, b));
	c1d_about(err, C1D_OF_BRANCHES, 0);
	c1d_detail(err, "Input %d has shape %s, what comes before it %s.", number, b, a);
	if (merged->rank != 2 || next->rank != 2)
		return false;
	if (merged->dim[1] == next->dim[1])
	{
		int64_t		more = merged->dim[0] - next->dim[0];

		return c1d_hint(err, "Cropping1D with cropping [0, %" PRId64 "] makes the longer one as long as the other.",
						more < 0 ? -more : more);
	}
	if (merged->dim[0] == next->dim[0])
		return c1d_hint(err, "Conv1D with filters %" PRId64 " and kernel_size 1 gives input %d as many channels.",
						merged->dim[1], number);
	return false;
}

static bool
merge_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	C1dShape	merged = in[0];

	(void) config;
	for (int k = 1; k < inputs; k++)
	{
		C1dShape	both = {.rank = merged.rank > in[k].rank ? merged.rank : in[k].rank};

		for (int i = 0; i < both.rank; i++)
		{
			int64_t		a = length_of(&merged, i);
			int64_t		b = length_of(&in[k], i);

			if (a != b && a != 1 && b != 1)
				return misfit(&merged, &in[k], k + 1, err);
			both.dim[both.rank - 1 - i] = a == 1 ? b : a;
		}
		merged = both;
	}
	*out = merged;
	return true;
}

/*
 * lay
 *		Lay an input under the output: the trailing axes that are alike, all
 *		stretched or none, are a run.
 */
static void
lay(const C1dShape *in, const C1dShape *out, C1dMergeView *view)
{
	int64_t		stride = 1;
	bool		known = false;
	int			i;

	view->run = 1;
	view->step = 1;
	for (i = 0; i < out->rank; i++)
	{
		int64_t		size = length_of(out, i);
		int64_t		step = length_of(in, i) == size ? 1 : 0;

		if (size > 1 && known && step != view->step)
			break;
		if (size > 1)
			view->step = step;
		known = known || size > 1;
		view->run *= size;
		stride *= length_of(in, i);
	}
	view->axes = out->rank - i;
	for (; i < out->rank; i++)
	{
		int			d = out->rank - 1 - i;

		view->size[d] = out->dim[d];
		view->stride[d] = length_of(in, i) == out->dim[d] ? stride : 0;
		stride *= length_of(in, i);
	}
}

static bool
merge_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	C1dMergeView *views = c1d_alloc_array(arena, site->inputs, sizeof(*views), err);

	for (int k = 0; views != NULL && k < site->inputs; k++)
		lay(&site->in[k], &site->out, &views[k]);
	*prepared = views;
	return views != NULL;
}

static double
merge_cost(const LayerSite *site)
{
	return (double) c1d_shape_elements(&site->out) * site->inputs;
}

static void
merge_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const MergeConfig *c = site->config;
	const C1dMergeView *views = site->prepared;
	int64_t		row = c1d_shape_elements(&site->out) / c1d_layer_rows(&site->out);

	(void) work;
	begin *= row;
	end *= row;
	for (int k = 0; k < site->inputs; k++)
		c1d_merge(k == 0 ? C1D_MERGE_COPY : c->merge, site->tuning->isa, &views[k], x[k], y, begin, end);
	for (int64_t i = begin; c->average && i < end; i++)
		y[i] /= (float) site->inputs;
}

const LayerOps c1d_merge_ops = {
	.config_size = sizeof(MergeConfig),
	.least_inputs = 2,
	.most_inputs = C1D_MAX_INPUTS,
	.parse = merge_parse,
	.infer = merge_infer,
	.prepare = merge_prepare,
	.cost = merge_cost,
	.forward = merge_forward,
};

const LayerOps c1d_subtract_ops = {
	.config_size = sizeof(MergeConfig),
	.least_inputs = 2,
	.most_inputs = 2,
	.parse = merge_parse,
	.infer = merge_infer,
	.prepare = merge_prepare,
	.cost = merge_cost,
	.forward = merge_forward,
};

/* ---- Concatenate ---- */

typedef struct ConcatenateConfig
{
	int64_t		axis;			/* as Keras counts it: 0 is the batch */
} ConcatenateConfig;

static bool
concatenate_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return c1d_attr_int(attrs, "axis", -C1D_MAX_RANK, C1D_MAX_RANK, -1, &((ConcatenateConfig *) config)->axis, err);
}

static bool
concatenate_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const ConcatenateConfig *c = config;
	int			at;

	if (!c1d_layer_axis(c->axis, in, &at, err))
		return false;
	*out = in[0];
	for (int k = 1; k < inputs; k++)
	{
		bool		fits = in[k].rank == in[0].rank;

		for (int i = 0; fits && i < in[0].rank; i++)
			fits = i == at || in[k].dim[i] == in[0].dim[i];
		if (!fits)
		{
			char		a[C1D_SHAPE_TEXT],
						b[C1D_SHAPE_TEXT];

			c1d_fail(err, C1D_BAD_SHAPE, "inputs of shape %s and %s cannot be joined along axis %" PRId64,
					 c1d_shape_text(&in[0], a), c1d_shape_text(&in[k], b), c->axis);
			c1d_about(err, C1D_OF_BRANCHES, 0);
			c1d_detail(err, "Input 1 has shape %s, input %d %s; all other axes must be equal.", a, k + 1, b);
			if (in[0].rank == 2 && in[k].rank == 2 && at == 1)
				return c1d_hint(err, "Cropping1D with cropping [0, %" PRId64 "] makes the longer one as long as the other.",
								in[0].dim[0] > in[k].dim[0] ? in[0].dim[0] - in[k].dim[0] : in[k].dim[0] - in[0].dim[0]);
			return false;
		}
		out->dim[at] += in[k].dim[at];
	}
	return true;
}

/*
 * concatenate_forward
 *		The output is made of blocks, in each a piece of every input.
 */
static void
concatenate_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ConcatenateConfig *c = site->config;
	const C1dShape *out = &site->out;
	int64_t		row = c1d_shape_elements(out) / c1d_layer_rows(out);
	int			at = (int) (c->axis < 0 ? out->rank + c->axis : c->axis - 1);
	int64_t		inner = 1;
	int64_t		block;

	(void) work;
	for (int i = at + 1; i < out->rank; i++)
		inner *= out->dim[i];
	block = out->dim[at] * inner;
	begin *= row;
	end *= row;
	for (int64_t b = begin / block; b * block < end; b++)
	{
		int64_t		start = b * block;

		for (int k = 0; k < site->inputs; k++)
		{
			int64_t		piece = site->in[k].dim[at] * inner;
			int64_t		first = start > begin ? start : begin;
			int64_t		last = start + piece < end ? start + piece : end;

			if (first < last)
				memcpy(y + first, x[k] + b * piece + first - start, (last - first) * sizeof(float));
			start += piece;
		}
	}
}

const LayerOps c1d_concatenate_ops = {
	.config_size = sizeof(ConcatenateConfig),
	.least_inputs = 2,
	.most_inputs = C1D_MAX_INPUTS,
	.parse = concatenate_parse,
	.infer = concatenate_infer,
	.cost = merge_cost,
	.forward = concatenate_forward,
};
