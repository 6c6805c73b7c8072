/*
 * src/kernels/mix.h
 *	  Between two rows.
 */
#ifndef C1D_KERNEL_MIX_H
#define C1D_KERNEL_MIX_H

#include <stdint.h>

#include "kernels/isa.h"

/* y = a * a_share + b * b_share of count numbers, in double and rounded once. */
typedef void C1dMix(const float *a, double a_share, const float *b, double b_share, float *y, int64_t count);

C1D_DECLARE(C1dMix, c1d_mix);

extern void c1d_mix(C1dIsa isa, const float *a, double a_share, const float *b, double b_share, float *y, int64_t count);

#endif
