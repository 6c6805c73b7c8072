/*
 * src/layers/norm.h
 *	  What the normalization layers share.
 */
#ifndef C1D_LAYER_NORM_H
#define C1D_LAYER_NORM_H

#include "layers/layer.h"

/* Normalization by statistics that are weights: batch_norm.c. */
typedef struct C1dBatchNormConfig
{
	int64_t		axis;			/* as Keras counts it */
	int64_t		features;		/* torch: num_features; 0 = any */
	int			least_rank;		/* torch: of the input */
	int			most_rank;
	double		epsilon;
	bool		torch_names;
	bool		gamma;
	bool		beta;
} C1dBatchNormConfig;

/* Normalization by the statistics of the data: norm.c, norm_torch.c. */
typedef struct C1dNormConfig
{
	const char *names[2];		/* of the weights that there are */
	bool		gamma;
	bool		beta;
	bool		centred;
	bool		summed;
	double		epsilon;
	double		most;
	int			axes;			/* reduced, as Keras counts them; of groups: the channels */
	int64_t		axis[C1D_MAX_RANK];
	C1dShape	trailing;		/* torch: normalized_shape in place of axes */
	int64_t		groups;			/* 0 = none, -1 = every channel is one */
	int64_t		features;		/* channels that there must be, 0 = any */
	int			rank;			/* of the input, 0 = any */
	bool		several;		/* one value alone is refused, as torch does */
} C1dNormConfig;

extern bool c1d_attr_epsilon(C1dAttrs *attrs, const char *key, double otherwise, double *epsilon, C1dError *err);
extern bool c1d_norm_features(const char *key, int64_t features, const C1dShape *in, C1dError *err);

extern bool c1d_attr_affine(C1dAttrs *attrs, const char *key, bool otherwise, bool *gamma, bool *beta, C1dError *err);
extern bool c1d_batch_norm_torch(C1dAttrs *attrs, C1dBatchNormConfig *config, bool affine,
								 int least_rank, int most_rank, C1dError *err);

extern void c1d_norm_start(C1dNormConfig *config, const char *gamma, const char *beta);
extern bool c1d_norm_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err);
extern int	c1d_norm_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs);
extern bool c1d_norm_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err);
extern double c1d_norm_cost(const LayerSite *site);
extern void c1d_norm_forward(const LayerSite *site, const float *const *x, float *y, float *work,
							 int64_t begin, int64_t end);

/* They differ only in how their arguments are read. */
#define C1D_NORM_OPS(parser) { \
	.config_size = sizeof(C1dNormConfig), \
	.parse = parser, \
	.infer = c1d_norm_infer, \
	.weights = c1d_norm_weights, \
	.prepare = c1d_norm_prepare, \
	.cost = c1d_norm_cost, \
	.forward = c1d_norm_forward, \
}

#endif
