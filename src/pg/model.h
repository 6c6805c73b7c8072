/*
 * src/pg/model.h
 *	  The varlena behind conv1d_model: a length word and the bytes of
 *	  formats/native.h.
 */
#ifndef C1D_PG_MODEL_H
#define C1D_PG_MODEL_H

#include "pg/tensor.h"

#include "formats/native.h"

typedef struct Model
{
	int32		vl_len_;		/* do not touch directly */
	char		bytes[FLEXIBLE_ARRAY_MEMBER];
} Model;

#define MODEL_BYTES(m) ((int64) VARSIZE(m) - VARHDRSZ)

extern Model *model_from_datum(Datum datum);
extern Model *model_from_graph(const C1dGraph *graph);
extern void model_read(const Model *model, C1dArena *arena, C1dGraph *graph);
extern void model_fingerprint(Datum datum, char result[C1D_FINGERPRINT]);
extern bool model_is_intact(const Model *model);

#define PG_GETARG_MODEL(n) model_from_datum(PG_GETARG_DATUM(n))

#endif
