/*
 * src/layers/rearrange.c
 *	  Layers that move floats without changing them: Permute, RepeatVector, and
 *	  torch's Flatten and Unflatten.
 *
 * Torch keeps the channels first.  Flattening (C, L) there puts element (c, t)
 * at c * L + t, while our floats lie at t * C + c; so what is only a new shape
 * in torch moves floats here.
 */
#include <inttypes.h>
#include <string.h>

#include "kernels/transpose.h"
#include "layers/layer.h"
#include "layers/mirror.h"

static double
moving_cost(const LayerSite *site)
{
	return 4.0 * c1d_shape_elements(&site->out);
}

/* ---- Permute ---- */

typedef struct PermuteConfig
{
	int64_t		dims[C1D_MAX_RANK]; /* Keras counts the axes from 1 */
	int			rank;
} PermuteConfig;

static bool
permute_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	PermuteConfig *c = config;
	unsigned	seen = 0;

	if (!c1d_attr_ints(attrs, "dims", 1, C1D_MAX_RANK, C1D_MAX_RANK, c->dims, &c->rank, err))
		return false;
	for (int i = 0; i < c->rank; i++)
		seen |= 1u << (c->dims[i] - 1);
	if (c->rank > 0 && seen == (1u << c->rank) - 1)
		return true;
	c1d_fail(err, C1D_BAD_ARGUMENT, "dims of %s must be a permutation of the axes", attrs->class_name);
	return c1d_hint(err, "Axes count from 1: [2, 1] swaps timesteps and channels.");
}

static bool
permute_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const PermuteConfig *c = config;
	char		text[C1D_SHAPE_TEXT];

	(void) inputs;
	if (in->rank != c->rank)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "dims has %d axes, the input has %d", c->rank, in->rank);
		c1d_about(err, C1D_OF_RANK, c->rank);
		c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
		return in->rank == 1 ? c1d_hint(err, "A vector has one axis, and nothing to permute.") :
			c1d_hint(err, "Name each axis of the input once, from 1 to %d, such as %s.", in->rank,
					 (const char *[]) {"[2, 1]", "[3, 2, 1]", "[4, 3, 2, 1]"}[in->rank - 2]);
	}
	out->rank = in->rank;
	for (int i = 0; i < in->rank; i++)
		out->dim[i] = in->dim[c->dims[i] - 1];
	return true;
}

/*
 * permute_forward
 *		Two axes matter: the last of the output, and that along which the input's
 *		floats are beside each other.  In the plane of these, floats are
 *		transposed, or copied when they are one; the other axes number the planes.
 */
static void
permute_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const PermuteConfig *c = site->config;
	const C1dShape *out = &site->out;
	const int	last = out->rank - 1;
	int64_t		in_step[C1D_MAX_RANK];
	int64_t		out_step[C1D_MAX_RANK];
	int64_t		step[C1D_MAX_RANK];
	int64_t		size[C1D_MAX_RANK];
	int64_t		planes = 1;
	int			beside = 0;

	(void) work;
	in_step[last] = out_step[last] = 1;
	for (int i = last; i > 0; i--)
	{
		in_step[i - 1] = in_step[i] * site->in->dim[i];
		out_step[i - 1] = out_step[i] * out->dim[i];
	}
	for (int i = 0; i <= last; i++)
	{
		step[i] = in_step[c->dims[i] - 1];
		size[i] = i == 0 && last > 0 ? end - begin : out->dim[i];
		if (c->dims[i] == out->rank)
			beside = i;
	}
	for (int i = 0; i < last; i++)
		planes *= i == beside ? 1 : size[i];
	for (int64_t p = 0; p < planes; p++)
	{
		const float *from = x[0] + (last > 0 ? begin * step[0] : 0);
		float	   *to = y + (last > 0 ? begin * out_step[0] : 0);
		int64_t		rest = p;

		for (int i = last - 1; i >= 0; i--)
			if (i != beside)
			{
				from += rest % size[i] * step[i];
				to += rest % size[i] * out_step[i];
				rest /= size[i];
			}
		if (beside == last)
			memcpy(to, from, size[last] * sizeof(float));
		else
			c1d_transpose(from, step[last], to, out_step[beside], size[beside], size[last]);
	}
}

/* permute_mirror: axis i went to i', so axis i' goes to i */
static bool
permute_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const PermuteConfig *c = config;
	int64_t		dims[C1D_MAX_RANK];
	C1dValue	back = {0};

	for (int i = 0; i < c->rank; i++)
		dims[c->dims[i] - 1] = i + 1;
	return c1d_mirror_ints(m, &back, "dims", c->rank, dims, err) &&
		c1d_mirror_add(m, "Permute", &back, err);
}

const LayerOps c1d_permute_ops = {
	.config_size = sizeof(PermuteConfig),
	.parse = permute_parse,
	.infer = permute_infer,
	.cost = moving_cost,
	.forward = permute_forward,
	.mirror = permute_mirror,
};

/* ---- RepeatVector ---- */

typedef struct RepeatConfig
{
	int64_t		n;
} RepeatConfig;

static bool
repeat_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return c1d_attr_int(attrs, "n", 1, INT64_MAX, C1D_REQUIRED, &((RepeatConfig *) config)->n, err);
}

static bool
repeat_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const RepeatConfig *c = config;
	char		text[C1D_SHAPE_TEXT];

	(void) inputs;
	if (in->rank != 1)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "layer needs a vector, the input has rank %d", in->rank);
		c1d_about(err, C1D_OF_RANK, 1);
		c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
		return c1d_hint(err, "Put Flatten or a global pooling before it.");
	}
	*out = c1d_shape2(c->n, in->dim[0]);
	return true;
}

static void
repeat_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	int64_t		features = site->in->dim[0];

	(void) work;
	for (int64_t r = begin; r < end; r++)
		memcpy(y + r * features, x[0], features * sizeof(float));
}

/* repeat_mirror: the mean of all steps */
static bool
repeat_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	C1dValue	back = {0};

	(void) config;
	return c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_SQUEEZE, 1), &back, err);
}

const LayerOps c1d_repeat_vector_ops = {
	.config_size = sizeof(RepeatConfig),
	.parse = repeat_parse,
	.infer = repeat_infer,
	.cost = moving_cost,
	.forward = repeat_forward,
	.mirror = repeat_mirror,
};

/* ---- torch: Flatten and Unflatten ---- */

typedef struct ViewConfig
{
	int64_t		first;			/* axes of torch, 0 is the batch, negative from the end */
	int64_t		last;
	C1dShape	sizes;			/* Unflatten: what the axis becomes */
} ViewConfig;

static bool
flatten_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	ViewConfig *c = config;

	return c1d_attr_int(attrs, "start_dim", -C1D_MAX_RANK - 1, C1D_MAX_RANK, 1, &c->first, err) &&
		c1d_attr_int(attrs, "end_dim", -C1D_MAX_RANK - 1, C1D_MAX_RANK, -1, &c->last, err);
}

static bool
unflatten_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	ViewConfig *c = config;
	int			unknown = 0;

	if (!c1d_attr_int(attrs, "dim", -C1D_MAX_RANK - 1, C1D_MAX_RANK, C1D_REQUIRED, &c->first, err) ||
		!c1d_attr_ints(attrs, "unflattened_size", -1, INT64_MAX, C1D_MAX_RANK, c->sizes.dim, &c->sizes.rank, err))
		return false;
	c->last = c->first;
	for (int i = 0; i < c->sizes.rank; i++)
	{
		unknown += c->sizes.dim[i] == -1;
		if (c->sizes.dim[i] == 0)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "unflattened_size of %s cannot hold 0", attrs->class_name);
	}
	if (c->sizes.rank == 0 || unknown > 1)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "unflattened_size of %s must be a list of sizes with at most one -1",
						attrs->class_name);
	return true;
}

/* the same floats with the channels first, as torch has them, and back */
static C1dShape
channels_first(const C1dShape *shape)
{
	C1dShape	turned = {.rank = shape->rank};

	turned.dim[0] = shape->dim[shape->rank - 1];
	for (int i = 1; i < shape->rank; i++)
		turned.dim[i] = shape->dim[i - 1];
	return turned;
}

static C1dShape
channels_last(const C1dShape *shape)
{
	C1dShape	turned = {.rank = shape->rank};

	for (int i = 1; i < shape->rank; i++)
		turned.dim[i - 1] = shape->dim[i];
	turned.dim[shape->rank - 1] = shape->dim[0];
	return turned;
}

/*
 * axes
 *		The axes first .. last of torch without its batch; false when the tensor
 *		has none such, or when the batch would be among them.
 */
static bool
axes(const ViewConfig *c, const C1dShape *in, int *first, int *last, C1dError *err)
{
	int64_t		low = c->first < 0 ? in->rank + c->first : c->first - 1;
	int64_t		high = c->last < 0 ? in->rank + c->last : c->last - 1;

	if (low >= 0 && low <= high && high < in->rank)
	{
		*first = (int) low;
		*last = (int) high;
		return true;
	}
	c1d_fail(err, C1D_BAD_ARGUMENT, "axes %" PRId64 " to %" PRId64 " do not exist here", c->first, c->last);
	return c1d_hint(err, "Axis 0 is the batch and stays alone; this input has the axes 1 to %d.", in->rank);
}

static bool
flatten_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	C1dShape	turned = channels_first(in);
	C1dShape	flat = {0};
	int			first,
				last;

	(void) inputs;
	if (!axes(config, in, &first, &last, err))
		return false;
	for (int i = 0; i < in->rank; i++)
	{
		if (i > first && i <= last)
			flat.dim[flat.rank - 1] *= turned.dim[i];
		else
			flat.dim[flat.rank++] = turned.dim[i];
	}
	*out = channels_last(&flat);
	return true;
}

static bool
unflatten_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const ViewConfig *c = config;
	C1dShape	turned = channels_first(in);
	C1dShape	axis,
				sizes,
				opened = {0};
	int			first,
				last;

	(void) inputs;
	if (!axes(c, in, &first, &last, err))
		return false;
	axis = c1d_shape1(turned.dim[first]);
	if (!c1d_resolve_shape(&axis, &c->sizes, &sizes, err))
		return false;
	if (in->rank - 1 + sizes.rank > C1D_MAX_RANK)
		return c1d_fail(err, C1D_BAD_SHAPE, "output would have rank %d, at most %d is possible",
						in->rank - 1 + sizes.rank, C1D_MAX_RANK);
	for (int i = 0; i < in->rank; i++)
	{
		if (i != first)
			opened.dim[opened.rank++] = turned.dim[i];
		for (int k = 0; i == first && k < sizes.rank; k++)
			opened.dim[opened.rank++] = sizes.dim[k];
	}
	*out = channels_last(&opened);
	return true;
}

/*
 * view_forward
 *		Copy in torch's order: output element -> its number there -> the input
 *		element with that number.
 */
static void
view_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const C1dShape *out = &site->out;
	int64_t		row = c1d_shape_elements(out) / c1d_layer_rows(out);
	int64_t		out_channels = c1d_shape_channels(out);
	int64_t		out_steps = c1d_shape_elements(out) / out_channels;
	int64_t		channels = c1d_shape_channels(site->in);
	int64_t		steps = c1d_shape_elements(site->in) / channels;

	(void) work;
	if (out->rank == 1 && site->in->rank > 1)
	{
		c1d_transpose(x[0], channels, y, steps, channels, steps);
		return;
	}
	if (out->rank > 1 && site->in->rank == 1)
	{
		int64_t		first = begin * row / out_channels;

		c1d_transpose(x[0] + first, out_steps, y + begin * row, out_channels, (end - begin) * row / out_channels, out_channels);
		return;
	}
	for (int64_t i = begin * row; i < end * row; i++)
	{
		int64_t		number = out->rank == 1 ? i : i % out_channels * out_steps + i / out_channels;

		y[i] = x[0][site->in->rank == 1 ? number : number % steps * channels + number / steps];
	}
}

/* flatten_mirror: the axis that is left of first .. last becomes them again */
static bool
flatten_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	C1dShape	turned = channels_first(&m->in);
	C1dValue	back = {0};
	int			first,
				last;

	if (!axes(config, &m->in, &first, &last, err))
		return false;
	return first == last ||
		(c1d_mirror_int(m, &back, "dim", first + 1, err) &&
		 c1d_mirror_ints(m, &back, "unflattened_size", last - first + 1, &turned.dim[first], err) &&
		 c1d_mirror_add(m, "Unflatten", &back, err));
}

static bool
unflatten_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	C1dValue	back = {0};
	int			rank = m->out.rank - m->in.rank + 1;	/* of what the axis became */
	int			first,
				last;

	if (!axes(config, &m->in, &first, &last, err))
		return false;
	return rank == 1 ||
		(c1d_mirror_int(m, &back, "start_dim", first + 1, err) &&
		 c1d_mirror_int(m, &back, "end_dim", first + rank, err) &&
		 c1d_mirror_add(m, "torch.nn.Flatten", &back, err));
}

const LayerOps c1d_torch_flatten_ops = {
	.config_size = sizeof(ViewConfig),
	.parse = flatten_parse,
	.infer = flatten_infer,
	.cost = moving_cost,
	.forward = view_forward,
	.mirror = flatten_mirror,
};

const LayerOps c1d_unflatten_ops = {
	.config_size = sizeof(ViewConfig),
	.parse = unflatten_parse,
	.infer = unflatten_infer,
	.cost = moving_cost,
	.forward = view_forward,
	.mirror = unflatten_mirror,
};
