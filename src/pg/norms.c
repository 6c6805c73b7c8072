/*
 * src/pg/norms.c
 *	  Normalization layers as SQL functions; see layers.c for how they run.
 */
#include "pg/layer_call.h"

/*
 * scale_and_center
 *		gamma and beta from arguments 1 and 2; a null is a layer without.
 */
static void
scale_and_center(FunctionCallInfo fcinfo, LayerCall *call)
{
	argument_flag(&call->arguments, "scale", !PG_ARGISNULL(1));
	argument_flag(&call->arguments, "center", !PG_ARGISNULL(2));
	for (int i = 1; i <= 2; i++)
		if (!PG_ARGISNULL(i))
			call->weights[call->weight_count++] = tensor_view(PG_GETARG_TENSOR(i));
}

/*
 * batch_norm(input (..., channels), gamma (channels), beta (channels), mean
 * (channels), variance (channels), epsilon) -> the shape of input
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(batch_norm);
Datum
batch_norm(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	scale_and_center(fcinfo, &call);
	call.weights[call.weight_count++] = tensor_view(PG_GETARG_TENSOR(3));
	call.weights[call.weight_count++] = tensor_view(PG_GETARG_TENSOR(4));
	argument_double(fcinfo, 5, &call.arguments, "epsilon");
	return run_layer(&call, "batch_norm", PG_GETARG_TENSOR(0));
}

/*
 * layer_norm(input (..., channels), gamma (channels), beta (channels),
 * epsilon) -> the shape of input
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(layer_norm);
Datum
layer_norm(PG_FUNCTION_ARGS)
{
	LayerCall call = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	scale_and_center(fcinfo, &call);
	argument_double(fcinfo, 3, &call.arguments, "epsilon");
	return run_layer(&call, "layer_norm", PG_GETARG_TENSOR(0));
}
