/*
 * src/kernels/winograd_product.h
 *	  The matrix products of a Winograd convolution, part of winograd_body.h.
 *
 * Unlike gemm.h's, the rows of A lie as the transform leaves them: for each VL
 * channels a vector of every tile.  So one pointer with constant offsets reads
 * all of them, and nothing but multiplications is left in the loop.
 */

#if VL == 16
#define MOST_ROWS 12
#else
#define MOST_ROWS 6
#endif
#define VECTORS 2				/* of filters, at most */

ISA_BEGIN

/* one channel: a factor of every tile times the weights of every filter */
SIMD_INLINE void
add_channel(const float *u, const float *v, Vec sum[MOST_ROWS][VECTORS], const int rows, const int vectors)
{
	Vec			weight[VECTORS];

	UNROLL(2)
	for (int n = 0; n < vectors; n++)
		weight[n] = vec_load(u + n * VL);
	UNROLL(12)
	for (int r = 0; r < rows; r++)
	{
		UNROLL(2)
		for (int n = 0; n < vectors; n++)
			sum[r][n] += v[r * VL] * weight[n];
	}
}

SIMD_INLINE void
product_tile(const C1dWinogradProduct *call, const int rows, const int vectors)
{
	const float *u = call->u;
	const float *v = call->v;
	const int64_t whole = call->channels / VL;
	const int	rest = (int) (call->channels % VL);
	Vec			sum[MOST_ROWS][VECTORS];

	UNROLL(12)
	for (int r = 0; r < rows; r++)
	{
		UNROLL(2)
		for (int n = 0; n < vectors; n++)
			sum[r][n] = vec_load(call->bias + n * VL);
	}
	for (int64_t p = 0; p < call->pieces; p++)
	{
		for (int64_t c = 0; c < whole; c++, u += VL * vectors * VL, v += call->v_chunk)
		{
			UNROLL(16)
			for (int q = 0; q < VL; q++)
				add_channel(u + q * vectors * VL, v + q, sum, rows, vectors);
		}
		for (int q = 0; q < rest; q++, u += vectors * VL)
			add_channel(u, v + q, sum, rows, vectors);
		v += rest > 0 ? call->v_chunk : 0;
	}
	UNROLL(12)
	for (int r = 0; r < rows; r++)
	{
		UNROLL(2)
		for (int n = 0; n < vectors; n++)
			vec_store(call->m + r * call->m_row + n * VL, sum[r][n]);
	}
}

#define ROWS(rows) \
	case rows: \
		if (call->width == VL) \
			product_tile(call, rows, 1); \
		else \
			product_tile(call, rows, 2); \
		break;

static void
product(const C1dWinogradProduct *call)
{
	switch (call->rows)
	{
			ROWS(1)
			ROWS(2)
			ROWS(3)
			ROWS(4)
			ROWS(5)
			ROWS(6)
#if MOST_ROWS > 6
			ROWS(7)
			ROWS(8)
			ROWS(9)
			ROWS(10)
			ROWS(11)
			ROWS(12)
#endif
	}
}

ISA_END
