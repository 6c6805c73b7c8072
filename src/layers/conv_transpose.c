/*
 * src/layers/conv_transpose.c
 *	  Transposed convolution of series and of images, in every dialect: shape
 *	  rule, polyphase forward pass.
 *
 * A transposed convolution scatters: input step i adds to the natural output
 * z[i * stride + j * dilation] for every tap j; then a window of z is cut.
 * Read from the other end, the outputs of one phase (position modulo stride)
 * form an ordinary convolution with every (stride / gcd)-th tap, in reverse.
 * On an image a phase down meets every phase along.
 */
#include <inttypes.h>

#include "base/number.h"
#include "layers/conv_config.h"
#include "layers/phases.h"

/* What of the natural output is kept; beyond its end there are zeros. */
typedef struct Cut
{
	int64_t		crop;			/* cut off before */
	int64_t		out_length;
} Cut;

typedef struct TransposePrepared
{
	C1dPhases	phases;
	C1dActivation activation;
} TransposePrepared;

/*
 * check_output_padding
 *		torch, and explicit padding in SQL: less than stride or dilation.  Keras:
 *		less than strides; and where TensorFlow has no result, we have none.
 */
static bool
check_output_padding(const C1dAttrs *attrs, const C1dWindow *w, int64_t *output_padding, C1dError *err)
{
	const char *stride = attrs->dialect == C1D_TORCH ? "stride" : "strides";
	const char *dilation = attrs->dialect == C1D_TORCH ? "dilation" : "dilation_rate";
	int64_t		least;

	if (w->padding == C1D_PAD_EXPLICIT)
	{
		int64_t		most = w->stride > w->dilation ? w->stride : w->dilation;

		if (*output_padding < 0)
			*output_padding = 0;
		if (*output_padding < most)
			return true;
		c1d_fail(err, C1D_BAD_ARGUMENT, "output_padding must be less than %s or %s", stride, dilation);
		c1d_detail(err, "output_padding is %" PRId64 ", %s is %" PRId64 ", %s is %" PRId64 ".",
				   *output_padding, stride, w->stride, dilation, w->dilation);
		return c1d_hint(err, "Use an output_padding of 0 to %" PRId64 ".", most - 1);
	}
	if (*output_padding >= w->stride)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "output_padding must be less than strides");
		c1d_detail(err, "output_padding is %" PRId64 ", strides is %" PRId64 ".", *output_padding, w->stride);

		/* with "same", 0 needs an odd window: see below */
		least = w->padding == C1D_PAD_SAME && c1d_window_span(w) % 2 == 0 ? 1 : 0;
		if (least >= w->stride)
			return c1d_hint(err, "Leave output_padding out.");
		return c1d_hint(err, "Use an output_padding of %" PRId64 " to %" PRId64 ", or leave it out.", least, w->stride - 1);
	}
	if (w->padding == C1D_PAD_SAME && *output_padding == 0 && c1d_window_span(w) % 2 == 0)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "output_padding 0 with padding \"same\" needs an odd kernel_size");
		c1d_detail(err, "kernel_size %" PRId64 " spans %" PRId64 " steps; TensorFlow has no result for this either.",
				   w->size, c1d_window_span(w));
		return c1d_hint(err, "Leave output_padding out: null is not 0, it gives length * strides.");
	}
	return true;
}

static bool
transpose_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dConvConfig *c = config;

	if (!c1d_conv_parse(attrs, C1D_CONV_TRANSPOSED, c, err))
		return false;
	for (int a = C1D_AXES - c->windows.axes; a < C1D_AXES; a++)
		if (!check_output_padding(attrs, &c->windows.axis[a], &c->output_padding[a], err))
			return false;
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
cut(const C1dConvConfig *c, int a, int64_t length, Cut *result, C1dError *err)
{
	const C1dWindow *w = &c->windows.axis[a];
	const char *unit = c1d_axis_unit(c->windows.axes, a);
	int64_t		extra = c->output_padding[a];
	int64_t		stride = w->stride;
	int64_t		span = c1d_window_span(w);

	/* strides up to 2^31 times lengths up to 2^27 stay in int64, spans too */
	int64_t		natural = (length - 1) * stride + span;
	int64_t		most;

	result->crop = 0;
	switch (w->padding)
	{
		case C1D_PAD_VALID:
		case C1D_PAD_CAUSAL:	/* not among this layer's words */
			if (extra < 0)
				result->out_length = (length - 1) * stride + (span > stride ? span : stride);
			else
				result->out_length = natural + extra;
			break;
		case C1D_PAD_SAME:
			if (extra < 0)
				result->out_length = length * stride;
			else
				result->out_length = (length - 1) * stride + span % 2 + extra;
			if (natural > result->out_length)
				result->crop = (natural - result->out_length) / 2;
			break;
		case C1D_PAD_EXPLICIT:
			result->crop = w->before;
			result->out_length = natural - w->before - w->after + extra;
			break;
	}
	if (result->out_length >= 1)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "nothing is left of the output");
	c1d_about(err, C1D_OF_STEPS, 0);
	c1d_detail(err, "%" PRId64 " %s make %" PRId64 "; the padding cuts off %" PRId64 ".",
			   length, unit, natural + extra, w->before + w->after);
	most = natural + extra - 1;
	if (c->torch)
		return c1d_hint(err, "Use a padding of at most %" PRId64 ".", most / 2);
	return c1d_hint(err, "Use pads that add up to at most %" PRId64 ".", most);
}

static bool
cut_axes(const C1dConvConfig *c, const C1dShape *in, Cut place[C1D_AXES], C1dError *err)
{
	C1dImage	image = c1d_image(in);

	place[C1D_DOWN] = (Cut) {0, 1};
	for (int a = C1D_AXES - c->windows.axes; a < C1D_AXES; a++)
		if (!cut(c, a, image.length[a], &place[a], err))
			return false;
	return true;
}

/* c1d_conv_transpose_crop: how many steps of a series' natural output are cut off before. */
bool
c1d_conv_transpose_crop(const C1dConvConfig *c, const C1dShape *in, int64_t *crop, C1dError *err)
{
	Cut			place[C1D_AXES];

	if (!cut_axes(c, in, place, err))
		return false;
	*crop = place[C1D_ALONG].crop;
	return true;
}

static bool
transpose_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const C1dConvConfig *c = config;
	Cut			place[C1D_AXES];

	(void) inputs;
	if (!c1d_conv_wants(c, in, transpose_infer, err) ||
		!cut_axes(c, in, place, err))
		return false;
	*out = c1d_image_shape(c->windows.axes, place[C1D_DOWN].out_length, place[C1D_ALONG].out_length, c->filters);
	return true;
}

/* the kernel, and bias (filters) */
static int
transpose_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const C1dConvConfig *c = config;

	specs[0] = (C1dWeightSpec) {c->torch ? "weight" : "kernel", c1d_conv_kernel_shape(c, in)};
	specs[1] = (C1dWeightSpec) {"bias", c1d_shape1(c->filters)};
	return c->use_bias ? 2 : 1;
}

/* Taps repeat their phases after so many; the first so many all differ. */
static int64_t
tap_step(const C1dWindow *w)
{
	return w->stride / c1d_gcd(w->stride, w->dilation);
}

/* Phases of an axis that any tap reaches, of its stride phases. */
static int64_t
axis_phases(const C1dWindow *w)
{
	return w->size < tap_step(w) ? w->size : tap_step(w);
}

/* One axis of a phase: an ordinary convolution of stride 1. */
typedef struct AxisPhase
{
	int64_t		remainder;
	int64_t		taps;
	int64_t		spacing;
	int64_t		offset;
	int64_t		last;			/* the tap of the kernel that its tap 0 is */
} AxisPhase;

/*
 * axis_phase
 *		The phase whose first tap is given.
 *
 * Tap j = first + m * step reaches position p from input (p - j * dilation) /
 * stride, which lies spacing inputs further back with every m; packed in
 * reverse, the window runs forward.
 */
static AxisPhase
axis_phase(const C1dWindow *w, int64_t first)
{
	int64_t		step = tap_step(w);
	AxisPhase	phase = {
		.remainder = first * w->dilation % w->stride,
		.taps = (w->size - 1 - first) / step + 1,
		.spacing = w->dilation / (w->stride / step),
	};

	phase.offset = (phase.remainder - first * w->dilation) / w->stride - (phase.taps - 1) * phase.spacing;
	phase.last = first + (phase.taps - 1) * step;
	return phase;
}

/*
 * prepare_phase
 *		Geometry and packed kernel of the phase whose first taps are given.  The
 *		first phase has the most taps and chooses the kernel for all of them.
 */
static bool
prepare_phase(const LayerSite *site, C1dConvLayout layout, int64_t first_down, int64_t first_along,
			  C1dPhases *phases, C1dPhase *phase, C1dArena *arena, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	const C1dWindow *windows = c->windows.axis;
	AxisPhase	down = axis_phase(&windows[C1D_DOWN], first_down);
	AxisPhase	along = axis_phase(&windows[C1D_ALONG], first_along);
	C1dImage	image = c1d_image(site->in);

	phase->remainder[C1D_DOWN] = down.remainder;
	phase->remainder[C1D_ALONG] = along.remainder;
	phase->geometry = (C1dConvGeometry) {
		.length = image.length[C1D_ALONG],
		.row_floats = image.channels,
		.stride = 1, .offset = along.offset, .taps = along.taps, .spacing = along.spacing,
		.groups = c->groups,
		.filters = c->filters,
		.height = c->windows.axes == 2 ? image.length[C1D_DOWN] : 0,
		.line_stride = 1, .line_offset = down.offset, .lines = down.taps, .line_spacing = down.spacing,
	};
	layout.from += down.last * layout.line_step + along.last * layout.tap_step;
	layout.line_step *= -tap_step(&windows[C1D_DOWN]);
	layout.tap_step *= -tap_step(&windows[C1D_ALONG]);
	phase->layout = layout;
	return c1d_phase_pack(site, phases, phase, arena, err);
}

static bool
transpose_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	TransposePrepared *p = c1d_alloc(arena, sizeof(*p), err);
	int64_t		downs = axis_phases(&c->windows.axis[C1D_DOWN]);
	int64_t		alongs = axis_phases(&c->windows.axis[C1D_ALONG]);
	Cut			place[C1D_AXES];
	C1dConvLayout layout;
	const float *bias;
	C1dPhases  *phases;

	if (p == NULL || !cut_axes(c, site->in, place, err) || !c1d_conv_weights(site, &layout, &bias, arena, err))
		return false;
	phases = &p->phases;
	*phases = (C1dPhases) {
		.axes = c->windows.axes, .groups = c->groups, .filters = c->filters,
		.width = c1d_image(&site->out).length[C1D_ALONG],
		.count = downs * alongs,
	};
	for (int a = 0; a < C1D_AXES; a++)
	{
		phases->stride[a] = c->windows.axis[a].stride;
		phases->crop[a] = place[a].crop;
	}
	p->activation = c1d_fusion_activation(&site->fusion, &c->activation, &phases->weights.relu);
	phases->phase = c1d_alloc_array(arena, phases->count, sizeof(C1dPhase), err);
	if (phases->phase == NULL)
		return false;
	for (int64_t i = 0; i < phases->count; i++)
		if (!prepare_phase(site, layout, i / alongs, i % alongs, phases, &phases->phase[i], arena, err))
			return false;
	*prepared = p;
	return c1d_phases_finish(site, phases, bias, arena, err);
}

static int64_t
transpose_workspace(const LayerSite *site)
{
	const TransposePrepared *p = site->prepared;

	return p->phases.workspace;
}

static bool
transpose_fuses(const LayerSite *site)
{
	const C1dConvConfig *c = site->config;

	return site->fusion.repeat == 0 && site->fusion.pool == 0 && c1d_fusion_tail_fits(&site->fusion, &c->activation);
}

static double
transpose_cost(const LayerSite *site)
{
	const C1dConvConfig *c = site->config;

	return (double) c1d_shape_elements(site->in) *
		c->windows.axis[C1D_DOWN].size * c->windows.axis[C1D_ALONG].size * (c->filters / c->groups) +
		(double) c1d_shape_elements(&site->out);
}

static void
transpose_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const TransposePrepared *p = site->prepared;
	int64_t		steps = p->phases.axes == 2 ? p->phases.width : 1;	/* of a row */
	int64_t		filters = p->phases.filters;

	c1d_phases_forward(&p->phases, x[0], y, work, begin, end);
	c1d_activate(&p->activation, site->tuning->isa, y + begin * steps * filters, (end - begin) * steps, filters);
}

static void
transpose_describe(const LayerSite *site, C1dStepText *text)
{
	const TransposePrepared *p = site->prepared;

	c1d_phases_describe(&p->phases, "polyphase", text);
}

const LayerOps c1d_conv_transpose_ops = {
	.config_size = sizeof(C1dConvConfig),
	.parse = transpose_parse,
	.infer = transpose_infer,
	.weights = transpose_weights,
	.prepare = transpose_prepare,
	.fuses = transpose_fuses,
	.pairs = c1d_conv_pairs,
	.workspace = transpose_workspace,
	.describe = transpose_describe,
	.cost = transpose_cost,
	.forward = transpose_forward,
	.mirror = c1d_conv_transpose_mirror,
};
