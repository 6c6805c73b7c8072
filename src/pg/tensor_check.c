/*
 * src/pg/tensor_check.c
 *	  The checks that every path into and through tensor1d shares, so that all
 *	  of them refuse the same things with the same words.
 */
#include "pg/tensor.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"

/* tensor_check_shape: c1d_shape_check() that raises. */
void
tensor_check_shape(const C1dShape *shape)
{
	C1dError	err;

	if (!c1d_shape_check(shape, &err))
		c1d_throw(&err);
}

/*
 * tensor_check_same_shape
 *		Refuse two tensors of different shapes; what names the operation.
 */
void
tensor_check_same_shape(const C1dShape *a, const C1dShape *b, const char *what)
{
	char		text_a[C1D_SHAPE_TEXT];
	char		text_b[C1D_SHAPE_TEXT];

	if (c1d_shape_equal(a, b))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("%s needs two tensors of one shape", what),
			 errdetail("The shapes are %s and %s.", c1d_shape_text(a, text_a), c1d_shape_text(b, text_b)),
			 c1d_shape_elements(a) == c1d_shape_elements(b) ?
			 errhint("Both have the same number of elements: reshape() can give them one shape.") :
			 errhint("slice() and channel() cut a tensor, || and concat_channels() extend one.")));
}

/*
 * tensor_shape_from_array
 *		An int[] argument as a checked shape.
 */
C1dShape
tensor_shape_from_array(Datum datum)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	C1dShape	shape = {0};

	if (ARR_ELEMTYPE(array) != INT4OID || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a shape must not contain nulls")));
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] > C1D_MAX_RANK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a shape is a one-dimensional array of 1 to %d sizes", C1D_MAX_RANK)));
	shape.rank = ARR_DIMS(array)[0];
	for (int i = 0; i < shape.rank; i++)
	{
		shape.dim[i] = ((int32 *) ARR_DATA_PTR(array))[i];
		if (shape.dim[i] < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("size %d of a shape must be at least 1, not %d", i + 1, (int) shape.dim[i])));
	}
	tensor_check_shape(&shape);
	return shape;
}

static void __attribute__((noreturn))
out_of_range(double value)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%g is out of range for an element of tensor1d", value)));
}

/*
 * tensor_float4
 *		Round to float32; a finite number must not become infinite, nor one that
 *		is not 0 become 0.
 */
float
tensor_float4(double value)
{
	float		rounded = (float) value;

	if (unlikely(isinf(rounded)) && !isinf(value))
		out_of_range(value);
	if (unlikely(rounded == 0.0f) && value != 0.0)
		out_of_range(value);
	return rounded;
}

/*
 * tensor_no_aggregate
 *		Refuse a call of an aggregate's support function from anywhere but an
 *		aggregate; otherwise set context to the aggregate's.
 */
void
tensor_no_aggregate(FunctionCallInfo fcinfo, MemoryContext *context, const char *function)
{
	if (!AggCheckCallContext(fcinfo, context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s cannot be called outside an aggregate", function)));
}
