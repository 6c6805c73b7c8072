/*
 * src/layers/norm.c
 *	  Normalization by the statistics of the data itself: layer, instance,
 *	  group, root-mean-square and unit normalization.
 *
 * They differ in the axes that are reduced and in what the weights lie along.
 * Keras names the axes; torch takes its trailing ones, and as it has the
 * channels first, those are the timesteps before they are the channels.
 */
#include "layers/norm.h"

#include <inttypes.h>
#include <math.h>

#include "kernels/norm.h"
#include "layers/window.h"

/* c1d_attr_epsilon: what is added to a variance; not negative, not NaN. */
bool
c1d_attr_epsilon(C1dAttrs *attrs, const char *key, double otherwise, double *epsilon, C1dError *err)
{
	return c1d_attr_real(attrs, key, otherwise, epsilon, err) &&
		(*epsilon >= 0 || c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must not be negative", key, attrs->class_name));
}

/* c1d_norm_features: does the input have as many channels as were declared? */
bool
c1d_norm_features(const char *key, int64_t features, const C1dShape *in, C1dError *err)
{
	char		text[C1D_SHAPE_TEXT];

	if (c1d_shape_channels(in) == features)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "%s is %" PRId64 ", the input has %" PRId64 " channels",
			 key, features, c1d_shape_channels(in));
	c1d_about(err, C1D_OF_CHANNELS, features);
	c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
	if (in->rank == 2 && in->dim[0] == features)
		return c1d_hint(err, "The input looks transposed; permute(x, 2, 1) makes it (timesteps, channels).");
	return c1d_hint(err, "Set \"%s\": %" PRId64 ".", key, c1d_shape_channels(in));
}

/* ---- configurations ---- */

/* c1d_norm_start: what most of them have in common. */
void
c1d_norm_start(C1dNormConfig *c, const char *gamma, const char *beta)
{
	c->names[0] = gamma;
	c->names[1] = beta;
	c->centred = true;
	c->most = INFINITY;
}

/* keras_axes: an axis, or a list of them, -1 when absent */
static bool
keras_axes(C1dAttrs *attrs, C1dNormConfig *c, C1dError *err)
{
	if (!c1d_attr_ints(attrs, "axis", -C1D_MAX_RANK, C1D_MAX_RANK, C1D_MAX_RANK, c->axis, &c->axes, err))
		return false;
	if (c->axes == 0)
	{
		c->axis[0] = -1;
		c->axes = 1;
	}
	return true;
}

static bool
layer_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dNormConfig *c = config;
	bool		rms;

	c1d_norm_start(c, "gamma", "beta");
	if (!keras_axes(attrs, c, err) ||
		!c1d_attr_epsilon(attrs, "epsilon", 1e-3, &c->epsilon, err) ||
		!c1d_attr_bool(attrs, "scale", true, &c->gamma, err) ||
		!c1d_attr_bool(attrs, "center", true, &c->beta, err) ||
		!c1d_attr_bool(attrs, "rms_scaling", false, &rms, err))
		return false;
	if (!rms)
		return true;
	c1d_fail(err, C1D_UNSUPPORTED, "%s does not support rms_scaling", attrs->class_name);
	return c1d_hint(err, "RMSNormalization divides by the root mean square; rms_scaling divides by something else.");
}

static bool
rms_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dNormConfig *c = config;

	c1d_norm_start(c, "scale", NULL);
	c->gamma = true;
	c->centred = false;
	return keras_axes(attrs, c, err) && c1d_attr_epsilon(attrs, "epsilon", 1e-6, &c->epsilon, err);
}

/* Keras: x / norm, but for a norm under 1e-12 */
static bool
unit_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dNormConfig *c = config;

	c1d_norm_start(c, NULL, NULL);
	c->centred = false;
	c->summed = true;
	c->most = 1e12;
	return keras_axes(attrs, c, err);
}

static bool
group_norm_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dNormConfig *c = config;

	c1d_norm_start(c, "gamma", "beta");
	c->axes = 1;
	if (!c1d_attr_int(attrs, "groups", -1, INT64_MAX, 32, &c->groups, err) ||
		!c1d_attr_int(attrs, "axis", -C1D_MAX_RANK, C1D_MAX_RANK, -1, c->axis, err) ||
		!c1d_attr_epsilon(attrs, "epsilon", 1e-3, &c->epsilon, err) ||
		!c1d_attr_bool(attrs, "scale", true, &c->gamma, err) ||
		!c1d_attr_bool(attrs, "center", true, &c->beta, err))
		return false;
	return c->groups != 0 ||
		c1d_fail(err, C1D_BAD_ARGUMENT, "groups of %s must be positive, or -1 for a group a channel", attrs->class_name);
}

/* ---- shapes ---- */

/*
 * trailing_axes
 *		The axes that normalized_shape means: torch has (channels, ...) where we
 *		have (..., channels).
 */
static bool
trailing_axes(const C1dNormConfig *c, const C1dShape *in, bool *reduced, C1dError *err)
{
	const C1dShape *wanted = &c->trailing;
	bool		all = wanted->rank == in->rank;
	bool		fits = wanted->rank <= in->rank;
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT];

	for (int k = 0; fits && k < wanted->rank; k++)
	{
		/* axis k of the last ones, 0 = channels when it is all of them */
		int			at = all ? (k == 0 ? in->rank - 1 : k - 1) : in->rank - 1 - wanted->rank + k;

		fits = wanted->dim[k] == in->dim[at];
		reduced[at] = true;
	}
	if (fits)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "normalized_shape does not fit the input");
	c1d_about(err, C1D_OF_CHANNELS, 0);
	c1d_detail(err, "normalized_shape is %s, the input has shape %s; torch has its channels first, and they count only when all axes are normalized.",
			   c1d_shape_text(wanted, a), c1d_shape_text(in, b));
	if (in->rank == 2)
		return c1d_hint(err, "[%" PRId64 "] normalizes each channel over time, [%" PRId64 ", %" PRId64 "] all of the input; LayerNormalization of Keras normalizes each step over its channels.",
						in->dim[0], in->dim[1], in->dim[0]);
	return false;
}

/* reduced_axes: which axes the statistics are taken along; false = they do not exist */
static bool
reduced_axes(const C1dNormConfig *c, const C1dShape *in, bool reduced[C1D_MAX_RANK], C1dError *err)
{
	for (int i = 0; i < C1D_MAX_RANK; i++)
		reduced[i] = c->groups != 0;
	if (c->trailing.rank > 0)
		return trailing_axes(c, in, reduced, err);
	for (int i = 0; i < c->axes; i++)
	{
		int			at;

		if (!c1d_layer_axis(c->axis[i], in, &at, err))
			return false;
		if (c->groups == 0 && reduced[at])
			return c1d_fail(err, C1D_BAD_ARGUMENT, "axis %" PRId64 " is given twice", c->axis[i]);
		reduced[at] = true;
	}
	return true;
}

/* group_axis: the axis that is divided into groups, and their number */
static bool
group_axis(const C1dNormConfig *c, const C1dShape *in, int *at, int64_t *groups, C1dError *err)
{
	if (!c1d_layer_axis(c->axis[0], in, at, err))
		return false;
	*groups = c->groups == -1 ? in->dim[*at] : c->groups;
	return c1d_layer_wants_groups(in->dim[*at], *groups, err);
}

bool
c1d_norm_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const C1dNormConfig *c = config;
	bool		reduced[C1D_MAX_RANK];
	char		text[C1D_SHAPE_TEXT];
	int64_t		groups;
	int			at;

	(void) inputs;
	*out = *in;
	if (c->rank > 1 && !c1d_wants_axes(in, c->rank - 1, c, c1d_norm_infer, err))
		return false;
	if ((c->features > 0 && !c1d_norm_features(c->groups > 0 ? "num_channels" : "num_features", c->features, in, err)) ||
		!reduced_axes(c, in, reduced, err))
		return false;
	if (c->groups == 0)
		return true;
	if (!group_axis(c, in, &at, &groups, err))
		return false;
	if (!c->several || c1d_shape_elements(in) > groups)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "a single value cannot be normalized");
	return c1d_detail(err, "The input has shape %s; the variance of one value is 0, so the output would not depend on the input.",
					  c1d_shape_text(in, text));
}

/* along the channels for groups, else of the shape that is reduced */
int
c1d_norm_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const C1dNormConfig *c = config;
	C1dError	ignored;
	bool		reduced[C1D_MAX_RANK];
	C1dShape	shape = c->trailing;
	int			count = 0;
	int			at;

	if (c->groups != 0)
	{
		shape = c1d_shape1(c->features);
		if (in != NULL && c1d_layer_axis(c->axis[0], in, &at, &ignored))
			shape.dim[0] = in->dim[at];
	}
	else if (shape.rank == 0)
	{
		shape.rank = c->axes;
		if (in != NULL && reduced_axes(c, in, reduced, &ignored))
			for (int i = 0, k = 0; i < in->rank; i++)
				if (reduced[i])
					shape.dim[k++] = in->dim[i];
	}
	if (c->gamma)
		specs[count++] = (C1dWeightSpec) {c->names[0], shape};
	if (c->beta)
		specs[count++] = (C1dWeightSpec) {c->names[1], shape};
	return count;
}

/* ---- running ---- */

typedef struct NormPrepared
{
	C1dNormGeometry geometry;
	int64_t		groups;			/* that are normalized each by itself */
} NormPrepared;

/* add: one more axis, joined with the one before it where they lie in one line */
static void
add(C1dNormAxis *axes, int *count, C1dNormAxis axis)
{
	C1dNormAxis *before = *count > 0 ? &axes[*count - 1] : NULL;

	if (before != NULL && before->step == axis.size * axis.step && before->weight_step == axis.size * axis.weight_step)
		*before = (C1dNormAxis) {before->size * axis.size, axis.step, axis.weight_step};
	else
		axes[(*count)++] = axis;
}

/*
 * settle_axes
 *		Sort the axes of the input into kept and reduced ones, with their steps
 *		in the data and in the weights.
 */
static bool
settle_axes(const C1dNormConfig *c, const C1dShape *in, NormPrepared *p, C1dError *err)
{
	C1dNormGeometry *g = &p->geometry;
	bool		reduced[C1D_MAX_RANK];
	bool		turned = c->trailing.rank > 1 && c->trailing.rank == in->rank;
	int64_t		step[C1D_MAX_RANK],
				weight_step[C1D_MAX_RANK] = {0};
	int64_t		steps = 1,
				weights = 1;
	int64_t		groups = 1;
	int			split = -1;

	if (!reduced_axes(c, in, reduced, err) ||
		(c->groups != 0 && !group_axis(c, in, &split, &groups, err)))
		return false;
	for (int i = in->rank - 1; i >= 0; i--)
	{
		step[i] = steps;
		steps *= in->dim[i];
		if (c->groups != 0 ? i != split : !reduced[i] || (turned && i == in->rank - 1))
			continue;
		weight_step[i] = weights;
		weights *= in->dim[i];
	}

	/* torch's weights of all axes have the channels first */
	if (turned)
		weight_step[in->rank - 1] = weights;
	for (int i = 0; i < in->rank; i++)
	{
		int64_t		size = in->dim[i];

		if (i == split)
		{
			size /= groups;
			add(g->kept, &g->kept_count, (C1dNormAxis) {groups, size * step[i], size * weight_step[i]});
		}
		if (reduced[i])
			add(g->reduced, &g->reduced_count, (C1dNormAxis) {size, step[i], weight_step[i]});
		else
			add(g->kept, &g->kept_count, (C1dNormAxis) {size, step[i], 0});
	}

	p->groups = 1;
	for (int i = 0; i < g->kept_count; i++)
		p->groups *= g->kept[i].size;

	/* a short inner axis makes short loops */
	for (int i = 0; i < g->reduced_count - 1; i++)
	{
		C1dNormAxis *last = &g->reduced[g->reduced_count - 1];
		C1dNormAxis axis = g->reduced[i];

		if (last->size < 8 && axis.size > last->size)
		{
			g->reduced[i] = *last;
			*last = axis;
		}
	}
	return true;
}

/* copy: a weight that outlives the model's own bytes */
static const float *
copy(const C1dTensor *weight, C1dArena *arena, C1dError *err)
{
	int64_t		count = c1d_shape_elements(&weight->shape);
	float	   *copied = c1d_alloc_array(arena, count, sizeof(float), err);

	for (int64_t i = 0; copied != NULL && i < count; i++)
		copied[i] = weight->data[i];
	return copied;
}

bool
c1d_norm_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const C1dNormConfig *c = site->config;
	NormPrepared *p = c1d_alloc(arena, sizeof(*p), err);
	C1dNormGeometry *g;

	if (p == NULL || !settle_axes(c, site->in, p, err))
		return false;
	g = &p->geometry;
	g->epsilon = c->epsilon;
	g->most = c->most;
	g->centred = c->centred;
	g->summed = c->summed;
	if (c->gamma && (g->gamma = copy(&site->weights[0], arena, err)) == NULL)
		return false;
	if (c->beta && (g->beta = copy(&site->weights[c->gamma], arena, err)) == NULL)
		return false;
	*prepared = p;
	return true;
}

double
c1d_norm_cost(const LayerSite *site)
{
	return 6.0 * c1d_shape_elements(&site->out);
}

/*
 * c1d_norm_forward
 *		The part of the groups that the rows are of all rows: where groups lie
 *		within rows, those of the rows; where they cross them, some others, so
 *		that every group is done once when all rows are.
 */
void
c1d_norm_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const NormPrepared *p = site->prepared;
	int64_t		rows = c1d_layer_rows(&site->out);

	(void) work;
	c1d_normalize(&p->geometry, site->tuning->isa, x[0], y, p->groups * begin / rows, p->groups * end / rows);
}

const LayerOps c1d_layer_norm_ops = C1D_NORM_OPS(layer_norm_parse);
const LayerOps c1d_rms_norm_ops = C1D_NORM_OPS(rms_norm_parse);
const LayerOps c1d_unit_norm_ops = C1D_NORM_OPS(unit_norm_parse);
const LayerOps c1d_group_norm_ops = C1D_NORM_OPS(group_norm_parse);
