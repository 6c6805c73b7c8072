/*
 * src/layers/conv.c
 *	  Convolution and depthwise convolution, of series and of images, in every
 *	  dialect: shape rule, packed weights, forward pass.
 *
 * infer() lays the windows over the input (window.c), the only place where
 * the output length is computed; the arithmetic is in kernels/conv.c.
 * Reached only through the registry.
 */
#include "layers/conv_config.h"

typedef struct ConvPrepared
{
	C1dConvGeometry geometry;
	C1dConvWeights weights;
	C1dActivation activation;	/* what the tiles do not do themselves */
} ConvPrepared;

static bool
conv_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return c1d_conv_parse(attrs, C1D_CONV_PLAIN, config, err);
}

static bool
depthwise_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return c1d_conv_parse(attrs, C1D_CONV_DEPTHWISE, config, err);
}

static bool
conv_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const C1dConvConfig *c = config;
	C1dWindowPlace place[C1D_AXES];
	int64_t		filters;

	(void) inputs;
	if (!c1d_conv_wants(c, in, conv_infer, err) ||
		!c1d_windows_place(&c->windows, in, place, err))
		return false;
	filters = c->kind == C1D_CONV_DEPTHWISE ? c1d_shape_channels(in) * c->depth_multiplier : c->filters;
	*out = c1d_image_shape(c->windows.axes, place[C1D_DOWN].out_length, place[C1D_ALONG].out_length, filters);
	return true;
}

/* the kernel, and bias (filters) */
static int
conv_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const C1dConvConfig *c = config;
	int64_t		filters = c->filters;

	if (c->kind == C1D_CONV_DEPTHWISE)
		filters = in == NULL ? 0 : c1d_shape_channels(in) * c->depth_multiplier;
	specs[0] = (C1dWeightSpec) {c->torch ? "weight" : "kernel", c1d_conv_kernel_shape(c, in)};
	specs[1] = (C1dWeightSpec) {"bias", c1d_shape1(filters)};
	return c->use_bias ? 2 : 1;
}

static bool
conv_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	ConvPrepared *p = c1d_alloc(arena, sizeof(*p), err);
	C1dConvLayout layout = c1d_conv_layout(c, c1d_shape_channels(site->in), site->weights[0].data);
	C1dWindowPlace place[C1D_AXES];
	const C1dGemmVariant *tallest;

	if (p == NULL || !c1d_windows_place(&c->windows, site->in, place, err))
		return false;
	p->geometry = c1d_conv_geometry(c, site->in, place);
	tallest = c1d_gemm_choose(site->tuning->isa, p->geometry.filters / p->geometry.groups);
	p->weights = (C1dConvWeights) {
		.tallest = tallest,
		.panels = c1d_conv_panels(&p->geometry, tallest, &layout, arena, err),
		.bias = c1d_conv_bias(&p->geometry, tallest, c->use_bias ? site->weights[1].data : NULL, arena, err),
		.relu = c->activation.function == C1D_ACT_RELU,
	};
	p->activation = p->weights.relu ? c1d_activation(C1D_ACT_LINEAR) : c->activation;
	*prepared = p;
	return p->weights.panels != NULL && p->weights.bias != NULL;
}

static double
conv_cost(const LayerSite *site)
{
	const C1dConvConfig *c = site->config;
	int64_t		inner = c->kind == C1D_CONV_DEPTHWISE ? 1 : c1d_shape_channels(site->in) / c->groups;

	return (double) c1d_shape_elements(&site->out) *
		c->windows.axis[C1D_DOWN].size * c->windows.axis[C1D_ALONG].size * inner;
}

/* rows are steps of a series, or lines of an image */
static void
conv_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ConvPrepared *p = site->prepared;
	int64_t		filters = p->geometry.filters;
	int64_t		width = c1d_image(&site->out).length[C1D_ALONG];

	(void) work;
	if (site->out.rank == 2)
	{
		c1d_conv_rows(&p->geometry, &p->weights, x[0], y, filters, begin, end);
		c1d_activate(&p->activation, y + begin * filters, end - begin, filters);
		return;
	}
	for (int64_t h = begin; h < end; h++)
		c1d_conv_line(&p->geometry, &p->weights, x[0], y + h * width * filters, filters, h, 0, width);
	c1d_activate(&p->activation, y + begin * width * filters, (end - begin) * width, filters);
}

const LayerOps c1d_conv_ops = {
	.config_size = sizeof(C1dConvConfig),
	.parse = conv_parse,
	.infer = conv_infer,
	.weights = conv_weights,
	.prepare = conv_prepare,
	.cost = conv_cost,
	.forward = conv_forward,
	.mirror = c1d_conv_mirror,
};

const LayerOps c1d_depthwise_conv_ops = {
	.config_size = sizeof(C1dConvConfig),
	.parse = depthwise_parse,
	.infer = conv_infer,
	.weights = conv_weights,
	.prepare = conv_prepare,
	.cost = conv_cost,
	.forward = conv_forward,
	.mirror = c1d_conv_mirror,
};
