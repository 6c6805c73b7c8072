/*
 * src/pg/steps.c
 *	  Layers that move, repeat or resample steps as SQL functions; see layers.c
 *	  for how they run.
 */
#include "pg/layer_call.h"

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

/*
 * resize1d(input (timesteps, channels), length, mode, align_corners) ->
 * (length, channels)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(resize1d);
Datum
resize1d(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	argument_int(fcinfo, 1, &call.arguments, "length");
	argument_enum(fcinfo, 2, &call.arguments, "mode");
	argument_bool(fcinfo, 3, &call.arguments, "align_corners");
	return run_layer(&call, "resize1d", PG_GETARG_TENSOR(0));
}
