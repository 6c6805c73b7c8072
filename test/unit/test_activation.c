/*
 * test/unit/test_activation.c
 *	  Every activation at special points and along a sweep, against its formula
 *	  in double precision; softmax along every axis.
 *
 * Tolerances are roundings, u = 2^-24, as the formulas make them in float32:
 * four of the result everywhere (the library's functions are good to one or
 * two), and where a formula subtracts numbers that are nearly equal, four of
 * the larger one.  Below the smallest normal number a step more, which silu and
 * mish multiply by x.
 */
#include "model.h"

#include <float.h>

#include "kernels/activation.h"

#define U 0x1p-24

static double
sigmoid(double x)
{
	return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

static double
softplus(double x)
{
	return (x > 0 ? x : isnan(x) ? x : 0) + log1p(exp(-fabs(x)));
}

static double
clip(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

/* formula: the value, and what float32 subtracts from what on the way. */
static double
formula(C1dFunction function, double x, double *cancelled)
{
	const double scale = 1.0507009873554805,
				alpha = 1.6732632423543772;

	*cancelled = 0;
	switch (function)
	{
		case C1D_ACT_LINEAR:
			return x;
		case C1D_ACT_RELU:
			return x < 0 ? 0 : x;
		case C1D_ACT_RELU6:
			return clip(x, 0, 6);
		case C1D_ACT_LEAKY_RELU:
			return x < 0 ? 0.2 * x : x;
		case C1D_ACT_ELU:
		case C1D_ACT_CELU:
			return x < 0 ? expm1(x) : x;
		case C1D_ACT_SELU:
			return scale * (x < 0 ? alpha * expm1(x) : x);
		case C1D_ACT_GELU:
			*cancelled = fabs(x);
			return 0.5 * x * (1 + erf(x * sqrt(0.5)));
		case C1D_ACT_GELU_TANH:
			*cancelled = fabs(x);
			return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
		case C1D_ACT_SIGMOID:
			return sigmoid(x);
		case C1D_ACT_TANH:
			return tanh(x);
		case C1D_ACT_SOFTPLUS:
			return softplus(x);
		case C1D_ACT_SOFTSIGN:
			return x / (1 + fabs(x));
		case C1D_ACT_SILU:
			return x * sigmoid(x);
		case C1D_ACT_MISH:
			return x * tanh(softplus(x));
		case C1D_ACT_EXPONENTIAL:
			return exp(x);
		case C1D_ACT_HARD_SIGMOID:
			*cancelled = 0.5;
			return clip(x / 6 + 0.5, 0, 1);
		case C1D_ACT_HARD_SILU:
			*cancelled = fabs(x) < 4 ? fabs(x) : 0;
			return x * clip(x / 6 + 0.5, 0, 1);
		case C1D_ACT_HARD_TANH:
			return clip(x, -1, 1);
		case C1D_ACT_LOG_SIGMOID:
			return -softplus(-x);
		case C1D_ACT_TANH_SHRINK:
			*cancelled = fabs(x);
			return x - tanh(x);
		case C1D_ACT_SOFT_SHRINK:
			return x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0;
		case C1D_ACT_HARD_SHRINK:
			return x > 0.5 || x < -0.5 ? x : 0;
		case C1D_ACT_SQUAREPLUS:
			*cancelled = fabs(x);
			return 0.5 * (x + sqrt(x * x + 4));
		default:
			abort();
	}
}

static const float special[] = {
	NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-45f, -1e-45f, FLT_MIN, -FLT_MIN, 1e-7f, -1e-7f, 0.49999997f, 0.5f, -0.5f,
	0.50000006f, 1, -1, 1.0000001f, -2.9999998f, 3, -3, -3.0000002f, 5.9999995f, 6, 6.0000005f, 10, -10, 17, -17, 20, -20,
	88, -88, 89, -89, 104, -104, 1e4f, -1e4f, 1e10f, -1e10f, 1e18f, -1e18f, 1e30f, -1e30f, FLT_MAX, -FLT_MAX,
};

#define SPECIAL ((int64_t) (sizeof(special) / sizeof(*special)))
#define SWEEP 7000				/* (1000, 7) */

/* a float of any magnitude between 2^-30 and 2^10 */
static float
any_float(void)
{
	return ldexpf(unit_float(), (int) unit_between(-30, 10));
}

/* one activation by its name, as a layer of (steps, channels) */
static void
check_function(C1dFunction function)
{
	UnitModel	m;
	UnitTally	tally = {0};
	C1dShape	shape = c1d_shape2(1000, 7);
	float	   *x = unit_floats(SWEEP);
	double	   *y = unit_must(malloc(SWEEP * sizeof(double)));
	double	   *allowed = unit_must(malloc(SWEEP * sizeof(double)));

	for (int64_t i = 0; i < SWEEP; i++)
	{
		double		cancelled;

		x[i] = i < SPECIAL ? special[i] : any_float();

		/* its square has no float, and then neither Keras nor torch has an answer */
		if (function == C1D_ACT_SQUAREPLUS && fabsf(x[i]) > 1e19f)
			x[i] = 1;
		y[i] = formula(function, x[i], &cancelled);
		if (fabs(y[i]) > FLT_MAX)
			y[i] = copysign(INFINITY, y[i]);
		allowed[i] = 4 * U * (fabs(y[i]) + (isfinite(cancelled) ? cancelled : 0)) + 0x1p-148 * (1 + fmin(fabs(x[i]), 200));
	}
	unit_model_begin(&m, 1);
	if (unit_add(&m, "Activation", 0, NULL, "{'activation': '%s'}", c1d_activation_names[function]) &&
		unit_plan(&m, shape, unit_isa()))
		unit_check(&tally, &m, &shape, x, y, allowed);
	ok(tally.cases == 1 && tally.wrong == 0, "%s of %d numbers, %d of them special: the worst at %.2f of the bound",
	   c1d_activation_names[function], SWEEP, (int) SPECIAL, tally.worst);
	unit_model_end(&m);
	free(x);
	free(y);
	free(allowed);
}

TEST(each_activation)
{
#define ACTIVATION(ENUM, name, a, b) \
	if (C1D_ACT_##ENUM != C1D_ACT_SOFTMAX && C1D_ACT_##ENUM != C1D_ACT_LOG_SOFTMAX) \
		check_function(C1D_ACT_##ENUM);
#include "kernels/activation.inc"
#undef ACTIVATION
}

TEST(signed_zero)
{
	static const C1dFunction keep[] = {C1D_ACT_LINEAR, C1D_ACT_RELU, C1D_ACT_RELU6, C1D_ACT_LEAKY_RELU, C1D_ACT_HARD_TANH, C1D_ACT_TANH};
	int			kept = 0,
				count = sizeof(keep) / sizeof(*keep);

	for (int i = 0; i < count; i++)
	{
		C1dActivation activation = c1d_activation(keep[i]);
		float		x = -0.0f;

		c1d_activate(&activation, unit_isa(), &x, 1, 1);
		kept += x == 0 && signbit(x);
	}
	ok(kept == count, "-0 stays -0 where the function passes through it, in %d of %d", kept, count);
}

TEST(keras_2_names)
{
	static const char *const names[][2] = {{"swish", "silu"}, {"hard_swish", "hard_silu"}};
	float		x[64];

	for (int i = 0; i < 64; i++)
		x[i] = any_float();
	for (int i = 0; i < 2; i++)
	{
		float	   *y[2] = {NULL, NULL};

		for (int k = 0; k < 2; k++)
		{
			UnitModel	m;

			unit_model_begin(&m, 1);
			if (unit_add(&m, "Activation", 0, NULL, "{'activation': '%s'}", names[i][k]) &&
				unit_plan(&m, c1d_shape1(64), C1D_ISA_BASELINE))
				y[k] = unit_output(&m.plan, x, 0);
			unit_model_end(&m);
		}
		ok(y[0] != NULL && y[1] != NULL && unit_same_bits(y[0], y[1], 64), "%s is %s", names[i][0], names[i][1]);
		unit_unguard(y[0]);
		unit_unguard(y[1]);
	}
}

/*
 * ReLU with all it can have: what lies above the threshold, at most max_value,
 * less the slope times what is missing to the threshold.
 */
TEST(relu_layer)
{
	UnitTally	tally = {0};

	for (int i = 0; i < 400; i++)
	{
		double		slope = (double) unit_between(0, 2) / 4,
					threshold = (double) unit_between(0, 2) / 2,
					max_value = (double) unit_between(0, 7);
		bool		clipped = unit_between(0, 1);
		C1dShape	shape = c1d_shape2(9, 3);
		UnitModel	m;
		float		x[27];
		double		y[27],
					allowed[27];
		char		limit[48] = "null";

		if (clipped)
			snprintf(limit, sizeof(limit), "%g", max_value);
		for (int k = 0; k < 27; k++)
		{
			double		below;

			x[k] = k == 0 ? (float) threshold : k == 1 && threshold == 0 ? NAN : k == 2 ? 6 : (float) unit_between(-40, 40) / 4;
			below = threshold - x[k];
			y[k] = x[k] > threshold || isnan(x[k]) ? x[k] : 0;
			if (clipped && y[k] > max_value)
				y[k] = max_value;
			y[k] -= slope * (below < 0 ? 0 : below);
			allowed[k] = 0;
		}
		unit_model_begin(&m, 1);
		if (unit_add(&m, "ReLU", 0, NULL, "{'max_value': %s, 'negative_slope': %g, 'threshold': %g}", limit, slope, threshold) &&
			unit_plan(&m, shape, unit_isa()))
			unit_check(&tally, &m, &shape, x, y, allowed);
		else
			unit_wrong(&tally, &m, &shape, "is refused");
		unit_model_end(&m);
	}
	ok(tally.wrong == 0, "ReLU with max_value, negative_slope and threshold is exact in %lld cases", (long long) tally.cases);
}

/* ---- softmax ---- */

/* the elements of one slice: exp(x - max) / sum of them, or its logarithm */
static void
softmax(const float *x, int64_t count, int64_t step, bool logarithm, double *y, double *allowed)
{
	double		max = x[0],
				sum = 0;

	for (int64_t i = 1; i < count; i++)
		max = isnan(max) || isnan(x[i * step]) ? NAN : x[i * step] > max ? x[i * step] : max;
	for (int64_t i = 0; i < count; i++)
		sum += exp(x[i * step] - max);
	for (int64_t i = 0; i < count; i++)
	{
		double		shifted = x[i * step] - max;

		y[i * step] = logarithm ? shifted - log(sum) : exp(shifted) / sum;

		/* the difference is rounded, and an error in it is a relative one after exp() */
		allowed[i * step] = logarithm ?
			U * (2 * fabs(shifted) + fabs(y[i * step]) + 8) :
			U * (fabs(shifted) + 8) * y[i * step] + 0x1p-148;
	}
}

static void
check_softmax(UnitTally *tally, bool layer, bool logarithm)
{
	C1dShape	shape = {.rank = (int) unit_between(1, C1D_MAX_RANK)};
	int			axis;
	int64_t		step = 1,
				blocks = 1,
				count;
	int64_t		given;
	UnitModel	m;
	float	   *x;
	double	   *y,
			   *allowed;
	bool		added;

	for (int i = 0; i < shape.rank; i++)
		shape.dim[i] = unit_between(1, 6);
	count = c1d_shape_elements(&shape);
	axis = layer ? (int) unit_between(0, shape.rank - 1) : shape.rank - 1;
	for (int i = axis + 1; i < shape.rank; i++)
		step *= shape.dim[i];
	for (int i = 0; i < axis; i++)
		blocks *= shape.dim[i];

	x = unit_floats(count);
	y = unit_must(malloc((size_t) count * sizeof(double)));
	allowed = unit_must(malloc((size_t) count * sizeof(double)));
	for (int64_t i = 0; i < count; i++)
		x[i] = unit_between(0, 60) == 0 ? special[unit_between(0, 4)] : unit_float() * (float) unit_between(1, 100);
	for (int64_t b = 0; b < blocks; b++)
		for (int64_t i = 0; i < step; i++)
			softmax(x + b * shape.dim[axis] * step + i, shape.dim[axis], step, logarithm,
					y + b * shape.dim[axis] * step + i, allowed + b * shape.dim[axis] * step + i);

	/* counted from the end, or with the batch as axis 0 */
	given = unit_between(0, 1) ? axis - shape.rank : axis + 1;
	unit_model_begin(&m, 1);
	if (layer)
		added = unit_add(&m, unit_between(0, 1) ? "Softmax" : "softmax", 0, NULL, "{'axis': %lld}", (long long) given);
	else
		added = unit_add(&m, "Activation", 0, NULL, "{'activation': '%s'}", logarithm ? "log_softmax" : "softmax");
	if (added && unit_plan(&m, shape, unit_isa()))
		unit_check(tally, &m, &shape, x, y, allowed);
	else
		unit_wrong(tally, &m, &shape, "is refused");
	unit_model_end(&m);
	free(x);
	free(y);
	free(allowed);
}

TEST(softmax_axes)
{
	UnitTally	layer = {0},
				channels = {0},
				logarithm = {0};
	UnitTally	refused = {0};

	for (int i = 0; i < 3000; i++)
	{
		check_softmax(&layer, true, false);
		check_softmax(&channels, false, false);
		check_softmax(&logarithm, false, true);
	}
	ok(layer.wrong == 0, "Softmax along any axis of rank 1 to %d: %lld cases, the worst at %.2f of the bound",
	   C1D_MAX_RANK, (long long) layer.cases, layer.worst);
	ok(channels.wrong == 0, "softmax as an activation goes along the channels: %lld cases, the worst at %.2f of the bound",
	   (long long) channels.cases, channels.worst);
	ok(logarithm.wrong == 0, "log_softmax, too: %lld cases, the worst at %.2f of the bound",
	   (long long) logarithm.cases, logarithm.worst);
	for (int rank = 1; rank <= C1D_MAX_RANK; rank++)
		for (int axis = -C1D_MAX_RANK - 1; axis <= C1D_MAX_RANK + 1; axis++)
		{
			C1dShape	shape = {.rank = rank, .dim = {2, 2, 2, 2}};
			UnitModel	m;

			if (axis < 0 ? axis >= -rank : axis > 0 && axis <= rank)
				continue;
			unit_model_begin(&m, 1);
			if (unit_add(&m, "Softmax", 0, NULL, "{'axis': %d}", axis))
				unit_plan(&m, shape, unit_isa());
			unit_refused(&refused, &m, &shape, C1D_BAD_ARGUMENT);
			unit_model_end(&m);
		}
	ok(refused.wrong == 0, "an axis that is not there, or the batch, is refused: %lld cases", (long long) refused.refused);
}

RUN(each_activation, signed_zero, keras_2_names, relu_layer, softmax_axes)
