/*
 * src/pg/layer_call.h
 *	  A layer put together from SQL arguments, and run.
 */
#ifndef C1D_PG_LAYER_CALL_H
#define C1D_PG_LAYER_CALL_H

#include "pg/attrs.h"
#include "pg/execute.h"

typedef struct LayerCall
{
	Arguments	arguments;
	C1dTensor	weights[C1D_MAX_WEIGHTS];
	int			weight_count;
} LayerCall;

extern Datum run_layer(LayerCall *call, const char *class_name, const Tensor *input);

#endif
