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
#include <stdio.h>

#include "base/shape.h"

const char *const c1d_padding_names[3] = {
	[C1D_PAD_VALID] = "valid",
	[C1D_PAD_SAME] = "same",
	[C1D_PAD_CAUSAL] = "causal",
};

/* c1d_window_span: steps from the first tap to the last, both included. */
int64_t
c1d_window_span(const C1dWindow *window)
{
	return window->dilation * (window->size - 1) + 1;
}

/*
 * c1d_window_padding
 *		Read the attribute "padding" (a word) and, in the SQL dialect, "pads"
 *		({both} or {before, after}), which excludes it.
 */
bool
c1d_window_padding(C1dAttrs *attrs, const char *const *names, int count, C1dWindow *window, C1dError *err)
{
	int64_t		pads[2];
	int			given,
				word;

	if (!c1d_attr_choice(attrs, "padding", names, count, C1D_PAD_VALID, &word, err))
		return false;
	window->padding = (C1dPadding) word;
	if (attrs->dialect != C1D_SQL || !c1d_attr_given(attrs, "pads"))
		return true;
	if (!c1d_attr_ints(attrs, "pads", 0, INT64_MAX, 2, pads, &given, err))
		return false;
	if (word != C1D_PAD_VALID)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "pads of %s cannot be combined with padding \"%s\"",
				 attrs->class_name, names[word]);
		return c1d_hint(err, "Leave out one of them.");
	}
	window->padding = C1D_PAD_EXPLICIT;
	window->before = pads[0];
	window->after = pads[given - 1];
	return true;
}

/* longer_input: one more way out, unless no tensor can be that long */
static const char *
longer_input(int64_t wanted, char text[64])
{
	text[0] = '\0';
	if (wanted <= C1D_MAX_ELEMENTS)
		snprintf(text, 64, "; or an input of at least %" PRId64 " steps", wanted);
	return text;
}

/*
 * c1d_window_place
 *		Padding on both sides and the number of windows, for length steps.
 *
 *	valid		floor((length - span) / stride) + 1
 *	same		ceil(length / stride); what is missing is padded, the odd step after
 *	causal		span - 1 steps before, so that no window sees a later step
 *	explicit	floor((length + before + after - span) / stride) + 1
 *
 * With ceil_mode the division rounds up, but the last window must start on the
 * series or on the padding before it (torch).  size_name is what the layer
 * calls its window ("kernel_size").  Error: C1D_BAD_SHAPE when no window fits.
 */
bool
c1d_window_place(const C1dWindow *window, const char *size_name, int64_t length,
				 C1dWindowPlace *place, C1dError *err)
{
	int64_t		span = c1d_window_span(window);
	int64_t		padded,
				missing,
				wanted;
	char		longer[64];

	place->before = place->after = 0;
	switch (window->padding)
	{
		case C1D_PAD_VALID:
			break;
		case C1D_PAD_SAME:
			missing = ((length + window->stride - 1) / window->stride - 1) * window->stride + span - length;
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
			place->before = window->before;
			place->after = window->after;
			break;
	}
	padded = length + place->before + place->after;
	if (padded < span)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "%s %" PRId64 " does not fit the input of %" PRId64 " steps",
				 size_name, window->size, length);
		if (window->dilation == 1)
			c1d_detail(err, "The window spans %" PRId64 " steps; the padded input has %" PRId64 ".", span, padded);
		else
			c1d_detail(err, "With dilation %" PRId64 " the window spans %" PRId64 " steps; the padded input has %" PRId64 ".",
					   window->dilation, span, padded);
		wanted = span - place->before - place->after;
		return c1d_hint(err, "Use %s %" PRId64 " or less%s%s.", size_name, (padded - 1) / window->dilation + 1,
						window->dilation > 1 ? ", a smaller dilation, or padding \"same\"" : ", or padding \"same\"",
						longer_input(wanted, longer));
	}
	if (window->ceil_mode)
	{
		place->out_length = (padded - span + window->stride - 1) / window->stride + 1;
		if ((place->out_length - 1) * window->stride >= length + place->before)
			place->out_length--;
	}
	else
		place->out_length = (padded - span) / window->stride + 1;
	return true;
}
