/*
 * src/layers/conv.c
 *	  Conv1D: configuration, shape rule, packed weights, forward pass.
 *
 * infer() lays the window over the series (window.c), the only place where
 * the output length is computed; the arithmetic is in kernels/conv.c.
 * Reached only through the registry.
 */
#include "kernels/conv.h"

#include <inttypes.h>

#include "layers/activation.h"
#include "layers/layer.h"
#include "layers/window.h"

typedef struct ConvConfig
{
	int64_t		filters;
	int64_t		groups;
	C1dWindow	window;
	C1dActivation activation;
	bool		use_bias;
} ConvConfig;

typedef struct ConvPrepared
{
	C1dConvGeometry geometry;
	C1dConvWeights weights;
	C1dActivation activation;	/* what the tiles do not do themselves */
} ConvPrepared;

/*
 * conv_parse
 *		Keras' arguments, and "pads" for explicit padding.
 *
 * As in Keras, strides and dilation_rate cannot both exceed 1, and groups must
 * divide filters.
 */
static bool
conv_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	ConvConfig *c = config;

	if (!c1d_attr_int(attrs, "filters", 1, INT64_MAX, C1D_REQUIRED, &c->filters, err) ||
		!c1d_attr_int(attrs, "kernel_size", 1, INT64_MAX, C1D_REQUIRED, &c->window.size, err) ||
		!c1d_attr_int(attrs, "strides", 1, INT64_MAX, 1, &c->window.stride, err) ||
		!c1d_window_padding(attrs, c1d_padding_names, 3, &c->window, err) ||
		!c1d_attr_int(attrs, "dilation_rate", 1, INT64_MAX, 1, &c->window.dilation, err) ||
		!c1d_attr_int(attrs, "groups", 1, INT64_MAX, 1, &c->groups, err) ||
		!c1d_attr_activation(attrs, "activation", &c->activation, err) ||
		!c1d_attr_bool(attrs, "use_bias", true, &c->use_bias, err))
		return false;
	if (c->filters % c->groups != 0)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "filters must be a multiple of groups");
		return c1d_detail(err, "%" PRId64 " filters do not form %" PRId64 " groups.", c->filters, c->groups);
	}
	if (c->window.stride > 1 && c->window.dilation > 1 && c->window.padding != C1D_PAD_EXPLICIT)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "strides and dilation_rate of %s cannot both exceed 1", attrs->class_name);
		c1d_detail(err, "strides is %" PRId64 ", dilation_rate is %" PRId64 ".", c->window.stride, c->window.dilation);
		return c1d_hint(err, "Keras refuses the combination; the SQL layer and function %s allow it with pads instead of padding.",
						"conv1d");
	}
	return true;
}

static bool
conv_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const ConvConfig *c = config;
	C1dWindowPlace place;

	(void) inputs;
	if (!c1d_layer_wants_series(in, err) ||
		!c1d_layer_wants_groups(in, c->groups, err) ||
		!c1d_window_place(&c->window, "kernel_size", in->dim[0], &place, err))
		return false;
	*out = c1d_shape2(place.out_length, c->filters);
	return true;
}

/* kernel (kernel_size, channels / groups, filters), bias (filters) */
static int
conv_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const ConvConfig *c = config;

	specs[0] = (C1dWeightSpec) {"kernel", c1d_shape3(c->window.size, in == NULL ? 0 : in->dim[1] / c->groups, c->filters)};
	specs[1] = (C1dWeightSpec) {"bias", c1d_shape1(c->filters)};
	return c->use_bias ? 2 : 1;
}

static bool
conv_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const ConvConfig *c = site->config;
	ConvPrepared *p = c1d_alloc(arena, sizeof(*p), err);
	C1dWindowPlace place;
	C1dConvGeometry *g;
	float	   *panels,
			   *bias;

	if (p == NULL || !c1d_window_place(&c->window, "kernel_size", site->in->dim[0], &place, err))
		return false;
	g = &p->geometry;
	*g = (C1dConvGeometry) {
		.length = site->in->dim[0],
		.row_floats = site->in->dim[1],
		.stride = c->window.stride,
		.offset = -place.before,
		.taps = c->window.size,
		.spacing = c->window.dilation,
		.groups = c->groups,
		.filters = c->filters,
	};
	p->weights.tallest = c1d_gemm_choose(site->isa, c->filters / c->groups);
	p->weights.relu = c->activation.function == C1D_ACT_RELU;
	p->activation = p->weights.relu ? c1d_activation(C1D_ACT_LINEAR) : c->activation;

	panels = c1d_alloc_array(arena, c1d_conv_panel_floats(g, p->weights.tallest), sizeof(float), err);
	if (panels == NULL)
		return false;
	bias = c1d_alloc_array(arena, c1d_conv_bias_floats(g, p->weights.tallest), sizeof(float), err);
	if (bias == NULL)
		return false;
	for (int64_t i = 0; i < c->groups; i++)
	{
		int64_t		inner = g->row_floats / c->groups;
		int64_t		filters = c->filters / c->groups;
		C1dGemmSource source = {
			.from = site->weights[0].data + i * filters,
			.taps = g->taps, .tap_step = inner * c->filters,
			.inner = inner, .inner_step = c->filters,
			.columns = filters, .column_step = 1,
		};

		c1d_gemm_pack(p->weights.tallest, &source,
					  panels + i * (c1d_conv_panel_floats(g, p->weights.tallest) / c->groups));
	}
	c1d_conv_pack_bias(g, p->weights.tallest, c->use_bias ? site->weights[1].data : NULL, bias);
	p->weights.panels = panels;
	p->weights.bias = bias;
	*prepared = p;
	return true;
}

static double
conv_cost(const LayerSite *site)
{
	const ConvConfig *c = site->config;

	return (double) c1d_shape_elements(&site->out) * c->window.size * (site->in->dim[1] / c->groups);
}

static void
conv_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ConvPrepared *p = site->prepared;
	int64_t		filters = p->geometry.filters;

	(void) work;
	c1d_conv_rows(&p->geometry, &p->weights, x[0], y, filters, begin, end);
	c1d_activate(&p->activation, y + begin * filters, end - begin, filters);
}

const LayerOps c1d_conv_ops = {
	.config_size = sizeof(ConvConfig),
	.parse = conv_parse,
	.infer = conv_infer,
	.weights = conv_weights,
	.prepare = conv_prepare,
	.cost = conv_cost,
	.forward = conv_forward,
};
