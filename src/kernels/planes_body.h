/*
 * src/kernels/planes_body.h
 *	  The one body of the work on planes; included by elements.h.
 *
 * A tile is a vector or two of steps, whose taps' sums stay in registers for all
 * channels; a lane is always added up in the same order.
 */
#include <math.h>

#include "kernels/planes.h"

ISA_BEGIN

/* the floats of a series from some place on, zeros behind it */
SIMD_INLINE Vec
load_until(const float *x, int64_t left)
{
	return left >= VL ? vec_load(x) : left > 0 ? vec_load_part(x, (int) left) : (Vec) {0};
}

void
ISA_NAME(c1d_plane_pick) (const C1dPick *pick, float *plane, int64_t steps)
{
	const int64_t step = pick->step;
	int64_t		at = pick->first;
	int64_t		i = 0;

	for (; i < steps && at < 0; i++, at += step)
		plane[i] = 0;
	if (step == 1)
		for (; i < steps; i += VL, at += VL)
			vec_store(plane + i, load_until(pick->x + at, pick->count - at));
	else if (step == 2)
		for (; i < steps; i += VL, at += 2 * VL)
			vec_store(plane + i, vec_evens(load_until(pick->x + at, pick->count - at),
										   load_until(pick->x + at + VL, pick->count - at - VL)));
	else
		for (; i < steps; i++, at += step)
			plane[i] = at < pick->count ? pick->x[at] : 0;
}

/* channel: of one window for each lane; vectors and, where it is usual, the window are constants at every call */
SIMD_INLINE void
channel(Vec *y, const float *in, int64_t in_row, const int64_t window, const float *weight, Vec least, const int vectors)
{
	UNROLL(2)
	for (int v = 0; v < vectors; v++)
		y[v] = vec_splat(weight[0]);
	UNROLL_BY(C1D_PLANE_WINDOW)
	for (int64_t k = 1; k <= window; k++, in += in_row)
	{
		Vec			w = vec_splat(weight[k]);

		UNROLL(2)
		for (int v = 0; v < vectors; v++)
			y[v] += vec_load(in + v * VL) * w;
	}
	UNROLL(2)
	for (int v = 0; v < vectors; v++)
		y[v] = vec_max(least, y[v]);
}

/* tile: the vectors from step at on, of channels pooled or not */
SIMD_INLINE void
tile(const C1dPlanes *p, int64_t at, const int64_t window, const bool pooled, const int taps, const int vectors)
{
	const Vec	least = p->relu ? (Vec) {0} : vec_splat(-INFINITY);
	const int64_t in_row = p->in_row;
	const float *in = p->in + at;
	const float *weight = p->weight;
	Vec			sum[C1D_PLANE_TAPS][2] = {{{0}}};

	for (int64_t n = p->channels; n > 0; n--)
	{
		const float *tap = weight + 1 + window;
		Vec			y[2];

		channel(y, in, in_row, window, weight, least, vectors);
		for (int i = 1; pooled && i < p->pool; i++)
		{
			Vec			next[2];

			channel(next, in + i * window * in_row, in_row, window, weight, least, vectors);
			UNROLL(2)
			for (int v = 0; v < vectors; v++)
				y[v] = vec_pool(y[v], next[v]);
		}
		UNROLL(C1D_PLANE_TAPS)
		for (int t = 0; t < taps; t++)
		{
			Vec			w = vec_splat(tap[t]);

			UNROLL(2)
			for (int v = 0; v < vectors; v++)
				sum[t][v] += y[v] * w;
		}
		weight = tap + taps;
	}
	UNROLL(C1D_PLANE_TAPS)
	for (int t = 0; t < taps; t++)
	{
		UNROLL(2)
		for (int v = 0; v < vectors; v++)
			vec_store(p->out + t * p->out_row + at + v * VL, sum[t][v]);
	}
}

/* tiles: two vectors at a time with all that is known of the window, and whatever is left */
SIMD_INLINE void
tiles(const C1dPlanes *p, const int taps)
{
	const int64_t pairs = p->pool > 1 ? 0 : (p->steps + VL - 1) / (2 * VL) * (2 * VL);
	int64_t		at = pairs;

	switch (p->window)
	{
#define WINDOW(window) \
		case window: \
			for (int64_t i = 0; i < pairs; i += 2 * VL) \
				tile(p, i, window, false, taps, 2); \
			break;
			WINDOW(1) WINDOW(2) WINDOW(3) WINDOW(4) WINDOW(5) WINDOW(6) WINDOW(7) WINDOW(8)
#undef WINDOW
	}
	for (; at + VL < p->steps; at += 2 * VL)
		tile(p, at, p->window, true, taps, 2);
	if (at < p->steps)
		tile(p, at, p->window, true, taps, 1);
}

void
ISA_NAME(c1d_planes_through) (const C1dPlanes *p)
{
	switch (p->taps)
	{
#define TAPS(taps) \
		case taps: \
			tiles(p, taps); \
			break;
			TAPS(1) TAPS(2) TAPS(3) TAPS(4) TAPS(5) TAPS(6) TAPS(7) TAPS(8)
#undef TAPS
	}
}

/* result: a vector of them */
SIMD_INLINE Vec
result(const C1dWoven *w, int r, int64_t i)
{
	Vec			sum = vec_splat(w->bias[r]);

	for (int t = w->first[r]; t < w->first[r + 1]; t++)
		sum += vec_load(w->in + w->terms[t].plane * w->in_row + i - w->at + w->terms[t].shift);
	return sum;
}

void
ISA_NAME(c1d_planes_weave) (const C1dWoven *w)
{
	for (int64_t i = w->begin; i < w->end; i += VL)
	{
		const int64_t at = i * w->results;
		const int64_t size = (int64_t) w->results * VL;
		const bool	whole = at >= w->low && at + size <= w->high;
		float		apart[C1D_WOVEN * VL];
		float	   *y = whole ? w->y + at : apart;

		if (w->results == 1)
			vec_store(y, result(w, 0, i));
		else if (w->results == 2)
		{
			Vec			a = result(w, 0, i);
			Vec			b = result(w, 1, i);

			vec_store(y, vec_zip(a, b, 0));
			vec_store(y + VL, vec_zip(a, b, VL / 2));
		}
		else
			for (int r = 0; r < w->results; r++)
			{
				Vec			one = result(w, r, i);

				for (int l = 0; l < VL; l++)
					y[l * w->results + r] = one[l];
			}
		if (!whole)
		{
			int64_t		from = at > w->low ? at : w->low;
			int64_t		until = at + size < w->high ? at + size : w->high;

			if (from < until)
				memcpy(w->y + from, apart + from - at, (until - from) * sizeof(float));
		}
	}
}

ISA_END
