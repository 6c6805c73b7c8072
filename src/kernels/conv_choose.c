/*
 * src/kernels/conv_choose.c
 *	  Which kernel computes a convolution.
 */
#include "kernels/conv.h"

#include <stddef.h>

const C1dConvVariant c1d_conv_variants[] = {
	{"gemm_baseline_6x8", C1D_BY_GEMM, C1D_ISA_BASELINE, 1, c1d_conv_gemm},
#if defined(__x86_64__)
	{"gemm_avx2_6x16", C1D_BY_GEMM, C1D_ISA_AVX2, 1, c1d_conv_gemm},
	{"gemm_avx512_12x32", C1D_BY_GEMM, C1D_ISA_AVX512, 1, c1d_conv_gemm},
#endif
};

const int	c1d_conv_variant_count = sizeof(c1d_conv_variants) / sizeof(*c1d_conv_variants);

static const C1dConvVariant *
find(C1dConvWay way, C1dIsa isa)
{
	for (int i = 0; i < c1d_conv_variant_count; i++)
		if (c1d_conv_variants[i].way == way && c1d_conv_variants[i].isa == isa)
			return &c1d_conv_variants[i];
	return NULL;
}

/*
 * c1d_conv_pools
 *		Can a maximum over so many rows, that many apart, be taken while they
 *		are stored?
 */
bool
c1d_conv_pools(const C1dConvGeometry *geometry, int pool)
{
	return geometry->height == 0 && pool >= 1;
}

/*
 * c1d_conv_choose
 *		The kernel for a geometry whose output rows are pooled so many at a time
 *		(1 = not).  The phases of a transposed convolution, and rows whose window
 *		hangs over an edge, may have fewer taps than the geometry says.
 */
const C1dConvVariant *
c1d_conv_choose(const C1dConvGeometry *geometry, C1dIsa isa, int pool)
{
	(void) geometry;
	(void) pool;
	return find(C1D_BY_GEMM, isa);
}
