/*
 * src/kernels/winograd_product.h
 *	  The matrix products of a Winograd convolution, part of winograd_body.h.
 *
 * Unlike gemm.h's, the rows of A lie as the transform leaves them: for each VL
 * channels a vector of every tile.  So one pointer with constant offsets reads
 * all of them, and nothing but multiplications is left in the loop.
 */

#if VL == 16
#define MOST_ROWS 12			/* of tiles: as many sums as registers hold beside the weights */
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

/* the product of some tiles at a point, of so many pieces */
SIMD_INLINE void
product_tile(const C1dWinogradProduct *call, const float *v, const float *u, const float *bias, const int64_t pieces,
			 float *m, const int rows, const int vectors)
{
	const int64_t whole = call->channels / VL;
	const int	rest = (int) (call->channels % VL);
	const int64_t chunk = call->tiles * VL;
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
		for (int64_t c = 0; c < whole; c++, u += VL * vectors * VL, v += chunk)
		{
			UNROLL(16)
			for (int q = 0; q < VL; q++)
				add_channel(u + q * vectors * VL, v + q, sum, rows, vectors);
		}
		for (int q = 0; q < rest; q++, u += vectors * VL)
			add_channel(u, v + q, sum, rows, vectors);
		v += rest > 0 ? chunk : 0;
	}
	UNROLL(12)
	for (int r = 0; r < rows; r++)
	{
		UNROLL(2)
		for (int n = 0; n < vectors; n++)
			vec_store(m + (r * vectors + n) * VL, sum[r][n]);
	}
}

#define ROWS(rows, vectors) \
	case rows: \
		product_tile(call, v, u, bias, pieces, m, rows, vectors); \
		break;
#if VL == 16
#define MORE_ROWS(vectors) \
	ROWS(7, vectors) ROWS(8, vectors) ROWS(9, vectors) ROWS(10, vectors) ROWS(11, vectors) ROWS(12, vectors)
#else
#define MORE_ROWS(vectors)
#endif
#define PRODUCT(vectors) \
static __attribute__((noinline)) void \
product_##vectors(const C1dWinogradProduct *call, const float *v, const float *u, const float *bias, int64_t pieces, \
				  float *m, int rows) \
{ \
	switch (rows) \
	{ \
		ROWS(1, vectors) ROWS(2, vectors) ROWS(3, vectors) ROWS(4, vectors) ROWS(5, vectors) ROWS(6, vectors) \
		MORE_ROWS(vectors) \
	} \
}
PRODUCT(1)
PRODUCT(2)

/* Point by point, so that its weights stay in the cache for all tiles. */
static void
product(const C1dWinogradProduct *call)
{
	static const float none[VECTORS * VL];
	const int64_t heaps = (call->tiles + MOST_ROWS - 1) / MOST_ROWS;
	const int64_t rows = call->tiles / heaps;
	const int64_t taller = call->tiles % heaps;
	const float *u = call->u;

	for (int j = 0; j < C1D_WINOGRAD_POINTS; j++)
	{
		const int64_t pieces = c1d_winograd_pieces(call->form, j);
		const float *bias = j == 1 ? call->bias : none;
		const float *v = call->v + j * call->v_product;
		float	   *m = call->m + j * call->tiles * call->width;

		for (int64_t h = 0; h < heaps; h++)
		{
			const int	some = (int) rows + (h < taller);

			if (call->width == VL)
				product_1(call, v, u, bias, pieces, m, some);
			else
				product_2(call, v, u, bias, pieces, m, some);
			v += some * VL;
			m += some * call->width;
		}
		u += pieces * call->channels * call->width;
	}
}

ISA_END
