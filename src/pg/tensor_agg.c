/*
 * src/pg/tensor_agg.c
 *	  sum, avg, min and max of tensors, element by element.
 *
 * All of them combine, so they run in parallel workers, on partitions and on
 * shards.  min and max need no state but a tensor.  The state of sum and avg is
 * a double precision[], a type every node can send: count, rank, four
 * dimensions (0 beyond the rank), then one float8 sum an element; the empty
 * array is "no row yet".  Sums of float8 in another order differ by a few units
 * of their 53rd bit, which the final rounding to 24 bits hides unless large
 * values cancelled or the sum lies next to a rounding boundary.
 *
 * Within an aggregate the state is ours and is changed in place; called from
 * elsewhere these functions work on a copy.
 */
#include "pg/tensor.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"

#define STATE_HEADER (2 + C1D_MAX_RANK)

typedef struct SumState
{
	ArrayType  *array;
	double	   *head;			/* count, rank, dimensions */
	C1dShape	shape;
	int64		elements;
	double	   *sums;
} SumState;

/*
 * open_state
 *		Look into a state and check it: anybody can call these functions with
 *		any array.  false: no row yet.
 */
static bool
open_state(ArrayType *array, SumState *state)
{
	int64		n;
	C1dError	err;

	state->array = array;
	if (ARR_NDIM(array) == 0)
		return false;
	n = ARR_DIMS(array)[0];
	if (ARR_NDIM(array) != 1 || n <= STATE_HEADER || ARR_HASNULL(array) || ARR_ELEMTYPE(array) != FLOAT8OID)
		goto bad;
	state->head = (double *) ARR_DATA_PTR(array);
	state->sums = state->head + STATE_HEADER;
	if (!(state->head[0] >= 1) || !(state->head[1] >= 1) || !(state->head[1] <= C1D_MAX_RANK))
		goto bad;
	state->shape.rank = (int) state->head[1];
	for (int i = 0; i < state->shape.rank; i++)
	{
		double		size = state->head[2 + i];

		if (!(size >= 1) || !(size <= C1D_MAX_ELEMENTS))
			goto bad;
		state->shape.dim[i] = (int64) size;
	}
	if (!c1d_shape_check(&state->shape, &err))
		goto bad;
	state->elements = c1d_shape_elements(&state->shape);
	if (n == STATE_HEADER + state->elements)
		return true;
bad:
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid state of an aggregate over tensor1d")));
}

/* new_state: the state of one row; in the caller's memory context. */
static ArrayType *
new_state(const C1dTensor *x)
{
	int64		elements = c1d_shape_elements(&x->shape);
	Size		size = ARR_OVERHEAD_NONULLS(1) + (Size) (STATE_HEADER + elements) * sizeof(double);
	ArrayType  *array;
	double	   *data;

	if (!AllocSizeIsValid(size))
	{
		char		text[C1D_SHAPE_TEXT];

		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("tensor is too large to be summed"),
				 errdetail("The sums of shape %s take more than 1 GB.", c1d_shape_text(&x->shape, text))));
	}
	array = palloc(size);
	memset(array, 0, ARR_OVERHEAD_NONULLS(1) + STATE_HEADER * sizeof(double));
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = (int) (STATE_HEADER + elements);
	ARR_LBOUND(array)[0] = 1;
	data = (double *) ARR_DATA_PTR(array);
	data[0] = 1;
	data[1] = x->shape.rank;
	for (int i = 0; i < x->shape.rank; i++)
		data[2 + i] = (double) x->shape.dim[i];
	for (int64 i = 0; i < elements; i++)
		data[STATE_HEADER + i] = x->data[i];
	return array;
}

/* own_state: argument 0, changeable. */
static ArrayType *
own_state(FunctionCallInfo fcinfo)
{
	return AggCheckCallContext(fcinfo, NULL) ? PG_GETARG_ARRAYTYPE_P(0) : PG_GETARG_ARRAYTYPE_P_COPY(0);
}

/* tensor1d_accum(state, x): transition of sum and avg */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_accum);
Datum
tensor1d_accum(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(1));
	SumState	state;

	if (!open_state(own_state(fcinfo), &state))
		PG_RETURN_ARRAYTYPE_P(new_state(&x));
	tensor_check_same_shape(&state.shape, &x.shape, "the aggregate");
	state.head[0] += 1;
	for (int64 i = 0; i < state.elements; i++)
		state.sums[i] += x.data[i];
	PG_RETURN_ARRAYTYPE_P(state.array);
}

/* tensor1d_combine(state, state) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_combine);
Datum
tensor1d_combine(PG_FUNCTION_ARGS)
{
	SumState	a;
	SumState	b;

	if (!open_state(PG_GETARG_ARRAYTYPE_P(1), &b))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	if (!open_state(own_state(fcinfo), &a))
		PG_RETURN_ARRAYTYPE_P(b.array);
	tensor_check_same_shape(&a.shape, &b.shape, "the aggregate");
	a.head[0] += b.head[0];
	for (int64 i = 0; i < a.elements; i++)
		a.sums[i] += b.sums[i];
	PG_RETURN_ARRAYTYPE_P(a.array);
}

/*
 * finish
 *		The sums, or the sums over the count, as a tensor; NULL without a row.
 */
static Datum
finish(FunctionCallInfo fcinfo, bool average)
{
	SumState	state;
	Tensor	   *result;
	float	   *data;
	double		divisor;

	if (!open_state(PG_GETARG_ARRAYTYPE_P(0), &state))
		PG_RETURN_NULL();
	divisor = average ? state.head[0] : 1;
	result = tensor_new(&state.shape);
	data = TENSOR_DATA(result);
	for (int64 i = 0; i < state.elements; i++)
		data[i] = tensor_float4(state.sums[i] / divisor);
	PG_RETURN_TENSOR(result);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_sum_final);
Datum
tensor1d_sum_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, false);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_avg_final);
Datum
tensor1d_avg_final(PG_FUNCTION_ARGS)
{
	return finish(fcinfo, true);
}

/*
 * extreme
 *		Two tensors of one shape -> a new one, or argument 0 changed in place.
 */
static Tensor *
extreme(FunctionCallInfo fcinfo, C1dTensor *a, C1dTensor *b)
{
	Tensor	   *first = PG_GETARG_TENSOR(0);

	*a = tensor_view(first);
	*b = tensor_view(PG_GETARG_TENSOR(1));
	tensor_check_same_shape(&a->shape, &b->shape, "the aggregate");
	return AggCheckCallContext(fcinfo, NULL) ? first : tensor_new(&a->shape);
}

/* tensor1d_smaller(a, b): per element; NaN is greater than any number. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_smaller);
Datum
tensor1d_smaller(PG_FUNCTION_ARGS)
{
	C1dTensor	a;
	C1dTensor	b;
	Tensor	   *result = extreme(fcinfo, &a, &b);
	float	   *data = TENSOR_DATA(result);
	int64		n = c1d_shape_elements(&a.shape);

	for (int64 i = 0; i < n; i++)
		data[i] = b.data[i] < a.data[i] || a.data[i] != a.data[i] ? b.data[i] : a.data[i];
	PG_RETURN_TENSOR(result);
}

/* tensor1d_larger(a, b): per element; NaN is greater than any number. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_larger);
Datum
tensor1d_larger(PG_FUNCTION_ARGS)
{
	C1dTensor	a;
	C1dTensor	b;
	Tensor	   *result = extreme(fcinfo, &a, &b);
	float	   *data = TENSOR_DATA(result);
	int64		n = c1d_shape_elements(&a.shape);

	for (int64 i = 0; i < n; i++)
		data[i] = b.data[i] > a.data[i] || b.data[i] != b.data[i] ? b.data[i] : a.data[i];
	PG_RETURN_TENSOR(result);
}
