/*
 * src/kernels/conv_slide_body.h
 *	  Convolution of one channel into very few, as a moving average: included
 *	  after a simd_<isa>.h.
 *
 * The lanes are rows: with one channel and stride 1 the inputs of neighbouring
 * rows are neighbours.  A sum starts from the bias and takes the taps in order.
 */
#include "kernels/conv_put.h"
#include "kernels/simd_lanes.h"

ISA_BEGIN

/*
 * slide
 *		vectors * VL rows of filter n, or with partial what is left of them in
 *		one vector; vectors is a constant at every call.  Returns how many.
 */
SIMD_INLINE int64_t
slide(const C1dConvCall *call, int64_t row, int64_t n, const int vectors, const bool partial)
{
	const int64_t live = partial ? call->rows - row : (int64_t) vectors * VL;
	const float *line_a = call->a + row;
	const float *line_b = call->panels + n * call->panel_rows + call->skip;
	const bool	touch = call->taps <= 1;
	const int64_t taps = touch ? call->taps * call->inner : call->taps;
	const int64_t step = touch ? 1 : call->a_tap;
	int64_t		lines = call->lines;
	Vec			sum[8];

	UNROLL(8)
	for (int v = 0; v < vectors; v++)
		sum[v] = vec_splat(call->bias[n]);
	do
	{
		for (int64_t t = 0; t < taps; t++)
		{
			const float *x = line_a + t * step;
			Vec			weight = vec_splat(line_b[t]);

			UNROLL(8)
			for (int v = 0; v < vectors; v++)
				sum[v] += (partial ? vec_load_some(x, live) : vec_load(x + v * VL)) * weight;
		}
		line_a += call->a_line;
		line_b += call->line_rows;
	} while (--lines > 0);
	UNROLL(8)
	for (int v = 0; v < vectors; v++)
		put_lanes(call, sum[v], call->c + (row + v * VL) * call->c_row + n, call->c_row, live - v * VL);
	return live;
}

/* slide_rows: see C1dConvCall; a_row is 1, the kernel of a filter is panel_rows floats. */
static void
slide_rows(const C1dConvCall *call)
{
	for (int64_t n = 0; n < call->filters; n++)
		for (int64_t r = 0; r < call->rows;)
		{
			int64_t		left = call->rows - r;

			r += left >= 8 * VL ? slide(call, r, n, 8, false) :
				left >= VL ? slide(call, r, n, 1, false) : slide(call, r, n, 1, true);
		}
}

ISA_END
