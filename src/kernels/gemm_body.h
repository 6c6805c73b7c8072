/*
 * src/kernels/gemm_body.h
 *	  The one body of every tile; included after a simd_<isa>.h, it defines the
 *	  tiles that gemm.inc lists for that number of lanes.
 */
#include "kernels/gemm.h"
#include "kernels/simd.h"

#define MOST_ROWS 12
#define MOST_VECTORS 8			/* of a row, over all panels */
#define MOST_SUMS 24

ISA_BEGIN

/*
 * finish
 *		Store sums of which some columns belong to nobody.
 */
static __attribute__((noinline)) void
finish(const C1dGemmCall *call, const float *sums, int rows, int all)
{
	for (int r = 0; r < rows; r++)
		for (int v = 0; v < all && v * VL < call->columns; v++)
			vec_finish(call->c + r * call->c_row + v * VL, vec_load(sums + (r * all + v) * VL),
					   call->columns - v * VL, call->merge);
}

/*
 * tile
 *		Compute rows x (panels * vectors * VL) sums with all of them in
 *		registers.  rows, vectors and panels are constants at every call.
 */
SIMD_INLINE void
tile(const C1dGemmCall *call, const int rows, const int vectors, const int panels)
{
	const int	all = panels * vectors;
	const int64_t a_row = call->a_row;
	const int64_t b_panel = call->b_panel;
	const int64_t inner = call->inner;
	const float *line_a = call->a;
	const float *line_b = call->b;
	int64_t		lines = call->lines;
	Vec			sum[MOST_ROWS][MOST_VECTORS];

	UNROLL(12)
	for (int r = 0; r < rows; r++)
	{
		UNROLL(8)
		for (int v = 0; v < all; v++)
			sum[r][v] = vec_load(call->bias + v * VL);
	}

	do
	{
		const float *b = line_b;

		for (int64_t t = 0; t < call->taps; t++)
		{
			const float *a[MOST_ROWS / 4];

			UNROLL(3)
			for (int r = 0; r < rows; r += 4)
				a[r / 4] = line_a + t * call->a_tap + r * a_row;

			UNROLL_BY(4)
			for (int64_t q = 0; q < inner; q++)
			{
				Vec			weight[MOST_VECTORS];

				UNROLL(8)
				for (int v = 0; v < all; v++)
					weight[v] = vec_load(b + v / vectors * b_panel + v % vectors * VL);
				UNROLL(12)
				for (int r = 0; r < rows; r++)
				{
					UNROLL(8)
					for (int v = 0; v < all; v++)
						sum[r][v] += a[r / 4][r % 4 * a_row] * weight[v];
				}
				UNROLL(3)
				for (int r = 0; r < rows; r += 4)
					a[r / 4]++;
				b += vectors * VL;
			}
		}
		line_a += call->a_line;
		line_b += call->b_line;
	} while (--lines > 0);

	if (call->relu)
	{
		UNROLL(12)
		for (int r = 0; r < rows; r++)
		{
			UNROLL(8)
			for (int v = 0; v < all; v++)
				sum[r][v] = vec_relu(sum[r][v]);
		}
	}
	if (call->columns == all * VL)
	{
		if (call->merge)
		{
			UNROLL(12)
			for (int r = 0; r < rows; r++)
			{
				UNROLL(8)
				for (int v = 0; v < all; v++)
					sum[r][v] = vec_pool(vec_load(call->c + r * call->c_row + v * VL), sum[r][v]);
			}
		}
		UNROLL(12)
		for (int r = 0; r < rows; r++)
		{
			UNROLL(8)
			for (int v = 0; v < all; v++)
				vec_store(call->c + r * call->c_row + v * VL, sum[r][v]);
		}
	}
	else
	{
		float		kept[MOST_SUMS * VL];

		UNROLL(12)
		for (int r = 0; r < rows; r++)
		{
			UNROLL(8)
			for (int v = 0; v < all; v++)
				vec_store(kept + (r * all + v) * VL, sum[r][v]);
		}
		finish(call, kept, rows, all);
	}
}

#define GEMM_TILE(isa, ISA, rows, width) \
void \
c1d_gemm_tile__##isa##_##rows##x##width(const C1dGemmCall *call) \
{ \
	tile(call, rows, width / VL, 1); \
}
#define GEMM_STRIP(isa, ISA, panels, width) \
void \
c1d_gemm_strip__##isa##_##panels##x##width(const C1dGemmCall *call) \
{ \
	tile(call, 1, width / VL, panels); \
}
#define GEMM_LANES VL
#include "kernels/gemm.inc"

ISA_END
