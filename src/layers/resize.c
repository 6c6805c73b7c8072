/*
 * src/layers/resize.c
 *	  Upsample of torch, and resize1d(): a series of another length, from the
 *	  nearest steps or on the line between two.
 *
 * Torch finds the steps in float32, and so does this, to pick the same ones:
 * products are rounded from double, where they are exact, so that no compiler
 * can make one rounding of two.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "layers/layer.h"

enum
{
	NEAREST,
	NEAREST_EXACT,
	LINEAR
};

typedef struct ResizeConfig
{
	int64_t		length;			/* 0: the input's times factor */
	double		factor;
	int			mode;
	bool		align_corners;
	bool		by_length;		/* steps lie as the lengths say, whatever the factor */
} ResizeConfig;

/* scale: a number above 0, or a list of one */
static bool
scale(C1dAttrs *attrs, const char *key, double *out, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, key);
	double	   *list;
	int64_t		count;

	if (value->type == C1D_LIST)
	{
		if (!c1d_attr_reals(attrs, key, &list, &count, err))
			return false;
		if (count != 1)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be one number", key, attrs->class_name);
		*out = list[0];
	}
	else if (!c1d_attr_real(attrs, key, 0, out, err))
		return false;
	return (*out > 0 && isfinite(*out)) ||
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be positive", key, attrs->class_name);
}

static bool
upsample_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	static const char *const modes[] = {"nearest", "nearest-exact", "linear"};
	ResizeConfig *c = config;
	bool		sized = c1d_attr_given(attrs, "size");
	bool		scaled = c1d_attr_given(attrs, "scale_factor");

	if (sized == scaled)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s needs size or scale_factor, and not both", attrs->class_name);
		return c1d_hint(err, "\"size\" is the output's length, \"scale_factor\" is what the input's is multiplied by.");
	}
	if ((sized && !c1d_attr_int(attrs, "size", 1, INT64_MAX, 0, &c->length, err)) ||
		(scaled && !scale(attrs, "scale_factor", &c->factor, err)) ||
		!c1d_attr_choice(attrs, "mode", modes, 3, NEAREST, &c->mode, err))
		return false;
	if (c1d_attr_given(attrs, "align_corners"))
	{
		if (!c1d_attr_bool(attrs, "align_corners", false, &c->align_corners, err))
			return false;
		if (c->mode != LINEAR)
		{
			c1d_fail(err, C1D_BAD_ARGUMENT, "align_corners of %s belongs to the mode \"linear\"", attrs->class_name);
			return c1d_hint(err, "Leave \"align_corners\" out, or set \"mode\": \"linear\".");
		}
	}
	if (c1d_attr_given(attrs, "recompute_scale_factor") &&
		!c1d_attr_bool(attrs, "recompute_scale_factor", false, &c->by_length, err))
		return false;
	if (sized && c->by_length)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "recompute_scale_factor of %s has no meaning with size", attrs->class_name);
	c->by_length = c->by_length || sized;
	return true;
}

/* in SQL: the length, nearest or linear */
static bool
resize_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	static const char *const modes[] = {"nearest", "linear"};
	ResizeConfig *c = config;

	if (!c1d_attr_int(attrs, "length", 1, INT64_MAX, C1D_REQUIRED, &c->length, err) ||
		!c1d_attr_choice(attrs, "mode", modes, 2, 0, &c->mode, err) ||
		!c1d_attr_bool(attrs, "align_corners", false, &c->align_corners, err))
		return false;
	c->by_length = true;
	if (c->mode == 1)
		c->mode = LINEAR;
	else if (c->align_corners)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "align_corners of %s belongs to the mode \"linear\"", attrs->class_name);
		return c1d_hint(err, "Leave \"align_corners\" out, or set \"mode\": \"linear\".");
	}
	return true;
}

static bool
resize_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const ResizeConfig *c = config;
	double		length;

	(void) inputs;
	if (!c1d_layer_wants_series(in, err))
		return false;
	*out = c1d_shape2(c->length, in->dim[1]);
	if (c->length > 0)
		return true;

	/* a length over the limit only has to stay over it */
	length = floor((double) in->dim[0] * c->factor);
	out->dim[0] = length > C1D_MAX_ELEMENTS ? C1D_MAX_ELEMENTS + 1 : (int64_t) length;
	if (out->dim[0] >= 1)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "scale_factor leaves nothing of the input");
	return c1d_detail(err, "%" PRId64 " steps times %g are less than one.", in->dim[0], c->factor);
}

static double
resize_cost(const LayerSite *site)
{
	return 2.0 * c1d_shape_elements(&site->out);
}

/* times: the product of two floats, rounded once */
static float
times(float a, float b)
{
	return (float) ((double) a * b);
}

/*
 * ratio
 *		Input steps an output step, as torch computes it.
 */
static float
ratio(const ResizeConfig *c, int64_t length, int64_t out_length)
{
	if (c->mode == LINEAR && c->align_corners)
		return out_length > 1 ? (float) (length - 1) / (float) (out_length - 1) : 0;
	return c->by_length ? (float) length / (float) out_length : (float) (1 / c->factor);
}

/* where output step i lies among the input steps, not before the first */
static float
position(const ResizeConfig *c, float step, int64_t i)
{
	float		at;

	if (c->mode == NEAREST || (c->mode == LINEAR && c->align_corners))
		return times(step, (float) i);
	at = times(step, (float) i + 0.5f) - 0.5f;
	return at < 0 ? 0 : at;
}

static void
resize_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ResizeConfig *c = site->config;
	int64_t		length = site->in->dim[0];
	int64_t		out_length = site->out.dim[0];
	int64_t		channels = site->out.dim[1];
	float		step = ratio(c, length, out_length);

	(void) work;
	for (int64_t r = begin; r < end; r++)
	{
		float		at = position(c, step, r);
		int64_t		first = (int64_t) floorf(c->mode == NEAREST_EXACT ? (float) (at + 0.5) : at);
		const float *a,
				   *b;
		float		weight;
		float	   *out = y + r * channels;

		if (first > length - 1)
			first = length - 1;
		if (c->mode == LINEAR && length == out_length)
			first = r;
		a = x[0] + first * channels;
		if (c->mode != LINEAR || length == out_length)
		{
			memcpy(out, a, channels * sizeof(float));
			continue;
		}
		weight = at - (float) first;
		weight = weight < 0 ? 0 : weight > 1 ? 1 : weight;
		b = first < length - 1 ? a + channels : a;
		for (int64_t i = 0; i < channels; i++)
			out[i] = (float) ((double) (1 - weight) * a[i] + (double) weight * b[i]);
	}
}

const LayerOps c1d_torch_upsample_ops = {
	.config_size = sizeof(ResizeConfig),
	.parse = upsample_parse,
	.infer = resize_infer,
	.cost = resize_cost,
	.forward = resize_forward,
};

const LayerOps c1d_resize_ops = {
	.config_size = sizeof(ResizeConfig),
	.parse = resize_parse,
	.infer = resize_infer,
	.cost = resize_cost,
	.forward = resize_forward,
};
