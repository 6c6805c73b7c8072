/*
 * src/layers/identity.c
 *	  Layers that do nothing at inference, and Masking, which zeros steps.
 *
 * Those of the first kind have no forward(): their output is their input.
 * What they were trained with is still checked, so that a slip is found.
 */
#include "layers/layer.h"
#include "layers/mirror.h"
#include "layers/window.h"

typedef struct IdentityConfig
{
	int			least_rank;		/* of the input; 0 = any */
	int			most_rank;
} IdentityConfig;

/* a rate between 0 and 1; Keras has no default for it, torch's p is 0.5 */
static bool
rate(C1dAttrs *attrs, C1dError *err)
{
	const char *key = attrs->dialect == C1D_TORCH ? "p" : "rate";
	double		given;
	bool		inplace;

	if (attrs->dialect == C1D_TORCH && !c1d_attr_bool(attrs, "inplace", false, &inplace, err))
		return false;
	if (!c1d_attr_real(attrs, key, 0.5, &given, err))
		return false;
	return (given >= 0 && given <= 1) ||
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be between 0 and 1", key, attrs->class_name);
}

static bool
dropout_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	(void) config;
	return rate(attrs, err);
}

static bool
ranked_parse(C1dAttrs *attrs, IdentityConfig *c, int least_rank, int most_rank, C1dError *err)
{
	c->least_rank = least_rank;
	c->most_rank = most_rank;
	return rate(attrs, err);
}

static bool
spatial1d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return ranked_parse(attrs, config, 2, 2, err);
}

static bool
spatial2d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return ranked_parse(attrs, config, 3, 3, err);
}

static bool
dropout1d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return ranked_parse(attrs, config, 1, 2, err);
}

static bool
noise_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	double		stddev;

	(void) config;
	if (!c1d_attr_real(attrs, "stddev", 0, &stddev, err))
		return false;
	return stddev >= 0 ||
		c1d_fail(err, C1D_BAD_ARGUMENT, "stddev of %s must not be negative", attrs->class_name);
}

static bool
regularization_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	double		unused;

	(void) config;
	return c1d_attr_real(attrs, "l1", 0, &unused, err) && c1d_attr_real(attrs, "l2", 0, &unused, err);
}

static bool
identity_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	(void) attrs;
	(void) config;
	(void) err;
	return true;
}

static bool
identity_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const IdentityConfig *c = config;

	(void) inputs;
	*out = *in;
	if (c->most_rank == 0 || (in->rank >= c->least_rank && in->rank <= c->most_rank))
		return true;
	return c1d_wants_axes(in, c->most_rank - 1, c, identity_infer, err);
}

#define IDENTITY_OPS(parser) { \
	.config_size = sizeof(IdentityConfig), \
	.parse = parser, \
	.infer = identity_infer, \
}

const LayerOps c1d_dropout_ops = IDENTITY_OPS(dropout_parse);
const LayerOps c1d_dropout1d_ops = IDENTITY_OPS(dropout1d_parse);
const LayerOps c1d_spatial_dropout1d_ops = IDENTITY_OPS(spatial1d_parse);
const LayerOps c1d_spatial_dropout2d_ops = IDENTITY_OPS(spatial2d_parse);
const LayerOps c1d_noise_ops = IDENTITY_OPS(noise_parse);
const LayerOps c1d_regularization_ops = IDENTITY_OPS(regularization_parse);
const LayerOps c1d_identity_ops = IDENTITY_OPS(identity_parse);

/* ---- Masking ---- */

typedef struct MaskingConfig
{
	float		value;
} MaskingConfig;

static bool
masking_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	double		value;

	if (!c1d_attr_real(attrs, "mask_value", 0, &value, err))
		return false;
	((MaskingConfig *) config)->value = (float) value;
	return true;
}

/* c1d_masking_value: what a step must be made of to be left out. */
const float *
c1d_masking_value(const void *config)
{
	return &((const MaskingConfig *) config)->value;
}

static bool
masking_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	(void) config;
	(void) inputs;
	(void) err;
	*out = *in;
	return true;
}

static double
masking_cost(const LayerSite *site)
{
	return 2.0 * c1d_shape_elements(&site->out);
}

/* a step all of whose channels are the mask's value becomes zeros */
static void
masking_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const MaskingConfig *c = site->config;
	int64_t		channels = c1d_shape_channels(&site->out);
	int64_t		steps = c1d_shape_elements(&site->out) / channels / c1d_layer_rows(&site->out);

	(void) work;
	for (int64_t t = begin * steps; t < end * steps; t++)
	{
		const float *in = x[0] + t * channels;
		bool		kept = false;

		for (int64_t i = 0; i < channels; i++)
			kept = kept || in[i] != c->value;
		for (int64_t i = 0; i < channels; i++)
			y[t * channels + i] = kept ? in[i] : 0;
	}
}

const LayerOps c1d_masking_ops = {
	.config_size = sizeof(MaskingConfig),
	.parse = masking_parse,
	.infer = masking_infer,
	.cost = masking_cost,
	.forward = masking_forward,
	.mirror = c1d_mirror_nothing,
};
