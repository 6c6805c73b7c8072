/*
 * src/kernels/winograd.h
 *	  Convolution along time with half the multiplications or fewer: eight
 *	  products for six outputs of three taps, F(6,3), or for four of five, F(4,5).
 *
 * A tile is six or four outputs of a series that lie dilation steps apart.  A
 * longer kernel is a sum of pieces, added up before the output is transformed
 * back: eight products for a piece of 9 - tile taps, seven for one of a tap
 * less, for every pair of channel and filter.  The tile is the one that takes
 * the fewest products for an output:
 *
 *	taps         2     3     4     5     6     7     8     9
 *	outputs      6     6     4     4     6     4     4     4
 *	pieces       2     3     4     5     3+3   4+4   4+4   5+4
 *	products     7     8     7     8     16    14    14    15
 *	times fewer  1.7   2.3   2.3   2.5   2.3   2.0   2.3   2.4
 *
 * Product j of the pieces is a matrix product of its own, (tiles, pieces *
 * channels) times (pieces * channels, filters).
 *
 * The points are 0, 1, -1, 1/2, -1/2, 2, -2 and infinity: of many choices with
 * small denominators the one with the smallest error, 1.8 times that of F(4,3)
 * and 3 times that of a direct convolution in the root of the mean square.  Their
 * pairs share the even and the odd half of their sums.
 *
 * A tile's error goes with the largest input of the tile, so an output beside a
 * much larger one would lose digits that a direct convolution keeps.  Hence
 * every tile is judged by its own inputs before it is computed:
 *
 *	sum over the steps s that the tile reads of |x[s]|^2
 *		<= C1D_WINOGRAD_RANGE^2 * sum over taps t of worth[t]^2 * |x[i + t]|^2
 *
 * for each of its outputs i, where |x[s]| is the norm of a step over channels
 * and worth[t] <= 1 what tap t is worth to the filter that heeds it least: the
 * least of |w[t]| / max over taps u of |w[u]| over filters, norms over channels.
 * A tile that fails, that has a NaN or an infinity, or numbers whose squares
 * leave the range of float32, is computed directly.  Which way a tile goes, and
 * its bits, depend on its inputs, its weights and its place in the series alone.
 *
 * Then the result differs from that of a direct convolution by less than 1e-5 of
 *
 *	|bias| + sqrt(sum over taps t of |w[t]|^2 * |x[i + t]|^2)
 *
 * an output's own scale: see test_winograd.c, which tries to exceed it.  (Two
 * thirds of it is what sum |w * x| comes to for normal random numbers; it is
 * less for a filter that heeds none of the channels that are large.)
 */
#ifndef C1D_WINOGRAD_H
#define C1D_WINOGRAD_H

#include "kernels/conv.h"

#define C1D_WINOGRAD_RANGE 10.0f

typedef struct C1dWinogradWeights
{
	const float *panels;		/* c1d_winograd_pack() */
	const C1dConvWeights *direct;	/* the layer itself: bias, relu, pool, and the way of unsafe tiles */
	int64_t		rows;			/* of the whole y */
} C1dWinogradWeights;

extern bool c1d_winograd_fits(const C1dConvGeometry *geometry, C1dIsa isa, int pool);
extern int64_t c1d_winograd_panel_floats(const C1dConvGeometry *geometry, C1dIsa isa, int pool);
extern bool c1d_winograd_pack(const C1dConvGeometry *geometry, C1dIsa isa, int pool, const C1dConvLayout *layout, float *panels);
extern int64_t c1d_winograd_workspace(const C1dConvGeometry *geometry, C1dIsa isa, int pool);
extern void c1d_winograd_rows(const C1dConvGeometry *geometry, const C1dWinogradWeights *weights,
							  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end, float *work);

#endif
