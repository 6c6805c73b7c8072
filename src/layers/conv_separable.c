/*
 * src/layers/conv_separable.c
 *	  SeparableConv1D and 2D: a depthwise convolution, then a product over its
 *	  channels, step by step.
 *
 * The middle is never whole: a block of steps of it, which fits the cache, is
 * made in the scratch and consumed at once.
 */
#include "layers/conv_config.h"
#include "layers/indirect.h"

/* Floats of the middle that are there at a time, when a step has no more. */
#define BLOCK_FLOATS 16384

typedef struct SeparablePrepared
{
	C1dConvGeometry depthwise;
	C1dConvWeights depthwise_weights;
	C1dConvGeometry pointwise;	/* every step a window of its own; length is the block's */
	C1dConvWeights pointwise_weights;
	C1dIndirect indirect;		/* the pointwise product's */
	C1dActivation activation;
	int64_t		block;			/* steps */
} SeparablePrepared;

static bool
separable_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return c1d_conv_parse(attrs, C1D_CONV_SEPARABLE, config, err);
}

static bool
separable_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const C1dConvConfig *c = config;
	C1dWindowPlace place[C1D_AXES];
	C1dShape	middle;

	(void) inputs;
	if (!c1d_conv_wants(c, in, separable_infer, err) ||
		!c1d_windows_place(&c->windows, in, place, err))
		return false;
	middle = c1d_image_shape(c->windows.axes, 1, 1, c1d_shape_channels(in) * c->depth_multiplier);
	*out = c1d_image_shape(c->windows.axes, place[C1D_DOWN].out_length, place[C1D_ALONG].out_length, c->filters);
	return c1d_shape_check(&middle, err);
}

/* the depthwise kernel, pointwise_kernel (1, channels * depth_multiplier, filters), bias (filters) */
static int
separable_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const C1dConvConfig *c = config;
	int64_t		middle = in == NULL ? 0 : c1d_shape_channels(in) * c->depth_multiplier;

	specs[0] = (C1dWeightSpec) {"depthwise_kernel", c1d_conv_kernel_shape(c, in)};
	specs[1] = (C1dWeightSpec) {"pointwise_kernel", c1d_shape3(1, middle, c->filters)};
	if (c->windows.axes == 2)
		specs[1].shape = (C1dShape) {4, {1, 1, middle, c->filters}};
	specs[2] = (C1dWeightSpec) {"bias", c1d_shape1(c->filters)};
	return c->use_bias ? 3 : 2;
}

static bool
separable_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	SeparablePrepared *p = c1d_alloc(arena, sizeof(*p), err);
	C1dConvLayout depthwise = c1d_conv_layout(c, c1d_shape_channels(site->in), site->weights[0].data);
	C1dConvLayout pointwise = {.from = site->weights[1].data, .inner_step = c->filters, .column_step = 1};
	const float *bias = c->use_bias ? site->weights[2].data : NULL;
	C1dWindowPlace place[C1D_AXES];
	const C1dConvVariant *variant;
	int64_t		middle;

	if (p == NULL || !c1d_windows_place(&c->windows, site->in, place, err) ||
		!c1d_fusion_fold(&site->fusion, &site->weights[1], 1, c->filters, &pointwise, &bias, arena, err))
		return false;
	p->depthwise = c1d_conv_geometry(c, site->in, place);
	variant = c1d_conv_choose(&p->depthwise, site->tuning->isa, 1);
	p->depthwise_weights = (C1dConvWeights) {
		.variant = variant,
		.panels = c1d_conv_panels(&p->depthwise, variant, &depthwise, arena, err),
		.bias = c1d_conv_bias(&p->depthwise, variant, NULL, arena, err),
	};

	middle = p->depthwise.filters;
	p->block = middle < BLOCK_FLOATS ? BLOCK_FLOATS / middle : 1;
	p->pointwise = (C1dConvGeometry) {
		.length = p->block, .row_floats = middle, .stride = 1,
		.taps = 1, .spacing = 1, .groups = 1, .filters = c->filters,
	};
	variant = c1d_conv_choose(&p->pointwise, site->tuning->isa, 1);
	p->pointwise_weights = (C1dConvWeights) {
		.variant = variant,
		.panels = c1d_conv_panels(&p->pointwise, variant, &pointwise, arena, err),
		.bias = c1d_conv_bias(&p->pointwise, variant, bias, arena, err),
	};
	p->activation = c1d_fusion_activation(&site->fusion, &c->activation, &p->pointwise_weights.relu);
	*prepared = p;
	return p->depthwise_weights.panels != NULL && p->depthwise_weights.bias != NULL &&
		p->pointwise_weights.panels != NULL && p->pointwise_weights.bias != NULL &&
		c1d_indirect_prepare(site, &p->pointwise, &p->pointwise_weights, &pointwise, bias, p->block, arena, &p->indirect, err);
}

static bool
separable_fuses(const LayerSite *site)
{
	const C1dConvConfig *c = site->config;

	return site->fusion.repeat == 0 && site->fusion.pool == 0 && c1d_fusion_tail_fits(&site->fusion, &c->activation);
}

/* middle_floats: what lies between the two, up to a whole cache line */
static int64_t
middle_floats(const SeparablePrepared *p)
{
	return (p->block * p->depthwise.filters + C1D_ALIGN - 1) & -(int64_t) C1D_ALIGN;
}

static int64_t
separable_workspace(const LayerSite *site)
{
	const SeparablePrepared *p = site->prepared;

	return middle_floats(p) + c1d_indirect_workspace(site, &p->pointwise, &p->indirect);
}

static double
separable_cost(const LayerSite *site)
{
	const C1dConvConfig *c = site->config;
	double		taps = (double) c->windows.axis[C1D_DOWN].size * c->windows.axis[C1D_ALONG].size;
	double		steps = (double) (c1d_shape_elements(&site->out) / c->filters);

	return steps * c1d_shape_channels(site->in) * c->depth_multiplier * (taps + c->filters);
}

/* steps begin .. end - 1 of a line of the output, y being the whole output */
static void
separable_line(const LayerSite *site, const float *x, float *y, float *work,
			   int64_t width, int64_t line, int64_t begin, int64_t end)
{
	const SeparablePrepared *p = site->prepared;
	int64_t		filters = p->pointwise.filters;

	for (int64_t first = begin; first < end; first += p->block)
	{
		C1dConvGeometry block = p->depthwise;
		int64_t		steps = end - first < p->block ? end - first : p->block;
		float	   *out = y + (line * width + first) * filters;

		block.offset += first * block.stride;
		c1d_conv_line(&block, &p->depthwise_weights, x, work, block.filters, line, 0, steps);
		c1d_indirect_rows(&p->pointwise, &p->indirect, &p->pointwise_weights, work, out, filters, 0, steps,
						  work + middle_floats(p));
		c1d_activate(&p->activation, site->tuning->isa, out, steps, filters);
	}
}

static void
separable_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	int64_t		width = c1d_image(&site->out).length[C1D_ALONG];

	if (site->out.rank == 2)
		separable_line(site, x[0], y, work, width, 0, begin, end);
	for (int64_t h = begin; site->out.rank == 3 && h < end; h++)
		separable_line(site, x[0], y, work, width, h, 0, width);
}

static void
separable_describe(const LayerSite *site, C1dStepText *text)
{
	const SeparablePrepared *p = site->prepared;

	c1d_indirect_describe(&p->indirect, &p->pointwise_weights, "separable", text);
}

const LayerOps c1d_separable_conv_ops = {
	.config_size = sizeof(C1dConvConfig),
	.parse = separable_parse,
	.infer = separable_infer,
	.weights = separable_weights,
	.prepare = separable_prepare,
	.fuses = separable_fuses,
	.describe = separable_describe,
	.workspace = separable_workspace,
	.cost = separable_cost,
	.forward = separable_forward,
	.mirror = c1d_conv_mirror,
};
