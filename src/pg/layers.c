/*
 * src/pg/layers.c
 *	  Layers with a kernel as SQL functions.
 *
 * Each wrapper turns its arguments into the attributes of the layer class of
 * its own name, adds the weights, and runs a model of that one layer: the same
 * parse, infer and forward as everywhere.  A null input or kernel gives null; a null bias
 * means none; any other null is refused.
 */
#include "pg/layer_call.h"

/* kernel_of_rank: a weight as a view, once it has the right number of axes */
static C1dTensor
kernel_of_rank(const Tensor *tensor, const char *name, int rank, const char *layout)
{
	C1dTensor	kernel = tensor_view(tensor);
	char		text[C1D_SHAPE_TEXT];

	if (kernel.shape.rank != rank)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s must have %d dimensions", name, rank),
				 errdetail("Its shape is %s; needed is %s.", c1d_shape_text(&kernel.shape, text), layout)));
	return kernel;
}

/*
 * kernel_and_bias
 *		Take the weights from arguments 1 and 2, and say how large the layer is:
 *		key names what the kernel's axis holds.
 */
static void
kernel_and_bias(FunctionCallInfo fcinfo, LayerCall *call, int rank, int axis, const char *key)
{
	C1dTensor	kernel = kernel_of_rank(PG_GETARG_TENSOR(1), "kernel", rank,
										rank == 2 ? "(features,units)" :
										axis == 1 ? "(kernel_size,filters / groups,channels)" :
										strcmp(key, "filters") == 0 ? "(kernel_size,channels / groups,filters)" :
										"(kernel_size,channels,depth_multiplier)");

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
 * depthwise_conv1d(input (timesteps, channels), kernel (kernel_size, channels,
 * depth_multiplier), bias (channels * depth_multiplier), strides, padding,
 * dilation_rate, activation) -> (out_timesteps, channels * depth_multiplier)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(depthwise_conv1d);
Datum
depthwise_conv1d(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	kernel_and_bias(fcinfo, &call, 3, 2, "depth_multiplier");
	argument_int(fcinfo, 3, &call.arguments, "strides");
	argument_enum(fcinfo, 4, &call.arguments, "padding");
	argument_int(fcinfo, 5, &call.arguments, "dilation_rate");
	argument_enum(fcinfo, 6, &call.arguments, "activation");
	return run_layer(&call, "depthwise_conv1d", PG_GETARG_TENSOR(0));
}

/*
 * separable_conv1d(input (timesteps, channels), depthwise_kernel (kernel_size,
 * channels, depth_multiplier), pointwise_kernel (1, channels *
 * depth_multiplier, filters), bias (filters), strides, padding, dilation_rate,
 * activation) -> (out_timesteps, filters)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(separable_conv1d);
Datum
separable_conv1d(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};
	C1dTensor	depthwise,
				pointwise;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	depthwise = kernel_of_rank(PG_GETARG_TENSOR(1), "depthwise_kernel", 3, "(kernel_size,channels,depth_multiplier)");
	pointwise = kernel_of_rank(PG_GETARG_TENSOR(2), "pointwise_kernel", 3, "(1,channels * depth_multiplier,filters)");
	argument_number(&call.arguments, "kernel_size", depthwise.shape.dim[0]);
	argument_number(&call.arguments, "depth_multiplier", depthwise.shape.dim[2]);
	argument_number(&call.arguments, "filters", pointwise.shape.dim[2]);
	argument_flag(&call.arguments, "use_bias", !PG_ARGISNULL(3));
	call.weights[call.weight_count++] = depthwise;
	call.weights[call.weight_count++] = pointwise;
	if (!PG_ARGISNULL(3))
		call.weights[call.weight_count++] = tensor_view(PG_GETARG_TENSOR(3));
	argument_int(fcinfo, 4, &call.arguments, "strides");
	argument_enum(fcinfo, 5, &call.arguments, "padding");
	argument_int(fcinfo, 6, &call.arguments, "dilation_rate");
	argument_enum(fcinfo, 7, &call.arguments, "activation");
	return run_layer(&call, "separable_conv1d", PG_GETARG_TENSOR(0));
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
