/*
 * src/layers/norm.h
 *	  What the normalization layers share.
 */
#ifndef C1D_LAYER_NORM_H
#define C1D_LAYER_NORM_H

#include "layers/layer.h"

extern bool c1d_attr_epsilon(C1dAttrs *attrs, const char *key, double otherwise, double *epsilon, C1dError *err);
extern bool c1d_norm_features(const char *key, int64_t features, const C1dShape *in, C1dError *err);

#endif
