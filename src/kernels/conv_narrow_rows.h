/*
 * src/kernels/conv_narrow_rows.h
 *	  Rows of a block of filters of a narrow convolution, the block's weights in
 *	  registers; included by conv_narrow_body.h.
 */
#ifndef C1D_CONV_NARROW_ROWS_H
#define C1D_CONV_NARROW_ROWS_H

#include <math.h>

#include "kernels/conv_variant.h"
#include "kernels/simd.h"

ISA_BEGIN

/* Vectors of filters in a block whose weights leave enough registers. */
#define NARROW_VECTORS (VL == 16 ? 4 : 2)

/* A block of filters; the window's floats are step apart. */
typedef struct Narrow
{
	const C1dConvCall *call;
	int64_t		step;
	bool		tame;			/* no number of the windows, no weight and no bias is great or NaN */
	const float *weights;		/* for each vector of filters panel_rows rows */
	const float *bias;
	float	   *c;
	int64_t		filters;		/* of the block and behind it */
} Narrow;

/* sums: of one window, for a vector of filters each */
SIMD_INLINE void
sums(Vec *sum, const float *a, int64_t step, Vec (*weight)[NARROW_VECTORS], const Vec *bias,
	 const int floats, const int vectors)
{
	UNROLL(4)
	for (int v = 0; v < vectors; v++)
		sum[v] = bias[v];
	UNROLL(8)
	for (int t = 0; t < floats; t++)
	{
		Vec			x = vec_splat(a[t * step]);

		UNROLL(4)
		for (int v = 0; v < vectors; v++)
			sum[v] += x * weight[t][v];
	}
}

/*
 * pairs
 *		The greater of two rows each, of vectors * VL filters.  No number is great
 *		or NaN: then the greater of two is one instruction, and relu of one of them
 *		is enough.  Like floats and vectors, step and a_row are constants where
 *		that tells the compiler which inputs two rows share.
 */
SIMD_INLINE void
pairs(const float *a, float *c, int64_t rows, int64_t c_row, Vec least, Vec (*weight)[NARROW_VECTORS], const Vec *bias,
	  const int64_t step, const int64_t a_row, const int floats, const int vectors)
{
	UNROLL_BY(2)
	for (int64_t r = 0; r < rows; r++, a += 2 * a_row, c += c_row)
	{
		Vec			sum[NARROW_VECTORS],
					next[NARROW_VECTORS];

		sums(sum, a, step, weight, bias, floats, vectors);
		sums(next, a + a_row, step, weight, bias, floats, vectors);
		UNROLL(4)
		for (int v = 0; v < vectors; v++)
			vec_store(c + v * VL, vec_max(next[v], vec_max(least, sum[v])));
	}
}

/* whole_rows: those of block() whose windows lie on the line */
SIMD_INLINE void
whole_rows(const Narrow *narrow, Vec least, Vec (*weight)[NARROW_VECTORS], const Vec *bias,
		   const int floats, const int vectors)
{
	const C1dConvCall *call = narrow->call;
	const bool	whole = narrow->filters >= vectors * VL && !call->merge;
	const int64_t step = narrow->step;
	const int64_t a_row = call->a_row;
	const int64_t c_row = call->c_row;
	const int64_t rows = call->high - call->low;
	const float *a = call->a + call->start + call->low * call->pool * a_row;
	float	   *c = narrow->c + call->low * c_row;

	if (call->pool == 1 && whole)
		for (int64_t r = 0; r < rows; r++, a += a_row, c += c_row)
		{
			Vec			sum[NARROW_VECTORS];

			sums(sum, a, step, weight, bias, floats, vectors);
			UNROLL(4)
			for (int v = 0; v < vectors; v++)
				vec_store(c + v * VL, vec_max(least, sum[v]));
		}
	else if (call->pool == 2 && whole && narrow->tame && step == 1 && a_row == 1)
		pairs(a, c, rows, c_row, least, weight, bias, 1, 1, floats, vectors);
	else if (call->pool == 2 && whole && narrow->tame)
		pairs(a, c, rows, c_row, least, weight, bias, step, a_row, floats, vectors);
	else
		for (int64_t r = 0; r < rows; r++, a += call->pool * a_row, c += c_row)
		{
			Vec			sum[NARROW_VECTORS],
						next[NARROW_VECTORS];

			sums(sum, a, step, weight, bias, floats, vectors);
			memcpy(next, sum, sizeof(next));
			if (call->pool == 2)
				sums(next, a + a_row, step, weight, bias, floats, vectors);
			UNROLL(4)
			for (int v = 0; v < vectors; v++)
			{
				sum[v] = vec_max(least, sum[v]);
				if (call->pool == 2)
					sum[v] = vec_pool(sum[v], vec_max(least, next[v]));
				if (v * VL < narrow->filters)
					vec_finish(c + v * VL, sum[v], narrow->filters - v * VL, call->merge);
			}
		}
}

/* edge_row: one of block() that has a window which hangs over an edge; only what lies on the line is taken */
SIMD_INLINE void
edge_row(const Narrow *narrow, int64_t r, Vec least, Vec (*weight)[NARROW_VECTORS], const Vec *bias,
		 const int floats, const int vectors)
{
	const C1dConvCall *call = narrow->call;
	Vec			most[NARROW_VECTORS] = {{0}};

	for (int64_t i = 0; i < call->pool; i++)
	{
		int64_t		start = call->start + (r * call->pool + i) * call->a_row;
		Vec			sum[NARROW_VECTORS];

		memcpy(sum, bias, sizeof(sum));
		UNROLL(8)
		for (int t = 0; t < floats; t++)
		{
			int64_t		at = start + t * narrow->step;

			if (at >= 0 && at < call->a_floats)
			{
				UNROLL(4)
				for (int v = 0; v < vectors; v++)
					sum[v] += vec_splat(call->a[at]) * weight[t][v];
			}
		}
		UNROLL(4)
		for (int v = 0; v < vectors; v++)
		{
			sum[v] = vec_max(least, sum[v]);
			most[v] = i == 0 ? sum[v] : vec_pool(most[v], sum[v]);
		}
	}
	UNROLL(4)
	for (int v = 0; v < vectors; v++)
		if (v * VL < narrow->filters)
			vec_finish(narrow->c + r * call->c_row + v * VL, most[v], narrow->filters - v * VL, call->merge);
}

ISA_END

#endif
