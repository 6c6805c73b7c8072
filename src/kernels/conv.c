/*
 * src/kernels/conv.c
 *	  Driving a kernel over a series or a line of an image, edges included.
 *
 * No input is copied and no padding exists: of a window that hangs over an edge
 * only the taps that lie on the series are taken.  Most kernels are given such a
 * row alone, with those taps for all there are.
 */
#include "kernels/conv.h"

#include "base/number.h"

/* Rows of which a maximum is taken while they and their windows are in the cache. */
#define POOLED_ROWS 96

#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

/*
 * reach
 *		The taps first .. last - 1 of the window at start that lie on 0 ..
 *		length - 1; none: first = last.
 */
static void
reach(int64_t start, int64_t spacing, int64_t taps, int64_t length, int64_t *first, int64_t *last)
{
	*first = MIN(MAX(c1d_ceil_div(-start, spacing), 0), taps);
	*last = MAX(MIN(c1d_floor_div(length - 1 - start, spacing) + 1, taps), *first);
}

/*
 * within
 *		The rows low .. high - 1 of begin .. end - 1 that have all of their windows
 *		on the line; each is of pool windows, stride apart, the first at offset.
 */
static inline void
within(const C1dConvGeometry *geometry, int64_t begin, int64_t end, int pool, int64_t stride, int64_t offset,
	   int64_t *low, int64_t *high)
{
	int64_t		step = pool * stride;
	int64_t		slack = geometry->length - 1 - (pool - 1) * stride - (geometry->taps - 1) * geometry->spacing - offset;

	*low = begin;
	*high = end;
	if (begin * step + offset < 0)
		*low = MIN(c1d_ceil_div(-offset, step), end);
	if ((end - 1) * step > slack)
		*high = MAX(c1d_floor_div(slack, step) + 1, *low);
}

/* A line of the output: what all of its rows share. */
typedef struct Line
{
	const C1dConvGeometry *geometry;
	const C1dConvVariant *variant;
	const float *x;				/* input line of the first kernel line at hand */
	const float *panels;
	const float *bias;
	float	   *y;
	int64_t		groups;			/* that the kernel takes one after the other */
	int64_t		skip;			/* kernel rows of lines above the image */
	int64_t		inner;
	bool		nothing;		/* no kernel line lies on the image: the bias is left */
	C1dConvCall call;
} Line;

/*
 * conv_rows
 *		Rows begin .. end - 1, each the greatest of pool rows from pool * row on,
 *		stride apart, which have taps first .. last - 1 of their windows on the
 *		line.
 */
static void
conv_rows(Line *line, int64_t begin, int64_t end, int pool, bool merge, int64_t stride, int64_t offset,
		  int64_t first, int64_t last)
{
	const C1dConvGeometry *geometry = line->geometry;
	C1dConvCall *call = &line->call;
	int64_t		start = 0;

	call->taps = line->nothing ? 0 : last - first;
	call->inner = line->inner;
	if (call->taps > 0)
		start = (begin * pool * stride + offset + first * geometry->spacing) * geometry->row_floats;

	/* taps that touch are one long tap */
	if (geometry->spacing == 1 && geometry->groups == 1)
	{
		call->inner *= call->taps;
		call->taps = call->taps > 0;
	}
	call->a_row = stride * geometry->row_floats;
	call->skip = line->skip + first * line->inner;
	call->rows = end - begin;
	call->pool = pool;
	call->merge = merge;
	call->a = line->x + start;
	call->c = line->y + begin * call->c_row;
	call->panels = line->panels;
	call->bias = line->bias;
	line->variant->run(line->variant->isa, call);
	for (int64_t g = 1; g < line->groups; g++)
	{
		call->a += line->inner;
		call->c += call->filters;
		call->panels += call->padded * call->panel_rows;
		call->bias += call->padded;
		line->variant->run(line->variant->isa, call);
	}
}

/*
 * pooled_rows
 *		Rows begin .. end - 1, each the greatest of pool rows of the convolution,
 *		whose windows are stride apart, the first at offset.  Where a window hangs
 *		over an edge its row is computed alone.
 */
static void
pooled_rows(Line *line, int64_t begin, int64_t end, int pool, bool merge, int64_t stride, int64_t offset)
{
	const C1dConvGeometry *geometry = line->geometry;
	int64_t		step = pool * stride;
	int64_t		low,
				high;

	within(geometry, begin, end, pool, stride, offset, &low, &high);
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

			reach(r * step + shifted, geometry->spacing, geometry->taps, geometry->length, &first, &last);
			conv_rows(line, r, r + 1, 1, merge || i > 0, step, shifted, first, last);
		}
	}
}

/*
 * edged_rows
 *		pooled_rows() of a series by a kernel that takes edges: one call for all of
 *		them, and little work before it.
 */
static void
edged_rows(const C1dConvGeometry *geometry, const C1dConvWeights *weights, const float *x, float *y, int64_t y_row,
		   int64_t begin, int64_t end, int pool, bool merge, int64_t stride, int64_t offset)
{
	int64_t		low,
				high;
	C1dConvCall call;

	within(geometry, begin, end, pool, stride, offset, &low, &high);
	call.a = x;
	call.a_row = stride * geometry->row_floats;
	call.a_tap = geometry->spacing * geometry->row_floats;
	call.taps = geometry->taps;
	call.inner = geometry->row_floats;
	if (geometry->spacing == 1)
	{
		call.inner *= call.taps;
		call.taps = 1;
	}
	call.panels = weights->panels;
	call.panel_rows = call.taps * call.inner;
	call.bias = weights->bias;
	call.c = y + begin * y_row;
	call.c_row = y_row;
	call.rows = end - begin;
	call.filters = geometry->filters;
	call.relu = weights->relu;
	call.merge = merge;
	call.tame = weights->tame;
	call.pool = pool;
	call.start = (begin * pool * stride + offset) * geometry->row_floats;
	call.a_floats = geometry->length * geometry->row_floats;
	call.low = low - begin;
	call.high = high - begin;
	weights->variant->run(weights->variant->isa, &call);
}

/* set_line: all that does not depend on the rows */
static void
set_line(Line *l, const C1dConvGeometry *geometry, const C1dConvWeights *weights,
		 const float *x, float *y, int64_t y_row, int64_t line)
{
	const C1dConvVariant *variant = weights->variant;
	int64_t		line_floats = geometry->length * geometry->row_floats;
	int64_t		filters = geometry->filters;

	l->geometry = geometry;
	l->variant = variant;
	l->x = x;
	l->panels = weights->panels;
	l->bias = weights->bias;
	l->y = y;
	l->groups = variant->way == C1D_BY_DEPTHWISE ? 1 : geometry->groups;
	l->inner = geometry->row_floats;
	l->call.padded = 0;
	if (geometry->groups > 1)
	{
		filters /= geometry->groups;
		l->inner /= geometry->groups;
		l->call.padded = c1d_conv_padded(geometry, variant);
	}
	l->skip = 0;
	l->nothing = false;
	l->call.a_tap = geometry->spacing * geometry->row_floats;
	l->call.lines = 1;
	l->call.a_line = geometry->line_spacing * line_floats;
	l->call.line_rows = geometry->taps * l->inner;
	l->call.panel_rows = l->call.line_rows;
	l->call.c_row = y_row;
	l->call.filters = variant->way == C1D_BY_DEPTHWISE ? geometry->filters : filters;
	l->call.multiplier = filters;
	l->call.relu = weights->relu;
	if (geometry->height > 0)
	{
		int64_t		start = line * geometry->line_stride + geometry->line_offset;
		int64_t		top,
					bottom;

		/* kernel lines top .. bottom - 1 lie on the image */
		reach(start, geometry->line_spacing, geometry->lines, geometry->height, &top, &bottom);
		if (top < bottom)
			l->x += (start + top * geometry->line_spacing) * line_floats;
		l->nothing = top == bottom;
		l->skip = top * l->call.line_rows;
		l->call.lines = bottom - top;
		l->call.panel_rows *= geometry->lines;
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
	int			pool = weights->pool > 1 ? weights->pool : 1;
	int			passes = 1;		/* every passes-th row of the convolution, then those after them, ... */
	Line		l;

	if (pool > weights->variant->pool)
	{
		passes = pool;
		pool = 1;
	}
	if (!weights->variant->edges)
		set_line(&l, geometry, weights, x, y, y_row, line);
	for (int64_t next; begin < end; begin = next)
	{
		next = passes == 1 || end - begin < 2 * POOLED_ROWS ? end : begin + POOLED_ROWS;
		for (int i = 0; i < passes; i++)
		{
			int64_t		stride = passes * geometry->stride;
			int64_t		offset = geometry->offset + i * geometry->stride;

			if (weights->variant->edges)
				edged_rows(geometry, weights, x, y, y_row, begin, next, pool, i > 0, stride, offset);
			else
				pooled_rows(&l, begin, next, pool, i > 0, stride, offset);
		}
	}
}

/* c1d_conv_rows: rows begin .. end - 1 of a series, otherwise as c1d_conv_line(). */
void
c1d_conv_rows(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
			  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end)
{
	c1d_conv_line(geometry, weights, x, y, y_row, 0, begin, end);
}
