/*
 * src/layers/batch_norm.c
 *	  Batch normalization by the moving statistics that training left behind.
 *
 * Keras: epsilon 1e-3, any axis.  Torch: eps 1e-5, the channels, which are
 * our last axis.
 */
#include <inttypes.h>
#include <math.h>

#include "kernels/norm.h"
#include "layers/norm.h"
#include "layers/window.h"

/* One multiply-add for each feature. */
typedef struct BatchNormPrepared
{
	double	   *scale;
	double	   *offset;
	int64_t		features;
	int64_t		inner;			/* floats beside each other that share a feature */
} BatchNormPrepared;

static bool
batch_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dBatchNormConfig *c = config;
	bool		renorm;

	/* of training only */
	c1d_attr(attrs, "momentum");
	c1d_attr(attrs, "synchronized");
	c1d_attr(attrs, "fused");
	c1d_attr(attrs, "virtual_batch_size");
	c1d_attr(attrs, "renorm_clipping");
	c1d_attr(attrs, "renorm_momentum");
	if (!c1d_attr_int(attrs, "axis", -C1D_MAX_RANK, C1D_MAX_RANK, -1, &c->axis, err) ||
		!c1d_attr_epsilon(attrs, "epsilon", 1e-3, &c->epsilon, err) ||
		!c1d_attr_bool(attrs, "scale", true, &c->gamma, err) ||
		!c1d_attr_bool(attrs, "center", true, &c->beta, err) ||
		!c1d_attr_bool(attrs, "renorm", false, &renorm, err))
		return false;
	if (!renorm)
		return true;
	c1d_fail(err, C1D_UNSUPPORTED, "%s does not support renorm", attrs->class_name);
	return c1d_hint(err, "At inference it changes nothing: leave \"renorm\" out and give the first %d of its weights.",
					2 + c->gamma + c->beta);
}

/*
 * c1d_attr_affine
 *		Torch: which of weight and bias there are; a bias only beside a weight.
 */
bool
c1d_attr_affine(C1dAttrs *attrs, const char *key, bool otherwise, bool *gamma, bool *beta, C1dError *err)
{
	if (!c1d_attr_bool(attrs, key, otherwise, gamma, err) ||
		!c1d_attr_bool(attrs, "bias", true, beta, err))
		return false;
	*beta = *beta && *gamma;
	return true;
}

/*
 * c1d_batch_norm_torch
 *		Torch's arguments but track_running_stats, which is true.
 */
bool
c1d_batch_norm_torch(C1dAttrs *attrs, C1dBatchNormConfig *c, bool affine, int least_rank, int most_rank, C1dError *err)
{
	c->axis = -1;
	c->least_rank = least_rank;
	c->most_rank = most_rank;
	c->torch_names = true;
	c1d_attr(attrs, "momentum");
	return c1d_attr_int(attrs, "num_features", 1, INT64_MAX, C1D_REQUIRED, &c->features, err) &&
		c1d_attr_epsilon(attrs, "eps", 1e-5, &c->epsilon, err) &&
		c1d_attr_affine(attrs, "affine", affine, &c->gamma, &c->beta, err);
}

static bool
tracked_parse(C1dAttrs *attrs, C1dBatchNormConfig *c, int least_rank, int most_rank, C1dError *err)
{
	bool		tracked;

	if (!c1d_batch_norm_torch(attrs, c, true, least_rank, most_rank, err) ||
		!c1d_attr_bool(attrs, "track_running_stats", true, &tracked, err))
		return false;
	if (tracked)
		return true;
	c1d_fail(err, C1D_UNSUPPORTED, "%s does not support track_running_stats = false", attrs->class_name);
	return c1d_detail(err, "It would normalize by the statistics of a batch, and a row has none.");
}

static bool
batch_norm1d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return tracked_parse(attrs, config, 1, 2, err);
}

static bool
batch_norm2d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return tracked_parse(attrs, config, 3, 3, err);
}

static bool
batch_norm_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const C1dBatchNormConfig *c = config;
	char		text[C1D_SHAPE_TEXT];
	int			at;

	(void) inputs;
	*out = *in;
	if (c->least_rank > 1 && !c1d_wants_axes(in, c->least_rank - 1, c, batch_norm_infer, err))
		return false;
	if (c->least_rank == 1 && in->rank > c->most_rank)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "layer needs (features) or (timesteps, channels), the input has rank %d", in->rank);
		c1d_about(err, C1D_OF_RANK, c->most_rank);
		c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
		return in->rank == 3 ? c1d_hint(err, "BatchNorm2d takes images, (height, width, channels).") : false;
	}
	return c1d_layer_axis(c->axis, in, &at, err) &&
		(c->features == 0 || c1d_norm_features("num_features", c->features, in, err));
}

static int
batch_norm_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const C1dBatchNormConfig *c = config;
	C1dError	ignored;
	C1dShape	shape = c1d_shape1(c->features);
	int			at;
	int			count = 0;

	if (in != NULL && c1d_layer_axis(c->axis, in, &at, &ignored))
		shape.dim[0] = in->dim[at];
	if (c->gamma)
		specs[count++] = (C1dWeightSpec) {c->torch_names ? "weight" : "gamma", shape};
	if (c->beta)
		specs[count++] = (C1dWeightSpec) {c->torch_names ? "bias" : "beta", shape};
	specs[count++] = (C1dWeightSpec) {c->torch_names ? "running_mean" : "moving_mean", shape};
	specs[count++] = (C1dWeightSpec) {c->torch_names ? "running_var" : "moving_variance", shape};
	return count;
}

/*
 * affine
 *		One multiply-add for each feature: gamma / sqrt(variance + epsilon), and
 *		beta less the mean times that.
 */
static bool
affine(const LayerSite *site, int64_t features, double **scale, double **offset, C1dArena *arena, C1dError *err)
{
	const C1dBatchNormConfig *c = site->config;
	const C1dTensor *statistics = site->weights + c->gamma + c->beta;

	*scale = c1d_alloc_array(arena, features, sizeof(double), err);
	if (*scale == NULL)
		return false;
	*offset = c1d_alloc_array(arena, features, sizeof(double), err);
	if (*offset == NULL)
		return false;
	for (int64_t f = 0; f < features; f++)
	{
		(*scale)[f] = (c->gamma ? site->weights[0].data[f] : 1) / sqrt(statistics[1].data[f] + c->epsilon);
		(*offset)[f] = (c->beta ? site->weights[c->gamma].data[f] : 0) - statistics[0].data[f] * (*scale)[f];
	}
	return true;
}

/*
 * batch_norm_absorb
 *		Along the channels it is a scale and an offset, which a convolution takes
 *		into its weights; extremes, which would lose digits there, stay apart.
 */
static bool
batch_norm_absorb(const LayerSite *site, C1dFusion *fusion, C1dArena *arena)
{
	const C1dBatchNormConfig *c = site->config;
	int64_t		features = c1d_shape_channels(site->in);
	double	   *scale,
			   *offset;
	C1dError	ignored;
	int			at;

	if (fusion->scale != NULL || fusion->activation.function != C1D_ACT_LINEAR || fusion->pool != 0 ||
		!c1d_layer_axis(c->axis, site->in, &at, &ignored) || at != site->in->rank - 1 ||
		!affine(site, features, &scale, &offset, arena, &ignored))
		return false;
	for (int64_t f = 0; f < features; f++)
		if (!(fabs(scale[f]) < 1e9 && fabs(offset[f]) < 1e9))
			return false;
	fusion->scale = scale;
	fusion->offset = offset;
	return true;
}

static bool
batch_norm_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const C1dBatchNormConfig *c = site->config;
	BatchNormPrepared *p = c1d_alloc(arena, sizeof(*p), err);
	int			at;

	if (p == NULL || !c1d_layer_axis(c->axis, site->in, &at, err))
		return false;
	p->features = site->in->dim[at];
	p->inner = 1;
	for (int i = at + 1; i < site->in->rank; i++)
		p->inner *= site->in->dim[i];
	if (!affine(site, p->features, &p->scale, &p->offset, arena, err))
		return false;
	*prepared = p;
	return true;
}

static double
batch_norm_cost(const LayerSite *site)
{
	return (double) c1d_shape_elements(&site->out);
}

static void
batch_norm_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const BatchNormPrepared *p = site->prepared;
	int64_t		blocks = c1d_shape_elements(&site->out) / c1d_layer_rows(&site->out) / p->inner;

	(void) work;
	c1d_affine(site->tuning->isa, p->scale, p->offset, p->features, p->inner, x[0], y, begin * blocks, end * blocks);
}

const LayerOps c1d_batch_norm_ops = {
	.config_size = sizeof(C1dBatchNormConfig),
	.parse = batch_norm_parse,
	.infer = batch_norm_infer,
	.weights = batch_norm_weights,
	.prepare = batch_norm_prepare,
	.absorb = batch_norm_absorb,
	.cost = batch_norm_cost,
	.forward = batch_norm_forward,
};

const LayerOps c1d_batch_norm1d_ops = {
	.config_size = sizeof(C1dBatchNormConfig),
	.parse = batch_norm1d_parse,
	.infer = batch_norm_infer,
	.weights = batch_norm_weights,
	.prepare = batch_norm_prepare,
	.absorb = batch_norm_absorb,
	.cost = batch_norm_cost,
	.forward = batch_norm_forward,
};

const LayerOps c1d_batch_norm2d_ops = {
	.config_size = sizeof(C1dBatchNormConfig),
	.parse = batch_norm2d_parse,
	.infer = batch_norm_infer,
	.weights = batch_norm_weights,
	.prepare = batch_norm_prepare,
	.absorb = batch_norm_absorb,
	.cost = batch_norm_cost,
	.forward = batch_norm_forward,
};
