/*
 * src/layers/dense.c
 *	  Dense: a matrix product along the last axis, for any rank.
 */
#include <inttypes.h>

#include "kernels/conv.h"
#include "layers/activation.h"
#include "layers/layer.h"

typedef struct DenseConfig
{
	int64_t		units;
	C1dActivation activation;
	bool		use_bias;
} DenseConfig;

typedef struct DensePrepared
{
	C1dConvGeometry geometry;	/* every row a window of its own */
	C1dConvWeights weights;
	C1dActivation activation;
} DensePrepared;

static bool
dense_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	DenseConfig *c = config;

	return c1d_attr_int(attrs, "units", 1, INT64_MAX, C1D_REQUIRED, &c->units, err) &&
		c1d_attr_activation(attrs, "activation", &c->activation, err) &&
		c1d_attr_bool(attrs, "use_bias", true, &c->use_bias, err);
}

static bool
dense_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const DenseConfig *c = config;

	(void) inputs;
	(void) err;
	*out = *in;
	out->dim[out->rank - 1] = c->units;
	return true;
}

/* kernel (features, units), bias (units) */
static int
dense_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const DenseConfig *c = config;

	specs[0] = (C1dWeightSpec) {"kernel", c1d_shape2(in == NULL ? 0 : c1d_shape_channels(in), c->units)};
	specs[1] = (C1dWeightSpec) {"bias", c1d_shape1(c->units)};
	return c->use_bias ? 2 : 1;
}

static bool
dense_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const DenseConfig *c = site->config;
	DensePrepared *p = c1d_alloc(arena, sizeof(*p), err);
	int64_t		features = c1d_shape_channels(site->in);
	float	   *panels,
			   *bias;
	C1dGemmSource source;

	if (p == NULL)
		return false;
	p->geometry = (C1dConvGeometry) {
		.length = c1d_shape_elements(site->in) / features,
		.row_floats = features,
		.stride = 1, .taps = 1, .spacing = 1, .groups = 1,
		.filters = c->units,
	};
	p->weights.tallest = c1d_gemm_choose(site->isa, c->units);
	p->weights.relu = c->activation.function == C1D_ACT_RELU;
	p->activation = p->weights.relu ? c1d_activation(C1D_ACT_LINEAR) : c->activation;
	panels = c1d_alloc_array(arena, c1d_conv_panel_floats(&p->geometry, p->weights.tallest), sizeof(float), err);
	if (panels == NULL)
		return false;
	bias = c1d_alloc_array(arena, c1d_conv_bias_floats(&p->geometry, p->weights.tallest), sizeof(float), err);
	if (bias == NULL)
		return false;
	source = (C1dGemmSource) {
		.from = site->weights[0].data,
		.taps = 1, .inner = features, .inner_step = c->units,
		.columns = c->units, .column_step = 1,
	};
	c1d_gemm_pack(p->weights.tallest, &source, panels);
	c1d_conv_pack_bias(&p->geometry, p->weights.tallest, c->use_bias ? site->weights[1].data : NULL, bias);
	p->weights.panels = panels;
	p->weights.bias = bias;
	*prepared = p;
	return true;
}

static double
dense_cost(const LayerSite *site)
{
	return (double) c1d_shape_elements(&site->out) * c1d_shape_channels(site->in);
}

static void
dense_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const DensePrepared *p = site->prepared;
	int64_t		each = p->geometry.length / c1d_layer_rows(&site->out);
	int64_t		units = p->geometry.filters;

	(void) work;
	begin *= each;
	end *= each;
	c1d_conv_rows(&p->geometry, &p->weights, x[0], y, units, begin, end);
	c1d_activate(&p->activation, y + begin * units, end - begin, units);
}

const LayerOps c1d_dense_ops = {
	.config_size = sizeof(DenseConfig),
	.parse = dense_parse,
	.infer = dense_infer,
	.weights = dense_weights,
	.prepare = dense_prepare,
	.cost = dense_cost,
	.forward = dense_forward,
};
