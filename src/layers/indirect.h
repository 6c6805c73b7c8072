/*
 * src/layers/indirect.h
 *	  Ways to compute a convolution that are faster than the direct one, for
 *	  those shapes, weights and inputs for which they are as exact.
 */
#ifndef C1D_INDIRECT_H
#define C1D_INDIRECT_H

#include "kernels/split.h"
#include "kernels/winograd.h"
#include "layers/layer.h"

/* One of them at most is used: its panels are not NULL. */
typedef struct C1dIndirect
{
	C1dSplitWeights split;
	C1dWinogradWeights winograd;
} C1dIndirect;

extern bool c1d_indirect_prepare(const LayerSite *site, const C1dConvGeometry *geometry, const C1dConvWeights *direct,
								 const C1dConvLayout *layout, const float *bias, int64_t rows,
								 C1dArena *arena, C1dIndirect *indirect, C1dError *err);
extern bool c1d_indirect_used(const C1dIndirect *indirect);
extern int64_t c1d_indirect_workspace(const LayerSite *site, const C1dConvGeometry *geometry, const C1dIndirect *indirect);
extern void c1d_indirect_rows(const C1dConvGeometry *geometry, const C1dIndirect *indirect, const C1dConvWeights *direct,
							  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end, float *work);
extern void c1d_indirect_describe(const C1dIndirect *indirect, const C1dConvWeights *direct, const char *what,
								  C1dStepText *text);

#endif
