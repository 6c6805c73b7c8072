/*
 * src/layers/norm_torch.c
 *	  LayerNorm, RMSNorm, GroupNorm and InstanceNorm with torch's arguments.
 *
 * Shapes and arithmetic are those of norm.c.
 */
#include <float.h>
#include <inttypes.h>

#include "base/number.h"
#include "layers/norm.h"

/* normalized_shape: one size or a list */
static bool
trailing_parse(C1dAttrs *attrs, C1dNormConfig *c, C1dError *err)
{
	c1d_norm_start(c, "weight", "bias");
	if (!c1d_attr_ints(attrs, "normalized_shape", 1, INT64_MAX, C1D_MAX_RANK, c->trailing.dim, &c->trailing.rank, err))
		return false;
	if (c->trailing.rank > 0)
		return c1d_shape_check(&c->trailing, err);
	c1d_fail(err, C1D_BAD_ARGUMENT, "normalized_shape of %s is missing", attrs->class_name);
	return c1d_hint(err, "Add \"normalized_shape\" to the configuration of the layer.");
}

static bool
torch_layer_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dNormConfig *c = config;

	return trailing_parse(attrs, c, err) &&
		c1d_attr_epsilon(attrs, "eps", 1e-5, &c->epsilon, err) &&
		c1d_attr_affine(attrs, "elementwise_affine", true, &c->gamma, &c->beta, err);
}

/* eps is by default the smallest step above 1 of a float32 */
static bool
torch_rms_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dNormConfig *c = config;

	if (!trailing_parse(attrs, c, err) ||
		!c1d_attr_bool(attrs, "elementwise_affine", true, &c->gamma, err))
		return false;
	c->centred = false;
	c->epsilon = FLT_EPSILON;
	return !c1d_attr_given(attrs, "eps") || c1d_attr_epsilon(attrs, "eps", 0, &c->epsilon, err);
}

static bool
torch_group_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dNormConfig *c = config;
	int64_t		channels;

	c1d_norm_start(c, "weight", "bias");
	c->axes = 1;
	c->axis[0] = -1;
	c->several = true;
	if (!c1d_attr_int(attrs, "num_groups", 1, INT64_MAX, C1D_REQUIRED, &c->groups, err) ||
		!c1d_attr_int(attrs, "num_channels", 1, INT64_MAX, C1D_REQUIRED, &channels, err) ||
		!c1d_attr_epsilon(attrs, "eps", 1e-5, &c->epsilon, err) ||
		!c1d_attr_affine(attrs, "affine", true, &c->gamma, &c->beta, err))
		return false;
	if (channels % c->groups != 0)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "num_channels of %s must be a multiple of num_groups", attrs->class_name);
		c1d_detail(err, "%" PRId64 " channels do not form %" PRId64 " groups.", channels, c->groups);
		return c1d_hint(err, "Set num_groups to a number that divides %" PRId64 ", such as %" PRId64 ".", channels, c1d_gcd(channels, c->groups));
	}
	c->features = c->gamma ? channels : 0;
	return true;
}

/* ---- InstanceNorm: by its own statistics, or by those that it tracked ---- */

typedef struct InstanceConfig
{
	bool		tracked;
	C1dNormConfig own;
	C1dBatchNormConfig batch;
} InstanceConfig;

static bool
instance_parse(C1dAttrs *attrs, InstanceConfig *c, int rank, C1dError *err)
{
	C1dNormConfig *own = &c->own;

	if (!c1d_batch_norm_torch(attrs, &c->batch, false, rank, rank, err) ||
		!c1d_attr_bool(attrs, "track_running_stats", false, &c->tracked, err))
		return false;
	c1d_norm_start(own, "weight", "bias");
	own->axes = 1;
	own->axis[0] = -1;
	own->groups = -1;
	own->rank = rank;
	own->several = true;
	own->epsilon = c->batch.epsilon;
	own->gamma = c->batch.gamma;
	own->beta = c->batch.beta;

	/* without weights torch does not look at num_features */
	own->features = own->gamma ? c->batch.features : 0;
	return true;
}

static bool
instance1d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return instance_parse(attrs, config, 2, err);
}

static bool
instance2d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return instance_parse(attrs, config, 3, err);
}

/* what it does, and the configuration for that */
static const LayerOps *
kind_of(const InstanceConfig *c, const void **config)
{
	*config = c->tracked ? (const void *) &c->batch : &c->own;
	return c->tracked ? &c1d_batch_norm_ops : &c1d_torch_group_norm_ops;
}

static LayerSite
site_of(const LayerSite *site, const LayerOps **ops)
{
	LayerSite	inner = *site;

	*ops = kind_of(site->config, &inner.config);
	return inner;
}

static bool
instance_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	return kind_of(config, &config)->infer(config, in, inputs, out, err);
}

static int
instance_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	return kind_of(config, &config)->weights(config, in, specs);
}

static bool
instance_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const LayerOps *ops;
	LayerSite	inner = site_of(site, &ops);

	return ops->prepare(&inner, arena, prepared, err);
}

static double
instance_cost(const LayerSite *site)
{
	const LayerOps *ops;
	LayerSite	inner = site_of(site, &ops);

	return ops->cost(&inner);
}

static void
instance_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const LayerOps *ops;
	LayerSite	inner = site_of(site, &ops);

	ops->forward(&inner, x, y, work, begin, end);
}

#define INSTANCE_OPS(parser) { \
	.config_size = sizeof(InstanceConfig), \
	.parse = parser, \
	.infer = instance_infer, \
	.weights = instance_weights, \
	.prepare = instance_prepare, \
	.cost = instance_cost, \
	.forward = instance_forward, \
}

const LayerOps c1d_torch_layer_norm_ops = C1D_NORM_OPS(torch_layer_norm_parse);
const LayerOps c1d_torch_rms_norm_ops = C1D_NORM_OPS(torch_rms_norm_parse);
const LayerOps c1d_torch_group_norm_ops = C1D_NORM_OPS(torch_group_norm_parse);
const LayerOps c1d_instance_norm1d_ops = INSTANCE_OPS(instance1d_parse);
const LayerOps c1d_instance_norm2d_ops = INSTANCE_OPS(instance2d_parse);
