/*
 * src/kernels/repeat.h
 *	  Steps of a series, each several times.
 */
#ifndef C1D_KERNEL_REPEAT_H
#define C1D_KERNEL_REPEAT_H

#include <stdint.h>

extern void c1d_repeat(const float *x, float *y, int64_t length, int64_t channels, int64_t times);

#endif
