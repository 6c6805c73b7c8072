/*
 * src/kernels/scale.h
 *	  Linear scaling per channel.
 */
#ifndef C1D_KERNEL_SCALE_H
#define C1D_KERNEL_SCALE_H

#include <stdbool.h>
#include <stdint.h>

extern void c1d_scale(const double *scale, const double *offset, const float *x, float *y,
					  int64_t rows, int64_t channels);
extern void c1d_scale_clipped(const double *scale, const double *offset, double low, double high,
							  const float *x, float *y, int64_t rows, int64_t channels);
extern void c1d_scale_inverse(const double *scale, const double *offset, const float *x, float *y,
							  int64_t rows, int64_t channels);

#endif
