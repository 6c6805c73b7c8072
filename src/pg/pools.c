/*
 * src/pg/pools.c
 *	  Pooling layers as SQL functions; see layers.c for how they run.
 */
#include "pg/layer_call.h"

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

/* the global and adaptive ones: one argument besides the input */
static Datum
run_global(FunctionCallInfo fcinfo, const char *class_name)
{
	LayerCall call = {0};

	argument_bool(fcinfo, 1, &call.arguments, "keepdims");
	return run_layer(&call, class_name, PG_GETARG_TENSOR(0));
}

static Datum
run_adaptive(FunctionCallInfo fcinfo, const char *class_name)
{
	LayerCall call = {0};

	argument_int(fcinfo, 1, &call.arguments, "output_size");
	return run_layer(&call, class_name, PG_GETARG_TENSOR(0));
}

/* global_max_pool1d(input (timesteps, channels), keepdims) -> (channels), or (1, channels) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(global_max_pool1d);
Datum
global_max_pool1d(PG_FUNCTION_ARGS)
{
	return run_global(fcinfo, "global_max_pool1d");
}

/* global_avg_pool1d(input (timesteps, channels), keepdims) -> (channels), or (1, channels) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(global_avg_pool1d);
Datum
global_avg_pool1d(PG_FUNCTION_ARGS)
{
	return run_global(fcinfo, "global_avg_pool1d");
}

/* adaptive_max_pool1d(input (timesteps, channels), output_size) -> (output_size, channels) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(adaptive_max_pool1d);
Datum
adaptive_max_pool1d(PG_FUNCTION_ARGS)
{
	return run_adaptive(fcinfo, "adaptive_max_pool1d");
}

/* adaptive_avg_pool1d(input (timesteps, channels), output_size) -> (output_size, channels) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(adaptive_avg_pool1d);
Datum
adaptive_avg_pool1d(PG_FUNCTION_ARGS)
{
	return run_adaptive(fcinfo, "adaptive_avg_pool1d");
}
