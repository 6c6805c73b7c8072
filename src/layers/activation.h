/*
 * src/layers/activation.h
 *	  Activations: as an attribute that other layers carry, and as layers of
 *	  either framework.
 */
#ifndef C1D_LAYER_ACTIVATION_H
#define C1D_LAYER_ACTIVATION_H

#include "kernels/activation.h"
#include "layers/layer.h"

/* An elementwise layer: the function, and the axis that a softmax goes along. */
typedef struct C1dActivationConfig
{
	C1dActivation activation;
	int64_t		axis;			/* as given: 0 is the batch, negative counts from the end */
	bool		channels_first; /* the axis is one of torch */
} C1dActivationConfig;

extern bool c1d_attr_activation(C1dAttrs *attrs, const char *key, C1dActivation *activation, C1dError *err);

extern bool c1d_activation_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err);
extern double c1d_activation_cost(const LayerSite *site);
extern void c1d_activation_forward(const LayerSite *site, const float *const *x, float *y, float *work,
								   int64_t begin, int64_t end);
extern int64_t c1d_activation_rows(const LayerSite *site);
extern bool c1d_activation_absorb(const LayerSite *site, C1dFusion *fusion, C1dArena *arena);
extern int64_t c1d_activation_workspace(const LayerSite *site);

#endif
