/*
 * src/layers/activation.c
 *	  Activations as layers of Keras, and the "activation" attribute.
 */
#include "layers/activation.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "kernels/softmax.h"

/*
 * relu_parse
 *		Keras' ReLU: what lies above threshold stays, up to max_value; below, it
 *		is negative_slope * (x - threshold).
 */
static bool
relu_parse(C1dAttrs *attrs, C1dActivation *f, C1dError *err)
{
	double		slope = 0,
				max_value = 0,
				threshold = 0;
	bool		clipped = c1d_attr_given(attrs, "max_value");

	if ((clipped && !c1d_attr_real(attrs, "max_value", 0, &max_value, err)) ||
		(c1d_attr_given(attrs, "negative_slope") && !c1d_attr_real(attrs, "negative_slope", 0, &slope, err)) ||
		(c1d_attr_given(attrs, "threshold") && !c1d_attr_real(attrs, "threshold", 0, &threshold, err)))
		return false;
	if (max_value < 0 || slope < 0 || threshold < 0)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "max_value, negative_slope and threshold of %s must not be negative",
						attrs->class_name);
	*f = c1d_activation(C1D_ACT_RELU);
	if (clipped || slope != 0 || threshold != 0)
		*f = (C1dActivation) {C1D_ACT_GENERAL_RELU, (float) slope, clipped ? (float) max_value : INFINITY, (float) threshold};
	return true;
}

/* The layer's slope is 0.3, not the 0.2 of the function; Keras 2 calls it alpha. */
static bool
leaky_relu_parse(C1dAttrs *attrs, C1dActivation *f, C1dError *err)
{
	double		slope;

	if (!c1d_attr_real(attrs, "alpha", 0.3, &slope, err) ||
		!c1d_attr_real(attrs, "negative_slope", slope, &slope, err))
		return false;
	if (!(slope >= 0))
		return c1d_fail(err, C1D_BAD_ARGUMENT, "negative_slope of %s must not be negative", attrs->class_name);
	*f = c1d_activation(C1D_ACT_LEAKY_RELU);
	f->a = (float) slope;
	return true;
}

static bool
elu_parse(C1dAttrs *attrs, C1dActivation *f, C1dError *err)
{
	double		alpha;

	if (!c1d_attr_real(attrs, "alpha", 1, &alpha, err))
		return false;
	*f = c1d_activation(C1D_ACT_ELU);
	f->a = (float) alpha;
	return true;
}

/* Keras 2's layer: x where it exceeds theta, otherwise 0. */
static bool
thresholded_relu_parse(C1dAttrs *attrs, C1dActivation *f, C1dError *err)
{
	double		theta;

	if (!c1d_attr_real(attrs, "theta", 1, &theta, err))
		return false;
	*f = (C1dActivation) {C1D_ACT_GENERAL_RELU, 0, INFINITY, (float) theta};
	return theta > 0 || c1d_fail(err, C1D_BAD_ARGUMENT, "theta of %s must be greater than 0", attrs->class_name);
}

/* The layers that are one function of one element. */
static const struct
{
	const char *class_name;
	bool		(*parse) (C1dAttrs *attrs, C1dActivation *f, C1dError *err);
}			functions[] = {
	{"ELU", elu_parse},
	{"LeakyReLU", leaky_relu_parse},
	{"ReLU", relu_parse},
	{"ThresholdedReLU", thresholded_relu_parse},
};

#define FUNCTIONS (sizeof(functions) / sizeof(*functions))

/*
 * activation_object
 *		{"class_name": "LeakyReLU", "config": {...}} in place of a name, and
 *		Keras 3's way to write a function, {"class_name": "function", "config":
 *		"relu"}.
 */
static bool
activation_object(C1dAttrs *attrs, const C1dValue *object, C1dActivation *activation, C1dError *err)
{
	const C1dValue *class_name = c1d_value_get(object, "class_name");
	const C1dValue *config = c1d_value_get(object, "config");
	C1dAttrs	inner = {.class_name = "activation", .dialect = C1D_KERAS, .arena = attrs->arena, .object = object};

	if (c1d_value_is(class_name, "function") && config != NULL && config->type == C1D_STRING)
		return c1d_attr_activation(&inner, "config", activation, err);
	inner.object = config != NULL && config->type == C1D_OBJECT ? config : NULL;
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (c1d_value_is(class_name, functions[i].class_name))
		{
			inner.class_name = functions[i].class_name;
			return functions[i].parse(&inner, activation, err) && c1d_attrs_close(&inner, err);
		}
	c1d_fail(err, C1D_UNSUPPORTED, "%s does not support this layer as its activation", attrs->class_name);
	return c1d_hint(err, "ReLU, LeakyReLU and ELU can stand there; any other can follow as a layer of its own.");
}

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
	const C1dValue *value = c1d_attr(attrs, key);
	int			function;

	*activation = c1d_activation(C1D_ACT_LINEAR);
	if (value == NULL || value->type == C1D_NULL)
		return true;
	if (value->type == C1D_OBJECT)
		return activation_object(attrs, value, activation, err);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (c1d_value_is(value, aliases[i].name))
		{
			*activation = c1d_activation(aliases[i].function);
			return true;
		}
	if (!c1d_attr_choice(attrs, key, c1d_activation_names, C1D_FUNCTIONS, C1D_ACT_LINEAR, &function, err))
		return false;
	*activation = c1d_activation((C1dFunction) function);
	return true;
}

static bool
activation_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dActivationConfig *c = config;

	c->axis = -1;
	return c1d_attr_activation(attrs, "activation", &c->activation, err);
}

static bool
function_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dActivationConfig *c = config;

	c->axis = -1;
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (strcmp(functions[i].class_name, attrs->class_name) == 0)
			return functions[i].parse(attrs, &c->activation, err);
	return c1d_fail(err, C1D_UNSUPPORTED, "layer \"%s\" is not supported", attrs->class_name);
}

static bool
softmax_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	C1dActivationConfig *c = config;

	c->activation = c1d_activation(strcmp(attrs->class_name, "log_softmax") == 0 ? C1D_ACT_LOG_SOFTMAX : C1D_ACT_SOFTMAX);
	return c1d_attr_int(attrs, "axis", -C1D_MAX_RANK, C1D_MAX_RANK, -1, &c->axis, err);
}

/*
 * axis_of
 *		The axis softmax goes along, 0-based; -1 when the tensor has none such.
 *
 * Both frameworks count the batch as axis 0.  In torch the channels come next;
 * here they are last.
 */
static int
axis_of(const C1dActivationConfig *c, int rank)
{
	int64_t		axis = c->axis < 0 ? rank + c->axis : c->axis - 1;

	if (axis < 0 || axis >= rank)
		return -1;
	if (c->channels_first)
		return axis == 0 ? rank - 1 : (int) axis - 1;
	return (int) axis;
}

bool
c1d_activation_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const C1dActivationConfig *c = config;

	(void) inputs;
	if (axis_of(c, in->rank) < 0)
	{
		char		text[C1D_SHAPE_TEXT];

		c1d_fail(err, C1D_BAD_ARGUMENT, "axis %" PRId64 " does not exist in a tensor of shape %s",
				 c->axis, c1d_shape_text(in, text));
		return c1d_hint(err, "Axis 0 is the batch; use 1 to %d, or -1 for the last one.", in->rank);
	}
	*out = *in;
	return true;
}

double
c1d_activation_cost(const LayerSite *site)
{
	const C1dActivationConfig *c = site->config;

	return (double) c1d_shape_elements(&site->out) * (c->activation.function <= C1D_ACT_LEAKY_RELU ? 1 : 16);
}

static bool
is_softmax(const C1dActivationConfig *c)
{
	return c->activation.function == C1D_ACT_SOFTMAX || c->activation.function == C1D_ACT_LOG_SOFTMAX;
}

/*
 * A softmax works along slices that lie step floats apart, lanes of them at a
 * time, those of one block side by side.
 */
typedef struct Slices
{
	int64_t		count;			/* numbers in a slice */
	int64_t		step;
	int64_t		bundles;		/* in a block of count * step floats */
	int64_t		units;			/* of work on a bundle */
} Slices;

static Slices
slices(const LayerSite *site)
{
	const C1dActivationConfig *c = site->config;
	int			axis = axis_of(c, site->out.rank);
	Slices		s = {.count = site->out.dim[axis], .step = 1};

	for (int i = axis + 1; i < site->out.rank; i++)
		s.step *= site->out.dim[i];
	s.bundles = (s.step + C1D_SOFTMAX_LANES - 1) / C1D_SOFTMAX_LANES;
	s.units = 3 * s.count;
	return s;
}

/*
 * c1d_activation_rows
 *		Every element by itself; of a softmax, the units of its work.
 */
int64_t
c1d_activation_rows(const LayerSite *site)
{
	Slices		s;

	if (!is_softmax(site->config))
		return c1d_shape_elements(&site->out);
	s = slices(site);
	return c1d_shape_elements(&site->out) / (s.count * s.step) * s.bundles * s.units;
}

/* a function of one element can be applied where the element is made */
bool
c1d_activation_absorb(const LayerSite *site, C1dFusion *fusion, C1dArena *arena)
{
	const C1dActivationConfig *c = site->config;

	(void) arena;
	if (is_softmax(c) || fusion->activation.function != C1D_ACT_LINEAR || fusion->pool != 0)
		return false;
	fusion->activation = c->activation;
	return true;
}

/* what a softmax keeps from one chunk of rows to the next */
int64_t
c1d_activation_workspace(const LayerSite *site)
{
	return is_softmax(site->config) ? sizeof(C1dSoftmax) / sizeof(float) : 0;
}

/*
 * softmax_forward
 *		Bundle after bundle of slices along any axis.
 */
static void
softmax_forward(const LayerSite *site, const float *x, float *y, float *work, int64_t begin, int64_t end)
{
	const C1dActivationConfig *c = site->config;
	Slices		s = slices(site);
	C1dSoftmax	state;

	memcpy(&state, work, sizeof(state));
	while (begin < end)
	{
		int64_t		bundle = begin / s.units;
		int64_t		first = bundle % s.bundles * C1D_SOFTMAX_LANES;
		int64_t		at = bundle / s.bundles * s.count * s.step + first;
		bool		logarithm = c->activation.function == C1D_ACT_LOG_SOFTMAX;
		int64_t		whole = s.step > 1 || begin % s.units > 0 ? 0 : (end - begin) / s.units;
		C1dSoftmaxPart part = {
			.x = x + at, .y = y + at, .count = s.count, .step = s.step,
			.lanes = s.step - first < C1D_SOFTMAX_LANES ? (int) (s.step - first) : C1D_SOFTMAX_LANES,
			.logarithm = logarithm,
			.begin = begin % s.units,
		};

		if (whole > 0)
		{
			memcpy(y + at, x + at, whole * s.count * sizeof(float));
			c1d_softmax(site->tuning->isa, logarithm, y + at, whole, s.count);
			begin += whole * s.units;
			continue;
		}
		part.end = part.begin + end - begin < s.units ? part.begin + end - begin : s.units;
		c1d_softmax_part(&state, site->tuning->isa, &part);
		begin += part.end - part.begin;
	}
	memcpy(work, &state, sizeof(state));
}

void
c1d_activation_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const C1dActivationConfig *c = site->config;

	if (is_softmax(c))
	{
		softmax_forward(site, x[0], y, work, begin, end);
		return;
	}
	memcpy(y + begin, x[0] + begin, (end - begin) * sizeof(float));
	c1d_activate(&c->activation, site->tuning->isa, y + begin, 1, end - begin);
}

const LayerOps c1d_activation_ops = {
	.config_size = sizeof(C1dActivationConfig),
	.parse = activation_parse,
	.infer = c1d_activation_infer,
	.absorb = c1d_activation_absorb,
	.workspace = c1d_activation_workspace,
	.cost = c1d_activation_cost,
	.rows = c1d_activation_rows,
	.forward = c1d_activation_forward,
};

const LayerOps c1d_function_ops = {
	.config_size = sizeof(C1dActivationConfig),
	.parse = function_parse,
	.infer = c1d_activation_infer,
	.absorb = c1d_activation_absorb,
	.workspace = c1d_activation_workspace,
	.cost = c1d_activation_cost,
	.rows = c1d_activation_rows,
	.forward = c1d_activation_forward,
};

const LayerOps c1d_softmax_ops = {
	.config_size = sizeof(C1dActivationConfig),
	.parse = softmax_parse,
	.infer = c1d_activation_infer,
	.absorb = c1d_activation_absorb,
	.workspace = c1d_activation_workspace,
	.cost = c1d_activation_cost,
	.rows = c1d_activation_rows,
	.forward = c1d_activation_forward,
};
