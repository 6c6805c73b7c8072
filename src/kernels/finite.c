/*
 * src/kernels/finite.c
 *	  Choosing the instructions that look for NaN and infinities.
 */
#include "kernels/finite.h"

/* c1d_is_finite: as declared. */
bool
c1d_is_finite(C1dIsa isa, const float *x, int64_t count)
{
	static C1dIsFinite *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_is_finite);

	return variants[isa] (x, count);
}
