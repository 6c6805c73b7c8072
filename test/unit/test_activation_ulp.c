/*
 * test/unit/test_activation_ulp.c
 *	  Every activation and softmax in every set of instructions: how many units
 *	  in the last place they are off, that a number's result depends neither on
 *	  its place nor on how the work is cut, and that nothing else is written.
 *
 * The bound is the contract of kernels/activation.h.  The references are the
 * formulas in double, written so that nothing cancels.
 */
#include "model.h"

#include <float.h>

#include "kernels/activation.h"
#include "kernels/softmax.h"

static C1dActivate *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_activate);

/* ---- units in the last place ---- */

static double
sigmoid(double x)
{
	return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

static double
softplus(double x)
{
	return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

static double
expm1_of(double x)
{
	return x < 0 ? expm1(x) : x;
}

static double
selu(double x)
{
	return (double) 1.0507009873554805f * (x < 0 ? (double) 1.6732632423543772f * expm1(x) : x);
}

static double
celu(double x)
{
	return x < 0 ? 2 * expm1(x / 2) : x;
}

static double
gelu(double x)
{
	return x < 0 ? 0.5 * x * erfc(-x * sqrt(0.5)) : x * (1 - 0.5 * erfc(x * sqrt(0.5)));
}

static double
silu(double x)
{
	return x * sigmoid(x);
}

static double
gelu_tanh(double x)
{
	return x * sigmoid(2 * sqrt(2 / M_PI) * (x + 0.044715 * x * x * x));
}

static double
mish(double x)
{
	return x > 40 ? x : x * tanh(log1p(exp(x)));
}

static double
log_sigmoid(double x)
{
	return -softplus(-x);
}

static double
tanh_shrink(double x)
{
	double		s = x * x;

	return fabs(x) < 0.03 ? x * s * (1. / 3 - s * (2. / 15 - s * (17. / 315 - s * 62. / 2835))) : x - tanh(x);
}

static double
softsign(double x)
{
	return x / (1 + fabs(x));
}

static double
beta_softplus(double x)
{
	return 2 * x > 20 ? x : softplus(2 * x) / 2;
}

/* Those that are more than a comparison and a multiplication. */
static const struct Curve
{
	const char *name;
	C1dActivation activation;
	double		(*formula) (double x);
}			curves[] = {
	{"exponential", {C1D_ACT_EXPONENTIAL, 0, 0, 0}, exp},
	{"sigmoid", {C1D_ACT_SIGMOID, 0, 0, 0}, sigmoid},
	{"tanh", {C1D_ACT_TANH, 0, 0, 0}, tanh},
	{"elu", {C1D_ACT_ELU, 1, 0, 0}, expm1_of},
	{"selu", {C1D_ACT_SELU, 1.6732632423543772f, 1.0507009873554805f, 0}, selu},
	{"celu", {C1D_ACT_CELU, 2, 0, 0}, celu},
	{"gelu", {C1D_ACT_GELU, 0, 0, 0}, gelu},
	{"gelu_tanh", {C1D_ACT_GELU_TANH, 0, 0, 0}, gelu_tanh},
	{"silu", {C1D_ACT_SILU, 0, 0, 0}, silu},
	{"mish", {C1D_ACT_MISH, 0, 0, 0}, mish},
	{"softplus", {C1D_ACT_SOFTPLUS, 0, 0, 0}, softplus},
	{"log_sigmoid", {C1D_ACT_LOG_SIGMOID, 0, 0, 0}, log_sigmoid},
	{"tanh_shrink", {C1D_ACT_TANH_SHRINK, 0, 0, 0}, tanh_shrink},
	{"softsign", {C1D_ACT_SOFTSIGN, 0, 0, 0}, softsign},
	{"softplus with beta 2", {C1D_ACT_BETA_SOFTPLUS, 2, 20, 0}, beta_softplus},
};

#define CURVES ((int) (sizeof(curves) / sizeof(*curves)))

/* ulps: how far y is from what it should be; infinite when one of them is no number */
static double
ulps(float y, double right)
{
	int			exponent;

	if (isnan(y) || isnan(right))
		return isnan(y) && isnan(right) ? 0 : INFINITY;
	if (!signbit(y) != !signbit(right) && (isinf(y) || isinf(right)))
		return INFINITY;

	/* what follows the largest number is infinity */
	if (fabs(right) > ldexp(1, 128))
		right = copysign(ldexp(1, 128), right);
	if (isinf(y))
		return fabs(ldexp(1, 128) - fabs(right)) / ldexp(1, 104);
	frexp(right, &exponent);
	if (fabs(right) < FLT_MIN)
		exponent = FLT_MIN_EXP;
	if (exponent > FLT_MAX_EXP)
		exponent = FLT_MAX_EXP;
	return fabs(y - right) / ldexp(1, exponent - FLT_MANT_DIG);
}

static float
float_of(uint32_t bits)
{
	float		x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

#define BLOCK 4096

/*
 * worst
 *		The most that a set is off over every stride-th float there is, NaN and
 *		infinities among them.
 */
static double
worst(const struct Curve *curve, C1dActivate *run, uint64_t stride, float *where)
{
	static float x[BLOCK],
				y[BLOCK];
	static const uint32_t special[] = {0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x80000000, 0x00000001, 0x80000001};
	const int64_t specials = sizeof(special) / sizeof(*special);
	double		most = 0;
	uint64_t	bits = 0;

	for (int64_t count = specials; bits < UINT64_C(1) << 32; count = 0)
	{
		for (int64_t i = 0; i < count; i++)
			x[i] = float_of(special[i]);
		for (; count < BLOCK && bits < UINT64_C(1) << 32; bits += stride)
			x[count++] = float_of((uint32_t) bits);
		memcpy(y, x, sizeof(y));
		run(&curve->activation, y, count);
		for (int64_t i = 0; i < count; i++)
		{
			double		off = ulps(y[i], curve->formula(x[i]));

			if (off > most)
			{
				most = off;
				*where = x[i];
			}
		}
	}
	return most;
}

#define MOST_ULPS 2

TEST(within_two_ulps)
{
	for (int c = 0; c < CURVES; c++)
	{
		char		text[256];
		int			used = 0;
		bool		right = true;

		for (C1dIsa s = 0; s < C1D_ISAS; s++)
		{
			float		where = 0;
			double		most;

			if (!c1d_isa_available(s))
				continue;
			most = worst(&curves[c], variants[s], 20011, &where);
			right = right && most <= MOST_ULPS;
			used += snprintf(text + used, sizeof(text) - used, "; %s %.3f at %.9g", c1d_isa_names[s], most, where);
		}
		ok(right, "%s is within %d ulp%s", curves[c].name, MOST_ULPS, text);
	}
}

/* What the test must notice: an exponent that is a little off, numbers below the smallest normal one that become 0, a NaN that is lost. */

static void
coarse(const C1dActivation *activation, float *y, int64_t n)
{
	c1d_activate__baseline(activation, y, n);
	for (int64_t i = 0; i < n; i++)
		y[i] *= 1 + 3 * FLT_EPSILON;
}

static void
flushed(const C1dActivation *activation, float *y, int64_t n)
{
	c1d_activate__baseline(activation, y, n);
	for (int64_t i = 0; i < n; i++)
		y[i] = fabsf(y[i]) < FLT_MIN ? 0 : y[i];
}

static void
deaf(const C1dActivation *activation, float *y, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		y[i] = isnan(y[i]) ? 0 : y[i];
	c1d_activate__baseline(activation, y, n);
}

TEST(broken_ones_are_noticed)
{
	float		where;

	ok(worst(&curves[0], coarse, 20011, &where) > MOST_ULPS, "an error of three ulp is noticed");
	ok(worst(&curves[0], flushed, 20011, &where) > MOST_ULPS, "flushing to zero is noticed");
	ok(worst(&curves[0], deaf, 20011, &where) > MOST_ULPS, "a lost NaN is noticed");
}

/* ---- places ---- */

/* a float of any magnitude, now and then no number */
static float
any_float(void)
{
	static const float strange[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, FLT_MIN / 4, -100, 100};

	return unit_between(0, 15) ? ldexpf(unit_float(), (int) unit_between(-10, 8)) : strange[unit_between(0, 7)];
}

/*
 * apart
 *		Is the result of count numbers that of each by itself, and nothing else
 *		touched?
 */
static bool
apart(const C1dActivation *activation, C1dActivate *run, int64_t count)
{
	float	   *y = unit_guarded(count);
	float		alone[64];
	bool		right;

	for (int64_t i = 0; i < count; i++)
	{
		y[i] = alone[i] = any_float();
		run(activation, &alone[i], 1);
	}
	run(activation, y, count);
	right = unit_intact(y, count) && unit_same_bits(y, alone, count);
	unit_unguard(y);
	return right;
}

/* another result in the last lane of a vector, and a float too many written */
static void
placed(const C1dActivation *activation, float *y, int64_t n)
{
	c1d_activate__baseline(activation, y, n);
	if (n > 3)
		y[3] += 1;
}

static void
greedy(const C1dActivation *activation, float *y, int64_t n)
{
	c1d_activate__baseline(activation, y, n);
	if (n > 1)
		y[n] = 0;
}

TEST(every_place)
{
	const C1dActivation exponential = c1d_activation(C1D_ACT_EXPONENTIAL);

	for (C1dIsa s = 0; s < C1D_ISAS; s++)
	{
		int64_t		cases = 0,
					wrong = 0;

		if (!c1d_isa_available(s))
			continue;
		for (int function = 0; function <= C1D_ACT_THRESHOLD; function++)
			for (int64_t count = 0; count <= 50 && function != C1D_FUNCTIONS; count++)
			{
				C1dActivation activation = {(C1dFunction) function, 0.75f, 1.5f, 0.5f};

				cases++;
				wrong += !apart(&activation, variants[s], count);
			}
		ok(wrong == 0, "%s: each of 0 to 50 numbers has the result it has alone, in all %lld cases", c1d_isa_names[s], (long long) cases);
	}
	ok(!apart(&exponential, placed, 5) && !apart(&exponential, greedy, 5), "a lane that differs, and a float too many, are noticed");
}

/* ---- softmax ---- */

#define SLICE 70
#define SIDE 40

/*
 * soft
 *		A softmax of slices beside each other, (count, step), cut anywhere; is it
 *		that of one go, in the bounds, and nothing else written?
 */
static bool
soft(C1dIsa isa, int64_t count, int64_t step, bool logarithm, double *most)
{
	float		x[SLICE * SIDE];
	float	   *y[2] = {unit_guarded(count * step), unit_guarded(count * step)};
	bool		right = true;

	for (int64_t i = 0; i < count * step; i++)
		x[i] = unit_between(0, 199) ? unit_float() * 100 : any_float();
	for (int cut = 0; cut < 2; cut++)
		for (int64_t first = 0; first < step; first += C1D_SOFTMAX_LANES)
		{
			C1dSoftmax	state;
			C1dSoftmaxPart part = {
				.x = x + first, .y = y[cut] + first, .count = count, .step = step,
				.lanes = step - first < C1D_SOFTMAX_LANES ? (int) (step - first) : C1D_SOFTMAX_LANES,
				.logarithm = logarithm,
			};

			for (; part.begin < 3 * count; part.begin = part.end)
			{
				part.end = cut ? part.begin + unit_between(1, 1 + count) : 3 * count;
				if (part.end > 3 * count)
					part.end = 3 * count;
				c1d_softmax_part(&state, isa, &part);
			}
		}
	if (step == 1)
	{
		float		row[SLICE];

		memcpy(row, x, count * sizeof(float));
		c1d_softmax(isa, logarithm, row, 1, count);
		right = unit_same_bits(row, y[0], count);
	}
	right = right && unit_intact(y[0], count * step) && unit_intact(y[1], count * step) && unit_same_bits(y[0], y[1], count * step);
	for (int64_t k = 0; k < step; k++)
	{
		double		max = -INFINITY,
					sum = 0;

		for (int64_t i = 0; i < count; i++)
			max = isnan(max) || isnan(x[i * step + k]) ? NAN : fmax(max, x[i * step + k]);
		for (int64_t i = 0; i < count; i++)
			sum += exp((double) (x[i * step + k] - (float) max));
		for (int64_t i = 0; i < count; i++)
		{
			/* the difference is one of float32 */
			double		shifted = x[i * step + k] - (float) max;
			double		wanted = logarithm ? shifted - log(sum) : exp(shifted) / sum;
			double		off = ulps(y[0][i * step + k], wanted);

			/* of a sum that is hardly more than 1, double has no better logarithm */
			if (logarithm)
				off = fmin(off, fabs(y[0][i * step + k] - wanted) * 0x1p50);
			if (!(off <= *most))
				*most = off;
		}
	}
	unit_unguard(y[0]);
	unit_unguard(y[1]);
	return right;
}

TEST(softmax)
{
	for (C1dIsa s = 0; s < C1D_ISAS; s++)
		for (int logarithm = 0; logarithm < 2; logarithm++)
		{
			double		most = 0;
			int64_t		wrong = 0;

			if (!c1d_isa_available(s))
				continue;
			for (int64_t count = 1; count <= SLICE; count++)
				for (int i = 0; i < 12; i++)
					wrong += !soft(s, count, i < 6 ? 1 : unit_between(2, SIDE), logarithm, &most);
			ok(wrong == 0, "%s: %s of 1 to %d numbers, side by side and apart, has the same bits however it is cut", c1d_isa_names[s],
			   logarithm ? "log_softmax" : "softmax", SLICE);
			ok(most <= MOST_ULPS, "%s: %s is within %d ulp of what its differences give: %.3f", c1d_isa_names[s],
			   logarithm ? "log_softmax" : "softmax", MOST_ULPS, most);
		}
}

RUN(within_two_ulps, broken_ones_are_noticed, every_place, softmax)
