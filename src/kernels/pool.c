/*
 * src/kernels/pool.c
 *	  Pooling, a row of channels at a time.
 */
#include "kernels/pool.h"

#include <math.h>
#include <string.h>

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

/* input: the channels under tap t of the rows and tap l of the lines */
static const float *
input(const C1dPoolGeometry *g, const float *x, const Window *down, int64_t l, const Window *row, int64_t t)
{
	return x + ((down->at + l * down->dilation) * g->length + row->at + t * row->dilation) * g->channels;
}

/* max_row: one row of the output */
static void
max_row(const C1dPoolGeometry *g, const float *x, float *out, const Window *down, const Window *row)
{
	if (down->first >= down->last || row->first >= row->last)
	{
		for (int64_t c = 0; c < g->channels; c++)
			out[c] = -INFINITY;
		return;
	}
	memcpy(out, input(g, x, down, down->first, row, row->first), g->channels * sizeof(float));
	for (int64_t l = down->first; l < down->last; l++)
		for (int64_t t = row->first + (l == down->first); t < row->last; t++)
		{
			const float *in = input(g, x, down, l, row, t);

			for (int64_t c = 0; c < g->channels; c++)
				out[c] = in[c] > out[c] || in[c] != in[c] ? in[c] : out[c];
		}
}

/* average_row: one row of the output */
static void
average_row(const C1dPoolGeometry *g, const float *x, float *out, const Window *down, const Window *row)
{
	float		divisor = (float) (down->divisor * row->divisor);

	memset(out, 0, g->channels * sizeof(float));
	for (int64_t l = down->first; l < down->last; l++)
		for (int64_t t = row->first; t < row->last; t++)
		{
			const float *in = input(g, x, down, l, row, t);

			for (int64_t c = 0; c < g->channels; c++)
				out[c] += in[c];
		}
	for (int64_t c = 0; c < g->channels; c++)
		out[c] /= divisor;
}

typedef void (*Row) (const C1dPoolGeometry *g, const float *x, float *out, const Window *down, const Window *row);

/* pool: rows begin .. end - 1 of a series, or lines of an image */
static inline __attribute__((always_inline)) void
pool(const C1dPoolGeometry *g, const float *x, float *y, int64_t begin, int64_t end, Row one_row)
{
	bool		image = g->height > 0;

	for (int64_t h = image ? begin : 0; h < (image ? end : 1); h++)
	{
		Window		down = down_lines(g, h);
		int64_t		rows = image ? g->out_length : end;

		for (int64_t r = image ? 0 : begin; r < rows; r++)
		{
			Window		row = along(g, r);

			one_row(g, x, y + (h * g->out_length + r) * g->channels, &down, &row);
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
c1d_max_pool(const C1dPoolGeometry *g, const float *x, float *y, int64_t begin, int64_t end)
{
	pool(g, x, y, begin, end, max_row);
}

/*
 * c1d_average_pool
 *		Take the mean of each window, output rows begin .. end - 1; of an image,
 *		output lines.  Shapes as c1d_max_pool(); the divisor is that of window().
 */
void
c1d_average_pool(const C1dPoolGeometry *g, const float *x, float *y, int64_t begin, int64_t end)
{
	pool(g, x, y, begin, end, average_row);
}
