/*
 * src/layers/conv_config.h
 *	  What all convolutions have in common: their arguments in every dialect,
 *	  their weights' layout, and packing them.
 */
#ifndef C1D_CONV_CONFIG_H
#define C1D_CONV_CONFIG_H

#include "kernels/conv.h"
#include "layers/activation.h"
#include "layers/fusion.h"
#include "layers/layer.h"
#include "layers/window.h"

typedef enum C1dConvKind
{
	C1D_CONV_PLAIN,
	C1D_CONV_TRANSPOSED,
	C1D_CONV_DEPTHWISE,
	C1D_CONV_SEPARABLE
} C1dConvKind;

typedef struct C1dConvConfig
{
	C1dConvKind kind;
	bool		torch;			/* weights in torch's layout */
	int64_t		in_channels;	/* what torch says the input has; 0 = any number */
	int64_t		filters;		/* none in a depthwise convolution */
	int64_t		groups;
	int64_t		depth_multiplier;	/* depthwise: filters for each channel */
	C1dWindows	windows;
	int64_t		output_padding[C1D_AXES];	/* transposed; -1 = not given */
	C1dActivation activation;
	bool		use_bias;
} C1dConvConfig;

extern bool c1d_conv_parse(C1dAttrs *attrs, C1dConvKind kind, C1dConvConfig *c, C1dError *err);
extern bool c1d_conv_wants(const C1dConvConfig *c, const C1dShape *in, C1dInfer infer, C1dError *err);
extern C1dShape c1d_conv_kernel_shape(const C1dConvConfig *c, const C1dShape *in);
extern C1dConvLayout c1d_conv_layout(const C1dConvConfig *c, int64_t channels, const float *kernel);
extern bool c1d_conv_weights(const LayerSite *site, C1dConvLayout *layout, const float **bias, C1dArena *arena, C1dError *err);

extern const float *c1d_conv_panels(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
									const C1dConvLayout *layout, C1dArena *arena, C1dError *err);
extern const float *c1d_conv_bias(const C1dConvGeometry *geometry, const C1dConvVariant *variant,
								  const float *bias, C1dArena *arena, C1dError *err);
extern bool c1d_conv_mirror(const void *config, C1dMirror *mirror, C1dError *err);
extern bool c1d_conv_transpose_mirror(const void *config, C1dMirror *mirror, C1dError *err);
extern const LayerOps *c1d_conv_pairs(const LayerSite *site, const LayerOps *ops, const LayerSite *first, C1dArena *arena);
extern bool c1d_conv_transpose_crop(const C1dConvConfig *c, const C1dShape *in, int64_t *crop, C1dError *err);
extern C1dConvGeometry c1d_conv_geometry(const C1dConvConfig *c, const C1dShape *in, const C1dWindowPlace place[C1D_AXES]);

#endif
