/*
 * src/kernels/activation.h
 *	  Activation functions, in place.
 *
 * Each is within 2 units in the last place of its formula in exact arithmetic,
 * for every float32 there is: NaN stays NaN, infinities go to their limits, what
 * is too large for float32 is infinite, and what is too small for a normal
 * number is rounded to one below it, or to 0 of the right sign.
 *
 * Exempt is what has the roundings of Keras, one after the other, and so cancels
 * as Keras does: hard_sigmoid, hard_silu, squareplus and the general ReLU; and
 * celu where alpha < 0.  Keras' hard_shrink and soft_shrink make a NaN 0; with
 * b = 1 they keep it, as torch does.
 *
 * A number's bits depend neither on its place nor on how many there are.  They
 * do depend on the set of instructions: some fuse a product with a sum.
 */
#ifndef C1D_KERNEL_ACTIVATION_H
#define C1D_KERNEL_ACTIVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/isa.h"

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
extern void c1d_activate(const C1dActivation *activation, C1dIsa isa, float *y, int64_t rows, int64_t channels);

/* any but softmax, of n numbers */
typedef void C1dActivate(const C1dActivation *activation, float *y, int64_t n);

C1D_DECLARE(C1dActivate, c1d_activate);

#endif
