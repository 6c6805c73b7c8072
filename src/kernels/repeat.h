/*
 * src/kernels/repeat.h
 *	  Steps of a series, each several times.
 */
#ifndef C1D_KERNEL_REPEAT_H
#define C1D_KERNEL_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

extern bool c1d_is_finite(const float *x, int64_t count);
extern void c1d_repeat(const float *x, float *y, int64_t length, int64_t channels, int64_t times);

#endif
