/*
 * src/kernels/prelu.c
 *	  Choosing the instructions for PReLU.
 */
#include "kernels/prelu.h"

/* c1d_prelu: as declared; x and y do not overlap.  Cannot fail. */
void
c1d_prelu(C1dIsa isa, const float *x, const float *slopes, int64_t step, float *y, int64_t count)
{
	static C1dPrelu *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_prelu);

	variants[isa] (x, slopes, step, y, count);
}
