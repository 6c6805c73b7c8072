/*
 * src/layers/conv_transpose.c
 *	  Conv1DTranspose: configuration, shape rule, polyphase forward pass.
 *
 * A transposed convolution scatters: input step i adds to the natural output
 * z[i * stride + j * dilation] for every tap j; then a window of z is cut.
 * Read from the other end, the outputs of one phase (position modulo stride)
 * form an ordinary convolution with every (stride / gcd)-th tap, in reverse.
 */
#include "kernels/conv.h"

#include <inttypes.h>

#include "layers/activation.h"
#include "layers/layer.h"
#include "layers/window.h"

typedef struct TransposeConfig
{
	int64_t		filters;
	int64_t		groups;
	C1dWindow	window;
	int64_t		output_padding; /* -1 = not given */
	C1dActivation activation;
	bool		use_bias;
} TransposeConfig;

/* What of the natural output is cut: crop_right may be negative, then zeros are appended. */
typedef struct Cut
{
	int64_t		crop_left;
	int64_t		out_length;
} Cut;

/* The outputs at positions q * stride + remainder of the natural output. */
typedef struct Phase
{
	int64_t		remainder;
	C1dConvGeometry geometry;
	const float *panels;
} Phase;

typedef struct TransposePrepared
{
	Phase	   *phases;			/* those that any tap reaches */
	int64_t		phase_count;
	int64_t		crop_left;
	C1dConvWeights weights;		/* the panels are each phase's own */
	C1dActivation activation;
} TransposePrepared;

/*
 * transpose_parse
 *		Keras' arguments; in SQL also "groups", and "pads", which cuts explicitly
 *		as torch's padding does.
 */
static bool
transpose_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	TransposeConfig *c = config;

	c->groups = 1;
	c->output_padding = -1;
	if (!c1d_attr_int(attrs, "filters", 1, INT64_MAX, C1D_REQUIRED, &c->filters, err) ||
		!c1d_attr_int(attrs, "kernel_size", 1, INT64_MAX, C1D_REQUIRED, &c->window.size, err) ||
		!c1d_attr_int(attrs, "strides", 1, INT64_MAX, 1, &c->window.stride, err) ||
		!c1d_window_padding(attrs, c1d_padding_names, 2, &c->window, err) ||
		(c1d_attr_given(attrs, "output_padding") &&
		 !c1d_attr_int(attrs, "output_padding", 0, INT64_MAX, -1, &c->output_padding, err)) ||
		!c1d_attr_int(attrs, "dilation_rate", 1, INT64_MAX, 1, &c->window.dilation, err) ||
		(attrs->dialect == C1D_SQL && !c1d_attr_int(attrs, "groups", 1, INT64_MAX, 1, &c->groups, err)) ||
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
						"conv1d_transpose");
	}
	if (c->window.padding == C1D_PAD_EXPLICIT)
	{
		int64_t		most = c->window.stride > c->window.dilation ? c->window.stride : c->window.dilation;

		if (c->output_padding < 0)
			c->output_padding = 0;
		if (c->output_padding >= most)
		{
			c1d_fail(err, C1D_BAD_ARGUMENT, "output_padding must be less than strides or dilation_rate");
			c1d_detail(err, "output_padding is %" PRId64 ", strides is %" PRId64 ", dilation_rate is %" PRId64 ".",
					   c->output_padding, c->window.stride, c->window.dilation);
			return c1d_hint(err, "Use an output_padding of 0 to %" PRId64 ".", most - 1);
		}
	}
	else if (c->output_padding >= c->window.stride)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "output_padding must be less than strides");
		c1d_detail(err, "output_padding is %" PRId64 ", strides is %" PRId64 ".", c->output_padding, c->window.stride);
		return c1d_hint(err, "Use an output_padding of 0 to %" PRId64 ", or leave it out.", c->window.stride - 1);
	}
	if (c->window.padding == C1D_PAD_SAME && c->output_padding == 0 && c1d_window_span(&c->window) % 2 == 0)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "output_padding 0 with padding \"same\" needs an odd kernel_size");
		c1d_detail(err, "kernel_size %" PRId64 " spans %" PRId64 " steps; TensorFlow has no result for this either.",
				   c->window.size, c1d_window_span(&c->window));
		return c1d_hint(err, "Leave output_padding out: null is not 0, it gives length * strides.");
	}
	return true;
}

/*
 * cut
 *		Where the output lies in the natural output of (length - 1) * stride +
 *		span steps.  The only place where the length is computed.
 *
 *	valid		starts at 0; span + output_padding instead of span, or at least stride
 *	same		length * stride, or (length - 1) * stride + span % 2 + output_padding; centred
 *	explicit	natural - before - after + output_padding (torch)
 */
static bool
cut(const TransposeConfig *c, int64_t length, Cut *result, C1dError *err)
{
	int64_t		stride = c->window.stride;
	int64_t		span = c1d_window_span(&c->window);
	int64_t		natural;

	/* strides up to 2^31 times lengths up to 2^27 stay in int64, spans too */
	natural = (length - 1) * stride + span;
	result->crop_left = 0;
	switch (c->window.padding)
	{
		case C1D_PAD_VALID:
		case C1D_PAD_CAUSAL:	/* not among this layer's words */
			if (c->output_padding < 0)
				result->out_length = (length - 1) * stride + (span > stride ? span : stride);
			else
				result->out_length = natural + c->output_padding;
			break;
		case C1D_PAD_SAME:
			if (c->output_padding < 0)
				result->out_length = length * stride;
			else
				result->out_length = (length - 1) * stride + span % 2 + c->output_padding;
			if (natural > result->out_length)
				result->crop_left = (natural - result->out_length) / 2;
			break;
		case C1D_PAD_EXPLICIT:
			result->crop_left = c->window.before;
			result->out_length = natural - c->window.before - c->window.after + c->output_padding;
			break;
	}
	if (result->out_length < 1)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "nothing is left of the output");
		c1d_detail(err, "%" PRId64 " steps make %" PRId64 "; the padding cuts off %" PRId64 ".",
				   length, natural, c->window.before + c->window.after);
		return c1d_hint(err, "Use pads that add up to at most %" PRId64 ".", natural + c->output_padding - 1);
	}
	return true;
}

static bool
transpose_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const TransposeConfig *c = config;
	Cut			place;

	(void) inputs;
	if (!c1d_layer_wants_series(in, err) ||
		!c1d_layer_wants_groups(in, c->groups, err) ||
		!cut(c, in->dim[0], &place, err))
		return false;
	*out = c1d_shape2(place.out_length, c->filters);
	return true;
}

/* kernel (kernel_size, filters / groups, channels), bias (filters) */
static int
transpose_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const TransposeConfig *c = config;

	specs[0] = (C1dWeightSpec) {"kernel", c1d_shape3(c->window.size, c->filters / c->groups, in == NULL ? 0 : in->dim[1])};
	specs[1] = (C1dWeightSpec) {"bias", c1d_shape1(c->filters)};
	return c->use_bias ? 2 : 1;
}

static int64_t
gcd(int64_t a, int64_t b)
{
	while (b != 0)
	{
		int64_t		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * prepare_phase
 *		Geometry and packed kernel of the phase whose first tap is given.
 *
 * Tap j = first + m * step reaches position p from input (p - j * dilation) /
 * stride, which lies spacing inputs further back with every m; packed in
 * reverse, the window runs forward.
 */
static bool
prepare_phase(const LayerSite *site, const C1dGemmVariant *tallest, int64_t first, int64_t step,
			  Phase *phase, C1dArena *arena, C1dError *err)
{
	const TransposeConfig *c = site->config;
	int64_t		stride = c->window.stride;
	int64_t		spacing = c->window.dilation / (stride / step);
	int64_t		channels = site->in->dim[1];
	int64_t		taps = (c->window.size - 1 - first) / step + 1;
	int64_t		filters = c->filters / c->groups;
	float	   *panels;

	phase->remainder = first * c->window.dilation % stride;
	phase->geometry = (C1dConvGeometry) {
		.length = site->in->dim[0],
		.row_floats = channels,
		.stride = 1,
		.offset = (phase->remainder - first * c->window.dilation) / stride - (taps - 1) * spacing,
		.taps = taps,
		.spacing = spacing,
		.groups = c->groups,
		.filters = c->filters,
	};
	panels = c1d_alloc_array(arena, c1d_conv_panel_floats(&phase->geometry, tallest), sizeof(float), err);
	if (panels == NULL)
		return false;
	for (int64_t i = 0; i < c->groups; i++)
	{
		C1dGemmSource source = {
			.from = site->weights[0].data + (first + (taps - 1) * step) * filters * channels + i * (channels / c->groups),
			.taps = taps, .tap_step = -step * filters * channels,
			.inner = channels / c->groups, .inner_step = 1,
			.columns = filters, .column_step = channels,
		};

		c1d_gemm_pack(tallest, &source, panels + i * (c1d_conv_panel_floats(&phase->geometry, tallest) / c->groups));
	}
	phase->panels = panels;
	return true;
}

static bool
transpose_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const TransposeConfig *c = site->config;
	TransposePrepared *p = c1d_alloc(arena, sizeof(*p), err);
	C1dConvGeometry whole = {.groups = c->groups, .filters = c->filters};
	float	   *bias;
	int64_t		step;
	Cut			place;

	if (p == NULL || !cut(c, site->in->dim[0], &place, err))
		return false;

	p->crop_left = place.crop_left;
	p->weights.tallest = c1d_gemm_choose(site->isa, c->filters / c->groups);
	p->weights.relu = c->activation.function == C1D_ACT_RELU;
	p->activation = p->weights.relu ? c1d_activation(C1D_ACT_LINEAR) : c->activation;
	bias = c1d_alloc_array(arena, c1d_conv_bias_floats(&whole, p->weights.tallest), sizeof(float), err);
	if (bias == NULL)
		return false;
	c1d_conv_pack_bias(&whole, p->weights.tallest, c->use_bias ? site->weights[1].data : NULL, bias);
	p->weights.bias = bias;

	/* taps repeat their phases after step; the first step ones all differ */
	step = c->window.stride / gcd(c->window.stride, c->window.dilation);
	p->phase_count = c->window.size < step ? c->window.size : step;
	p->phases = c1d_alloc_array(arena, p->phase_count, sizeof(Phase), err);
	if (p->phases == NULL)
		return false;
	for (int64_t i = 0; i < p->phase_count; i++)
		if (!prepare_phase(site, p->weights.tallest, i, step, &p->phases[i], arena, err))
			return false;
	*prepared = p;
	return true;
}

static double
transpose_cost(const LayerSite *site)
{
	const TransposeConfig *c = site->config;

	return (double) c1d_shape_elements(site->in) * c->window.size * (c->filters / c->groups) +
		(double) c1d_shape_elements(&site->out);
}

/*
 * transpose_forward
 *		Every phase writes its own rows, stride apart; what no tap reaches is
 *		the bias alone.
 */
static void
transpose_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const TransposePrepared *p = site->prepared;
	const TransposeConfig *c = site->config;
	int64_t		stride = c->window.stride;
	int64_t		filters = c->filters;
	C1dConvWeights weights = p->weights;

	(void) work;
	if (p->phase_count < stride)
	{
		C1dConvGeometry untouched = {.length = 1, .row_floats = c->groups, .stride = 1, .spacing = 1, .groups = c->groups, .filters = filters};

		c1d_conv_rows(&untouched, &weights, x[0], y, filters, begin, end);
	}
	for (int64_t i = 0; i < p->phase_count; i++)
	{
		const Phase *phase = &p->phases[i];

		/* natural positions begin + crop_left .. end + crop_left - 1 of this remainder */
		int64_t		low = begin + p->crop_left - phase->remainder + stride - 1;
		int64_t		high = end + p->crop_left - phase->remainder + stride - 1;

		low = low < 0 ? 0 : low / stride;
		high = high < 0 ? 0 : high / stride;
		weights.panels = phase->panels;
		if (low < high)
			c1d_conv_rows(&phase->geometry, &weights, x[0],
						  y + (phase->remainder - p->crop_left) * filters, stride * filters, low, high);
	}
	c1d_activate(&p->activation, y + begin * filters, end - begin, filters);
}

const LayerOps c1d_conv_transpose_ops = {
	.config_size = sizeof(TransposeConfig),
	.parse = transpose_parse,
	.infer = transpose_infer,
	.weights = transpose_weights,
	.prepare = transpose_prepare,
	.cost = transpose_cost,
	.forward = transpose_forward,
};
