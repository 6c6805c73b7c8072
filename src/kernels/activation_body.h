/*
 * src/kernels/activation_body.h
 *	  The one body of the activations; included by elements.h.
 *
 * What does not fill a vector is worked on in a vector all the same, so a
 * number's result depends neither on its place nor on how many there are.
 */
#include "kernels/activation.h"
#include "kernels/activation_formulas.h"

ISA_BEGIN

/* Replace each number x by the value of an expression, a vector at a time. */
#define EACH(expression) \
	for (; n > 0; n -= VL, y += VL) \
	{ \
		const Vec	x = vec_load_some(y, n); \
\
		vec_store_some(y, n, expression); \
	} \
	return

/* The same with half as many, and x as their doubles. */
#define EACH_HALF(expression) \
	for (; n > 0; n -= VL / 2, y += VL / 2) \
	{ \
		const Half	half = half_load_some(y, n); \
		const Wide	x = wide_of(half); \
\
		half_store_some(y, n, expression); \
	} \
	return

#define ROUNDED(wide) half_of(wide)

void
ISA_NAME(c1d_activate) (const C1dActivation *activation, float *y, int64_t n)
{
	const float a = activation->a;
	const float b = activation->b;
	const float c = activation->c;

	switch (activation->function)
	{
		case C1D_ACT_LINEAR:
		case C1D_ACT_SOFTMAX:
		case C1D_ACT_LOG_SOFTMAX:
		case C1D_FUNCTIONS:
			return;
		case C1D_ACT_RELU:
			EACH(vec_relu(x));
		case C1D_ACT_RELU6:
			EACH(vec_clip(x, 0, 6));
		case C1D_ACT_LEAKY_RELU:
			EACH(vec_select(x < vec_splat(0), a * x, x));
		case C1D_ACT_ELU:
			EACH(vec_select(x < vec_splat(0), a * vec_expm1(x), x));
		case C1D_ACT_SELU:
			EACH(vec_select(x < vec_splat(0), a * b * vec_expm1(x), b * x));
		case C1D_ACT_CELU:
			EACH(vec_celu(x, a));
		case C1D_ACT_GELU:
			EACH_HALF(half_gelu(x));
		case C1D_ACT_GELU_TANH:
			EACH_HALF(half_gated(x, 1.5957691216057308 * (x + 0.044715 * x * x * x)));
		case C1D_ACT_SIGMOID:
			EACH(vec_sigmoid(x));
		case C1D_ACT_TANH:
			EACH(vec_tanh(x));
		case C1D_ACT_SOFTPLUS:
			EACH_HALF(ROUNDED(wide_softplus(x)));
		case C1D_ACT_SOFTSIGN:
			EACH(x / (1.0f + vec_abs(x)));
		case C1D_ACT_SILU:
			EACH_HALF(half_gated(x, x));
		case C1D_ACT_MISH:
			EACH_HALF(half_mish(x));
		case C1D_ACT_EXPONENTIAL:
			EACH(vec_exp(x));
		case C1D_ACT_HARD_SIGMOID:
			EACH(vec_hard_sigmoid(x));
		case C1D_ACT_HARD_SILU:
			EACH(x * vec_hard_sigmoid(x));
		case C1D_ACT_HARD_TANH:
			EACH(vec_clip(x, a, b));
		case C1D_ACT_LOG_SIGMOID:
			EACH_HALF(ROUNDED(-wide_softplus(-x)));
		case C1D_ACT_TANH_SHRINK:
			EACH_HALF(half_tanh_shrink(x));
		case C1D_ACT_SOFT_SHRINK:
			EACH(vec_shrink(x, a, x - a, x + a, b != 0));
		case C1D_ACT_HARD_SHRINK:
			EACH(vec_shrink(x, a, x, x, b != 0));
		case C1D_ACT_GENERAL_RELU:
			EACH(vec_general_relu(x, a, b, c));
		case C1D_ACT_BETA_SOFTPLUS:
			EACH_HALF(ROUNDED(wide_beta_softplus(x, wide_of(a * half), a, b)));
		case C1D_ACT_THRESHOLD:
			EACH(vec_select(x <= vec_splat(a), vec_splat(b), x));
		case C1D_ACT_SQUAREPLUS:
			EACH(0.5f * (x + vec_sqrt(x * x + a)));
	}
}

ISA_END
