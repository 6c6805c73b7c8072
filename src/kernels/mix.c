/*
 * src/kernels/mix.c
 *	  Choosing the instructions for what lies between two rows.
 */
#include "kernels/mix.h"

/* c1d_mix: as declared; y overlaps neither a nor b.  Cannot fail. */
void
c1d_mix(C1dIsa isa, const float *a, double a_share, const float *b, double b_share, float *y, int64_t count)
{
	static C1dMix *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_mix);

	variants[isa] (a, a_share, b, b_share, y, count);
}
