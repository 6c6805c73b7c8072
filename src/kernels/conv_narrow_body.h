/*
 * src/kernels/conv_narrow_body.h
 *	  Convolution with a window of at most C1D_NARROW floats, as that of a
 *	  univariate series: included after a simd_<isa>.h.
 *
 * So few multiplications for a result make storing it the work.  The weights
 * of a block of filters stay in registers for all rows, and two rows become
 * one before they are stored when a maximum is wanted.
 */
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
	const float *weights;		/* for each vector of filters panel_rows rows */
	const float *bias;
	float	   *c;
	int64_t		filters;		/* of the block and behind it */
} Narrow;

/* Numbers up to this can neither be multiplied nor added up to an infinity. */
#define TAME 1e18f

/* untamed: has a sign bit set in some lane when a number is greater, or NaN */
SIMD_INLINE VecMask
untamed(Vec v)
{
	const float tame = TAME;
	int32_t		limit;
	VecMask		bits;

	memcpy(&limit, &tame, sizeof(limit));
	memcpy(&bits, &v, sizeof(bits));
	return limit - (bits & INT32_MAX);
}

/* tame_floats: is none of the floats untamed? */
static bool
tame_floats(const float *x, int64_t count)
{
	VecMask		seen = {0};
	int64_t		i = 0;

	for (; i + VL <= count; i += VL)
		seen |= untamed(vec_load(x + i));
	if (i < count)
		seen |= untamed(vec_load_part(x + i, (int) (count - i)));
	return !vec_any_negative(seen);
}

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
 * block
 *		All rows of vectors * VL filters.  floats and vectors are constants at
 *		every call; x_tame says that no number of the windows is great or NaN.
 */
SIMD_INLINE void
block(const Narrow *narrow, bool x_tame, const int floats, const int vectors)
{
	const C1dConvCall *call = narrow->call;
	const Vec	least = call->relu ? (Vec) {0} : vec_splat(-INFINITY);
	const bool	whole = narrow->filters >= vectors * VL && !call->merge;
	const int64_t step = narrow->step;
	const int64_t a_row = call->a_row;
	const int64_t c_row = call->c_row;
	const int64_t rows = call->rows;
	const float *a = call->a;
	float	   *c = narrow->c;
	VecMask		seen = {0};
	Vec			weight[C1D_NARROW][NARROW_VECTORS],
				bias[NARROW_VECTORS];

	UNROLL(4)
	for (int v = 0; v < vectors; v++)
	{
		bias[v] = vec_load(narrow->bias + v * VL);
		UNROLL(8)
		for (int t = 0; t < floats; t++)
			weight[t][v] = vec_load(narrow->weights + (v * call->panel_rows + t) * VL);
	}
	UNROLL(4)
	for (int v = 0; v < vectors && x_tame; v++)
	{
		seen |= untamed(bias[v]);
		UNROLL(8)
		for (int t = 0; t < floats; t++)
			seen |= untamed(weight[t][v]);
	}
	if (call->pool == 1 && whole)
		for (int64_t r = 0; r < rows; r++, a += a_row, c += c_row)
		{
			Vec			sum[NARROW_VECTORS];

			sums(sum, a, step, weight, bias, floats, vectors);
			UNROLL(4)
			for (int v = 0; v < vectors; v++)
				vec_store(c + v * VL, vec_max(least, sum[v]));
		}
	else if (call->pool == 2 && whole && x_tame && !vec_any_negative(seen))

		/* without NaN the greater of two is one instruction, and relu of one of them is enough */
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

/* blocks: all filters; wide windows leave registers for two vectors only */
SIMD_INLINE void
blocks(Narrow *narrow, bool x_tame, const int floats)
{
	const C1dConvCall *call = narrow->call;
	int			vectors;

	for (int64_t n = 0; n < call->filters; n += vectors * VL)
	{
		narrow->weights = call->panels + n * call->panel_rows + call->skip * VL;
		narrow->bias = call->bias + n;
		narrow->c = call->c + n;
		narrow->filters = call->filters - n;
		if (NARROW_VECTORS == 4 && floats <= 4 && narrow->filters > 3 * VL)
			block(narrow, x_tame, floats, vectors = NARROW_VECTORS);
		else if (narrow->filters > VL)
			block(narrow, x_tame, floats, vectors = 2);
		else
			block(narrow, x_tame, floats, vectors = 1);
	}
}

/* narrow_rows: see C1dConvCall; taps * inner is at most C1D_NARROW, one of them 1 or the taps touching. */
static void
narrow_rows(const C1dConvCall *call)
{
	/* either the floats of a window touch, or every tap has one */
	bool		touch = call->taps <= 1;
	Narrow		narrow = {.call = call, .step = touch ? 1 : call->a_tap};
	int64_t		floats = touch ? call->taps * call->inner : call->taps;
	bool		x_tame = call->pool == 2 && floats > 0 &&
		tame_floats(call->a, (2 * call->rows - 1) * call->a_row + (floats - 1) * narrow.step + 1);

	switch (floats)
	{
#define NARROW(floats) \
		case floats: \
			blocks(&narrow, x_tame, floats); \
			break;
			NARROW(0) NARROW(1) NARROW(2) NARROW(3) NARROW(4) NARROW(5) NARROW(6) NARROW(7) NARROW(8)
#undef NARROW
	}
}

ISA_END
