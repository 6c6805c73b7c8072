/*
 * src/kernels/pool.c
 *	  Pooling, a row of channels at a time.
 */
#include "kernels/pool.h"

#include <math.h>
#include <string.h>

/*
 * window
 *		The taps first .. last - 1 of output row r that lie on the series.
 */
static void
window(const C1dPoolGeometry *g, int64_t r, int64_t *start, int64_t *first, int64_t *last)
{
	int64_t		behind;

	*start = r * g->stride - g->before;
	*first = *start < 0 ? (-*start + g->dilation - 1) / g->dilation : 0;
	behind = g->length - *start;	/* rows from the window's start to the end */
	*last = behind <= 0 ? 0 : (behind + g->dilation - 1) / g->dilation;
	if (*last > g->size)
		*last = g->size;
}

/*
 * c1d_max_pool
 *		Take the maximum of each window, output rows begin .. end - 1.
 *
 * x is (length, channels), y is (out_length, channels), row-major float32, no
 * overlap.  Padded steps never win, a window of padding alone is -Infinity; a
 * NaN in the window gives NaN (as torch).  Cannot fail: shapes were settled
 * by infer().
 */
void
c1d_max_pool(const C1dPoolGeometry *g, const float *x, float *y, int64_t begin, int64_t end)
{
	for (int64_t r = begin; r < end; r++)
	{
		float	   *out = y + r * g->channels;
		int64_t		start,
					first,
					last;

		window(g, r, &start, &first, &last);
		if (first >= last)
		{
			for (int64_t c = 0; c < g->channels; c++)
				out[c] = -INFINITY;
			continue;
		}
		memcpy(out, x + (start + first * g->dilation) * g->channels, g->channels * sizeof(float));
		for (int64_t t = first + 1; t < last; t++)
		{
			const float *row = x + (start + t * g->dilation) * g->channels;

			for (int64_t c = 0; c < g->channels; c++)
				out[c] = row[c] > out[c] || row[c] != row[c] ? row[c] : out[c];
		}
	}
}

/*
 * c1d_average_pool
 *		Take the mean of each window, output rows begin .. end - 1.
 *
 * Shapes as c1d_max_pool().  The divisor is the number of elements on the
 * series, or, with counted_after >= 0, the part of the window that lies on the
 * series and its declared padding: what ceil_mode hangs over never counts.
 */
void
c1d_average_pool(const C1dPoolGeometry *g, const float *x, float *y, int64_t begin, int64_t end)
{
	for (int64_t r = begin; r < end; r++)
	{
		float	   *out = y + r * g->channels;
		int64_t		start,
					first,
					last,
					divisor;

		window(g, r, &start, &first, &last);
		divisor = last > first ? last - first : 0;
		if (g->counted_after >= 0)
		{
			int64_t		room = g->length + g->counted_after - start;

			divisor = room < g->size ? room : g->size;
		}
		memset(out, 0, g->channels * sizeof(float));
		for (int64_t t = first; t < last; t++)
		{
			const float *row = x + (start + t * g->dilation) * g->channels;

			for (int64_t c = 0; c < g->channels; c++)
				out[c] += row[c];
		}
		for (int64_t c = 0; c < g->channels; c++)
			out[c] /= (float) divisor;
	}
}
