/*
 * src/layers/conv_mirror.c
 *	  The way back from convolutions: a transposed one for each that is not, and
 *	  the other way round.
 *
 * The transposed convolution with the windows of a convolution is its adjoint:
 * step t of the code reaches back to the steps it was made of.
 */
#include "layers/conv_config.h"
#include "layers/mirror.h"

/*
 * arguments
 *		What both kinds have: channels of the encoder's input, windows as they are
 *		in its dialect.  Padding is the caller's.
 */
static bool
arguments(C1dMirror *m, const C1dConvConfig *c, const C1dWindow window[C1D_AXES], int64_t groups, C1dValue *config, C1dError *err)
{
	bool		torch = m->dialect == C1D_TORCH;
	int			axes = c->windows.axes;
	int64_t		size[C1D_AXES],
				stride[C1D_AXES],
				dilation[C1D_AXES];
	bool		strided = false,
				dilated = false;

	for (int a = 0; a < C1D_AXES; a++)
	{
		size[a] = window[a].size;
		stride[a] = window[a].stride;
		dilation[a] = window[a].dilation;
		strided = strided || stride[a] > 1;
		dilated = dilated || dilation[a] > 1;
	}
	return (!torch || c1d_mirror_int(m, config, "in_channels", c1d_shape_channels(&m->shape), err)) &&
		c1d_mirror_int(m, config, torch ? "out_channels" : "filters", c1d_shape_channels(&m->in), err) &&
		c1d_mirror_axes(m, config, "kernel_size", axes, size, err) &&
		(!strided || c1d_mirror_axes(m, config, torch ? "stride" : "strides", axes, stride, err)) &&
		(!dilated || c1d_mirror_axes(m, config, torch ? "dilation" : "dilation_rate", axes, dilation, err)) &&
		(groups == 1 || c1d_mirror_int(m, config, "groups", groups, err)) &&
		c1d_mirror_activation(m, config, err);
}

/*
 * pads
 *		Explicit padding, as the dialect writes it; Keras has none.  In SQL it is
 *		also what lets stride and dilation exceed 1 together.
 */
static bool
pads(C1dMirror *m, int axes, const int64_t before[C1D_AXES], const int64_t after[C1D_AXES], C1dValue *config, C1dError *err)
{
	const int64_t both[2] = {before[C1D_ALONG], after[C1D_ALONG]};

	if (m->dialect == C1D_SQL)
		return c1d_mirror_ints(m, config, "pads", 2, both, err);
	if (before[C1D_DOWN] == 0 && both[0] == 0)
		return true;
	return c1d_mirror_axes(m, config, "padding", axes, before, err);
}

/*
 * keras_windows
 *		Keras lets no stride and dilation exceed 1 together, but where a
 *		convolution is depthwise; windows as long, without gaps, do as well.
 */
static void
keras_windows(C1dWindow window[C1D_AXES])
{
	bool		strided = window[C1D_DOWN].stride > 1 || window[C1D_ALONG].stride > 1;

	for (int a = 0; strided && a < C1D_AXES; a++)
	{
		window[a].size = c1d_window_span(&window[a]);
		window[a].dilation = 1;
	}
}

/*
 * longest
 *		Append the transposed convolution whose output has wanted steps or, should
 *		that be out of reach, the next more: with output_padding stride - 1 it is
 *		tried, and what is too much is taken off output_padding.
 */
static bool
longest(C1dMirror *m, const C1dConvConfig *c, const C1dWindow window[C1D_AXES], const int64_t wanted[C1D_AXES],
		const C1dValue *config, C1dError *err)
{
	const char *name = c1d_mirror_name(m, C1D_BACK_TRANSPOSE, c->windows.axes);
	int64_t		extra[C1D_AXES];
	C1dValue	full = *config;
	C1dShape	out;
	C1dImage	image;

	for (int a = 0; a < C1D_AXES; a++)
		extra[a] = window[a].stride - 1;
	if (extra[C1D_DOWN] == 0 && extra[C1D_ALONG] == 0)
		return c1d_mirror_add(m, name, config, err);
	if (!c1d_mirror_axes(m, &full, "output_padding", c->windows.axes, extra, err) ||
		!c1d_mirror_try(m, name, &full, &out, err) || out.rank == 0)
		return false;
	image = c1d_image(&out);
	for (int a = 0; a < C1D_AXES; a++)
	{
		int64_t		surplus = image.length[a] - wanted[a];

		extra[a] -= surplus < 0 ? 0 : surplus > extra[a] ? extra[a] : surplus;
	}
	return c1d_mirror_axes(m, &full, "output_padding", c->windows.axes, extra, err) &&
		c1d_mirror_add(m, name, &full, err);
}

/*
 * same
 *		Keras' padding "same", where it can give back the input; *done says so.
 *		Without output_padding it makes length * strides.
 */
static bool
same(C1dMirror *m, const C1dConvConfig *c, const C1dWindow window[C1D_AXES], const C1dValue *config, bool *done, C1dError *err)
{
	const char *name = c1d_mirror_name(m, C1D_BACK_TRANSPOSE, c->windows.axes);
	C1dImage	to = c1d_image(&m->in);
	C1dMirror	before = *m;
	C1dValue	padded = *config;
	C1dShape	out;

	*done = true;
	if (!c1d_mirror_set(m, &padded, "padding", c1d_value_string("same"), err) ||
		!c1d_mirror_try(m, name, &padded, &out, err))
		return false;
	if (c1d_shape_equal(&out, &m->in))
		return c1d_mirror_add(m, name, &padded, err);
	if (longest(m, c, window, to.length, &padded, err) && c1d_shape_equal(&m->shape, &m->in))
		return true;
	m->shape = before.shape;
	m->count = before.count;
	*done = false;
	return !m->arena->dry;
}

/*
 * c1d_conv_mirror
 *		A transposed convolution with the same windows and, in SQL and torch,
 *		groups and padding; what padding is left is cut off behind it.
 *
 * The windows leave 0 to stride - 1 steps at the end untouched: output_padding.
 */
bool
c1d_conv_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const C1dConvConfig *c = config;
	C1dWindow	window[C1D_AXES] = {c->windows.axis[C1D_DOWN], c->windows.axis[C1D_ALONG]};
	C1dWindowPlace place[C1D_AXES];
	C1dImage	to = c1d_image(&m->in);
	C1dValue	transposed = {0};
	int64_t		groups = m->dialect == C1D_KERAS || c->kind == C1D_CONV_SEPARABLE ? 1 :
	c->kind == C1D_CONV_DEPTHWISE ? c1d_shape_channels(&m->in) : c->groups;
	int64_t		before[C1D_AXES],	/* taken off by the layer itself */
				after[C1D_AXES],
				wanted[C1D_AXES],
				cut[2][C1D_AXES];
	bool		done;

	if (!c1d_windows_place(&c->windows, &m->in, place, err))
		return false;
	if (m->dialect == C1D_KERAS)
		keras_windows(window);
	if (!arguments(m, c, window, groups, &transposed, err))
		return false;
	if (m->dialect == C1D_KERAS && window[C1D_ALONG].padding == C1D_PAD_SAME)
	{
		if (!same(m, c, window, &transposed, &done, err))
			return false;
		if (done)
			return true;
	}
	for (int a = 0; a < C1D_AXES; a++)
	{
		int64_t		less = place[a].before < place[a].after ? place[a].before : place[a].after;

		before[a] = m->dialect == C1D_SQL ? place[a].before : m->dialect == C1D_TORCH ? less : 0;
		after[a] = m->dialect == C1D_SQL ? place[a].after : m->dialect == C1D_TORCH ? less : 0;
		cut[0][a] = before[a] - place[a].before;
		cut[1][a] = after[a] - place[a].after;
		wanted[a] = to.length[a] - cut[0][a] - cut[1][a];
	}
	return pads(m, c->windows.axes, before, after, &transposed, err) &&
		longest(m, c, window, wanted, &transposed, err) &&
		c1d_mirror_sides(m, c->windows.axes, cut[0], cut[1], err);
}

/*
 * c1d_conv_transpose_mirror
 *		The convolution with the same windows and padding.  A transposed one may
 *		have added so much output_padding that it finds a window too many.
 */
bool
c1d_conv_transpose_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const C1dConvConfig *c = config;
	const C1dWindow *along = &c->windows.axis[C1D_ALONG];
	const int64_t before[C1D_AXES] = {c->windows.axis[C1D_DOWN].before, along->before};
	const int64_t after[C1D_AXES] = {c->windows.axis[C1D_DOWN].after, along->after};
	int64_t		cut[2][C1D_AXES] = {{0}};
	C1dImage	from,
				to = c1d_image(&m->in);
	C1dValue	plain = {0};

	if (!arguments(m, c, c->windows.axis, c->groups, &plain, err) ||
		(along->padding == C1D_PAD_EXPLICIT ? !pads(m, c->windows.axes, before, after, &plain, err) :
		 along->padding != C1D_PAD_VALID &&
		 !c1d_mirror_set(m, &plain, "padding", c1d_value_string(c1d_padding_names[along->padding]), err)) ||
		!c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_CONV, c->windows.axes), &plain, err))
		return false;
	from = c1d_image(&m->shape);
	for (int a = 0; a < C1D_AXES; a++)
		cut[1][a] = to.length[a] - from.length[a];
	return c1d_mirror_sides(m, c->windows.axes, cut[0], cut[1], err);
}
