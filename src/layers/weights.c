/*
 * src/layers/weights.c
 *	  Do weights have the shapes that a layer needs, and if not: what was meant.
 *
 * What a hint says has been tried on the configuration, the input and the
 * weights at hand.
 */
#include "layers/layer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

/* names_of: weights with their shapes, as words */
static const char *
names_of(const C1dWeightSpec *specs, int count, char names[256])
{
	char		text[C1D_SHAPE_TEXT];
	size_t		used = 0;

	strcpy(names, "none");
	for (int i = 0; i < count && used < 256; i++)
		used += snprintf(names + used, 256 - used, "%s%s %s", i ? ", " : "", specs[i].name, c1d_shape_text(&specs[i].shape, text));
	return names;
}

/*
 * in_another_order
 *		Is there an order in which the weights fit?  Each takes the first place
 *		that is free.
 */
static bool
in_another_order(const C1dWeightSpec *specs, int count, const C1dTensor *weights)
{
	bool		taken[C1D_MAX_WEIGHTS] = {false};

	for (int i = 0; i < count; i++)
	{
		int			k = 0;

		while (k < count && (taken[k] || !matches(&specs[i].shape, &weights[k].shape)))
			k++;
		if (k == count)
			return false;
		taken[k] = true;
	}
	return true;
}

/*
 * wrong_count
 *		The error for too few or too many weights.
 */
static bool
wrong_count(const LayerClass *class, const C1dWeightSpec *specs, int wanted, int count, C1dError *err)
{
	char		names[256];

	c1d_fail(err, C1D_BAD_SHAPE, "%s needs %d weight%s, got %d", class->class_name, wanted, wanted == 1 ? "" : "s", count);
	c1d_detail(err, "Needed: %s.", names_of(specs, wanted, names));

	/* what has a kernel may have a bias or not; a normalization is asked otherwise */
	if (wanted > 0 && wanted <= 2 && count == 3 - wanted &&
		(class->dialect == C1D_TORCH ? specs[0].shape.rank > 1 : strcmp(specs[0].name, "kernel") == 0))
		return c1d_hint(err, "A layer %s bias has \"%s\": %s in its configuration.", count == 1 ? "without" : "with",
						class->dialect == C1D_TORCH ? "bias" : "use_bias", count == 1 ? "false" : "true");
	return c1d_hint(err, class->dialect == C1D_TORCH ? "Give the weights in the order of the state_dict of torch." :
					"Give the weights in the order of get_weights() of Keras.");
}

/* suits: is that an input for these weights, all of them? */
static bool
suits(const LayerClass *class, const void *config, const C1dShape *in, const C1dTensor *weights)
{
	C1dWeightSpec specs[C1D_MAX_WEIGHTS];
	C1dShape	out;
	C1dError	ignored;
	int			count;

	if (!c1d_shape_check(in, &ignored) || !c1d_layer_infer(class, config, in, 1, &out, &ignored))
		return false;
	count = class->ops->weights(config, in, specs);
	for (int i = 0; i < count; i++)
		if (!matches(&specs[i].shape, &weights[i].shape))
			return false;
	return true;
}

/*
 * suiting_input
 *		The input with one axis, first of all the channels, of another length, so
 *		that the weights suit; false when there is none.
 */
static bool
suiting_input(const LayerClass *class, const void *config, const C1dShape *in, const C1dWeightSpec *spec,
			  const C1dTensor *weights, const C1dShape *given, C1dShape *found)
{
	for (int axis = in->rank - 1; axis >= 0; axis--)
		for (int d = 0; d < given->rank && spec->shape.rank == given->rank; d++)
		{
			if (given->dim[d] == spec->shape.dim[d])
				continue;
			*found = *in;
			found->dim[axis] = in->dim[axis] * given->dim[d] / spec->shape.dim[d];
			if (suits(class, config, found, weights))
				return true;
		}
	return false;
}

/*
 * wrong_input
 *		The error for a weight that fits the configuration, but not this input:
 *		which input it fits, each way out having been tried.
 */
static bool
wrong_input(const LayerClass *class, const void *config, const C1dShape *in,
			const C1dWeightSpec *spec, const C1dTensor *weights, const C1dShape *given, C1dError *err)
{
	C1dShape	flat = c1d_shape1(c1d_shape_elements(in));
	C1dShape	found;
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT],
				c[C1D_SHAPE_TEXT];

	c1d_fail(err, C1D_BAD_SHAPE, "%s of %s does not fit the input", spec->name, class->class_name);
	c1d_detail(err, "It has shape %s; an input of shape %s needs %s.",
			   c1d_shape_text(given, a), c1d_shape_text(in, b), c1d_shape_text(&spec->shape, c));

	/* a series of one channel may look transposed as well, but seldom is */
	if (in->rank > 1 && suits(class, config, &flat, weights))
		return c1d_hint(err, class->dialect == C1D_SQL ? "The weights are for a vector; flatten(x) makes the input one." :
						"The weights are for a vector; put Flatten before the layer.");
	if (in->rank == 2)
	{
		found = c1d_shape2(in->dim[1], in->dim[0]);
		if (suits(class, config, &found, weights))
			return c1d_hint(err, "The input looks transposed; permute(x, 2, 1) makes it (timesteps, channels).");
	}
	if (suiting_input(class, config, in, spec, weights, given, &found))
		return c1d_hint(err, "The weights are for an input of shape %s: give the layer one, or weights of the shape needed.",
						c1d_shape_text(&found, a));
	return false;
}

/*
 * turn
 *		The shape with its axes in another order, and the call that does it.
 */
static C1dShape
turn(const C1dShape *shape, const char *axes, char call[80])
{
	C1dShape	turned = *shape;
	int			used = snprintf(call, 80, "permute(w");

	for (int i = 0; i < shape->rank; i++)
	{
		turned.dim[i] = shape->dim[axes[i] - '1'];
		used += snprintf(call + used, 80 - used, ", %c", axes[i]);
	}
	snprintf(call + used, 80 - used, ")");
	return turned;
}

/*
 * reshaping
 *		The call that gives a weight the axes that are needed, of which one may
 *		have any length; false when there is none.
 */
static bool
reshaping(const C1dShape *wanted, const C1dShape *given, char call[80])
{
	int64_t		elements = c1d_shape_elements(given);
	int64_t		known = 1;
	int			any = 0,
				used = snprintf(call, 80, "reshape(w");

	for (int i = 0; i < wanted->rank; i++)
	{
		any += wanted->dim[i] == 0;
		known *= wanted->dim[i] == 0 ? 1 : wanted->dim[i];
		if (known > elements)
			return false;
		used += snprintf(call + used, 80 - used, ", %" PRId64, wanted->dim[i] == 0 ? -1 : wanted->dim[i]);
	}
	snprintf(call + used, 80 - used, ")");
	return wanted->rank > 0 && any <= 1 && (any == 0 ? elements == known : elements % known == 0);
}

/*
 * wrong_layout
 *		The error for a weight that does not fit the configuration: perhaps it
 *		has the axes of another framework, or is another weight.
 *
 * A kernel is (kernel_size, channels, filters) in Keras and (filters, channels,
 * kernel_size) in torch; that of images has two sizes, in the same order.
 */
static bool
wrong_layout(const LayerClass *class, const C1dWeightSpec *specs, int count, int index, const C1dTensor *weights, C1dError *err)
{
	const C1dWeightSpec *spec = &specs[index];
	const C1dShape *given = &weights[index].shape;
	static const char *const to_keras[] = {"1", "1", "21", "321", "3421"};
	static const char *const to_torch[] = {"1", "1", "21", "321", "4312"};
	static const char *const keras_swap[] = {"1", "1", "21", "132", "1243"};
	static const char *const torch_swap[] = {"1", "1", "21", "213", "2134"};
	bool		torch = class->dialect == C1D_TORCH;
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT],
				call[80],
				names[256];
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
	if (in_another_order(specs, count, weights))
		return c1d_hint(err, "The weights look like another order; it is %s.", names_of(specs, count, names));
	if (spec->shape.rank != given->rank && reshaping(&spec->shape, given, call))
		return c1d_hint(err, "If it is flattened, %s gives it its axes.", call);
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
			return wrong_layout(class, any, wanted, i, weights, err);
		if (!matches(&specs[i].shape, &weights[i].shape))
			return wrong_input(class, config, in, &specs[i], weights, &weights[i].shape, err);
	}
	return true;
}
