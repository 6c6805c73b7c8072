/*
 * src/layers/activation.h
 *	  The activation that other layers carry in their configuration.
 */
#ifndef C1D_LAYER_ACTIVATION_H
#define C1D_LAYER_ACTIVATION_H

#include "kernels/activation.h"
#include "layers/attrs.h"

extern bool c1d_attr_activation(C1dAttrs *attrs, const char *key, C1dActivation *activation, C1dError *err);

#endif
