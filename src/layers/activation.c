/*
 * src/layers/activation.c
 *	  Activation, ReLU and Softmax as layers, and the "activation" attribute.
 */
#include "layers/activation.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "layers/layer.h"

/*
 * c1d_attr_activation
 *		Read an activation by its Keras name; absent or null is linear.
 */
bool
c1d_attr_activation(C1dAttrs *attrs, const char *key, C1dActivation *activation, C1dError *err)
{
	/* what Keras calls them, too */
	static const struct
	{
		const char *name;
		C1dFunction function;
	}			aliases[] = {
		{"swish", C1D_ACT_SILU},
		{"hard_swish", C1D_ACT_HARD_SILU},
	};
	int			function;

	*activation = c1d_activation(C1D_ACT_LINEAR);
	if (!c1d_attr_given(attrs, key))
		return true;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (c1d_value_is(c1d_attr(attrs, key), aliases[i].name))
		{
			*activation = c1d_activation(aliases[i].function);
			return true;
		}
	if (!c1d_attr_choice(attrs, key, c1d_activation_names, C1D_FUNCTIONS, C1D_ACT_LINEAR, &function, err))
		return false;
	*activation = c1d_activation((C1dFunction) function);
	return true;
}

/*
 * An elementwise layer: the activation, and where softmax goes along.
 */
typedef struct ActivationConfig
{
	C1dActivation activation;
	int64_t		axis;			/* of softmax, counted from the end when negative */
} ActivationConfig;

static bool
activation_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	ActivationConfig *c = config;

	c->axis = -1;
	return c1d_attr_activation(attrs, "activation", &c->activation, err);
}

/*
 * relu_parse
 *		Keras' layer: what lies above threshold stays, up to max_value; below, it
 *		is negative_slope * (x - threshold).
 */
static bool
relu_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	ActivationConfig *c = config;
	C1dActivation *f = &c->activation;
	double		slope = 0,
				max_value = 0,
				threshold = 0;
	bool		clipped = c1d_attr_given(attrs, "max_value");

	c->axis = -1;
	if ((clipped && !c1d_attr_real(attrs, "max_value", 0, &max_value, err)) ||
		(c1d_attr_given(attrs, "negative_slope") && !c1d_attr_real(attrs, "negative_slope", 0, &slope, err)) ||
		(c1d_attr_given(attrs, "threshold") && !c1d_attr_real(attrs, "threshold", 0, &threshold, err)))
		return false;
	if (max_value < 0 || slope < 0 || threshold < 0)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "max_value, negative_slope and threshold of %s must not be negative",
						attrs->class_name);
	*f = c1d_activation(C1D_ACT_RELU);
	if (!clipped && slope == 0 && threshold == 0)
		return true;
	*f = (C1dActivation) {C1D_ACT_GENERAL_RELU, (float) slope, clipped ? (float) max_value : INFINITY, (float) threshold};
	return true;
}

static bool
softmax_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	ActivationConfig *c = config;

	c->activation = c1d_activation(C1D_ACT_SOFTMAX);
	return c1d_attr_int(attrs, "axis", -C1D_MAX_RANK, C1D_MAX_RANK, -1, &c->axis, err);
}

/*
 * axis_of
 *		The axis softmax goes along, 0-based; -1 when the tensor has none such.
 *		A positive axis of Keras counts the batch as axis 0.
 */
static int
axis_of(const ActivationConfig *c, int rank)
{
	int64_t		axis = c->axis < 0 ? rank + c->axis : c->axis - 1;

	return axis < 0 || axis >= rank ? -1 : (int) axis;
}

static bool
activation_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const ActivationConfig *c = config;

	(void) inputs;
	if (axis_of(c, in->rank) < 0)
	{
		char		text[C1D_SHAPE_TEXT];

		c1d_fail(err, C1D_BAD_ARGUMENT, "axis %" PRId64 " does not exist in a tensor of shape %s",
				 c->axis, c1d_shape_text(in, text));
		return c1d_hint(err, "Axis 0 is the batch; use 1 to %d, or -1 for the channels.", in->rank);
	}
	*out = *in;
	return true;
}

static double
activation_cost(const LayerSite *site)
{
	const ActivationConfig *c = site->config;

	return (double) c1d_shape_elements(&site->out) * (c->activation.function <= C1D_ACT_LEAKY_RELU ? 1 : 16);
}

static void
activation_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ActivationConfig *c = site->config;
	int64_t		row = c1d_shape_elements(&site->out) / c1d_layer_rows(&site->out);
	int64_t		channels = c1d_shape_channels(&site->out);

	(void) work;
	memcpy(y + begin * row, x[0] + begin * row, (end - begin) * row * sizeof(float));
	c1d_activate(&c->activation, y + begin * row, (end - begin) * row / channels, channels);
}

/*
 * softmax_forward
 *		Along any axis; along the first one of several, "rows" are columns.
 */
static void
softmax_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ActivationConfig *c = site->config;
	const C1dShape *shape = &site->out;
	int			axis = axis_of(c, shape->rank);
	int64_t		step = 1,
				blocks = 1;

	if (axis == shape->rank - 1)
	{
		activation_forward(site, x, y, work, begin, end);
		return;
	}
	for (int i = axis + 1; i < shape->rank; i++)
		step *= shape->dim[i];
	for (int i = 0; i < axis; i++)
		blocks *= shape->dim[i];

	/* slices cross the rows, so the last chunk of rows does all the work */
	if (end < c1d_layer_rows(shape))
		return;
	memcpy(y, x[0], c1d_shape_elements(shape) * sizeof(float));
	for (int64_t b = 0; b < blocks; b++)
		for (int64_t i = 0; i < step; i++)
			c1d_softmax(y + b * shape->dim[axis] * step + i, shape->dim[axis], step, 0);
}

const LayerOps c1d_activation_ops = {
	.config_size = sizeof(ActivationConfig),
	.parse = activation_parse,
	.infer = activation_infer,
	.cost = activation_cost,
	.forward = activation_forward,
};

const LayerOps c1d_relu_ops = {
	.config_size = sizeof(ActivationConfig),
	.parse = relu_parse,
	.infer = activation_infer,
	.cost = activation_cost,
	.forward = activation_forward,
};

const LayerOps c1d_softmax_ops = {
	.config_size = sizeof(ActivationConfig),
	.parse = softmax_parse,
	.infer = activation_infer,
	.cost = activation_cost,
	.forward = softmax_forward,
};
