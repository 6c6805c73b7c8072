/*
 * src/kernels/pool.c
 *	  Pooling: which taps of a window lie on the input, and runs of windows that
 *	  are alike.
 */
#include "kernels/pool.h"

#include <math.h>

/* A window along one axis: taps first .. last - 1 lie on the input. */
typedef struct Window
{
	int64_t		first;
	int64_t		last;
	int64_t		at;				/* where tap 0 lies */
	int64_t		dilation;
	int64_t		divisor;		/* of a mean */
} Window;

/*
 * window
 *		The window that starts at input position at.  The divisor is the number
 *		of taps on the input, or, with counted_after >= 0, the part of the window
 *		that lies on the input and its declared padding: what ceil_mode hangs
 *		over never counts.
 */
static Window
window(int64_t at, int64_t size, int64_t dilation, int64_t length, int64_t counted_after)
{
	Window		w = {.at = at, .dilation = dilation};
	int64_t		behind = length - at;	/* from the window's start to the end */

	w.first = at < 0 ? (-at + dilation - 1) / dilation : 0;
	w.last = behind <= 0 ? 0 : (behind + dilation - 1) / dilation;
	if (w.last > size)
		w.last = size;
	w.divisor = w.last > w.first ? w.last - w.first : 0;
	if (counted_after >= 0)
		w.divisor = behind + counted_after < size ? behind + counted_after : size;
	return w;
}

/* down_lines: of output line h; a series is the one line there is. */
static Window
down_lines(const C1dPoolGeometry *g, int64_t h)
{
	if (g->height == 0)
		return (Window) {.first = 0, .last = 1, .at = 0, .dilation = 1, .divisor = 1};
	return window(h * g->line_stride - g->line_before, g->lines, g->line_dilation, g->height, g->line_counted_after);
}

/* along: of output row r */
static Window
along(const C1dPoolGeometry *g, int64_t r)
{
	return window(r * g->stride - g->before, g->size, g->dilation, g->length, g->counted_after);
}

/*
 * run
 *		rows rows of the output, whose windows have the taps of row and down; no
 *		tap makes a maximum -Infinity and a mean 0 / divisor.
 */
static void
run(const C1dPoolGeometry *g, C1dPoolRows *kernel, const float *x, float *out, const Window *down, const Window *row,
	int64_t rows, float nothing)
{
	float		divisor = (float) (down->divisor * row->divisor);
	C1dPoolTaps taps = {
		.x = x + ((down->at + down->first * down->dilation) * g->length + row->at + row->first * row->dilation) * g->channels,
		.channels = g->channels,
		.row_step = g->stride * g->channels,
		.lines = down->last - down->first,
		.line_step = down->dilation * g->length * g->channels,
		.taps = row->last - row->first,
		.tap_step = row->dilation * g->channels,
		.divisor = divisor,
	};

	if (taps.lines > 0 && taps.taps > 0)
		kernel(&taps, out, rows);
	else
		for (int64_t i = 0; i < rows * g->channels; i++)
			out[i] = nothing / divisor;
}

/*
 * pool
 *		Rows begin .. end - 1 of a series, or lines of an image.  Windows that
 *		hang over neither end are alike.
 */
static void
pool(const C1dPoolGeometry *g, C1dPoolRows *kernel, const float *x, float *y, int64_t begin, int64_t end, float nothing)
{
	bool		image = g->height > 0;
	int64_t		first = image ? 0 : begin;
	int64_t		last = image ? g->out_length : end;
	int64_t		above = g->length + g->before - (g->size - 1) * g->dilation - 1;
	int64_t		low = (g->before + g->stride - 1) / g->stride;
	int64_t		high = above < 0 ? 0 : above / g->stride + 1;

	for (int64_t h = image ? begin : 0; h < (image ? end : 1); h++)
	{
		Window		down = down_lines(g, h);

		for (int64_t r = first; r < last;)
		{
			Window		row = along(g, r);
			int64_t		rows = r < low || r >= high ? 1 : (high < last ? high : last) - r;

			run(g, kernel, x, y + (h * g->out_length + r) * g->channels, &down, &row, rows, nothing);
			r += rows;
		}
	}
}

/*
 * c1d_max_pool
 *		Take the maximum of each window, output rows begin .. end - 1; of an
 *		image, output lines.
 *
 * x is (length, channels) or (height, length, channels), y is (out_length,
 * channels) or (out_height, out_length, channels), row-major float32, no
 * overlap.  Padded steps never win, a window of padding alone is -Infinity; a
 * NaN in the window gives NaN (as torch).  Cannot fail: shapes were settled
 * by infer().
 */
void
c1d_max_pool(const C1dPoolGeometry *g, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end)
{
	static C1dPoolRows *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_max_rows);

	pool(g, variants[isa], x, y, begin, end, -INFINITY);
}

/*
 * c1d_average_pool
 *		Take the mean of each window, output rows begin .. end - 1; of an image,
 *		output lines.  Shapes as c1d_max_pool(); the divisor is that of window().
 */
void
c1d_average_pool(const C1dPoolGeometry *g, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end)
{
	static C1dPoolRows *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_mean_rows);

	pool(g, variants[isa], x, y, begin, end, 0);
}
