/*
 * src/kernels/conv_dot_body.h
 *	  Convolution and dense layers of few filters: inner products along the
 *	  window; included after a simd_<isa>.h.
 *
 * A tile of the matrix product would leave most of its columns idle.  Here the
 * lanes of a vector are floats of the window, a row and a filter have a vector
 * of sums, and VL of those are added up at once.
 */
#include "kernels/conv_put.h"
#include "kernels/simd_lanes.h"

/* Pairs from the low halves of two vectors, and from the high ones. */
#if VL == 4
#define ZIP_LOW 0, 4, 1, 5
#define ZIP_HIGH 2, 6, 3, 7
#elif VL == 8
#define ZIP_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define ZIP_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define ZIP_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define ZIP_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif
#ifdef __clang__
#define ZIP(a, b, order) ZIP_AS(a, b, order)
#define ZIP_AS(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define ZIP(a, b, order) __builtin_shuffle(a, b, (VecMask) {order})
#endif

ISA_BEGIN

/*
 * totals
 *		Lane i of the result is the sum of the lanes of sum[i]: at each stage the
 *		halves of two vectors fold into one, always in the same order.
 */
SIMD_INLINE Vec
totals(Vec *sum)
{
	UNROLL(4)
	for (int half = VL / 2; half > 0; half /= 2)
	{
		UNROLL(8)
		for (int i = 0; i < half; i++)
			sum[i] = ZIP(sum[i], sum[i + half], ZIP_LOW) + ZIP(sum[i], sum[i + half], ZIP_HIGH);
	}
	return sum[0];
}

/*
 * products
 *		So many rows of one filter, or so many filters of one row, which is
 *		a constant at every call as their number is.  a and b are the window of
 *		the first row and the kernel of the first filter.
 */
SIMD_INLINE Vec
products(const C1dConvCall *call, const float *a, const float *b, const int count, const bool rows)
{
	const int64_t a_step = rows ? call->a_row : 0;
	const int64_t b_step = rows ? 0 : call->panel_rows;
	const int64_t inner = call->inner;
	int64_t		lines = call->lines;
	Vec			sum[VL] = {{0}};

	do
	{
		for (int64_t t = 0; t < call->taps; t++)
		{
			const float *x = a + t * call->a_tap;
			const float *w = b + t * inner;
			int64_t		q = 0;

			for (; q + VL <= inner; q += VL)
			{
				Vec			shared = vec_load(rows ? w + q : x + q);

				UNROLL(16)
				for (int i = 0; i < count; i++)
					sum[i] += vec_load(rows ? x + i * a_step + q : w + i * b_step + q) * shared;
			}
			if (q < inner)
			{
				int			left = (int) (inner - q);
				Vec			shared = vec_load_part(rows ? w + q : x + q, left);

				UNROLL(16)
				for (int i = 0; i < count; i++)
					sum[i] += vec_load_part(rows ? x + i * a_step + q : w + i * b_step + q, left) * shared;
			}
		}
		a += call->a_line;
		b += call->line_rows;
	} while (--lines > 0);
	return totals(sum);
}

/* filter_rows: count rows of filter n; returns how many */
SIMD_INLINE int64_t
filter_rows(const C1dConvCall *call, int64_t row, int64_t n, const int count)
{
	Vec			sum = products(call, call->a + row * call->a_row, call->panels + n * call->panel_rows + call->skip, count, true);

	put_lanes(call, sum + vec_splat(call->bias[n]), call->c + row * call->c_row + n, call->c_row, count);
	return count;
}

/* row_filters: count filters of a row; returns how many */
SIMD_INLINE int64_t
row_filters(const C1dConvCall *call, int64_t row, int64_t n, const int count)
{
	Vec			sum = products(call, call->a + row * call->a_row, call->panels + n * call->panel_rows + call->skip, count, false);

	put_lanes(call, sum + vec_load_some(call->bias + n, count), call->c + row * call->c_row + n, 1, count);
	return count;
}

/* dot_rows: see C1dConvCall; the kernel of a filter is panel_rows floats. */
static void
dot_rows(const C1dConvCall *call)
{
	/* one row at a time waits for its own sums; then the filters go side by side */
	if (call->rows < 4 && call->filters > 1)
	{
		for (int64_t r = 0; r < call->rows; r++)
			for (int64_t n = 0; n < call->filters;)
			{
				int64_t		left = call->filters - n;

				n += left >= VL ? row_filters(call, r, n, VL) :
					left >= 4 ? row_filters(call, r, n, 4) : row_filters(call, r, n, 1);
			}
		return;
	}
	for (int64_t n = 0; n < call->filters; n++)
		for (int64_t r = 0; r < call->rows;)
		{
			int64_t		left = call->rows - r;

			r += left >= VL ? filter_rows(call, r, n, VL) :
				left >= 4 ? filter_rows(call, r, n, 4) : filter_rows(call, r, n, 1);
		}
}

ISA_END
