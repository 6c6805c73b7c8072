/*
 * src/kernels/finite.h
 *	  Whether a series holds a NaN or an infinity.
 */
#ifndef C1D_KERNEL_FINITE_H
#define C1D_KERNEL_FINITE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/isa.h"

/* Is none of count floats a NaN or an infinity? */
typedef bool C1dIsFinite(const float *x, int64_t count);

C1D_DECLARE(C1dIsFinite, c1d_is_finite);

extern bool c1d_is_finite(C1dIsa isa, const float *x, int64_t count);

#endif
