/*
 * src/layers/fusion.h
 *	  What convolutions and dense layers do with what is fused behind them.
 */
#ifndef C1D_FUSION_H
#define C1D_FUSION_H

#include "kernels/conv.h"
#include "layers/layer.h"

extern void c1d_describe_product(const C1dConvWeights *weights, const char *what, C1dStepText *text);
extern bool c1d_fusion_tail_fits(const C1dFusion *fusion, const C1dActivation *own);
extern C1dActivation c1d_fusion_activation(const C1dFusion *fusion, const C1dActivation *own, bool *relu);
extern bool c1d_fusion_fold(const C1dFusion *fusion, const C1dTensor *kernel, int64_t groups, int64_t filters,
							C1dConvLayout *layout, const float **bias, C1dArena *arena, C1dError *err);

#endif
