/*
 * src/layers/conv_config.c
 *	  The arguments of convolutions, read once into one configuration, and what
 *	  follows from them for the kernel: its shape, its layout, its panels.
 */
#include "layers/conv_config.h"

#include <inttypes.h>

#include "base/number.h"

/*
 * parse_keras
 *		Keras' arguments; in SQL also "pads" for explicit padding, "causal" in
 *		every convolution that has padding before, and "groups" of a transposed
 *		one.
 *
 * Keras 3 knows groups only for the plain kind; Keras 2 writes groups 1 for the
 * others.
 */
static bool
parse_keras(C1dAttrs *attrs, C1dConvConfig *c, C1dError *err)
{
	bool		sql = attrs->dialect == C1D_SQL;
	bool		depthwise = c->kind == C1D_CONV_DEPTHWISE || c->kind == C1D_CONV_SEPARABLE;
	bool		causal = c->kind != C1D_CONV_TRANSPOSED && c->windows.axes == 1 && (sql || !depthwise);
	bool		grouped = c->kind == C1D_CONV_PLAIN || (c->kind == C1D_CONV_TRANSPOSED && sql);

	return (c->kind == C1D_CONV_DEPTHWISE ||
			c1d_attr_int(attrs, "filters", 1, INT64_MAX, C1D_REQUIRED, &c->filters, err)) &&
		c1d_windows_size(attrs, true, &c->windows, err) &&
		c1d_windows_stride(attrs, "strides", &c->windows, err) &&
		c1d_windows_padding(attrs, causal ? 3 : 2, &c->windows, err) &&
		c1d_windows_dilation(attrs, "dilation_rate", &c->windows, err) &&
		(!depthwise || c1d_attr_int(attrs, "depth_multiplier", 1, INT64_MAX, 1, &c->depth_multiplier, err)) &&
		c1d_attr_int(attrs, "groups", 1, grouped ? INT64_MAX : 1, 1, &c->groups, err) &&
		(c->kind != C1D_CONV_TRANSPOSED || !c1d_attr_given(attrs, "output_padding") ||
		 c1d_attr_axes(attrs, "output_padding", c->windows.axes, 0, true, c->output_padding, err)) &&
		c1d_attr_activation(attrs, "activation", &c->activation, err) &&
		c1d_attr_bool(attrs, "use_bias", true, &c->use_bias, err);
}

static bool
filters_form_groups(const C1dConvConfig *c, const char *message, const char *key, C1dError *err)
{
	int64_t		more = c->groups - c->filters % c->groups;

	if (more == c->groups)
		return true;
	c1d_fail(err, C1D_BAD_ARGUMENT, "%s", message);
	c1d_detail(err, "%" PRId64 " filters do not form %" PRId64 " groups.", c->filters, c->groups);
	return c1d_hint(err, "Set %s to a multiple of %" PRId64 ", such as %" PRId64 ".", key, c->groups, c->filters + more);
}

/*
 * transposed_padding_word
 *		The error for ConvTranspose1d(padding="same"): which numbers mean what
 *		was meant, length * stride.
 */
static bool
transposed_padding_word(const C1dAttrs *attrs, const C1dConvConfig *c, C1dError *err)
{
	const C1dWindow *w = &c->windows.axis[C1D_ALONG];
	int64_t		span = c1d_window_span(w);
	int64_t		most = w->stride > w->dilation ? w->stride : w->dilation;
	int64_t		extra = (span - w->stride) & 1;

	c1d_fail(err, C1D_BAD_ARGUMENT, "padding of %s must be an integer", attrs->class_name);
	c1d_detail(err, "torch has words for padding in convolutions that are not transposed.");
	if (c->windows.axes == 1 && span >= w->stride && extra < most)
		return c1d_hint(err, "With padding %" PRId64 " and output_padding %" PRId64 " the output has length * stride steps.",
						(span - w->stride + extra) / 2, extra);
	return c1d_hint(err, "Leave padding out, and cut the output with a layer behind it.");
}

/*
 * torch_padding
 *		A number for both sides, or a word; "same" only without strides, as in
 *		torch.
 */
static bool
torch_padding(C1dAttrs *attrs, C1dConvConfig *c, C1dError *err)
{
	const C1dValue *padding = c1d_attr(attrs, "padding");

	c->windows.same_allowed = c->kind == C1D_CONV_PLAIN &&
		c->windows.axis[C1D_DOWN].stride == 1 && c->windows.axis[C1D_ALONG].stride == 1;
	if (padding == NULL || padding->type != C1D_STRING)
		return c1d_windows_torch_padding(attrs, &c->windows, err);
	if (c->kind == C1D_CONV_TRANSPOSED)
		return transposed_padding_word(attrs, c, err);
	if (c1d_value_is(padding, "same") && !c->windows.same_allowed)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "padding \"same\" of %s is not supported for strided convolutions", attrs->class_name);
		return c1d_hint(err, "Use stride 1, or padding as a number.");
	}
	return c1d_windows_padding(attrs, 2, &c->windows, err);
}

/*
 * parse_torch
 *		torch's arguments.  padding_mode is read to be refused: any but "zeros"
 *		is a padding layer before the convolution.
 */
static bool
parse_torch(C1dAttrs *attrs, C1dConvConfig *c, C1dError *err)
{
	static const char *const modes[] = {"zeros", "reflect", "replicate", "circular"};
	static const char *const layers[] = {"", "ReflectionPad", "ReplicationPad", "CircularPad"};
	int			mode;

	for (int a = 0; a < C1D_AXES; a++)
		c->output_padding[a] = 0;
	if (!c1d_attr_int(attrs, "in_channels", 1, INT64_MAX, C1D_REQUIRED, &c->in_channels, err) ||
		!c1d_attr_int(attrs, "out_channels", 1, INT64_MAX, C1D_REQUIRED, &c->filters, err) ||
		!c1d_windows_size(attrs, true, &c->windows, err) ||
		!c1d_windows_stride(attrs, "stride", &c->windows, err) ||
		!c1d_windows_dilation(attrs, "dilation", &c->windows, err) ||
		!torch_padding(attrs, c, err) ||
		(c->kind == C1D_CONV_TRANSPOSED &&
		 !c1d_attr_axes(attrs, "output_padding", c->windows.axes, 0, false, c->output_padding, err)) ||
		!c1d_attr_int(attrs, "groups", 1, INT64_MAX, 1, &c->groups, err) ||
		!c1d_attr_bool(attrs, "bias", true, &c->use_bias, err) ||
		!c1d_attr_choice(attrs, "padding_mode", modes, 4, 0, &mode, err))
		return false;
	c->activation = c1d_activation(C1D_ACT_LINEAR);
	if (mode != 0)
	{
		c1d_fail(err, C1D_UNSUPPORTED, "padding_mode \"%s\" of %s is not supported", modes[mode], attrs->class_name);
		return c->kind == C1D_CONV_TRANSPOSED ? false :
			c1d_hint(err, "Pad with a layer %s%dd before it instead.", layers[mode], c->windows.axes);
	}
	if (c->in_channels % c->groups != 0)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "in_channels must be divisible by groups");
		c1d_detail(err, "%" PRId64 " channels do not form %" PRId64 " groups.", c->in_channels, c->groups);
		return c1d_hint(err, "Set groups to a number that divides the channels on both sides, such as %" PRId64 ".",
						c1d_gcd(c1d_gcd(c->in_channels, c->groups), c->filters));
	}
	return filters_form_groups(c, "out_channels must be divisible by groups", "out_channels", err);
}

/*
 * keras_strides
 *		Keras does not let any stride and any dilation exceed 1 together, be they
 *		on different axes.
 */
static bool
keras_strides(const C1dAttrs *attrs, const C1dConvConfig *c, C1dError *err)
{
	int64_t		stride = 1,
				dilation = 1;

	for (int a = 0; a < C1D_AXES; a++)
	{
		const C1dWindow *w = &c->windows.axis[a];

		if (w->padding == C1D_PAD_EXPLICIT)
			return true;
		stride = w->stride > stride ? w->stride : stride;
		dilation = w->dilation > dilation ? w->dilation : dilation;
	}
	if (stride == 1 || dilation == 1)
		return true;
	c1d_fail(err, C1D_BAD_ARGUMENT, "strides and dilation_rate of %s cannot both exceed 1", attrs->class_name);
	c1d_detail(err, "strides is %" PRId64 ", dilation_rate is %" PRId64 ".", stride, dilation);
	if (c->windows.axes == 2)
		return c1d_hint(err, "Keras refuses the combination; torch's layer %s, with torch's arguments and weights, allows it.",
						c->kind == C1D_CONV_TRANSPOSED ? "ConvTranspose2d" : "Conv2d");
	return c1d_hint(err, "Keras refuses the combination; the SQL layer and function %s allow it with pads instead of padding.",
					c->kind == C1D_CONV_TRANSPOSED ? "conv1d_transpose" : "conv1d");
}

/*
 * c1d_conv_parse
 *		Read the arguments of any convolution into c, which is zeroed.
 */
bool
c1d_conv_parse(C1dAttrs *attrs, C1dConvKind kind, C1dConvConfig *c, C1dError *err)
{
	c->kind = kind;
	c->torch = attrs->dialect == C1D_TORCH;
	c->groups = 1;
	c->windows = c1d_windows(c1d_class_axes(attrs), "kernel_size", 1);
	for (int a = 0; a < C1D_AXES; a++)
		c->output_padding[a] = -1;
	if (c->torch)
		return parse_torch(attrs, c, err);
	if (!parse_keras(attrs, c, err))
		return false;
	if (!filters_form_groups(c, "filters must be a multiple of groups", "filters", err))
		return false;

	/* Keras does not look at it where the convolution is depthwise */
	return c->kind == C1D_CONV_DEPTHWISE || c->kind == C1D_CONV_SEPARABLE || keras_strides(attrs, c, err);
}

/*
 * c1d_conv_wants
 *		Is the input a series, or an image, with channels that the layer can
 *		take?  infer is the layer's own: hints are tried out.
 */
bool
c1d_conv_wants(const C1dConvConfig *c, const C1dShape *in, C1dInfer infer, C1dError *err)
{
	int64_t		channels = c1d_shape_channels(in);
	char		text[C1D_SHAPE_TEXT];
	C1dConvConfig changed = *c;
	C1dShape	turned,
				out;
	C1dError	ignored;

	if (!c1d_wants_axes(in, c->windows.axes, c, infer, err))
		return false;
	if (c->in_channels == 0)
		return c1d_layer_wants_groups(channels, c->groups, err);
	if (c->in_channels == channels)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "in_channels is %" PRId64 ", the input has %" PRId64 " channels", c->in_channels, channels);
	c1d_about(err, C1D_OF_CHANNELS, c->in_channels);
	c1d_detail(err, "The input has shape %s, which is %s; channels come last here.", c1d_shape_text(in, text),
			   c->windows.axes == 1 ? "(timesteps, channels)" : "(height, width, channels)");
	turned = c->windows.axes == 1 ? c1d_shape2(in->dim[1], in->dim[0]) : c1d_shape3(in->dim[1], in->dim[2], in->dim[0]);
	if (in->dim[0] == c->in_channels && infer(c, &turned, 1, &out, &ignored))
		return c1d_hint(err, "The input looks transposed; %s makes it %s.",
						c->windows.axes == 1 ? "permute(x, 2, 1)" : "permute(x, 2, 3, 1)",
						c->windows.axes == 1 ? "(timesteps, channels)" : "(height, width, channels)");
	changed.in_channels = channels;
	if (channels % c->groups == 0 && infer(&changed, in, 1, &out, &ignored))
		return c1d_hint(err, "Set in_channels to %" PRId64 ".", channels);
	return false;
}

/*
 * c1d_conv_kernel_shape
 *		The kernel for that input, or for any: NULL.
 *
 *	Keras	plain (k, channels / groups, filters), transposed (k, filters /
 *			groups, channels), depthwise (k, channels, depth_multiplier)
 *	torch	plain (filters, channels / groups, k), transposed (channels, filters
 *			/ groups, k)
 *
 * where k is one number for a series, two for images.
 */
C1dShape
c1d_conv_kernel_shape(const C1dConvConfig *c, const C1dShape *in)
{
	int64_t		channels = in != NULL ? c1d_shape_channels(in) : c->in_channels;
	int64_t		high = c->windows.axis[C1D_DOWN].size;
	int64_t		wide = c->windows.axis[C1D_ALONG].size;
	int64_t		a = channels / c->groups,
				b = c->filters;
	bool		images = c->windows.axes == 2;

	if (c->kind == C1D_CONV_TRANSPOSED)
	{
		a = c->filters / c->groups;
		b = channels;
	}
	else if (c->kind != C1D_CONV_PLAIN)
	{
		a = channels;
		b = c->depth_multiplier;
	}
	if (c->torch)
		return images ? (C1dShape) {4, {b, a, high, wide}} : c1d_shape3(b, a, wide);
	return images ? (C1dShape) {4, {high, wide, a, b}} : c1d_shape3(wide, a, b);
}

/* c1d_conv_layout: where the kernel's elements are, in the shapes above. */
C1dConvLayout
c1d_conv_layout(const C1dConvConfig *c, int64_t channels, const float *kernel)
{
	C1dShape	shape = c1d_conv_kernel_shape(c, &(C1dShape) {1, {channels}});
	int64_t		wide = c->windows.axis[C1D_ALONG].size;
	int64_t		taps = c->windows.axis[C1D_DOWN].size * wide;
	int64_t		a = c->torch ? shape.dim[1] : shape.dim[shape.rank - 2];
	int64_t		b = c->torch ? shape.dim[0] : shape.dim[shape.rank - 1];

	/* steps of a and b */
	int64_t		a_step = c->torch ? taps : b;
	int64_t		b_step = c->torch ? a * taps : 1;
	C1dConvLayout layout = {
		.from = kernel,
		.tap_step = c->torch ? 1 : a * b,
		.inner_step = a_step,
		.column_step = b_step,
		.group_step = b / c->groups * b_step,
	};

	layout.line_step = wide * layout.tap_step;
	if (c->kind == C1D_CONV_TRANSPOSED)
	{
		layout.inner_step = b_step;
		layout.column_step = a_step;
	}
	else if (c->kind != C1D_CONV_PLAIN)
		layout.group_step = a_step;
	return layout;
}

/*
 * c1d_conv_weights
 *		Where a convolution's kernel and bias are, with what follows it folded
 *		into them; without bias it is NULL.
 */
bool
c1d_conv_weights(const LayerSite *site, C1dConvLayout *layout, const float **bias, C1dArena *arena, C1dError *err)
{
	const C1dConvConfig *c = site->config;
	int64_t		channels = c1d_shape_channels(site->in);
	bool		depthwise = c->kind == C1D_CONV_DEPTHWISE;

	*layout = c1d_conv_layout(c, channels, site->weights[0].data);
	*bias = c->use_bias ? site->weights[1].data : NULL;
	return c1d_fusion_fold(&site->fusion, &site->weights[0], depthwise ? channels : c->groups,
						   c1d_shape_channels(&site->out), layout, bias, arena, err);
}

/*
 * c1d_conv_geometry
 *		Windows over an input, as the kernels take them; a depthwise convolution
 *		has a group for every channel.
 */
C1dConvGeometry
c1d_conv_geometry(const C1dConvConfig *c, const C1dShape *in, const C1dWindowPlace place[C1D_AXES])
{
	const C1dWindow *down = &c->windows.axis[C1D_DOWN];
	const C1dWindow *along = &c->windows.axis[C1D_ALONG];
	C1dImage	image = c1d_image(in);
	bool		depthwise = c->kind == C1D_CONV_DEPTHWISE || c->kind == C1D_CONV_SEPARABLE;

	return (C1dConvGeometry) {
		.length = image.length[C1D_ALONG],
		.row_floats = image.channels,
		.stride = along->stride,
		.offset = -place[C1D_ALONG].before,
		.taps = along->size,
		.spacing = along->dilation,
		.groups = depthwise ? image.channels : c->groups,
		.filters = depthwise ? image.channels * c->depth_multiplier : c->filters,
		.height = c->windows.axes == 2 ? image.length[C1D_DOWN] : 0,
		.line_stride = down->stride,
		.line_offset = -place[C1D_DOWN].before,
		.lines = down->size,
		.line_spacing = down->dilation,
	};
}

/* c1d_conv_panels: the kernel, packed; NULL when memory ran out. */
const float *
c1d_conv_panels(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
				const C1dConvLayout *layout, C1dArena *arena, C1dError *err)
{
	float	   *panels = c1d_alloc_array(arena, c1d_conv_panel_floats(geometry, variant), sizeof(float), err);

	if (panels != NULL)
		c1d_conv_pack(geometry, variant, layout, panels);
	return panels;
}

/* c1d_conv_bias: the bias, packed, zeros when it is NULL; NULL when memory ran out. */
const float *
c1d_conv_bias(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
			  const float *bias, C1dArena *arena, C1dError *err)
{
	float	   *packed = c1d_alloc_array(arena, c1d_conv_bias_floats(geometry, variant), sizeof(float), err);

	if (packed != NULL)
		c1d_conv_pack_bias(geometry, variant, bias, packed);
	return packed;
}
