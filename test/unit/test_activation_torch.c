/*
 * test/unit/test_activation_torch.c
 *	  The activations that have parameters: modules of torch, layers of Keras,
 *	  activations written as an object, and learned slopes; against formulas in
 *	  double precision.
 *
 * The bound is four roundings of 2^-24 of the result and of x, which every
 * formula adds to or subtracts from.
 */
#include "model.h"

#define COUNT 630				/* (90, 7) */

/* a and b are the module's numbers in the order of the table below */
typedef double (*Formula) (double x, double a, double b);

#define FORMULA(name, expression) \
static double \
name(double x, double a, double b) \
{ \
	(void) a; \
	(void) b; \
	return expression; \
}

FORMULA(identity, x)
FORMULA(relu, x < 0 ? 0 : x)
FORMULA(clipped, x < a ? a : x > b ? b : x)
FORMULA(leaky, x < 0 ? a * x : x)
FORMULA(elu, x < 0 ? a * expm1(x) : x)
FORMULA(celu, (x > 0 ? x : 0) + fmin(0, a * expm1(x / a)))
FORMULA(selu, 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * expm1(x) : x))
FORMULA(gelu, 0.5 * x * (1 + erf(x * sqrt(0.5))))
FORMULA(gelu_tanh, 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))))
FORMULA(sigmoid, 1 / (1 + exp(-x)))
FORMULA(hyperbolic, tanh(x))
FORMULA(hard_sigmoid, fmin(1, fmax(0, x / 6 + 0.5)))
FORMULA(hard_swish, x * fmin(1, fmax(0, x / 6 + 0.5)))
FORMULA(log_sigmoid, -log1p(exp(-fabs(x))) + (x < 0 ? x : 0))
FORMULA(silu, x / (1 + exp(-x)))
FORMULA(mish, x * tanh(log1p(exp(-fabs(x))) + (x > 0 ? x : 0)))
FORMULA(softplus, a * x > b ? x : log1p(exp(a * x)) / a)
FORMULA(softsign, x / (1 + fabs(x)))
FORMULA(tanh_shrink, x - tanh(x))
FORMULA(soft_shrink, x > a ? x - a : x < -a ? x + a : 0)
FORMULA(hard_shrink, x > a || x < -a ? x : 0)
FORMULA(threshold, x > a ? x : b)
FORMULA(above, x > a ? x : 0)

static const struct
{
	const char *class_name;
	const char *config;
	Formula		formula;
	double		a,
				b;
}			modules[] = {
	{"CELU", "{}", celu, 1, 0},
	{"CELU", "{'alpha': 0.5, 'inplace': true}", celu, 0.5, 0},
	{"CELU", "{'alpha': 3}", celu, 3, 0},
	{"torch.nn.ELU", "{}", elu, 1, 0},
	{"torch.nn.ELU", "{'alpha': 0.25}", elu, 0.25, 0},
	{"GELU", "{}", gelu, 0, 0},
	{"GELU", "{'approximate': 'none'}", gelu, 0, 0},
	{"GELU", "{'approximate': 'tanh'}", gelu_tanh, 0, 0},
	{"Hardshrink", "{}", hard_shrink, 0.5, 0},
	{"Hardshrink", "{'lambd': 2}", hard_shrink, 2, 0},
	{"Hardsigmoid", "{}", hard_sigmoid, 0, 0},
	{"Hardswish", "{'inplace': false}", hard_swish, 0, 0},
	{"Hardtanh", "{}", clipped, -1, 1},
	{"Hardtanh", "{'min_val': -0.5, 'max_val': 3}", clipped, -0.5, 3},
	{"torch.nn.LeakyReLU", "{}", leaky, 0.01, 0},
	{"torch.nn.LeakyReLU", "{'negative_slope': 0.5}", leaky, 0.5, 0},
	{"LogSigmoid", "{}", log_sigmoid, 0, 0},
	{"Mish", "{}", mish, 0, 0},
	{"torch.nn.ReLU", "{'inplace': true}", relu, 0, 0},
	{"ReLU6", "{}", clipped, 0, 6},
	{"SELU", "{}", selu, 0, 0},
	{"SiLU", "{}", silu, 0, 0},
	{"Sigmoid", "{}", sigmoid, 0, 0},
	{"Softplus", "{}", softplus, 1, 20},
	{"Softplus", "{'beta': 2, 'threshold': 3}", softplus, 2, 3},
	{"Softshrink", "{}", soft_shrink, 0.5, 0},
	{"Softshrink", "{'lambd': 0}", soft_shrink, 0, 0},
	{"Softsign", "{}", softsign, 0, 0},
	{"Tanh", "{}", hyperbolic, 0, 0},
	{"Tanhshrink", "{}", tanh_shrink, 0, 0},
	{"Threshold", "{'threshold': 0.5, 'value': -7}", threshold, 0.5, -7},

	/* layers of Keras, whose defaults differ */
	{"LeakyReLU", "{}", leaky, 0.3, 0},
	{"LeakyReLU", "{'negative_slope': 0.1}", leaky, 0.1, 0},
	{"LeakyReLU", "{'alpha': 0.2}", leaky, 0.2, 0},
	{"keras.layers.ELU", "{}", elu, 1, 0},
	{"ELU", "{'alpha': 2}", elu, 2, 0},
	{"ReLU", "{}", relu, 0, 0},
	{"ReLU", "{'max_value': 6}", clipped, 0, 6},
	{"ThresholdedReLU", "{}", above, 1, 0},
	{"ThresholdedReLU", "{'theta': 0.25}", above, 0.25, 0},

	/* in place of a name */
	{"Activation", "{'activation': null}", identity, 0, 0},
	{"Activation", "{'activation': {'class_name': 'LeakyReLU', 'config': {'negative_slope': 0.5, 'name': 'x'}}}", leaky, 0.5, 0},
	{"Activation", "{'activation': {'class_name': 'LeakyReLU'}}", leaky, 0.3, 0},
	{"Activation", "{'activation': {'class_name': 'ReLU', 'config': {'max_value': 6.0}}}", clipped, 0, 6},
	{"Activation", "{'activation': {'class_name': 'ELU', 'config': {'alpha': 2}}}", elu, 2, 0},
	{"Activation", "{'activation': {'class_name': 'function', 'config': 'tanh'}}", hyperbolic, 0, 0},
};

TEST(modules_and_layers)
{
	UnitTally	tally = {0};
	C1dShape	shape = c1d_shape2(90, 7);
	int			count = sizeof(modules) / sizeof(*modules);
	float		x[COUNT];
	double		y[COUNT],
				allowed[COUNT];

	for (int i = 0; i < count; i++)
	{
		UnitModel	m;

		for (int k = 0; k < COUNT; k++)
		{
			x[k] = k == 0 ? 0.5f : k == 1 ? -0.5f : k == 2 ? 0 : k == 3 ? 6 : ldexpf(unit_float(), (int) unit_between(-12, 5));
			y[k] = modules[i].formula(x[k], modules[i].a, modules[i].b);
			allowed[k] = 4 * 0x1p-24 * (fabs(y[k]) + fabs((double) x[k])) + 0x1p-140;
		}
		unit_model_begin(&m, 1);
		if (unit_add(&m, modules[i].class_name, 0, NULL, "%s", modules[i].config) && unit_plan(&m, shape, unit_isa()))
			unit_check(&tally, &m, &shape, x, y, allowed);
		else
		{
			snprintf(m.text, sizeof(m.text), "%s %s", modules[i].class_name, modules[i].config);
			unit_wrong(&tally, &m, &shape, "is refused");
		}
		unit_model_end(&m);
	}
	ok(tally.wrong == 0 && tally.cases == count, "%d modules and layers, with their numbers and without, are right on %lld values, the worst at %.2f of the bound",
	   count, (long long) tally.values, tally.worst);
}

/* torch counts the batch as axis 0 and the channels as axis 1 */
TEST(softmax_dims)
{
	static const struct
	{
		const char *class_name;
		const char *config;
		int			axis;		/* ours, of (4, 3) */
	}			cases[] = {
		{"torch.nn.Softmax", "{'dim': 1}", 1},
		{"torch.nn.Softmax", "{'dim': 2}", 0},
		{"torch.nn.Softmax", "{'dim': -1}", 0},
		{"torch.nn.Softmax", "{'dim': -2}", 1},
		{"LogSoftmax", "{'dim': 1}", 1},
		{"LogSoftmax", "{'dim': -1}", 0},
	};
	UnitTally	tally = {0};
	C1dShape	shape = c1d_shape2(4, 3);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		UnitModel	m;
		float		x[12];
		double		y[12],
					allowed[12];
		bool		logarithm = strcmp(cases[i].class_name, "LogSoftmax") == 0;

		for (int k = 0; k < 12; k++)
			x[k] = unit_float() * 4;
		for (int k = 0; k < 12; k++)
		{
			double		sum = 0;

			for (int n = 0; n < (cases[i].axis == 1 ? 3 : 4); n++)
				sum += exp(cases[i].axis == 1 ? x[k / 3 * 3 + n] : x[n * 3 + k % 3]);
			y[k] = logarithm ? x[k] - log(sum) : exp(x[k]) / sum;
			allowed[k] = 40 * 0x1p-24;
		}
		unit_model_begin(&m, 1);
		if (unit_add(&m, cases[i].class_name, 0, NULL, "%s", cases[i].config) && unit_plan(&m, shape, unit_isa()))
			unit_check(&tally, &m, &shape, x, y, allowed);
		else
			unit_wrong(&tally, &m, &shape, "is refused");
		unit_model_end(&m);
	}
	ok(tally.wrong == 0, "softmax of torch goes along its dim: %lld cases", (long long) tally.cases);
}

/* learned slopes: one for each element or shared along axes, or torch's one, or one a channel */
TEST(prelu)
{
	UnitTally	keras = {0},
				torch = {0};

	for (int i = 0; i < 1500; i++)
	{
		C1dShape	in = {.rank = (int) unit_between(1, 3)};
		C1dShape	slopes;
		UnitModel	m;
		bool		is_torch = i & 1;
		unsigned	shared = (unsigned) unit_between(0, 7);
		int64_t		count;
		float	   *x,
				   *alpha;
		double	   *y,
				   *allowed;
		C1dTensor	weight;
		char		config[64] = "{}";
		bool		planned;

		for (int d = 0; d < in.rank; d++)
			in.dim[d] = unit_between(1, 6);
		slopes = in;
		if (is_torch)
		{
			slopes = c1d_shape1(unit_between(0, 1) ? 1 : c1d_shape_channels(&in));
			if (slopes.dim[0] > 1)
				sprintf(config, "{'num_parameters': %d, 'init': 0.25}", (int) slopes.dim[0]);
		}
		else
		{
			int			used = 0;

			for (int d = 0; d < in.rank; d++)
				if (shared & (1u << d))
				{
					slopes.dim[d] = 1;
					used += sprintf(config + used, "%s%d", used ? ", " : "{'shared_axes': [", d + 1);
				}
			strcpy(config + used, used ? "]}" : "{'shared_axes': null}");
		}
		count = c1d_shape_elements(&in);
		x = unit_random_floats(count, true);
		alpha = unit_random_floats(c1d_shape_elements(&slopes), true);
		y = unit_must(malloc((size_t) count * sizeof(double)));
		allowed = unit_must(calloc((size_t) count, sizeof(double)));
		if (unit_between(0, 3) == 0)
			x[0] = NAN;
		for (int64_t k = 0; k < count; k++)
		{
			int64_t		rest = k,
						at = 0,
						step = 1;

			for (int d = in.rank - 1; d >= 0; d--)
			{
				int			own = d - in.rank + slopes.rank;

				if (own >= 0)
				{
					at += rest % in.dim[d] % slopes.dim[own] * step;
					step *= slopes.dim[own];
				}
				rest /= in.dim[d];
			}
			y[k] = x[k] < 0 ? (double) alpha[at] * x[k] : x[k];
		}
		weight = (C1dTensor) {slopes, alpha};
		unit_model_begin(&m, 1);
		planned = unit_add(&m, is_torch ? "torch.nn.PReLU" : "PReLU", 1, &weight, "%s", config) && unit_plan(&m, in, unit_isa());
		free(alpha);
		if (planned)
			unit_check(is_torch ? &torch : &keras, &m, &in, x, y, allowed);
		else
			unit_wrong(is_torch ? &torch : &keras, &m, &in, "is refused");
		unit_model_end(&m);
		free(x);
		free(y);
		free(allowed);
	}
	ok(keras.wrong == 0, "PReLU of Keras has a slope for each element, or shares them: %lld cases", (long long) keras.cases);
	ok(torch.wrong == 0, "PReLU of torch has one slope, or one a channel: %lld cases", (long long) torch.cases);
}

static void
refuses(const char *class_name, const char *config, C1dCode code)
{
	UnitModel	m;

	unit_model_begin(&m, 1);
	if (unit_add(&m, class_name, 0, NULL, "%s", config))
		unit_plan(&m, c1d_shape2(4, 3), unit_isa());
	ok(m.err.code == code && m.err.message[0] != '\0', "refused: %s %s", class_name, config);
	unit_model_end(&m);
}

TEST(refusals)
{
	refuses("torch.nn.Softmax", "{}", C1D_BAD_ARGUMENT);
	refuses("torch.nn.Softmax", "{'dim': 0}", C1D_BAD_ARGUMENT);
	refuses("torch.nn.Softmax", "{'dim': 3}", C1D_BAD_ARGUMENT);
	refuses("Hardtanh", "{'min_val': 1, 'max_val': 1}", C1D_BAD_ARGUMENT);
	refuses("Softshrink", "{'lambd': -1}", C1D_BAD_ARGUMENT);
	refuses("CELU", "{'alpha': 0}", C1D_BAD_ARGUMENT);
	refuses("Threshold", "{'threshold': 1}", C1D_BAD_ARGUMENT);
	refuses("GELU", "{'approximate': 'erf'}", C1D_BAD_ARGUMENT);
	refuses("Sigmoid", "{'inplace': true}", C1D_UNSUPPORTED);
	refuses("torch.nn.ReLU", "{'max_value': 6}", C1D_UNSUPPORTED);
	refuses("LeakyReLU", "{'negative_slope': -1}", C1D_BAD_ARGUMENT);
	refuses("ThresholdedReLU", "{'theta': 0}", C1D_BAD_ARGUMENT);
	refuses("ReLU", "{'threshold': -1}", C1D_BAD_ARGUMENT);
	refuses("Activation", "{'activation': 'rely'}", C1D_BAD_ARGUMENT);
	refuses("Activation", "{'activation': 7}", C1D_BAD_ARGUMENT);
	refuses("Activation", "{'activation': {'class_name': 'Dense'}}", C1D_UNSUPPORTED);
	refuses("Activation", "{'activation': {'class_name': 'ReLU', 'config': {'nonsense': 1}}}", C1D_UNSUPPORTED);
	refuses("Activation", "{'activation': {'class_name': 'function', 'config': 'rely'}}", C1D_BAD_ARGUMENT);
}

RUN(modules_and_layers, softmax_dims, prelu, refusals)
