/*
 * src/layers/layer.c
 *	  What holds for every layer kind, around its own operations.
 */
#include "layers/layer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

/* c1d_layer_rows: the steps of the first axis, the units that most forward() count in. */
int64_t
c1d_layer_rows(const C1dShape *out)
{
	return out->rank == 1 ? 1 : out->dim[0];
}

/* c1d_site_rows: the units that this layer's forward() counts in. */
int64_t
c1d_site_rows(const LayerOps *ops, const LayerSite *site)
{
	return ops->rows == NULL ? c1d_layer_rows(&site->out) : ops->rows(site);
}

/*
 * c1d_layer_parse
 *		Read a layer's configuration (an object, null or NULL) into the arena.
 */
bool
c1d_layer_parse(const LayerClass *class, const C1dValue *config_value, C1dArena *arena,
				const void **config, C1dError *err)
{
	C1dAttrs	attrs = {.class_name = class->class_name, .dialect = class->dialect, .arena = arena};
	void	   *parsed = c1d_alloc(arena, class->ops->config_size, err);

	if (parsed == NULL)
		return false;
	if (config_value != NULL && config_value->type != C1D_NULL)
	{
		if (config_value->type != C1D_OBJECT)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "configuration of %s must be an object", class->class_name);
		attrs.object = config_value;
	}
	*config = parsed;
	return class->ops->parse(&attrs, parsed, err) && c1d_attrs_close(&attrs, err);
}

/*
 * c1d_layer_infer
 *		The output shape, within the limits of a tensor.
 */
bool
c1d_layer_infer(const LayerClass *class, const void *config, const C1dShape *in, int inputs,
				C1dShape *out, C1dError *err)
{
	return class->ops->infer(config, in, inputs, out, err) && c1d_shape_check(out, err);
}

/*
 * c1d_layer_wants_series
 *		Accept (timesteps, channels); otherwise say how to get there.
 */
bool
c1d_layer_wants_series(const C1dShape *in, C1dError *err)
{
	char		text[C1D_SHAPE_TEXT];
	char		pair[64] = "";

	if (in->rank == 2)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "layer needs (timesteps, channels), the input has rank %d", in->rank);
	c1d_about(err, C1D_OF_RANK, 2);
	c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
	if (in->rank == 1)
	{
		int64_t		n = in->dim[0];
		int64_t		factor = c1d_square_side(n);

		if (factor > 1)
			snprintf(pair, sizeof(pair), " or [%" PRId64 ", %" PRId64 "]", n / factor, factor);
		return c1d_hint(err, "As a layer before it, Reshape with target_shape [%" PRId64 ", 1]%s makes a series; in SQL, reshape(x, -1, 1) does.",
						n, pair);
	}
	return c1d_hint(err, "Give the shape of one sample: a batch is rows, not an axis. A picture becomes a series by Reshape with target_shape [-1, %" PRId64 "].",
					c1d_shape_channels(in));
}

/* c1d_layer_wants_groups: do the channels form that many groups? */
bool
c1d_layer_wants_groups(const C1dShape *in, int64_t groups, C1dError *err)
{
	int64_t		channels = c1d_shape_channels(in);

	if (channels % groups == 0)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "input channels must be a multiple of groups");
	c1d_about(err, C1D_OF_CHANNELS, 0);
	return c1d_detail(err, "%" PRId64 " channels do not form %" PRId64 " groups.", channels, groups);
}

/*
 * c1d_layer_axis
 *		The axis that Keras means: 0 is its batch, negative ones count from the
 *		end.  C1D_BAD_ARGUMENT when the tensor has none such.
 */
bool
c1d_layer_axis(int64_t axis, const C1dShape *in, int *at, C1dError *err)
{
	int64_t		found = axis < 0 ? in->rank + axis : axis - 1;
	char		text[C1D_SHAPE_TEXT];

	if (found >= 0 && found < in->rank)
	{
		*at = (int) found;
		return true;
	}
	c1d_fail(err, C1D_BAD_ARGUMENT, "axis %" PRId64 " does not exist in a tensor of shape %s",
			 axis, c1d_shape_text(in, text));
	return c1d_hint(err, "Axis 0 is the batch; use 1 to %d, or -1 for the channels.", in->rank);
}

static bool
matches(const C1dShape *spec, const C1dShape *given)
{
	if (spec->rank == 0)
		return true;
	if (spec->rank != given->rank)
		return false;
	for (int i = 0; i < spec->rank; i++)
		if (spec->dim[i] != 0 && spec->dim[i] != given->dim[i])
			return false;
	return true;
}

/*
 * wrong_count
 *		The error for too few or too many weights.
 */
static bool
wrong_count(const LayerClass *class, const C1dWeightSpec *specs, int wanted, int count, C1dError *err)
{
	char		names[256] = "none";
	char		text[C1D_SHAPE_TEXT];
	size_t		used = 0;

	for (int i = 0; i < wanted && used < sizeof(names); i++)
		used += snprintf(names + used, sizeof(names) - used, "%s%s %s", i ? ", " : "",
						 specs[i].name, c1d_shape_text(&specs[i].shape, text));
	c1d_fail(err, C1D_BAD_SHAPE, "%s needs %d weight%s, got %d", class->class_name, wanted, wanted == 1 ? "" : "s", count);
	c1d_detail(err, "Needed: %s.", names);

	/* what has a kernel may have a bias or not; a normalization is asked otherwise */
	if (wanted > 0 && wanted <= 2 && count == 3 - wanted &&
		(class->dialect == C1D_TORCH ? specs[0].shape.rank > 1 : strcmp(specs[0].name, "kernel") == 0))
		return c1d_hint(err, "A layer %s bias has \"%s\": %s in its configuration.", count == 1 ? "without" : "with",
						class->dialect == C1D_TORCH ? "bias" : "use_bias", count == 1 ? "false" : "true");
	return c1d_hint(err, class->dialect == C1D_TORCH ? "Give the weights in the order of the state_dict of torch." :
					"Give the weights in the order of get_weights() of Keras.");
}

/*
 * wrong_input
 *		The error for a weight that fits the configuration, but not this input.
 */
static bool
wrong_input(const LayerClass *class, const void *config, const C1dShape *in,
			const C1dWeightSpec *spec, int index, const C1dShape *given, C1dError *err)
{
	C1dWeightSpec turned[C1D_MAX_WEIGHTS];
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT],
				c[C1D_SHAPE_TEXT];

	c1d_fail(err, C1D_BAD_SHAPE, "%s of %s does not fit the input", spec->name, class->class_name);
	c1d_detail(err, "It has shape %s; an input of shape %s needs %s.",
			   c1d_shape_text(given, a), c1d_shape_text(in, b), c1d_shape_text(&spec->shape, c));
	if (in->rank == 2)
	{
		C1dShape	swapped = c1d_shape2(in->dim[1], in->dim[0]);
		C1dShape	out;
		C1dError	ignored;

		class->ops->weights(config, &swapped, turned);
		if (matches(&turned[index].shape, given) && c1d_layer_infer(class, config, &swapped, 1, &out, &ignored))
			return c1d_hint(err, "The input looks transposed; permute(x, 2, 1) makes it (timesteps, channels).");
	}
	return false;
}

/*
 * turn
 *		The shape with its axes in another order, and the call that does it.
 */
static C1dShape
turn(const C1dShape *shape, const char *axes, char call[32])
{
	C1dShape	turned = *shape;
	int			used = snprintf(call, 32, "permute(w");

	for (int i = 0; i < shape->rank; i++)
	{
		turned.dim[i] = shape->dim[axes[i] - '1'];
		used += snprintf(call + used, 32 - used, ", %c", axes[i]);
	}
	snprintf(call + used, 32 - used, ")");
	return turned;
}

/*
 * wrong_layout
 *		The error for a weight that does not fit the configuration: perhaps it
 *		has the axes of another framework.
 *
 * A kernel is (kernel_size, channels, filters) in Keras and (filters, channels,
 * kernel_size) in torch; that of images has two sizes, in the same order.
 */
static bool
wrong_layout(const LayerClass *class, const C1dWeightSpec *spec, const C1dShape *given, C1dError *err)
{
	static const char *const to_keras[] = {"1", "1", "21", "321", "3421"};
	static const char *const to_torch[] = {"1", "1", "21", "321", "4312"};
	static const char *const keras_swap[] = {"1", "1", "21", "132", "1243"};
	static const char *const torch_swap[] = {"1", "1", "21", "213", "2134"};
	bool		torch = class->dialect == C1D_TORCH;
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT],
				call[32];
	C1dShape	turned;

	c1d_fail(err, C1D_BAD_SHAPE, "%s of %s does not fit the configuration", spec->name, class->class_name);
	c1d_detail(err, "It has shape %s, needed is %s.", c1d_shape_text(given, a), c1d_shape_text(&spec->shape, b));
	turned = turn(given, (torch ? to_torch : to_keras)[given->rank], call);
	if (matches(&spec->shape, &turned))
		return c1d_hint(err, "This looks like the layout of %s; %s turns it into the one of %s.",
						torch ? "Keras" : "torch", call, torch ? "torch" : "Keras");
	turned = turn(given, (torch ? torch_swap : keras_swap)[given->rank], call);
	if (matches(&spec->shape, &turned))
		return c1d_hint(err, "Input and output channels look swapped; %s swaps them.", call);
	return false;
}

/*
 * c1d_layer_check_weights
 *		Do the weights have the shapes that the configuration needs?  With in =
 *		NULL, as far as that can be told without the input's shape.
 */
bool
c1d_layer_check_weights(const LayerClass *class, const void *config, const C1dShape *in,
						const C1dTensor *weights, int count, C1dError *err)
{
	C1dWeightSpec any[C1D_MAX_WEIGHTS];
	C1dWeightSpec specs[C1D_MAX_WEIGHTS];
	int			wanted = 0;

	if (class->ops->weights != NULL)
	{
		wanted = class->ops->weights(config, NULL, any);
		class->ops->weights(config, in, specs);
	}
	if (count != wanted)
		return wrong_count(class, any, wanted, count, err);
	for (int i = 0; i < wanted; i++)
	{
		if (!matches(&any[i].shape, &weights[i].shape))
			return wrong_layout(class, &any[i], &weights[i].shape, err);
		if (!matches(&specs[i].shape, &weights[i].shape))
			return wrong_input(class, config, in, &specs[i], i, &weights[i].shape, err);
	}
	return true;
}

/*
 * c1d_layer_params
 *		The number of weights that a layer has on that input.  C1D_LIMIT when
 *		a weight alone would be over the limit of a tensor.
 */
bool
c1d_layer_params(const LayerClass *class, const void *config, const C1dShape *in, int64_t *params, C1dError *err)
{
	C1dWeightSpec specs[C1D_MAX_WEIGHTS];
	int			count = class->ops->weights == NULL ? 0 : class->ops->weights(config, in, specs);

	*params = 0;
	for (int i = 0; i < count; i++)
	{
		if (!c1d_shape_check(&specs[i].shape, err))
			return false;
		*params += c1d_shape_elements(&specs[i].shape);
	}
	return true;
}
