/*
 * src/kernels/softmax.c
 *	  Choosing the instructions for softmax, and softmax along the channels.
 */
#include "kernels/softmax.h"

/*
 * c1d_softmax_part
 *		Units begin .. end - 1 of a slice, or of slices side by side.  Bits do
 *		not depend on how the work is cut.  Cannot fail.
 */
void
c1d_softmax_part(C1dSoftmax *state, C1dIsa isa, const C1dSoftmaxPart *part)
{
	static C1dSoftmaxPartly *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_softmax_part);

	variants[isa] (state, part);
}

/* c1d_softmax: in place, along the channels of y, (rows, channels).  Cannot fail. */
void
c1d_softmax(C1dIsa isa, bool logarithm, float *y, int64_t rows, int64_t channels)
{
	static C1dSoftmaxRows *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_softmax);

	variants[isa] (y, rows, channels, logarithm);
}
