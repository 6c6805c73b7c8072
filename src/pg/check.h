/*
 * src/pg/check.h
 *	  The arguments of functions that take an input shape and layers.
 */
#ifndef C1D_PG_CHECK_H
#define C1D_PG_CHECK_H

#include "pg/attrs.h"

#include "model/graph.h"

extern void require_input_and_layers(FunctionCallInfo fcinfo);
extern C1dLayerText *layers_from_jsonb(Jsonb *jsonb, int *count);

#endif
