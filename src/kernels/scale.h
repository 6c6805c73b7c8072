/*
 * src/kernels/scale.h
 *	  Linear scaling per channel.
 */
#ifndef C1D_KERNEL_SCALE_H
#define C1D_KERNEL_SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/isa.h"

extern void c1d_scale(C1dIsa isa, const double *scale, const double *offset, const float *x, float *y,
					  int64_t rows, int64_t channels);
extern void c1d_scale_clipped(C1dIsa isa, const double *scale, const double *offset, double low, double high,
							  const float *x, float *y, int64_t rows, int64_t channels);
extern void c1d_scale_inverse(C1dIsa isa, const double *scale, const double *offset, const float *x, float *y,
							  int64_t rows, int64_t channels);

typedef void C1dScale(const double *scale, const double *offset, const float *x, float *y, int64_t rows, int64_t channels);

C1D_DECLARE(C1dScale, c1d_scale);
C1D_DECLARE(C1dScale, c1d_scale_inverse);

#endif
