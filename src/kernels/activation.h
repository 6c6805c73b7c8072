/*
 * src/kernels/activation.h
 *	  Activation functions, in place.
 */
#ifndef C1D_KERNEL_ACTIVATION_H
#define C1D_KERNEL_ACTIVATION_H

#include <stdbool.h>
#include <stdint.h>

typedef enum C1dFunction
{
#define ACTIVATION(ENUM, name, a, b) C1D_ACT_##ENUM,
#include "kernels/activation.inc"
#undef ACTIVATION
	C1D_FUNCTIONS,				/* those above have a name of their own */
	C1D_ACT_GENERAL_RELU,		/* slope a below threshold c, at most b */
	C1D_ACT_BETA_SOFTPLUS,		/* log(1 + exp(a * x)) / a; x itself where a * x > b */
	C1D_ACT_THRESHOLD			/* b where x is not above a */
} C1dFunction;

typedef struct C1dActivation
{
	C1dFunction function;
	float		a;				/* slope, alpha, lower bound, lambda ... */
	float		b;
	float		c;
} C1dActivation;

extern const char *const c1d_activation_names[C1D_FUNCTIONS];

extern C1dActivation c1d_activation(C1dFunction function);
extern void c1d_activate(const C1dActivation *activation, float *y, int64_t rows, int64_t channels);
/* What one part of a softmax leaves for the next. */
typedef struct C1dSoftmax
{
	float		max;
	double		sum;
} C1dSoftmax;

extern void c1d_softmax_part(C1dSoftmax *state, const float *x, float *y, int64_t count, int64_t step,
							 bool logarithm, int64_t begin, int64_t end);

#endif
