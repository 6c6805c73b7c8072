/*
 * src/kernels/activation.c
 *	  Activation functions by the formulas of Keras 3: their names and
 *	  parameters, and the choice of a set of instructions.
 */
#include "kernels/activation.h"

#include "kernels/softmax.h"

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

/*
 * c1d_activate
 *		Apply an activation in place to y, (rows, channels); softmax goes along
 *		channels.  Cannot fail.
 */
void
c1d_activate(const C1dActivation *activation, C1dIsa isa, float *y, int64_t rows, int64_t channels)
{
	static C1dActivate *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_activate);

	if (activation->function == C1D_ACT_LINEAR)
		return;
	if (activation->function == C1D_ACT_SOFTMAX || activation->function == C1D_ACT_LOG_SOFTMAX)
		c1d_softmax(isa, activation->function == C1D_ACT_LOG_SOFTMAX, y, rows, channels);
	else
		variants[isa] (activation, y, rows * channels);
}
