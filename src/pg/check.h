/*
 * src/pg/check.h
 *	  The arguments of functions over an input shape and layers, and verdicts
 *	  of the checker as columns.
 */
#ifndef C1D_PG_CHECK_H
#define C1D_PG_CHECK_H

#include "pg/attrs.h"

#include "model/check.h"

extern void require_input_and_layers(FunctionCallInfo fcinfo);
extern C1dLayerText *layers_from_jsonb(Jsonb *jsonb, C1dArena *arena, int *count);
extern void verdict_columns(const C1dVerdict *verdict, Datum values[5], bool nulls[5]);

#endif
