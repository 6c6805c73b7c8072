/*
 * src/layers/norm_torch.c
 *	  LayerNorm, RMSNorm, GroupNorm and InstanceNorm with torch's arguments.
 *
 * Shapes and arithmetic are those of norm.c.
 */
#include <float.h>

#include "layers/norm.h"

/* normalized_shape: one size or a list */
static bool
trailing_parse(C1dAttrs *attrs, C1dNormConfig *c, C1dError *err)
{
	c1d_norm_start(c, "weight", "bias");
	if (!c1d_attr_ints(attrs, "normalized_shape", 1, INT64_MAX, C1D_MAX_RANK, c->trailing.dim, &c->trailing.rank, err) ||
		!c1d_attr_bool(attrs, "elementwise_affine", true, &c->gamma, err))
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

	if (!trailing_parse(attrs, c, err) ||
		!c1d_attr_epsilon(attrs, "eps", 1e-5, &c->epsilon, err) ||
		!c1d_attr_bool(attrs, "bias", true, &c->beta, err))
		return false;
	c->beta = c->beta && c->gamma;
	return true;
}

/* eps is by default the smallest step above 1 of a float32 */
static bool
torch_rms_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dNormConfig *c = config;

	if (!trailing_parse(attrs, c, err))
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
		!c1d_attr_bool(attrs, "affine", true, &c->gamma, err))
		return false;
	if (channels % c->groups != 0)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "num_channels of %s must be a multiple of num_groups", attrs->class_name);
	c->beta = c->gamma;
	c->features = c->gamma ? channels : 0;
	return true;
}

/* Without weights torch does not look at num_features. */
static bool
instance_norm_parse(C1dAttrs *attrs, C1dNormConfig *c, int rank, C1dError *err)
{
	int64_t		channels;
	bool		tracked;

	c1d_norm_start(c, "weight", "bias");
	c->axes = 1;
	c->axis[0] = -1;
	c->groups = -1;
	c->rank = rank;
	c->several = true;
	c1d_attr(attrs, "momentum");
	if (!c1d_attr_int(attrs, "num_features", 1, INT64_MAX, C1D_REQUIRED, &channels, err) ||
		!c1d_attr_epsilon(attrs, "eps", 1e-5, &c->epsilon, err) ||
		!c1d_attr_bool(attrs, "affine", false, &c->gamma, err) ||
		!c1d_attr_bool(attrs, "track_running_stats", false, &tracked, err))
		return false;
	c->beta = c->gamma;
	c->features = c->gamma ? channels : 0;
	if (!tracked)
		return true;
	c1d_fail(err, C1D_UNSUPPORTED, "%s does not support track_running_stats", attrs->class_name);
	return c1d_hint(err, "At inference it is BatchNorm%s: use that, with the same weights.", rank == 2 ? "1d" : "2d");
}

static bool
instance_norm1d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return instance_norm_parse(attrs, config, 2, err);
}

static bool
instance_norm2d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return instance_norm_parse(attrs, config, 3, err);
}

const LayerOps c1d_torch_layer_norm_ops = C1D_NORM_OPS(torch_layer_norm_parse);
const LayerOps c1d_torch_rms_norm_ops = C1D_NORM_OPS(torch_rms_norm_parse);
const LayerOps c1d_torch_group_norm_ops = C1D_NORM_OPS(torch_group_norm_parse);
const LayerOps c1d_instance_norm1d_ops = C1D_NORM_OPS(instance_norm1d_parse);
const LayerOps c1d_instance_norm2d_ops = C1D_NORM_OPS(instance_norm2d_parse);
