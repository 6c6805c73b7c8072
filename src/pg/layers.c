/*
 * src/pg/layers.c
 *	  Layers with weights and windows as SQL functions.
 *
 * Each wrapper turns its arguments into the attributes of the layer class of
 * its own name, adds the weights, and runs a model of that one layer: the same
 * parse, infer and forward as everywhere.  A null input or kernel gives null; a null bias
 * means none; any other null is refused.
 */
#include "pg/layer_call.h"

/*
 * kernel_and_bias
 *		Take the weights from arguments 1 and 2, and say how large the layer is:
 *		key names the kernel's axis that holds the output channels.
 */
static void
kernel_and_bias(FunctionCallInfo fcinfo, LayerCall *call, int rank, int axis, const char *key)
{
	C1dTensor	kernel = tensor_view(PG_GETARG_TENSOR(1));
	char		text[C1D_SHAPE_TEXT];

	if (kernel.shape.rank != rank)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("kernel must have %d dimensions", rank),
				 errdetail("Its shape is %s; needed is %s.", c1d_shape_text(&kernel.shape, text),
						   rank == 2 ? "(features,units)" :
						   axis == 1 ? "(kernel_size,filters / groups,channels)" : "(kernel_size,channels / groups,filters)")));
	argument_number(&call->arguments, key, kernel.shape.dim[axis]);
	if (rank == 3)
		argument_number(&call->arguments, "kernel_size", kernel.shape.dim[0]);
	call->weights[call->weight_count++] = kernel;
	argument_flag(&call->arguments, "use_bias", !PG_ARGISNULL(2));
	if (!PG_ARGISNULL(2))
		call->weights[call->weight_count++] = tensor_view(PG_GETARG_TENSOR(2));
}

/*
 * conv1d(input (timesteps, channels), kernel (kernel_size, channels / groups,
 * filters), bias (filters), strides, padding, dilation_rate, groups,
 * activation, pads) -> (out_timesteps, filters)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d);
Datum
conv1d(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	kernel_and_bias(fcinfo, &call, 3, 2, "filters");
	argument_int(fcinfo, 3, &call.arguments, "strides");
	argument_enum(fcinfo, 4, &call.arguments, "padding");
	argument_int(fcinfo, 5, &call.arguments, "dilation_rate");
	argument_int(fcinfo, 6, &call.arguments, "groups");
	argument_enum(fcinfo, 7, &call.arguments, "activation");
	if (!PG_ARGISNULL(8))
		argument_ints(fcinfo, 8, &call.arguments, "pads");
	return run_layer(&call, "conv1d", PG_GETARG_TENSOR(0));
}

/*
 * conv1d_transpose(input (timesteps, channels), kernel (kernel_size, filters /
 * groups, channels), bias (filters), strides, padding, output_padding,
 * dilation_rate, groups, activation, pads) -> (out_timesteps, filters)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_transpose);
Datum
conv1d_transpose(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	kernel_and_bias(fcinfo, &call, 3, 1, "filters");
	argument_int(fcinfo, 3, &call.arguments, "strides");
	argument_enum(fcinfo, 4, &call.arguments, "padding");
	if (!PG_ARGISNULL(5))
		argument_int(fcinfo, 5, &call.arguments, "output_padding");
	argument_int(fcinfo, 6, &call.arguments, "dilation_rate");
	argument_int(fcinfo, 7, &call.arguments, "groups");
	if (PG_GETARG_INT32(7) > 0)
		call.arguments.members[0].value.as.integer *= PG_GETARG_INT32(7);	/* filters of all groups */
	argument_enum(fcinfo, 8, &call.arguments, "activation");
	if (!PG_ARGISNULL(9))
		argument_ints(fcinfo, 9, &call.arguments, "pads");
	return run_layer(&call, "conv1d_transpose", PG_GETARG_TENSOR(0));
}

/*
 * dense(input (..., features), kernel (features, units), bias (units),
 * activation) -> (..., units)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(dense);
Datum
dense(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	kernel_and_bias(fcinfo, &call, 2, 1, "units");
	argument_enum(fcinfo, 3, &call.arguments, "activation");
	return run_layer(&call, "dense", PG_GETARG_TENSOR(0));
}

/* what max_pool1d and avg_pool1d share: pool_size, strides, padding */
static void
pool_arguments(FunctionCallInfo fcinfo, LayerCall *call)
{
	argument_int(fcinfo, 1, &call->arguments, "pool_size");
	if (!PG_ARGISNULL(2))
		argument_int(fcinfo, 2, &call->arguments, "strides");
	argument_enum(fcinfo, 3, &call->arguments, "padding");
}

/*
 * max_pool1d(input (timesteps, channels), pool_size, strides, padding,
 * dilation_rate, ceil_mode, pads) -> (out_timesteps, channels)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(max_pool1d);
Datum
max_pool1d(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	pool_arguments(fcinfo, &call);
	argument_int(fcinfo, 4, &call.arguments, "dilation_rate");
	argument_bool(fcinfo, 5, &call.arguments, "ceil_mode");
	if (!PG_ARGISNULL(6))
		argument_ints(fcinfo, 6, &call.arguments, "pads");
	return run_layer(&call, "max_pool1d", PG_GETARG_TENSOR(0));
}

/*
 * avg_pool1d(input (timesteps, channels), pool_size, strides, padding,
 * ceil_mode, count_include_pad, pads) -> (out_timesteps, channels)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(avg_pool1d);
Datum
avg_pool1d(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	pool_arguments(fcinfo, &call);
	argument_bool(fcinfo, 4, &call.arguments, "ceil_mode");
	argument_bool(fcinfo, 5, &call.arguments, "count_include_pad");
	if (!PG_ARGISNULL(6))
		argument_ints(fcinfo, 6, &call.arguments, "pads");
	return run_layer(&call, "avg_pool1d", PG_GETARG_TENSOR(0));
}

/* upsample1d(input (timesteps, channels), size) -> (timesteps * size, channels) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(upsample1d);
Datum
upsample1d(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	argument_int(fcinfo, 1, &call.arguments, "size");
	return run_layer(&call, "upsample1d", PG_GETARG_TENSOR(0));
}

/* the layers that take a number of steps before and after */
static Datum
run_sides(FunctionCallInfo fcinfo, const char *class_name, const char *key)
{
	LayerCall call = {0};
	C1dValue	numbers[2];
	Arguments	parts = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	argument_int(fcinfo, 1, &parts, "before");
	argument_int(fcinfo, 2, &parts, "after");
	numbers[0] = parts.members[0].value;
	numbers[1] = parts.members[1].value;
	call.arguments.count = 1;
	call.arguments.members[0].key = key;
	call.arguments.members[0].key_length = strlen(key);
	call.arguments.members[0].value.type = C1D_LIST;
	call.arguments.members[0].value.as.list.items = numbers;
	call.arguments.members[0].value.as.list.count = 2;
	return run_layer(&call, class_name, PG_GETARG_TENSOR(0));
}

/* zero_pad1d(input (timesteps, channels), before, after) -> (before + timesteps + after, channels) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(zero_pad1d);
Datum
zero_pad1d(PG_FUNCTION_ARGS)
{
	return run_sides(fcinfo, "zero_pad1d", "padding");
}

/* crop1d(input (timesteps, channels), before, after) -> (timesteps - before - after, channels) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(crop1d);
Datum
crop1d(PG_FUNCTION_ARGS)
{
	return run_sides(fcinfo, "crop1d", "cropping");
}

/* repeat_vector(input (features), n) -> (n, features) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(repeat_vector);
Datum
repeat_vector(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	argument_int(fcinfo, 1, &call.arguments, "n");
	return run_layer(&call, "repeat_vector", PG_GETARG_TENSOR(0));
}
