/*
 * src/kernels/conv.c
 *	  Driving the tiles over a series or a line of an image, edges included.
 *
 * No input is copied and no padding exists: a row whose window hangs over an
 * edge is computed alone, with only the taps that lie on the series.
 */
#include "kernels/conv.h"

#include <string.h>

#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* the least integer not below a / b, and the greatest not above, for b > 0 */
static int64_t
ceil_div(int64_t a, int64_t b)
{
	return a > 0 ? (a - 1) / b + 1 : -(-a / b);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a - 1) / b + 1);
}

/*
 * reach
 *		The taps first .. last - 1 of the window at start that lie on 0 ..
 *		length - 1; none: first = last.
 */
static void
reach(int64_t start, int64_t spacing, int64_t taps, int64_t length, int64_t *first, int64_t *last)
{
	*first = MIN(MAX(ceil_div(-start, spacing), 0), taps);
	*last = MAX(MIN(floor_div(length - 1 - start, spacing) + 1, taps), *first);
}

/* A panel of weights over a line: what all of its rows share. */
typedef struct Panel
{
	const C1dConvGeometry *geometry;
	const C1dGemmVariant *tallest;
	const float *x;				/* first channel of the group, input line of the first kernel line */
	const float *weights;		/* of that kernel line */
	int64_t		lines;			/* kernel lines that lie on the image; 0: only the bias is left */
	float	   *y;
	int64_t		y_row;
} Panel;

/*
 * panel_rows
 *		Rows begin .. end - 1 of one panel, each with taps first .. last - 1,
 *		all of which lie on the line; the tallest tiles that fit.
 */
static void
panel_rows(const Panel *panel, C1dGemmCall *call, int64_t begin, int64_t end, int64_t first, int64_t last)
{
	const C1dConvGeometry *geometry = panel->geometry;
	const C1dGemmVariant *variant = panel->tallest;
	int64_t		inner = geometry->row_floats / geometry->groups;

	call->a_row = geometry->stride * geometry->row_floats;
	call->a_tap = geometry->spacing * geometry->row_floats;
	call->taps = panel->lines == 0 ? 0 : last - first;
	call->inner = inner;
	call->b = panel->weights + first * inner * variant->width;
	call->c_row = panel->y_row;

	/* taps that touch are one long tap */
	if (geometry->spacing == 1 && geometry->groups == 1)
	{
		call->inner = inner * call->taps;
		call->taps = call->taps > 0;
	}
	while (begin < end)
	{
		if (variant->rows > end - begin)
		{
			variant++;
			continue;
		}
		call->a = call->taps == 0 ? panel->x : panel->x +
			(begin * geometry->stride + geometry->offset + first * geometry->spacing) * geometry->row_floats;
		call->c = panel->y + begin * panel->y_row;
		variant->tile(call);
		begin += variant->rows;
	}
}

/*
 * c1d_conv_line
 *		Compute rows begin .. end - 1 of an output line.
 *
 * x is (height, length, row_floats); row r of the line is the filters floats
 * at y + r * y_row.  Cannot fail: the geometry was settled by infer().
 */
void
c1d_conv_line(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
			  const float *x, float *y, int64_t y_row, int64_t line, int64_t begin, int64_t end)
{
	const C1dGemmVariant *tallest = weights->tallest;
	int64_t		filters = geometry->filters / geometry->groups;
	int64_t		inner = geometry->row_floats / geometry->groups;
	int64_t		line_floats = geometry->length * geometry->row_floats;
	int64_t		one_panel = c1d_conv_one_panel(geometry, tallest);
	int64_t		top = 0,
				bottom = 1;
	const float *panels = weights->panels;
	C1dGemmCall call = {.bias = weights->bias, .relu = weights->relu};
	Panel		panel = {.geometry = geometry, .tallest = tallest, .y_row = y_row};

	/* rows low .. high - 1 have their whole window on the line */
	int64_t		low = ceil_div(-geometry->offset, geometry->stride);
	int64_t		high = floor_div(geometry->length - 1 - (geometry->taps - 1) * geometry->spacing - geometry->offset,
								 geometry->stride) + 1;

	low = MIN(MAX(low, begin), end);
	high = MIN(MAX(high, low), end);

	if (geometry->height > 0)
	{
		int64_t		start = line * geometry->line_stride + geometry->line_offset;

		/* kernel lines top .. bottom - 1 lie on the image */
		reach(start, geometry->line_spacing, geometry->lines, geometry->height, &top, &bottom);
		if (top < bottom)
			x += (start + top * geometry->line_spacing) * line_floats;
		call.a_line = geometry->line_spacing * line_floats;
		call.b_line = geometry->taps * inner * tallest->width;
	}
	panel.lines = call.lines = bottom - top;

	for (int64_t g = 0; g < geometry->groups; g++)
		for (int64_t n = 0; n < filters; n += tallest->width)
		{
			panel.x = x + g * inner;
			panel.weights = panels + top * call.b_line;
			panel.y = y + g * filters + n;
			call.columns = (int) MIN(filters - n, tallest->width);
			for (int64_t r = begin; r < end; r++)
			{
				int64_t		first,
							last;

				if (r == low && low < high)
				{
					panel_rows(&panel, &call, low, high, 0, geometry->taps);
					r = high - 1;
					continue;
				}
				reach(r * geometry->stride + geometry->offset, geometry->spacing, geometry->taps, geometry->length,
					  &first, &last);
				panel_rows(&panel, &call, r, r + 1, first, last);
			}
			panels += one_panel;
			call.bias += tallest->width;
		}
}

/* c1d_conv_rows: rows begin .. end - 1 of a series, otherwise as c1d_conv_line(). */
void
c1d_conv_rows(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
			  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end)
{
	c1d_conv_line(geometry, weights, x, y, y_row, 0, begin, end);
}
