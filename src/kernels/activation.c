/*
 * src/kernels/activation.c
 *	  Activation functions by the formulas of Keras 3, element by element.
 *
 * A NaN stays NaN: comparisons are written so that a NaN takes the branch that
 * keeps it.  The exceptions are Keras' hard_shrink and soft_shrink, which make
 * it 0; with b = 1 they keep it, as torch does.
 */
#include "kernels/activation.h"

#include <math.h>

const char *const c1d_activation_names[C1D_FUNCTIONS] = {
#define ACTIVATION(ENUM, name, a, b) [C1D_ACT_##ENUM] = name,
#include "kernels/activation.inc"
#undef ACTIVATION
};

/* c1d_activation: a function with its default parameters. */
C1dActivation
c1d_activation(C1dFunction function)
{
	static const C1dActivation defaults[C1D_FUNCTIONS] = {
#define ACTIVATION(ENUM, name, a, b) {C1D_ACT_##ENUM, a, b, 0},
#include "kernels/activation.inc"
#undef ACTIVATION
	};

	return defaults[function];
}

static inline float
clip(float x, float low, float high)
{
	return x < low ? low : x > high ? high : x;
}

/*
 * general_relu
 *		Keras' ReLU layer, step by step as Keras computes it, so that NaN and
 *		infinities come out alike: above the threshold x, else x * 0.
 */
static inline float
general_relu(float x, float slope, float max_value, float threshold)
{
	float		below = threshold - x;
	float		kept = threshold == 0 ? (x < 0 ? 0 : x) : x * (x > threshold);

	kept = clip(kept, 0, max_value);
	return slope == 0 ? kept : kept - slope * (below < 0 ? 0 : below);
}

/* the sign decides, so that exp() never overflows */
static inline float
sigmoid(float x)
{
	float		e;

	if (x >= 0)
		return 1 / (1 + expf(-x));
	e = expf(x);
	return e / (1 + e);
}

static inline float
softplus(float x)
{
	return (x > 0 ? x : x != x ? x : 0) + log1pf(expf(-fabsf(x)));
}

/*
 * c1d_softmax_part
 *		A part of normalizing count elements of x that lie step floats apart:
 *		exp(x - max) / sum, or its logarithm, into y.  NaN, +Infinity or
 *		-Infinity alone give NaN.
 *
 * The work is 3 * count units in a row, the maximum, then the sum, then the
 * quotients; begin .. end - 1 of them are done, with what the parts before have
 * left in state.  x and y may be the same.
 */
void
c1d_softmax_part(C1dSoftmax *state, const float *x, float *y, int64_t count, int64_t step, bool logarithm,
				 int64_t begin, int64_t end)
{
	if (begin == 0)
		*state = (C1dSoftmax) {x[0], 0};
	for (; begin < end && begin < count; begin++)
		if (x[begin * step] > state->max || x[begin * step] != x[begin * step])
			state->max = x[begin * step];
	for (; begin < end && begin < 2 * count; begin++)
	{
		float		shifted = x[(begin - count) * step] - state->max;
		float		e = expf(shifted);

		state->sum += e;
		y[(begin - count) * step] = logarithm ? shifted : e;
	}
	for (; begin < end; begin++)
	{
		float	   *out = y + (begin - 2 * count) * step;

		*out = logarithm ? (float) (*out - log(state->sum)) : (float) (*out / state->sum);
	}
}

/* softmax: all of it, in place, of elements side by side */
static void
softmax(float *y, int64_t count, bool logarithm)
{
	C1dSoftmax	state;

	c1d_softmax_part(&state, y, y, count, 1, logarithm, 0, 3 * count);
}

#define EACH(expression) \
	do { \
		for (int64_t i = 0; i < n; i++) \
		{ \
			const float x = y[i]; \
			y[i] = (expression); \
		} \
		return; \
	} while (0)

/*
 * c1d_activate
 *		Apply an activation in place to y, (rows, channels); softmax goes along
 *		channels.  Cannot fail.
 */
void
c1d_activate(const C1dActivation *activation, float *y, int64_t rows, int64_t channels)
{
	const int64_t n = rows * channels;
	const float a = activation->a;
	const float b = activation->b;
	const float c = activation->c;

	switch (activation->function)
	{
		case C1D_ACT_LINEAR:
		case C1D_FUNCTIONS:
			return;
		case C1D_ACT_RELU:
			EACH(x < 0 ? 0 : x);
		case C1D_ACT_RELU6:
			EACH(clip(x, 0, 6));
		case C1D_ACT_LEAKY_RELU:
			EACH(x < 0 ? a * x : x);
		case C1D_ACT_ELU:
			EACH(x < 0 ? a * expm1f(x) : x);
		case C1D_ACT_SELU:
			EACH(b * (x < 0 ? a * expm1f(x) : x));
		case C1D_ACT_CELU:
			EACH(x < 0 ? a * expm1f(x / a) : x);
		case C1D_ACT_GELU:
			EACH(0.5f * x * (1 + erff(x * 0.70710678118654752f)));
		case C1D_ACT_GELU_TANH:
			EACH(0.5f * x * (1 + tanhf(0.79788456080286536f * (x + 0.044715f * x * x * x))));
		case C1D_ACT_SIGMOID:
			EACH(sigmoid(x));
		case C1D_ACT_TANH:
			EACH(tanhf(x));
		case C1D_ACT_SOFTMAX:
		case C1D_ACT_LOG_SOFTMAX:
			for (int64_t r = 0; r < rows; r++)
				softmax(y + r * channels, channels, activation->function == C1D_ACT_LOG_SOFTMAX);
			return;
		case C1D_ACT_SOFTPLUS:
			EACH(softplus(x));
		case C1D_ACT_SOFTSIGN:
			EACH(x / (1 + fabsf(x)));
		case C1D_ACT_SILU:
			EACH(x * sigmoid(x));
		case C1D_ACT_MISH:
			EACH(x * tanhf(softplus(x)));
		case C1D_ACT_EXPONENTIAL:
			EACH(expf(x));
		case C1D_ACT_HARD_SIGMOID:
			EACH(clip(x / 6 + 0.5f, 0, 1));
		case C1D_ACT_HARD_SILU:
			EACH(x * clip(x / 6 + 0.5f, 0, 1));
		case C1D_ACT_HARD_TANH:
			EACH(clip(x, a, b));
		case C1D_ACT_LOG_SIGMOID:
			EACH(-softplus(-x));
		case C1D_ACT_TANH_SHRINK:
			EACH(x - tanhf(x));
		case C1D_ACT_SOFT_SHRINK:
			EACH(x > a ? x - a : x < -a ? x + a : (b != 0 && x != x) ? x : 0);
		case C1D_ACT_HARD_SHRINK:
			EACH(x > a || x < -a || (b != 0 && x != x) ? x : 0);
		case C1D_ACT_GENERAL_RELU:
			EACH(general_relu(x, a, b, c));
		case C1D_ACT_BETA_SOFTPLUS:
			EACH(a * x > b ? x : softplus(a * x) / a);
		case C1D_ACT_THRESHOLD:
			EACH(x <= a ? b : x);
		case C1D_ACT_SQUAREPLUS:
			EACH(0.5f * (x + sqrtf(x * x + a)));
	}
}
