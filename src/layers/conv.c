/*
 * src/layers/conv.c
 *	  Convolution and depthwise convolution, of series and of images, in every
 *	  dialect: shape rule, packed weights, forward pass.
 *
 * infer() lays the windows over the input (window.c), the only place where
 * the output length is computed; the arithmetic is in kernels/conv.c.
 * Reached only through the registry.
 */
#include <limits.h>

#include "kernels/finite.h"
#include "kernels/repeat.h"
#include "layers/conv_config.h"
#include "layers/indirect.h"
#include "layers/phases.h"

/* Each has a kernel of its own; more are rare, and copied steps do no harm there. */
#define MOST_PHASES 8

/* Scratch of a convolution over repeated steps: whether they are finite, then the steps. */
#define REPEATED_AT (C1D_ALIGN / (int64_t) sizeof(float))

/*
 * A convolution has one way to be computed, chosen when it is prepared, and the
 * direct one besides: for what an indirect way leaves to it, and for repeated
 * steps that are not finite, which the sum of two weights would treat
 * otherwise than the two of them.
 */
typedef struct ConvPrepared
{
	C1dConvGeometry geometry;
	C1dConvWeights weights;
	C1dActivation activation;	/* what the tiles do not do themselves */
	C1dPhases  *phases;			/* over repeated steps, else NULL */
	C1dIndirect indirect;
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

/* rows are steps of the output, pooled if it is, or lines of an image */
static int64_t
conv_rows(const LayerSite *site)
{
	return site->fusion.pool == 0 ? c1d_layer_rows(&site->out) : c1d_layer_rows(&site->fusion.out);
}

static bool
conv_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	ConvPrepared *p = c1d_alloc(arena, sizeof(*p), err);
	C1dConvLayout layout;
	C1dWindowPlace place[C1D_AXES];
	const C1dConvVariant *variant;
	int			pool = site->fusion.pool == 0 ? 1 : (int) site->fusion.pool;
	const float *bias;

	if (p == NULL || !c1d_windows_place(&c->windows, site->in, place, err) ||
		!c1d_conv_weights(site, &layout, &bias, arena, err))
		return false;
	p->geometry = c1d_conv_geometry(c, site->in, place);
	variant = c1d_conv_choose(&p->geometry, site->tuning->isa, pool);
	p->weights = (C1dConvWeights) {
		.variant = variant,
		.panels = c1d_conv_panels(&p->geometry, variant, &layout, arena, err),
		.bias = c1d_conv_bias(&p->geometry, variant, bias, arena, err),
		.pool = pool,
	};
	p->activation = c1d_fusion_activation(&site->fusion, &c->activation, &p->weights.relu);
	*prepared = p;
	if (p->weights.panels == NULL || p->weights.bias == NULL)
		return false;
	p->weights.tame = c1d_conv_tame(&p->geometry, &p->weights);
	if (site->fusion.repeat == 0)
		return c1d_indirect_prepare(site, &p->geometry, &p->weights, &layout, bias, conv_rows(site), arena, &p->indirect, err);
	p->phases = c1d_repeated_phases(site, &p->geometry, &layout, bias, arena, err);
	return p->phases != NULL;
}

/* pools: can the store take the maximum, of what has no activation but relu before? */
static bool
pools(const LayerSite *site)
{
	const C1dConvConfig *c = site->config;
	C1dWindowPlace place[C1D_AXES];
	C1dConvGeometry geometry;
	C1dError	ignored;
	bool		relu;

	if (c1d_fusion_activation(&site->fusion, &c->activation, &relu).function != C1D_ACT_LINEAR ||
		site->fusion.pool > INT_MAX ||
		!c1d_windows_place(&c->windows, site->in, place, &ignored))
		return false;
	geometry = c1d_conv_geometry(c, site->in, place);
	return c1d_conv_pools(&geometry, (int) site->fusion.pool);
}

/*
 * conv_fuses
 *		Steps repeated before a convolution that goes on step by step; pooling
 *		behind one where the tiles can.
 */
static bool
conv_fuses(const LayerSite *site)
{
	const C1dConvConfig *c = site->config;
	const C1dWindow *w = &c->windows.axis[C1D_ALONG];
	const C1dFusion *fusion = &site->fusion;

	if (fusion->repeat > MOST_PHASES ||
		(fusion->repeat != 0 &&
		 (c->kind != C1D_CONV_PLAIN || c->windows.axes != 1 || w->stride != 1 || w->dilation != 1 || fusion->pool != 0)))
		return false;
	if (fusion->pool != 0 && !pools(site))
		return false;
	return c1d_fusion_tail_fits(fusion, &c->activation);
}

/*
 * conv_workspace
 *		What an indirect way needs; over repeated steps, whether they are
 *		finite, and room for the phases or, if they are not, for the steps.
 */
static int64_t
conv_workspace(const LayerSite *site)
{
	const ConvPrepared *p = site->prepared;
	int64_t		steps;

	if (p->phases == NULL)
		return c1d_indirect_workspace(site, &p->geometry, &p->indirect);
	steps = c1d_shape_elements(site->in);
	return REPEATED_AT + (steps > p->phases->workspace ? steps : p->phases->workspace);
}

static double
conv_cost(const LayerSite *site)
{
	const C1dConvConfig *c = site->config;
	int64_t		inner = c->kind == C1D_CONV_DEPTHWISE ? 1 : c1d_shape_channels(site->in) / c->groups;

	return (double) c1d_shape_elements(&site->out) *
		c->windows.axis[C1D_DOWN].size * c->windows.axis[C1D_ALONG].size * inner;
}

/*
 * repeated_forward
 *		Steps begin .. end - 1 of a convolution over steps that are each there
 *		several times: in phases, or if the series is not finite, one by one.
 */
static void
repeated_forward(const LayerSite *site, const float *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ConvPrepared *p = site->prepared;
	float	   *steps = work + REPEATED_AT;

	if (begin == 0)
	{
		work[0] = c1d_is_finite(site->tuning->isa, x, c1d_shape_elements(&site->fusion.in));
		if (work[0] == 0)
			c1d_repeat(x, steps, site->fusion.in.dim[0], c1d_shape_channels(site->in), site->fusion.repeat);
	}
	if (work[0] != 0)
		c1d_phases_forward(p->phases, x, y, steps, begin, end);
	else
		c1d_conv_rows(&p->geometry, &p->weights, steps, y, p->geometry.filters, begin, end);
}

static void
conv_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ConvPrepared *p = site->prepared;
	int64_t		filters = p->geometry.filters;
	int64_t		width = site->out.rank == 2 ? 1 : c1d_image(&site->out).length[C1D_ALONG];

	if (p->phases != NULL)
		repeated_forward(site, x[0], y, work, begin, end);
	else if (site->out.rank == 2)
		c1d_indirect_rows(&p->geometry, &p->indirect, &p->weights, x[0], y, filters, begin, end, work);
	else
		for (int64_t h = begin; h < end; h++)
			c1d_conv_line(&p->geometry, &p->weights, x[0], y + h * width * filters, filters, h, 0, width);
	c1d_activate(&p->activation, site->tuning->isa, y + begin * width * filters, (end - begin) * width, filters);
}

static void
conv_describe(const LayerSite *site, C1dStepText *text)
{
	const ConvPrepared *p = site->prepared;

	if (p->phases == NULL)
		c1d_indirect_describe(&p->indirect, &p->weights, "", text);
	else
		c1d_phases_describe(p->phases, "folded", text);
}

const LayerOps c1d_conv_ops = {
	.config_size = sizeof(C1dConvConfig),
	.parse = conv_parse,
	.infer = conv_infer,
	.weights = conv_weights,
	.prepare = conv_prepare,
	.fuses = conv_fuses,
	.pairs = c1d_conv_pairs,
	.describe = conv_describe,
	.workspace = conv_workspace,
	.rows = conv_rows,
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
	.fuses = conv_fuses,
	.describe = conv_describe,
	.workspace = conv_workspace,
	.rows = conv_rows,
	.cost = conv_cost,
	.forward = conv_forward,
	.mirror = c1d_conv_mirror,
};
