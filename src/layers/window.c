/*
 * src/layers/window.c
 *	  The one place where windows are laid over an axis.
 *
 * Formulas: Keras' "same" and "causal", torch's integer padding and ceil_mode
 * as the frameworks' own documentation and behaviour have them; the
 * conformance vectors under test/conformance hold us to both.
 */
#include "layers/window.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "layers/layer.h"

const char *const c1d_padding_names[3] = {
	[C1D_PAD_VALID] = "valid",
	[C1D_PAD_SAME] = "same",
	[C1D_PAD_CAUSAL] = "causal",
};

/* ---- axes ---- */

/*
 * c1d_class_axes
 *		How many axes the windows of a class have: both frameworks call what
 *		works on images Conv2D, MaxPool2d and the like.
 */
int
c1d_class_axes(const C1dAttrs *attrs)
{
	return strchr(attrs->class_name, '2') != NULL ? 2 : 1;
}

/*
 * wants_image
 *		Accept (height, width, channels); otherwise say which Reshape makes an
 *		image that the layer can take, as near to a square as can be.
 */
static bool
wants_image(const C1dShape *in, const void *config, C1dInfer infer, C1dError *err)
{
	char		text[C1D_SHAPE_TEXT];
	int64_t		channels = in->rank == 1 ? 1 : c1d_shape_channels(in);
	int64_t		steps = c1d_shape_elements(in) / channels;
	C1dShape	best = {0},
				out;
	C1dError	ignored;

	if (in->rank == 3)
		return true;
	for (int64_t f = 1; f * f <= steps; f++)
	{
		C1dShape	high = c1d_shape3(steps / f, f, channels);
		C1dShape	wide = c1d_shape3(f, steps / f, channels);

		if (steps % f == 0 && infer(config, &high, 1, &out, &ignored))
			best = high;
		if (steps % f == 0 && infer(config, &wide, 1, &out, &ignored))
			best = wide;
	}
	c1d_fail(err, C1D_BAD_SHAPE, "layer needs (height, width, channels), the input has rank %d", in->rank);
	c1d_about(err, C1D_OF_RANK, 3);
	c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
	if (best.rank == 0)
		return false;
	return c1d_hint(err, "Reshape with target_shape [%" PRId64 ", %" PRId64 ", %" PRId64 "] before it makes an image.",
					best.dim[0], best.dim[1], best.dim[2]);
}

/* c1d_wants_axes: is it a series, or an image, as the layer needs? */
bool
c1d_wants_axes(const C1dShape *in, int axes, const void *config, C1dInfer infer, C1dError *err)
{
	return axes == 1 ? c1d_layer_wants_series(in, err) : wants_image(in, config, infer, err);
}

/* c1d_axis_unit: what lies one after the other along that axis */
const char *
c1d_axis_unit(int axes, int axis)
{
	return axes == 1 ? "steps" : axis == C1D_DOWN ? "rows" : "columns";
}

C1dImage
c1d_image(const C1dShape *shape)
{
	if (shape->rank == 2)
		return (C1dImage) {{1, shape->dim[0]}, shape->dim[1]};
	return (C1dImage) {{shape->dim[0], shape->dim[1]}, shape->dim[2]};
}

C1dShape
c1d_image_shape(int axes, int64_t height, int64_t width, int64_t channels)
{
	return axes == 1 ? c1d_shape2(width, channels) : c1d_shape3(height, width, channels);
}

/* ---- reading attributes ---- */

/*
 * c1d_attr_axes
 *		Read one integer for every axis, or a list with one for each; values
 *		holds the defaults.  To torch a list of one is that one.
 */
bool
c1d_attr_axes(C1dAttrs *attrs, const char *key, int axes, int64_t low, bool required,
			  int64_t values[C1D_AXES], C1dError *err)
{
	int64_t		given[C1D_AXES];
	int			count;

	if (!c1d_attr_ints(attrs, key, low, INT64_MAX, axes, given, &count, err))
		return false;
	if (count == 0)
		return !required || c1d_attr_int(attrs, key, low, INT64_MAX, C1D_REQUIRED, given, err);
	if (count < axes && c1d_attr(attrs, key)->type != C1D_INT && attrs->dialect != C1D_TORCH)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be an integer or a list of %d integers",
						key, attrs->class_name, axes);
	values[C1D_ALONG] = given[count - 1];
	if (axes == 2)
		values[C1D_DOWN] = given[0];
	return true;
}

/* c1d_windows: windows of that size on every axis of the layer, stride and dilation 1, no padding. */
C1dWindows
c1d_windows(int axes, const char *size_name, int64_t size)
{
	C1dWindows	windows = {.axes = axes, .size_name = size_name};

	for (int a = 0; a < C1D_AXES; a++)
		windows.axis[a] = (C1dWindow) {.size = 1, .stride = 1, .dilation = 1};
	for (int a = C1D_AXES - axes; a < C1D_AXES; a++)
		windows.axis[a].size = size;
	return windows;
}

bool
c1d_windows_size(C1dAttrs *attrs, bool required, C1dWindows *windows, C1dError *err)
{
	int64_t		values[] = {windows->axis[0].size, windows->axis[1].size};

	if (!c1d_attr_axes(attrs, windows->size_name, windows->axes, 1, required, values, err))
		return false;
	for (int a = 0; a < C1D_AXES; a++)
		windows->axis[a].size = values[a];
	return true;
}

bool
c1d_windows_stride(C1dAttrs *attrs, const char *key, C1dWindows *windows, C1dError *err)
{
	int64_t		values[] = {windows->axis[0].stride, windows->axis[1].stride};

	if (!c1d_attr_axes(attrs, key, windows->axes, 1, false, values, err))
		return false;
	for (int a = 0; a < C1D_AXES; a++)
		windows->axis[a].stride = values[a];
	return true;
}

bool
c1d_windows_dilation(C1dAttrs *attrs, const char *key, C1dWindows *windows, C1dError *err)
{
	int64_t		values[] = {windows->axis[0].dilation, windows->axis[1].dilation};

	if (!c1d_attr_axes(attrs, key, windows->axes, 1, false, values, err))
		return false;
	for (int a = 0; a < C1D_AXES; a++)
		windows->axis[a].dilation = values[a];
	return true;
}

/*
 * c1d_windows_padding
 *		Read the attribute "padding", one of the first so many words, and, in the
 *		SQL dialect, "pads" ({both} or {before, after}), which excludes it.
 */
bool
c1d_windows_padding(C1dAttrs *attrs, int words, C1dWindows *windows, C1dError *err)
{
	C1dWindow  *along = &windows->axis[C1D_ALONG];
	int64_t		pads[2];
	int			given,
				word;

	if (!c1d_attr_choice(attrs, "padding", c1d_padding_names, words, C1D_PAD_VALID, &word, err))
		return false;
	for (int a = C1D_AXES - windows->axes; a < C1D_AXES; a++)
		windows->axis[a].padding = (C1dPadding) word;
	windows->same_allowed = true;
	if (attrs->dialect != C1D_SQL || !c1d_attr_given(attrs, "pads"))
		return true;
	if (!c1d_attr_ints(attrs, "pads", 0, INT64_MAX, 2, pads, &given, err))
		return false;
	if (word != C1D_PAD_VALID)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "pads of %s cannot be combined with padding \"%s\"",
				 attrs->class_name, c1d_padding_names[word]);
		return c1d_hint(err, "Leave out one of them.");
	}
	windows->same_allowed = false;
	along->padding = C1D_PAD_EXPLICIT;
	along->before = pads[0];
	along->after = pads[given - 1];
	return true;
}

/* c1d_windows_torch_padding: one number for both sides of each axis. */
bool
c1d_windows_torch_padding(C1dAttrs *attrs, C1dWindows *windows, C1dError *err)
{
	int64_t		values[C1D_AXES] = {0};

	if (!c1d_attr_axes(attrs, "padding", windows->axes, 0, false, values, err))
		return false;
	for (int a = 0; a < C1D_AXES; a++)
	{
		windows->axis[a].padding = C1D_PAD_EXPLICIT;
		windows->axis[a].before = windows->axis[a].after = values[a];
	}
	return true;
}

/* ---- the shape rule ---- */

/* c1d_window_span: steps from the first tap to the last, both included. */
int64_t
c1d_window_span(const C1dWindow *window)
{
	return window->dilation * (window->size - 1) + 1;
}

/* way: one more way out, behind those before */
static void C1D_PRINTF(2, 3)
way(char ways[256], const char *format,...)
{
	size_t		used = strlen(ways);
	va_list		args;

	if (used > 0)
		used += snprintf(ways + used, 256 - used, ", or ");
	va_start(args, format);
	vsnprintf(ways + used, 256 - used, format, args);
	va_end(args);
}

/*
 * does_not_fit
 *		The error for a window longer than the padded axis, and every way out
 *		that there is.
 */
static bool
does_not_fit(const C1dWindows *windows, int a, int64_t length, int64_t padded, C1dError *err)
{
	const C1dWindow *w = &windows->axis[a];
	const char *unit = c1d_axis_unit(windows->axes, a);
	int64_t		span = c1d_window_span(w);
	int64_t		size = (padded - 1) / w->dilation + 1;
	int64_t		longer = length + span - padded;
	char		ways[256] = "";

	c1d_fail(err, C1D_BAD_SHAPE, "%s %" PRId64 " does not fit the input of %" PRId64 " %s",
			 windows->size_name, w->size, length, unit);
	c1d_about(err, C1D_OF_STEPS, longer);
	if (w->dilation == 1)
		c1d_detail(err, "The window spans %" PRId64 " %s; the padded input has %" PRId64 ".", span, unit, padded);
	else
		c1d_detail(err, "With dilation %" PRId64 " the window spans %" PRId64 " %s; the padded input has %" PRId64 ".",
				   w->dilation, span, unit, padded);
	if (!windows->pads_at_most_half || (w->before <= size / 2 && w->after <= size / 2))
		way(ways, "%s %" PRId64 " or less", windows->size_name, size);
	if (w->dilation > 1 && w->size <= padded)
		way(ways, "a dilation of at most %" PRId64, (padded - 1) / (w->size - 1));
	if (windows->same_allowed)
		way(ways, "padding \"same\"");
	if (longer <= C1D_MAX_ELEMENTS)
		way(ways, "an input of at least %" PRId64 " %s", longer, unit);
	return ways[0] == '\0' ? false : c1d_hint(err, "Use %s.", ways);
}

/*
 * place_axis
 *		Padding on both sides and the number of windows, for length steps.
 *
 *	valid		floor((length - span) / stride) + 1
 *	same		ceil(length / stride); what is missing is padded, the odd step after
 *	causal		span - 1 steps before, so that no window sees a later step
 *	explicit	floor((length + before + after - span) / stride) + 1
 *
 * With ceil_mode the division rounds up, but the last window must start on the
 * input or on the padding before it (torch); a single one may hang over.
 */
static bool
place_axis(const C1dWindows *windows, int a, int64_t length, C1dWindowPlace *place, C1dError *err)
{
	const C1dWindow *w = &windows->axis[a];
	int64_t		span = c1d_window_span(w);
	int64_t		padded,
				room,
				missing;

	/* strides and sizes up to 2^31, spans up to 2^62, lengths up to 2^27: all of this stays in int64 */
	place->before = place->after = 0;
	switch (w->padding)
	{
		case C1D_PAD_VALID:
			break;
		case C1D_PAD_SAME:
			missing = ((length + w->stride - 1) / w->stride - 1) * w->stride + span - length;
			if (missing > 0)
			{
				place->before = missing / 2;
				place->after = missing - missing / 2;
			}
			break;
		case C1D_PAD_CAUSAL:
			place->before = span - 1;
			break;
		case C1D_PAD_EXPLICIT:
			place->before = w->before;
			place->after = w->after;
			break;
	}
	padded = length + place->before + place->after;
	room = padded - span + (windows->ceil_mode ? w->stride - 1 : 0);
	if (room < 0)
		return does_not_fit(windows, a, length, padded, err);
	place->out_length = room / w->stride + 1;
	if (windows->ceil_mode && (place->out_length - 1) * w->stride >= length + place->before)
		place->out_length--;
	return true;
}

/*
 * c1d_windows_place
 *		Lay the windows over an input that c1d_wants_axes() accepted.  Error:
 *		C1D_BAD_SHAPE when no window fits.
 */
bool
c1d_windows_place(const C1dWindows *windows, const C1dShape *in, C1dWindowPlace place[C1D_AXES], C1dError *err)
{
	C1dImage	image = c1d_image(in);

	for (int a = 0; a < C1D_AXES; a++)
		if (!place_axis(windows, a, image.length[a], &place[a], err))
			return false;
	return true;
}
