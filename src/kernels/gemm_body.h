/*
 * src/kernels/gemm_body.h
 *	  The one body of every tile; included after a simd_<isa>.h.
 */
#include "kernels/gemm.h"
#include "kernels/simd.h"

ISA_BEGIN

/*
 * tile
 *		Compute rows x (vectors * VL) sums with all of them in registers.
 *		rows and vectors are constants at every call.
 */
SIMD_INLINE void
tile(const C1dGemmCall *call, const int rows, const int vectors)
{
	const int	width = vectors * VL;
	const int64_t a_row = call->a_row;
	const float *line_a = call->a;
	const float *line_b = call->b;
	int64_t		lines = call->lines;
	Vec			sum[8][2];

	UNROLL(8)
	for (int r = 0; r < rows; r++)
	{
		UNROLL(2)
		for (int v = 0; v < vectors; v++)
			sum[r][v] = vec_load(call->bias + v * VL);
	}

	do
	{
		const float *b = line_b;

		for (int64_t t = 0; t < call->taps; t++)
		{
			const float *a = line_a + t * call->a_tap;

			for (int64_t q = 0; q < call->inner; q++, a++, b += width)
			{
				Vec			weight[2];

				UNROLL(2)
				for (int v = 0; v < vectors; v++)
					weight[v] = vec_load(b + v * VL);
				UNROLL(8)
				for (int r = 0; r < rows; r++)
				{
					UNROLL(2)
					for (int v = 0; v < vectors; v++)
						sum[r][v] += a[r * a_row] * weight[v];
				}
			}
		}
		line_a += call->a_line;
		line_b += call->b_line;
	} while (--lines > 0);

	UNROLL(8)
	for (int r = 0; r < rows; r++)
	{
		float	   *c = call->c + r * call->c_row;

		if (call->relu)
		{
			UNROLL(2)
			for (int v = 0; v < vectors; v++)
				sum[r][v] = vec_relu(sum[r][v]);
		}
		if (call->columns == width)
		{
			UNROLL(2)
			for (int v = 0; v < vectors; v++)
				vec_store(c + v * VL, sum[r][v]);
		}
		else
		{
			float		all[2 * VL];

			UNROLL(2)
			for (int v = 0; v < vectors; v++)
				vec_store(all + v * VL, sum[r][v]);
			memcpy(c, all, call->columns * sizeof(float));
		}
	}
}

ISA_END

#define GEMM_DEFINE(rows, width) GEMM_DEFINE_AS(ISA_SUFFIX, rows, width)
#define GEMM_DEFINE_AS(isa, rows, width) GEMM_DEFINE_NAMED(isa, rows, width)
#define GEMM_DEFINE_NAMED(isa, rows, width) \
void \
c1d_gemm_tile__##isa##_##rows##x##width(const C1dGemmCall *call) \
{ \
	tile(call, rows, width / VL); \
}
