/*
 * src/kernels/transpose.h
 *	  Rows become columns.
 */
#ifndef C1D_KERNEL_TRANSPOSE_H
#define C1D_KERNEL_TRANSPOSE_H

#include <stdint.h>

extern void c1d_transpose(const float *x, int64_t x_step, float *y, int64_t y_step, int64_t rows, int64_t columns);

#endif
