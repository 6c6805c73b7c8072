/*
 * src/kernels/conv.c
 *	  Driving a kernel over a series or a line of an image, edges included.
 *
 * No input is copied and no padding exists: a row whose window hangs over an
 * edge is computed alone, with only the taps that lie on the series.
 */
#include "kernels/conv.h"

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

/* A line of the output: what all of its rows share. */
typedef struct Line
{
	const C1dConvGeometry *geometry;
	const C1dConvVariant *variant;
	const float *x;				/* input line of the first kernel line at hand */
	int64_t		lines;			/* kernel lines that lie on the image; 0: only the bias is left */
	int64_t		skip;			/* kernel rows of those that lie above it */
	const float *panels;
	const float *bias;
	float	   *y;
	int64_t		y_row;
	bool		relu;
} Line;

/*
 * conv_rows
 *		Rows begin .. end - 1, each the greatest of pool rows from pool * row on,
 *		which have taps first .. last - 1 of their windows on the line.
 */
static void
conv_rows(const Line *line, int64_t begin, int64_t end, int pool, bool merge, int64_t stride, int64_t offset,
		  int64_t first, int64_t last)
{
	const C1dConvGeometry *geometry = line->geometry;
	bool		depthwise = line->variant->way == C1D_BY_DEPTHWISE;
	int64_t		groups = depthwise ? 1 : geometry->groups;
	int64_t		inner = geometry->row_floats / geometry->groups;
	int64_t		lines = geometry->height > 0 ? geometry->lines : 1;
	C1dConvCall call = {
		.a_row = stride * geometry->row_floats,
		.a_tap = geometry->spacing * geometry->row_floats,
		.taps = line->lines == 0 ? 0 : last - first,
		.inner = inner,
		.lines = line->lines, .a_line = geometry->line_spacing * geometry->length * geometry->row_floats,
		.panel_rows = lines * geometry->taps * inner,
		.skip = line->skip + first * inner,
		.line_rows = geometry->taps * inner,
		.c_row = line->y_row,
		.rows = end - begin,
		.filters = geometry->filters / groups,
		.multiplier = geometry->filters / geometry->groups,
		.relu = line->relu, .merge = merge, .pool = pool,
	};
	int64_t		group_floats = c1d_conv_panel_floats(geometry, line->variant) / groups;
	int64_t		group_bias = c1d_conv_bias_floats(geometry, line->variant) / groups;

	/* taps that touch are one long tap */
	if (geometry->spacing == 1 && geometry->groups == 1 && !depthwise)
	{
		call.inner = inner * call.taps;
		call.taps = call.taps > 0;
	}
	for (int64_t g = 0; g < groups; g++)
	{
		call.a = line->x + g * inner;
		if (call.taps > 0)
			call.a += (begin * pool * stride + offset + first * geometry->spacing) * geometry->row_floats;
		call.c = line->y + begin * line->y_row + g * call.filters;
		call.panels = line->panels + g * group_floats;
		call.bias = line->bias + g * group_bias;
		line->variant->run(line->variant->isa, &call);
	}
}

/*
 * pooled_rows
 *		Rows begin .. end - 1, each the greatest of pool rows of the convolution,
 *		whose windows are stride apart, the first at offset.  Where a window hangs
 *		over an edge its row is computed alone.
 */
static void
pooled_rows(const Line *line, int64_t begin, int64_t end, int pool, bool merge, int64_t stride, int64_t offset)
{
	const C1dConvGeometry *geometry = line->geometry;

	/* the windows of rows low .. high - 1 lie on the line */
	int64_t		span = (pool - 1) * stride + (geometry->taps - 1) * geometry->spacing;
	int64_t		low = ceil_div(-offset, pool * stride);
	int64_t		high = floor_div(geometry->length - 1 - span - offset, pool * stride) + 1;

	low = MIN(MAX(low, begin), end);
	high = MIN(MAX(high, low), end);
	for (int64_t r = begin; r < end; r++)
	{
		if (r == low && low < high)
		{
			conv_rows(line, low, high, pool, merge, stride, offset, 0, geometry->taps);
			r = high - 1;
			continue;
		}
		for (int i = 0; i < pool; i++)
		{
			int64_t		shifted = offset + i * stride;
			int64_t		first,
						last;

			reach(r * pool * stride + shifted, geometry->spacing, geometry->taps, geometry->length, &first, &last);
			conv_rows(line, r, r + 1, 1, merge || i > 0, pool * stride, shifted, first, last);
		}
	}
}

/*
 * c1d_conv_line
 *		Compute rows begin .. end - 1 of an output line, pooled rows when the
 *		weights say so.
 *
 * x is (height, length, row_floats); row r of the line is the filters floats
 * at y + r * y_row.  Cannot fail: the geometry was settled by infer().
 */
void
c1d_conv_line(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
			  const float *x, float *y, int64_t y_row, int64_t line, int64_t begin, int64_t end)
{
	int64_t		line_floats = geometry->length * geometry->row_floats;
	int			pool = weights->pool > 1 ? weights->pool : 1;
	Line		l = {
		.geometry = geometry, .variant = weights->variant, .x = x, .lines = 1,
		.panels = weights->panels, .bias = weights->bias, .y = y, .y_row = y_row, .relu = weights->relu,
	};

	if (geometry->height > 0)
	{
		int64_t		start = line * geometry->line_stride + geometry->line_offset;
		int64_t		top,
					bottom;

		/* kernel lines top .. bottom - 1 lie on the image */
		reach(start, geometry->line_spacing, geometry->lines, geometry->height, &top, &bottom);
		if (top < bottom)
			l.x += (start + top * geometry->line_spacing) * line_floats;
		l.lines = bottom - top;
		l.skip = top * geometry->taps * (geometry->row_floats / geometry->groups);
	}
	if (pool <= weights->variant->pool)
		pooled_rows(&l, begin, end, pool, false, geometry->stride, geometry->offset);
	else
		/* every pool-th row of the convolution, then those after them, ... */
		for (int i = 0; i < pool; i++)
			pooled_rows(&l, begin, end, 1, i > 0, pool * geometry->stride, geometry->offset + i * geometry->stride);
}

/* c1d_conv_rows: rows begin .. end - 1 of a series, otherwise as c1d_conv_line(). */
void
c1d_conv_rows(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
			  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end)
{
	c1d_conv_line(geometry, weights, x, y, y_row, 0, begin, end);
}
