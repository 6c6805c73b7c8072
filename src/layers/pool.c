/*
 * src/layers/pool.c
 *	  Max and average pooling: configuration, shape rule, forward pass.
 *
 * infer() lays the window over the series (window.c), the only place where
 * the output length is computed; the arithmetic is in kernels/pool.c.
 * Reached only through the registry.
 */
#include "kernels/pool.h"

#include <inttypes.h>

#include "layers/layer.h"
#include "layers/window.h"

typedef struct PoolConfig
{
	C1dWindow	window;
	bool		count_include_pad;
} PoolConfig;

/*
 * pool_parse
 *		Keras' arguments; strides is pool_size when it is not given.  In SQL also
 *		pads, ceil_mode, dilation_rate and count_include_pad, as in torch.
 */
static bool
pool_parse(C1dAttrs *attrs, PoolConfig *c, C1dError *err)
{
	if (!c1d_attr_int(attrs, "pool_size", 1, INT64_MAX, 2, &c->window.size, err))
		return false;
	c->window.stride = c->window.size;
	c->window.dilation = 1;
	if ((c1d_attr_given(attrs, "strides") &&
		 !c1d_attr_int(attrs, "strides", 1, INT64_MAX, 1, &c->window.stride, err)) ||
		!c1d_window_padding(attrs, c1d_padding_names, 2, &c->window, err) ||
		(attrs->dialect == C1D_SQL &&
		 !c1d_attr_bool(attrs, "ceil_mode", false, &c->window.ceil_mode, err)))
		return false;
	if (c->window.before > c->window.size / 2 || c->window.after > c->window.size / 2)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "pads of %s must be at most half of pool_size", attrs->class_name);
		c1d_detail(err, "pool_size is %" PRId64 ", pads are %" PRId64 " and %" PRId64 ".",
				   c->window.size, c->window.before, c->window.after);
		return c1d_hint(err, "Pad more with ZeroPadding1D before the pooling.");
	}
	if (c->window.ceil_mode && c->window.padding == C1D_PAD_SAME)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "ceil_mode of %s cannot be combined with padding \"same\"", attrs->class_name);
		return c1d_hint(err, "Leave out ceil_mode: \"same\" already rounds up.");
	}
	return true;
}

static bool
max_pool_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	PoolConfig *c = config;

	return pool_parse(attrs, c, err) &&
		(attrs->dialect != C1D_SQL ||
		 c1d_attr_int(attrs, "dilation_rate", 1, INT64_MAX, 1, &c->window.dilation, err));
}

static bool
average_pool_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	PoolConfig *c = config;

	return pool_parse(attrs, c, err) &&
		(attrs->dialect != C1D_SQL ||
		 c1d_attr_bool(attrs, "count_include_pad", false, &c->count_include_pad, err));
}

static bool
pool_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const PoolConfig *c = config;
	C1dWindowPlace place;

	(void) inputs;
	if (!c1d_layer_wants_series(in, err) ||
		!c1d_window_place(&c->window, "pool_size", in->dim[0], &place, err))
		return false;
	*out = c1d_shape2(place.out_length, in->dim[1]);
	return true;
}

static bool
pool_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const PoolConfig *c = site->config;
	C1dPoolGeometry *g = c1d_alloc(arena, sizeof(*g), err);
	C1dWindowPlace place;

	if (g == NULL || !c1d_window_place(&c->window, "pool_size", site->in->dim[0], &place, err))
		return false;
	*g = (C1dPoolGeometry) {
		.length = site->in->dim[0],
		.channels = site->in->dim[1],
		.size = c->window.size,
		.stride = c->window.stride,
		.dilation = c->window.dilation,
		.before = place.before,
		.counted_after = c->count_include_pad ? place.after : -1,
	};
	*prepared = g;
	return true;
}

static double
pool_cost(const LayerSite *site)
{
	const PoolConfig *c = site->config;
	int64_t		taps = c->window.size < site->in->dim[0] ? c->window.size : site->in->dim[0];

	return (double) c1d_shape_elements(&site->out) * taps;
}

static void
max_pool_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	(void) work;
	c1d_max_pool(site->prepared, x[0], y, begin, end);
}

static void
average_pool_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	(void) work;
	c1d_average_pool(site->prepared, x[0], y, begin, end);
}

const LayerOps c1d_max_pool_ops = {
	.config_size = sizeof(PoolConfig),
	.parse = max_pool_parse,
	.infer = pool_infer,
	.prepare = pool_prepare,
	.cost = pool_cost,
	.forward = max_pool_forward,
};

const LayerOps c1d_average_pool_ops = {
	.config_size = sizeof(PoolConfig),
	.parse = average_pool_parse,
	.infer = pool_infer,
	.prepare = pool_prepare,
	.cost = pool_cost,
	.forward = average_pool_forward,
};
