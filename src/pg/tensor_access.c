/*
 * src/pg/tensor_access.c
 *	  Looking at a tensor: shape, element, slice, channel, windows.
 *
 * These are what people call on rows of a long series, so they read no more of
 * a value stored out of line than they need (the type's storage is EXTERNAL:
 * not compressed, so a range can be fetched).
 */
#include "pg/tensor.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"

/* shape(x) -> int[] */
PGDLLEXPORT PG_FUNCTION_INFO_V1(shape);
Datum
shape(PG_FUNCTION_ARGS)
{
	C1dShape	shape = tensor_shape_of_datum(PG_GETARG_DATUM(0));
	Datum		sizes[C1D_MAX_RANK];

	for (int i = 0; i < shape.rank; i++)
		sizes[i] = Int32GetDatum((int32) shape.dim[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(sizes, shape.rank, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* timesteps(x): the first dimension; a vector is one step of features. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(timesteps);
Datum
timesteps(PG_FUNCTION_ARGS)
{
	C1dShape	shape = tensor_shape_of_datum(PG_GETARG_DATUM(0));

	PG_RETURN_INT32(shape.rank == 1 ? 1 : (int32) shape.dim[0]);
}

/* channels(x): the last dimension. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(channels);
Datum
channels(PG_FUNCTION_ARGS)
{
	C1dShape	shape = tensor_shape_of_datum(PG_GETARG_DATUM(0));

	PG_RETURN_INT32((int32) c1d_shape_channels(&shape));
}

/*
 * element(x, VARIADIC int[]) -> real
 *		1-based, one index an axis.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(element);
Datum
element(PG_FUNCTION_ARGS)
{
	Datum		x = PG_GETARG_DATUM(0);
	ArrayType  *indexes = PG_GETARG_ARRAYTYPE_P(1);
	C1dShape	shape = tensor_shape_of_datum(x);
	int64		place = 0;
	char		text[C1D_SHAPE_TEXT];

	if (array_contains_nulls(indexes))
		PG_RETURN_NULL();
	if (ARR_NDIM(indexes) != 1 || ARR_DIMS(indexes)[0] != shape.rank)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("element() of a tensor of rank %d needs %d indexes", shape.rank, shape.rank),
				 errdetail("The tensor has shape %s.", c1d_shape_text(&shape, text))));
	for (int i = 0; i < shape.rank; i++)
	{
		int32		index = ((int32 *) ARR_DATA_PTR(indexes))[i];

		if (index < 1 || index > shape.dim[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("index %d of axis %d is out of range", index, i + 1),
					 errdetail("The tensor has shape %s; indexes start at 1.", c1d_shape_text(&shape, text))));
		place = place * shape.dim[i] + (index - 1);
	}
	PG_RETURN_FLOAT4(tensor_element_of_datum(x, &shape, place));
}

/*
 * slice(x, start, stop, step)
 *		Steps start, start + step ... up to stop, of the first axis; 1-based,
 *		both ends included.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(slice);
Datum
slice(PG_FUNCTION_ARGS)
{
	Datum		x = PG_GETARG_DATUM(0);
	int64		start = PG_GETARG_INT32(1);
	int64		stop = PG_GETARG_INT32(2);
	int64		step = PG_GETARG_INT32(3);
	C1dShape	shape = tensor_shape_of_datum(x);
	char		text[C1D_SHAPE_TEXT];
	Tensor	   *range;
	Tensor	   *result;
	int64		row;

	if (step < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("step of slice() must be at least 1, not %d", (int) step),
				 errhint("reverse() turns a tensor around.")));
	if (start < 1 || stop < start || stop > shape.dim[0])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("slice from %d to %d is out of range", (int) start, (int) stop),
				 errdetail("The tensor has shape %s: its steps are 1 to %lld.",
						   c1d_shape_text(&shape, text), (long long) shape.dim[0])));

	range = tensor_steps_of_datum(x, &shape, start - 1, stop - start + 1);
	if (step == 1)
		PG_RETURN_TENSOR(range);

	row = c1d_shape_elements(&shape) / shape.dim[0];
	shape.dim[0] = (stop - start) / step + 1;
	result = tensor_new(&shape);
	for (int64 i = 0; i < shape.dim[0]; i++)
		memcpy(TENSOR_DATA(result) + i * row, TENSOR_DATA(range) + i * step * row, (Size) row * sizeof(float));
	PG_RETURN_TENSOR(result);
}

/*
 * channel(x, n)
 *		(..., channels) -> (..., 1)
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(channel);
Datum
channel(PG_FUNCTION_ARGS)
{
	Tensor	   *x = PG_GETARG_TENSOR(0);
	int32		n = PG_GETARG_INT32(1);
	C1dShape	shape = tensor_shape(x);
	int64		width = c1d_shape_channels(&shape);
	int64		steps = c1d_shape_elements(&shape) / width;
	const float *from = TENSOR_DATA(x);
	Tensor	   *result;
	float	   *to;
	char		text[C1D_SHAPE_TEXT];

	if (n < 1 || n > width)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("channel %d is out of range", n),
				 errdetail("The tensor has shape %s: its channels are 1 to %lld.",
						   c1d_shape_text(&shape, text), (long long) width)));
	shape.dim[shape.rank - 1] = 1;
	result = tensor_new(&shape);
	to = TENSOR_DATA(result);
	for (int64 i = 0; i < steps; i++)
		to[i] = from[i * width + (n - 1)];
	PG_RETURN_TENSOR(result);
}

typedef struct Windows
{
	Datum		x;
	C1dShape	shape;
	int64		window;
	int64		step;
} Windows;

/*
 * windows(x, window, step) -> SETOF (position, w)
 *		Every whole window; position is the 1-based step it starts at.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(windows);
Datum
windows(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Windows    *state;
	int64		first;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		TupleDesc	row;

		call = SRF_FIRSTCALL_INIT();
		if (PG_GETARG_INT32(1) < 1 || PG_GETARG_INT32(2) < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s of windows() must be at least 1, not %d",
							PG_GETARG_INT32(1) < 1 ? "window" : "step",
							PG_GETARG_INT32(1) < 1 ? PG_GETARG_INT32(1) : PG_GETARG_INT32(2))));
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("windows() must be called where a row is expected")));
		call->tuple_desc = BlessTupleDesc(row);
		state = palloc(sizeof(*state));
		state->x = PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0)));
		state->shape = tensor_shape(tensor_from_datum(state->x));
		state->window = PG_GETARG_INT32(1);
		state->step = PG_GETARG_INT32(2);
		call->user_fctx = state;
		MemoryContextSwitchTo(old);
	}
	call = SRF_PERCALL_SETUP();
	state = call->user_fctx;
	first = (int64) call->call_cntr * state->step;
	if (first + state->window <= state->shape.dim[0])
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = Int32GetDatum((int32) (first + 1));
		values[1] = PointerGetDatum(tensor_steps_of_datum(state->x, &state->shape, first, state->window));
		SRF_RETURN_NEXT(call, HeapTupleGetDatum(heap_form_tuple(call->tuple_desc, values, nulls)));
	}
	SRF_RETURN_DONE(call);
}
