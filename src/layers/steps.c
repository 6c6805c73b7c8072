/*
 * src/layers/steps.c
 *	  Layers that only move whole steps: UpSampling1D, ZeroPadding1D,
 *	  Cropping1D.
 */
#include <inttypes.h>
#include <string.h>

#include "layers/layer.h"

/* Every output step is an input step, or zeros. */
typedef struct StepsConfig
{
	int64_t		size;			/* each input step is repeated so often */
	int64_t		before;			/* zero steps before; negative: steps cut */
	int64_t		after;
} StepsConfig;

static bool
upsample_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	StepsConfig *c = config;

	return c1d_attr_int(attrs, "size", 1, INT64_MAX, 2, &c->size, err);
}

/*
 * sides
 *		One number for both sides, or {before, after}.
 */
static bool
sides(C1dAttrs *attrs, const char *key, StepsConfig *c, C1dError *err)
{
	int64_t		given[2] = {1, 1};
	int			count;

	c->size = 1;
	if (!c1d_attr_ints(attrs, key, 0, INT64_MAX, 2, given, &count, err))
		return false;
	c->before = given[0];
	c->after = given[count == 1 ? 0 : 1];
	return true;
}

static bool
padding_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return sides(attrs, "padding", config, err);
}

static bool
cropping_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	StepsConfig *c = config;

	if (!sides(attrs, "cropping", c, err))
		return false;
	c->before = -c->before;
	c->after = -c->after;
	return true;
}

static bool
steps_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const StepsConfig *c = config;

	(void) inputs;
	if (!c1d_layer_wants_series(in, err))
		return false;
	*out = c1d_shape2(in->dim[0] * c->size + c->before + c->after, in->dim[1]);
	if (out->dim[0] < 1)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "cropping leaves nothing of the input");
		c1d_detail(err, "The input has %" PRId64 " steps; %" PRId64 " before and %" PRId64 " after are cut.",
				   in->dim[0], -c->before, -c->after);
		return c1d_hint(err, "Cut at most %" PRId64 " steps in all.", in->dim[0] - 1);
	}
	return true;
}

static double
steps_cost(const LayerSite *site)
{
	return (double) c1d_shape_elements(&site->out);
}

static void
steps_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const StepsConfig *c = site->config;
	int64_t		channels = site->out.dim[1];
	int64_t		length = site->in->dim[0] * c->size;

	(void) work;
	for (int64_t r = begin; r < end; r++)
	{
		int64_t		from = r - c->before;

		if (from < 0 || from >= length)
			memset(y + r * channels, 0, channels * sizeof(float));
		else
			memcpy(y + r * channels, x[0] + from / c->size * channels, channels * sizeof(float));
	}
}

const LayerOps c1d_upsample_ops = {
	.config_size = sizeof(StepsConfig),
	.parse = upsample_parse,
	.infer = steps_infer,
	.cost = steps_cost,
	.forward = steps_forward,
};

const LayerOps c1d_padding_ops = {
	.config_size = sizeof(StepsConfig),
	.parse = padding_parse,
	.infer = steps_infer,
	.cost = steps_cost,
	.forward = steps_forward,
};

const LayerOps c1d_cropping_ops = {
	.config_size = sizeof(StepsConfig),
	.parse = cropping_parse,
	.infer = steps_infer,
	.cost = steps_cost,
	.forward = steps_forward,
};
