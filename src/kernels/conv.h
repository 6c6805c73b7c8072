/*
 * src/kernels/conv.h
 *	  Windows of a series times packed weights: what convolution, each phase of
 *	  a transposed convolution and a dense layer have in common.
 */
#ifndef C1D_KERNEL_CONV_H
#define C1D_KERNEL_CONV_H

#include "kernels/gemm.h"

/*
 * Output row r reads input rows r * stride + offset + t * spacing for taps
 * t = 0 .. taps - 1.  Rows outside 0 .. length - 1 are padding: they are
 * skipped, not multiplied by zero.
 */
typedef struct C1dConvGeometry
{
	int64_t		length;			/* input rows */
	int64_t		row_floats;		/* floats of an input row, all groups */
	int64_t		stride;
	int64_t		offset;			/* negative = padding before */
	int64_t		taps;
	int64_t		spacing;		/* dilation, in input rows */
	int64_t		groups;
	int64_t		filters;		/* output channels, all groups */
} C1dConvGeometry;

typedef struct C1dConvWeights
{
	const C1dGemmVariant *tallest;
	const float *panels;		/* of group 0, then of group 1, ... */
	const float *bias;			/* a width for every panel */
	bool		relu;
} C1dConvWeights;

extern int64_t c1d_conv_panel_floats(const C1dConvGeometry *geometry, const C1dGemmVariant *tallest);
extern int64_t c1d_conv_bias_floats(const C1dConvGeometry *geometry, const C1dGemmVariant *tallest);
extern void c1d_conv_pack_bias(const C1dConvGeometry *geometry, const C1dGemmVariant *tallest,
							   const float *bias, float *packed);
extern void c1d_conv_rows(const C1dConvGeometry *geometry, const C1dConvWeights *weights,
						  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end);

#endif
