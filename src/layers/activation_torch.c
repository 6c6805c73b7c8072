/*
 * src/layers/activation_torch.c
 *	  The activation modules of torch: a table of names and parameters.
 */
#include <string.h>

#include "layers/activation.h"

/* A module with up to two numbers, which become a and b of the function. */
typedef struct Module
{
	const char *class_name;
	C1dFunction function;
	const char *key_a;
	double		default_a;
	const char *key_b;
	double		default_b;
	bool		inplace;		/* takes the argument, which says nothing here */
} Module;

static const Module modules[] = {
	{"CELU", C1D_ACT_CELU, "alpha", 1, NULL, 0, true},
	{"ELU", C1D_ACT_ELU, "alpha", 1, NULL, 0, true},
	{"GELU", C1D_ACT_GELU, NULL, 0, NULL, 0, false},
	{"Hardshrink", C1D_ACT_HARD_SHRINK, "lambd", 0.5, NULL, 1, false},
	{"Hardsigmoid", C1D_ACT_HARD_SIGMOID, NULL, 0, NULL, 0, true},
	{"Hardswish", C1D_ACT_HARD_SILU, NULL, 0, NULL, 0, true},
	{"Hardtanh", C1D_ACT_HARD_TANH, "min_val", -1, "max_val", 1, true},
	{"LeakyReLU", C1D_ACT_LEAKY_RELU, "negative_slope", 0.01, NULL, 0, true},
	{"LogSigmoid", C1D_ACT_LOG_SIGMOID, NULL, 0, NULL, 0, false},
	{"LogSoftmax", C1D_ACT_LOG_SOFTMAX, NULL, 0, NULL, 0, false},
	{"Mish", C1D_ACT_MISH, NULL, 0, NULL, 0, true},
	{"ReLU", C1D_ACT_RELU, NULL, 0, NULL, 0, true},
	{"ReLU6", C1D_ACT_RELU6, NULL, 0, NULL, 0, true},
	{"SELU", C1D_ACT_SELU, NULL, 1.6732632423543772, NULL, 1.0507009873554805, true},
	{"SiLU", C1D_ACT_SILU, NULL, 0, NULL, 0, true},
	{"Sigmoid", C1D_ACT_SIGMOID, NULL, 0, NULL, 0, false},
	{"Softmax", C1D_ACT_SOFTMAX, NULL, 0, NULL, 0, false},
	{"Softmax2d", C1D_ACT_SOFTMAX, NULL, 0, NULL, 0, false},
	{"Softplus", C1D_ACT_BETA_SOFTPLUS, "beta", 1, "threshold", 20, false},
	{"Softshrink", C1D_ACT_SOFT_SHRINK, "lambd", 0.5, NULL, 1, false},
	{"Softsign", C1D_ACT_SOFTSIGN, NULL, 0, NULL, 0, false},
	{"Tanh", C1D_ACT_TANH, NULL, 0, NULL, 0, false},
	{"Tanhshrink", C1D_ACT_TANH_SHRINK, NULL, 0, NULL, 0, false},
	{"Threshold", C1D_ACT_THRESHOLD, "threshold", 0, "value", 0, true},
};

/*
 * module_parse
 *		The numbers of the module, "dim" of a softmax, "approximate" of GELU.
 */
static bool
module_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	static const char *const approximations[] = {"none", "tanh"};
	const Module *module = modules;
	C1dActivationConfig *c = config;
	double		a,
				b;
	int			approximate = 0;
	bool		inplace;

	while (strcmp(module->class_name, attrs->class_name) != 0)
		module++;				/* the registry knows no other names */
	c->axis = -1;
	c->channels_first = true;
	if (module->inplace && !c1d_attr_bool(attrs, "inplace", false, &inplace, err))
		return false;
	a = module->default_a;
	b = module->default_b;
	if (module->function == C1D_ACT_THRESHOLD &&
		(c1d_attr(attrs, "threshold") == NULL || c1d_attr(attrs, "value") == NULL))
		return c1d_fail(err, C1D_BAD_ARGUMENT, "threshold and value of %s must be given", attrs->class_name);
	if ((module->key_a != NULL && !c1d_attr_real(attrs, module->key_a, a, &a, err)) ||
		(module->key_b != NULL && !c1d_attr_real(attrs, module->key_b, b, &b, err)))
		return false;
	c->activation = (C1dActivation) {.function = module->function, .a = (float) a, .b = (float) b};
	switch (module->function)
	{
		case C1D_ACT_SOFTMAX:
		case C1D_ACT_LOG_SOFTMAX:
			c->axis = 1;
			if (strcmp(module->class_name, "Softmax2d") == 0)
				return true;
			return c1d_attr_int(attrs, "dim", -C1D_MAX_RANK - 1, C1D_MAX_RANK, C1D_REQUIRED, &c->axis, err);
		case C1D_ACT_GELU:
			if (!c1d_attr_choice(attrs, "approximate", approximations, 2, 0, &approximate, err))
				return false;
			if (approximate == 1)
				c->activation.function = C1D_ACT_GELU_TANH;
			return true;
		case C1D_ACT_HARD_TANH:
			return a < b || c1d_fail(err, C1D_BAD_ARGUMENT, "min_val of %s must be smaller than max_val", attrs->class_name);
		case C1D_ACT_SOFT_SHRINK:
			return a >= 0 || c1d_fail(err, C1D_BAD_ARGUMENT, "lambd of %s must not be negative", attrs->class_name);
		case C1D_ACT_CELU:
			return a != 0 || c1d_fail(err, C1D_BAD_ARGUMENT, "alpha of %s must not be 0", attrs->class_name);
		default:
			return true;
	}
}

const LayerOps c1d_torch_activation_ops = {
	.config_size = sizeof(C1dActivationConfig),
	.parse = module_parse,
	.infer = c1d_activation_infer,
	.absorb = c1d_activation_absorb,
	.workspace = c1d_activation_workspace,
	.cost = c1d_activation_cost,
	.rows = c1d_activation_rows,
	.forward = c1d_activation_forward,
};
