/*
 * src/kernels/global_pool.h
 *	  Maximum and mean of parts that together cover the whole input.
 */
#ifndef C1D_KERNEL_GLOBAL_POOL_H
#define C1D_KERNEL_GLOBAL_POOL_H

#include <stdint.h>

#include "kernels/isa.h"

/*
 * The input is (height, width, channels), the output (out_height, out_width,
 * channels); a series has width 1.  Part i of o on an axis of n is n * i / o ..
 * n * (i + 1) / o, the first rounded down, the last up: parts may overlap.
 */
typedef struct C1dParts
{
	int64_t		height;
	int64_t		width;
	int64_t		channels;
	int64_t		out_height;
	int64_t		out_width;
} C1dParts;

extern void c1d_parts_max(const C1dParts *parts, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end);
extern void c1d_parts_mean(const C1dParts *parts, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end);
extern void c1d_masked_mean(const float *mask_input, int64_t mask_channels, float mask, const float *x, float *y,
							int64_t length, int64_t channels);

/* One part: lines of floats, line_step apart, each a whole number of times the channels. */
typedef struct C1dPart
{
	const float *x;
	int64_t		lines;
	int64_t		line_step;
	int64_t		floats;
	int64_t		channels;
	double		count;			/* divisor of a mean */
} C1dPart;

/* The maximum, or the mean, of each channel of a part. */
typedef void C1dPartKernel(const C1dPart *part, float *y);

C1D_DECLARE(C1dPartKernel, c1d_part_max);
C1D_DECLARE(C1dPartKernel, c1d_part_mean);

#endif
