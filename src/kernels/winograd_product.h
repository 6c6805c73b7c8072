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

/* one product, of so many pieces; returns where the weights of the next one are */
SIMD_INLINE const float *
one_product(const C1dWinogradProduct *call, const float *v, const float *u, const float *bias, const int64_t pieces,
			const int rows, const int vectors, float *m)
{
	const int64_t whole = call->channels / VL;
	const int	rest = (int) (call->channels % VL);
	Vec			sum[MOST_ROWS][VECTORS];

	UNROLL(12)
	for (int r = 0; r < rows; r++)
	{
		UNROLL(2)
		for (int n = 0; n < vectors; n++)
			sum[r][n] = vec_load(bias + n * VL);
	}
	for (int64_t p = 0; p < pieces; p++)
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
			vec_store(m + (r * C1D_WINOGRAD_POINTS * vectors + n) * VL, sum[r][n]);
	}
	return u;
}

SIMD_INLINE void
all_products(const C1dWinogradProduct *call, const int rows, const int vectors)
{
	static const float none[VECTORS * VL];
	const float *u = call->u;

	for (int j = 0; j < C1D_WINOGRAD_POINTS; j++)
		u = one_product(call, call->v + j * call->v_product, u, j == 1 ? call->bias : none,
						c1d_winograd_pieces(call->form, j), rows, vectors, call->m + j * vectors * VL);
}

#define ROWS(rows) \
	case rows: \
		if (call->width == VL) \
			all_products(call, rows, 1); \
		else \
			all_products(call, rows, 2); \
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
