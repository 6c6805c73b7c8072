/*
 * src/kernels/prelu.h
 *	  A slope below 0 for each number, or one for all.
 */
#ifndef C1D_KERNEL_PRELU_H
#define C1D_KERNEL_PRELU_H

#include <stdint.h>

#include "kernels/isa.h"

/* y = x < 0 ? slope * x : x of count numbers; step is 1, or 0 when slopes holds one. */
typedef void C1dPrelu(const float *x, const float *slopes, int64_t step, float *y, int64_t count);

C1D_DECLARE(C1dPrelu, c1d_prelu);

extern void c1d_prelu(C1dIsa isa, const float *x, const float *slopes, int64_t step, float *y, int64_t count);

#endif
