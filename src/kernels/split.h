/*
 * src/kernels/split.h
 *	  Convolution along time by a matrix unit (AMX), which multiplies bfloat16
 *	  and adds up in float32, with the digits of float32.
 *
 * A float32 has 24 bits, a bfloat16 has 8 of the same range: x is the sum of
 * three of them, high + middle + low, and nothing is left.  Of the nine products
 * of two such sums the six greatest are computed,
 *
 *	low * high + middle * high + high * high + high * low + high * middle + middle * middle
 *
 * each exact, since 8 bits times 8 are 16, and added to a float32 sum.  What is
 * left out is less than 2^-23 of x * w, mostly a tenth of that: rounding the
 * product costs as much.  The unit multiplies sixteen times as fast as vectors
 * do, so six products are still more than twice as fast as one.
 *
 * Inputs become three planes of bfloat16, in blocks that stay in the cache, with
 * rows of zeros where there is padding; a tile of 16 rows of A are windows in
 * such a plane, which overlap, and a row's bits depend on its window and the
 * weights alone.
 *
 * The unit takes subnormal numbers for zeros, and infinity has no parts.  Hence
 * this way is for rows of the input whose greatest magnitude is 0, or from
 * C1D_SPLIT_LEAST to C1D_SPLIT_MOST, and for weights of which that is true for
 * every tap of every filter.  A sum has fewer than 2^16 products, which is what
 * c1d_split_fits() allows.  So none overflows, and what is lost by underflow, six
 * times 2^16 * 2^-126 at most, is less than 2^-25 of a tap's share, which is the
 * norm of its weights times that of the row.  Outputs that see any other row (a
 * NaN, an infinity) are computed directly.
 */
#ifndef C1D_SPLIT_H
#define C1D_SPLIT_H

#include "kernels/conv.h"

#define C1D_SPLIT_BLOCK 32		/* rows and columns computed at once: two tiles each */
#define C1D_SPLIT_LEAST 0x1p-40f
#define C1D_SPLIT_MOST 0x1p55f

typedef struct C1dSplitWeights
{
	const float *panels;		/* c1d_split_pack(): bfloat16 in pairs, and the bias */
	const C1dConvWeights *direct;	/* the layer itself: relu, pool, and the way of other rows */
} C1dSplitWeights;

extern bool c1d_split_fits(const C1dConvGeometry *geometry, C1dIsa isa, int pool);
extern int64_t c1d_split_panel_floats(const C1dConvGeometry *geometry);
extern bool c1d_split_pack(const C1dConvGeometry *geometry, const C1dConvLayout *layout, const float *bias, float *panels);
extern int64_t c1d_split_workspace(const C1dConvGeometry *geometry);
extern void c1d_split_rows(const C1dConvGeometry *geometry, const C1dSplitWeights *weights,
						   const float *x, float *y, int64_t y_row, int64_t begin, int64_t end, float *work);

#endif
