/*
 * src/layers/scale.c
 *	  MinMaxScaler and MinMaxInverse: the scaler of scikit-learn, checked in
 *	  both directions.
 *
 * scikit-learn's inverse_transform broadcasts a scaler of one feature over any
 * number of columns without a word; here the width is checked both ways, and
 * the number of steps never matters.
 */
#include "layers/scale.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "kernels/scale.h"
#include "layers/layer.h"
#include "layers/mirror.h"

/* c1d_scaler_range: feature_range must rise and be finite. */
bool
c1d_scaler_range(double low, double high, C1dError *err)
{
	if (isfinite(low) && isfinite(high) && low < high)
		return true;
	c1d_fail(err, C1D_BAD_ARGUMENT, "minimum of feature_range must be smaller than its maximum");
	return c1d_detail(err, "The range is %g to %g.", low, high);
}

/*
 * c1d_scaler_derive
 *		Compute scale and offset from data_min and data_max, as MinMaxScaler.fit
 *		does on float64: a range under 10 epsilon counts as a constant.
 */
bool
c1d_scaler_derive(C1dScaler *scaler, C1dArena *arena, C1dError *err)
{
	double	   *scale = c1d_alloc_array(arena, scaler->features, sizeof(double), err);
	double	   *offset = scale == NULL ? NULL : c1d_alloc_array(arena, scaler->features, sizeof(double), err);

	if (offset == NULL)
		return false;
	for (int64_t i = 0; i < scaler->features; i++)
	{
		double		range = scaler->data_max[i] - scaler->data_min[i];

		scale[i] = (scaler->high - scaler->low) / (range < 10 * DBL_EPSILON ? 1 : range);
		offset[i] = scaler->low - scaler->data_min[i] * scale[i];
	}
	scaler->scale = scale;
	scaler->offset = offset;
	return true;
}

/*
 * agrees
 *		What can be derived may be given too, if it says the same.
 */
static bool
agrees(C1dAttrs *attrs, const char *key, const double *derived, const C1dScaler *scaler, C1dError *err)
{
	double	   *given;
	int64_t		count;

	if (!c1d_attr_reals(attrs, key, &given, &count, err))
		return false;
	for (int64_t i = 0; i < count; i++)
		if (count != scaler->features ||
			!(given[i] == derived[i] || fabs(given[i] - derived[i]) <= 1e-6 * fmax(1, fabs(derived[i])) || (isnan(given[i]) && isnan(derived[i]))))
		{
			c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s contradicts data_min_ and data_max_", key, attrs->class_name);
			return c1d_hint(err, "Leave it out: it is derived.");
		}
	return true;
}

/* samples_seen: may exceed what a size may be */
static bool
samples_seen(C1dAttrs *attrs, int64_t *out, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, "n_samples_seen_");

	if (value == NULL)
		return true;
	*out = value->as.integer;
	return (value->type == C1D_INT && *out >= 0) ||
		c1d_fail(err, C1D_BAD_ARGUMENT, "n_samples_seen_ of %s must be a whole number and not negative", attrs->class_name);
}

/*
 * c1d_scaler_parse
 *		Read a scaler by scikit-learn's attribute names and derive the rest.
 */
bool
c1d_scaler_parse(C1dAttrs *attrs, C1dScaler *scaler, C1dError *err)
{
	double	   *range,
			   *data_min,
			   *data_max;
	int64_t		given,
				minima,
				maxima;

	scaler->low = 0;
	scaler->high = 1;
	if (!c1d_attr_reals(attrs, "feature_range", &range, &given, err) ||
		!c1d_attr_bool(attrs, "clip", false, &scaler->clip, err) ||
		!samples_seen(attrs, &scaler->samples_seen, err) ||
		!c1d_attr_reals(attrs, "data_min_", &data_min, &minima, err) ||
		!c1d_attr_reals(attrs, "data_max_", &data_max, &maxima, err))
		return false;
	if (c1d_attr(attrs, "feature_range") != NULL)
	{
		if (given != 2)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "feature_range of %s must be two numbers", attrs->class_name);
		scaler->low = range[0];
		scaler->high = range[1];
	}
	if (!c1d_scaler_range(scaler->low, scaler->high, err))
		return false;
	if (minima < 1 || minima != maxima || minima > C1D_MAX_ELEMENTS)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "data_min_ and data_max_ of %s must hold one number a feature", attrs->class_name);
		c1d_detail(err, "data_min_ has %" PRId64 ", data_max_ has %" PRId64 ".", minima, maxima);
		return c1d_hint(err, "minmax_fit(x) makes such a scaler from a table.");
	}
	for (int64_t i = 0; i < minima; i++)
		if (isinf(data_min[i]) || isinf(data_max[i]) || data_min[i] > data_max[i] ||
			isnan(data_min[i]) != isnan(data_max[i]))
			return c1d_fail(err, C1D_BAD_ARGUMENT, "data_min_ of %s must not exceed data_max_, and both must be finite, or both NaN", attrs->class_name);
	scaler->features = minima;
	scaler->data_min = data_min;
	scaler->data_max = data_max;
	range = c1d_alloc_array(attrs->arena, minima, sizeof(double), err);
	if (range == NULL)
		return false;
	for (int64_t i = 0; i < minima; i++)
		range[i] = data_max[i] - data_min[i];
	if (!c1d_scaler_derive(scaler, attrs->arena, err) ||
		!agrees(attrs, "data_range_", range, scaler, err) ||
		!agrees(attrs, "scale_", scaler->scale, scaler, err) ||
		!agrees(attrs, "min_", scaler->offset, scaler, err) ||
		!c1d_attr_int(attrs, "n_features_in_", 1, INT64_MAX, minima, &given, err))
		return false;
	c1d_attr(attrs, "copy");
	c1d_attr(attrs, "feature_names_in_");
	if (given != minima)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "n_features_in_ of %s contradicts data_min_", attrs->class_name);
	return true;
}

/*
 * c1d_scaler_fits
 *		Is the last axis as wide as the scaler?  C1D_BAD_SHAPE when not.
 */
bool
c1d_scaler_fits(const C1dScaler *scaler, const C1dShape *in, bool inverse, C1dError *err)
{
	int64_t		channels = c1d_shape_channels(in);
	char		text[C1D_SHAPE_TEXT];

	if (channels == scaler->features)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "scaler was fitted on %" PRId64 " feature%s, the tensor has %" PRId64 " channel%s",
			 scaler->features, scaler->features == 1 ? "" : "s", channels, channels == 1 ? "" : "s");
	c1d_about(err, C1D_OF_CHANNELS, scaler->features);
	c1d_detail(err, "The tensor has shape %s, the scaler needs (timesteps,%" PRId64 "); the number of timesteps does not matter.",
			   c1d_shape_text(in, text), scaler->features);
	if (in->rank == 1 && scaler->features == 1)
		return c1d_hint(err, "reshape(x, -1, 1), or Reshape with target_shape [-1, 1] as a layer before, makes a series of one channel out of a vector.");
	if (in->rank == 2 && in->dim[0] == scaler->features)
		return c1d_hint(err, "A tensor1d is (timesteps, channels); permute(x, 2, 1) swaps the axes.");
	if (inverse && channels < scaler->features)
		return c1d_hint(err, "To scale back feature j alone, use (y - min_[j]) / scale_[j] with the numbers of scaler::jsonb.");
	if (inverse)
		return c1d_hint(err, "Only the output of a decoder that ends in %" PRId64 " channel%s can be scaled back, for instance with Conv1D(filters = %" PRId64 ", kernel_size = 3, padding = 'same') as its last layer.",
						scaler->features, scaler->features == 1 ? "" : "s", scaler->features);
	return c1d_hint(err, "Fit a scaler on tensors of %" PRId64 " channels, or take the channels it was fitted on with channel().", channels);
}

/* c1d_scaler_apply: x and y are (rows, features) and may be the same. */
void
c1d_scaler_apply(const C1dScaler *s, C1dIsa isa, bool inverse, const float *x, float *y, int64_t rows)
{
	if (inverse)
		c1d_scale_inverse(isa, s->scale, s->offset, x, y, rows, s->features);
	else if (s->clip)
		c1d_scale_clipped(isa, s->scale, s->offset, s->low, s->high, x, y, rows, s->features);
	else
		c1d_scale(isa, s->scale, s->offset, x, y, rows, s->features);
}

typedef struct ScaleConfig
{
	C1dScaler	scaler;
	bool		inverse;
} ScaleConfig;

static bool
minmax_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return c1d_scaler_parse(attrs, &((ScaleConfig *) config)->scaler, err);
}

static bool
minmax_inverse_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	((ScaleConfig *) config)->inverse = true;
	return minmax_parse(attrs, config, err);
}

static bool
minmax_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const ScaleConfig *c = config;

	(void) inputs;
	*out = *in;
	return c1d_scaler_fits(&c->scaler, in, c->inverse, err);
}

static double
minmax_cost(const LayerSite *site)
{
	return 4.0 * c1d_shape_elements(&site->out);
}

static void
minmax_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ScaleConfig *c = site->config;
	int64_t		row = c1d_shape_elements(&site->out) / c1d_layer_rows(&site->out);

	(void) work;
	c1d_scaler_apply(&c->scaler, site->tuning->isa, c->inverse, x[0] + begin * row, y + begin * row,
					 (end - begin) * row / c->scaler.features);
}

/* minmax_mirror: the same scaler, the other way round */
static bool
minmax_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const ScaleConfig *c = config;
	C1dValue	scaler;

	return c1d_mirror_unnamed(m, &scaler, err) &&
		c1d_mirror_add(m, c->inverse ? "MinMaxScaler" : "MinMaxInverse", &scaler, err);
}

const LayerOps c1d_minmax_ops = {
	.config_size = sizeof(ScaleConfig),
	.parse = minmax_parse,
	.infer = minmax_infer,
	.cost = minmax_cost,
	.forward = minmax_forward,
	.mirror = minmax_mirror,
};

const LayerOps c1d_minmax_inverse_ops = {
	.config_size = sizeof(ScaleConfig),
	.parse = minmax_inverse_parse,
	.infer = minmax_infer,
	.cost = minmax_cost,
	.forward = minmax_forward,
	.mirror = minmax_mirror,
};
