/*
 * src/kernels/conv_choose.c
 *	  Which kernel computes a convolution.
 */
#include "kernels/conv.h"
#include "kernels/gemm.h"

#include <stddef.h>

const C1dConvVariant c1d_conv_variants[] = {
#define CONV_VARIANTS(isa, ISA, tile) \
	{"gemm_" #isa "_" tile, C1D_BY_GEMM, C1D_ISA_##ISA, 1, false, c1d_conv_gemm}, \
	{"narrow_" #isa, C1D_BY_NARROW, C1D_ISA_##ISA, 2, true, c1d_conv_narrow__##isa}, \
	{"slide_" #isa, C1D_BY_SLIDE, C1D_ISA_##ISA, 1, false, c1d_conv_slide__##isa}, \
	{"dot_" #isa, C1D_BY_DOT, C1D_ISA_##ISA, 1, false, c1d_conv_dot__##isa}, \
	{"depthwise_" #isa, C1D_BY_DEPTHWISE, C1D_ISA_##ISA, 1, false, c1d_conv_depthwise__##isa},
	CONV_VARIANTS(baseline, BASELINE, "6x8")
#if defined(__x86_64__)
	CONV_VARIANTS(avx2, AVX2, "6x16")
	CONV_VARIANTS(avx512, AVX512, "12x32")
#endif
#undef CONV_VARIANTS
};

const int	c1d_conv_variant_count = sizeof(c1d_conv_variants) / sizeof(*c1d_conv_variants);

/*
 * few_filters
 *		Do tiles leave so many columns idle that inner products, which must add up
 *		their lanes, are faster?  Of a single row tiles keep too few sums.
 */
static bool
few_filters(const C1dConvGeometry *geometry, int lanes)
{
	return geometry->filters <= (geometry->length == 1 ? 2 * lanes : lanes / 3);
}

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
 *		(1 = not).  What is computed by it may have fewer taps than the geometry
 *		says, as some phases of a transposed convolution have, but not more.
 */
const C1dConvVariant *
c1d_conv_choose(const C1dConvGeometry *geometry, C1dIsa isa, int pool)
{
	int64_t		inner = geometry->row_floats / geometry->groups;
	int			lanes = c1d_gemm_lanes(c1d_isa_vectors(isa));
	int64_t		run = geometry->spacing == 1 ? geometry->taps * inner : inner;	/* floats that touch */

	isa = c1d_isa_vectors(isa);
	if (inner == 1 && geometry->groups > 1)
		return find(C1D_BY_DEPTHWISE, isa);
	if (inner == 1 && geometry->stride == 1 && pool <= 1 && geometry->length > 1 && geometry->filters <= lanes / 4)
		return find(C1D_BY_SLIDE, isa);
	if (geometry->groups == 1 && few_filters(geometry, lanes) && run >= 2 * lanes)
		return find(C1D_BY_DOT, isa);
	if (geometry->groups == 1 && geometry->height == 0 && geometry->taps * inner <= C1D_NARROW &&
		(inner == 1 || geometry->spacing == 1))
		return find(C1D_BY_NARROW, isa);
	return find(C1D_BY_GEMM, isa);
}
