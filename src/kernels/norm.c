/*
 * src/kernels/norm.c
 *	  Normalization in double, rounded once at the end: as near to the formula
 *	  as float32 allows, whatever the mean is.
 */
#include "kernels/norm.h"

/*
 * c1d_affine
 *		x * scale + offset, blocks begin .. end - 1.
 *
 * A block is inner floats that share a feature; block b has feature b %
 * features.  x and y may be the same.  Cannot fail.
 */
void
c1d_affine(C1dIsa isa, const double *scale, const double *offset, int64_t features, int64_t inner,
		   const float *x, float *y, int64_t begin, int64_t end)
{
	static C1dAffine *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_affine);

	variants[isa] (scale, offset, features, inner, x, y, begin, end);
}

/*
 * c1d_normalize
 *		(x - mean) / sqrt(variance + epsilon) * gamma + beta, groups begin ..
 *		end - 1, numbered along the kept axes.
 *
 * The variance is that of a population.  A NaN, or an infinity, makes its whole
 * group NaN where the mean is taken off.  x and y do not overlap.  Cannot fail.
 */
void
c1d_normalize(const C1dNormGeometry *g, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end)
{
	static C1dNormalize *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_normalize);

	variants[isa] (g, x, y, begin, end);
}
