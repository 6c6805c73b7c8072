/*
 * src/pg/activations.c
 *	  Activation functions in SQL: all of them by activate(), those with a
 *	  parameter or a habit by name.
 */
#include "pg/layer_call.h"

/* activate(x, activation) -> the shape of x */
PGDLLEXPORT PG_FUNCTION_INFO_V1(activate);
Datum
activate(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	argument_enum(fcinfo, 1, &call.arguments, "activation");
	return run_layer(&call, "activate", PG_GETARG_TENSOR(0));
}

/* an activation that has a function of its own */
static Datum
run_activation(FunctionCallInfo fcinfo, const char *name)
{
	LayerCall call = {0};

	call.arguments.count = 1;
	call.arguments.members[0].key = "activation";
	call.arguments.members[0].key_length = strlen("activation");
	call.arguments.members[0].value = c1d_value_string(name);
	return run_layer(&call, "activate", PG_GETARG_TENSOR(0));
}

/* relu(x) -> the shape of x: x < 0 ? 0 : x */
PGDLLEXPORT PG_FUNCTION_INFO_V1(relu);
Datum
relu(PG_FUNCTION_ARGS)
{
	return run_activation(fcinfo, "relu");
}

/* sigmoid(x) -> the shape of x: 1 / (1 + exp(-x)) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(sigmoid);
Datum
sigmoid(PG_FUNCTION_ARGS)
{
	return run_activation(fcinfo, "sigmoid");
}

/* an activation with one number, as torch's module of that name */
static Datum
run_module(FunctionCallInfo fcinfo, const char *class_name, const char *key)
{
	LayerCall call = {0};

	argument_real(&call.arguments, key, PG_GETARG_FLOAT8(1));
	return run_layer(&call, class_name, PG_GETARG_TENSOR(0));
}

/* leaky_relu(x, negative_slope) -> the shape of x: x < 0 ? negative_slope * x : x */
PGDLLEXPORT PG_FUNCTION_INFO_V1(leaky_relu);
Datum
leaky_relu(PG_FUNCTION_ARGS)
{
	return run_module(fcinfo, "torch.nn.LeakyReLU", "negative_slope");
}

/* elu(x, alpha) -> the shape of x: x < 0 ? alpha * (exp(x) - 1) : x */
PGDLLEXPORT PG_FUNCTION_INFO_V1(elu);
Datum
elu(PG_FUNCTION_ARGS)
{
	return run_module(fcinfo, "torch.nn.ELU", "alpha");
}

/* gelu(x, approximate) -> the shape of x: x * Phi(x), or its tanh approximation */
PGDLLEXPORT PG_FUNCTION_INFO_V1(gelu);
Datum
gelu(PG_FUNCTION_ARGS)
{
	return run_activation(fcinfo, PG_GETARG_BOOL(1) ? "gelu_tanh" : "gelu");
}

/* softmax(x, axis) -> the shape of x; axis as in Keras: 0 is the batch */
PGDLLEXPORT PG_FUNCTION_INFO_V1(softmax);
Datum
softmax(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	argument_int(fcinfo, 1, &call.arguments, "axis");
	return run_layer(&call, "softmax", PG_GETARG_TENSOR(0));
}

/* log_softmax(x, axis) -> the shape of x: the logarithm of softmax(x, axis) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(log_softmax);
Datum
log_softmax(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	argument_int(fcinfo, 1, &call.arguments, "axis");
	return run_layer(&call, "log_softmax", PG_GETARG_TENSOR(0));
}
