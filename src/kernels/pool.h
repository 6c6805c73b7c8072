/*
 * src/kernels/pool.h
 *	  Maximum and mean of windows along time, or over an image.
 */
#ifndef C1D_KERNEL_POOL_H
#define C1D_KERNEL_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/isa.h"

/*
 * Output row r looks at input rows r * stride - before + t * dilation for
 * t = 0 .. size - 1; those outside 0 .. length - 1 are padding.
 *
 * An image is height lines of length rows.  Its output line h, of out_length
 * rows, looks at these rows of the input lines h * line_stride - line_before +
 * l * line_dilation for l = 0 .. lines - 1.  With height 0 there are only rows.
 */
typedef struct C1dPoolGeometry
{
	int64_t		length;
	int64_t		channels;
	int64_t		size;
	int64_t		stride;
	int64_t		dilation;
	int64_t		before;
	int64_t		counted_after;	/* declared padding behind the series that counts in a mean, -1: none counts */
	int64_t		height;
	int64_t		lines;
	int64_t		line_stride;
	int64_t		line_dilation;
	int64_t		line_before;
	int64_t		line_counted_after; /* as counted_after, below the image; -1 together with it */
	int64_t		out_length;
} C1dPoolGeometry;

extern void c1d_max_pool(const C1dPoolGeometry *geometry, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end);
extern void c1d_average_pool(const C1dPoolGeometry *geometry, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end);

/* Windows that all lie on the input: steps are in floats, from x, under the first tap of the first row. */
typedef struct C1dPoolTaps
{
	const float *x;
	int64_t		channels;
	int64_t		row_step;
	int64_t		lines;			/* 1 of a series */
	int64_t		line_step;
	int64_t		taps;
	int64_t		tap_step;
	float		divisor;		/* of a mean */
} C1dPoolTaps;

/* The maximum, or the mean, of the windows of so many rows; lines and taps are not 0. */
typedef void C1dPoolRows(const C1dPoolTaps *taps, float *y, int64_t rows);

C1D_DECLARE(C1dPoolRows, c1d_max_rows);
C1D_DECLARE(C1dPoolRows, c1d_mean_rows);

#endif
