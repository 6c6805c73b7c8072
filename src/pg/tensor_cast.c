/*
 * src/pg/tensor_cast.c
 *	  Casts between tensor1d and arrays of numbers.
 *
 * Array elements are read one by one through the element type, so that every
 * array type obeys the same rules: no nulls, lower bounds 1, 1 to 4 dimensions,
 * no number outside float4.
 */
#include "pg/tensor.h"

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "formats/tensor_text.h"

/* servers before 15 keep this to themselves */
#ifndef MaxArraySize
#define MaxArraySize ((Size) (MaxAllocSize / sizeof(Datum)))
#endif

/*
 * array_shape
 *		The shape of an array that can be a tensor.
 */
static C1dShape
array_shape(ArrayType *array)
{
	C1dShape	shape = {.rank = ARR_NDIM(array)};

	if (ARR_NDIM(array) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("an empty array cannot be a tensor1d")));
	if (ARR_NDIM(array) > C1D_MAX_RANK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("an array of %d dimensions cannot be a tensor1d", ARR_NDIM(array)),
				 errdetail("A tensor has 1 to %d dimensions.", C1D_MAX_RANK)));
	for (int i = 0; i < shape.rank; i++)
	{
		shape.dim[i] = ARR_DIMS(array)[i];
		if (ARR_LBOUND(array)[i] != 1)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("an array whose indexes start at %d cannot be a tensor1d", ARR_LBOUND(array)[i]),
					 errdetail("The indexes of a tensor start at 1."),
					 errhint("The slice (value)[:] of the whole array starts at 1.")));
	}
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an array with nulls cannot be a tensor1d"),
				 errhint("A gap is written NaN: array_replace(value, NULL, 'NaN').")));
	tensor_check_shape(&shape);
	return shape;
}

/* from_numeric: through its text, which is exact. */
static float
from_numeric(Datum value)
{
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, value));
	float		result;
	C1dError	err;

	if (!c1d_text_number(text, (int64) strlen(text), &result, &err))
		c1d_throw(&err);
	pfree(text);
	return result;
}

/*
 * tensor_from_array
 *		An array of real, double precision, integer or numeric as a tensor.
 */
Tensor *
tensor_from_array(Datum datum)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	C1dShape	shape = array_shape(array);
	int64		elements = c1d_shape_elements(&shape);
	Tensor	   *result = tensor_new(&shape);
	float	   *data = TENSOR_DATA(result);
	char	   *at = ARR_DATA_PTR(array);

	switch (ARR_ELEMTYPE(array))
	{
		case FLOAT4OID:
			memcpy(data, at, (Size) elements * sizeof(float));
			break;
		case FLOAT8OID:
			for (int64 i = 0; i < elements; i++)
				data[i] = tensor_float4(((const double *) at)[i]);
			break;
		case INT4OID:
			for (int64 i = 0; i < elements; i++)
				data[i] = (float) ((const int32 *) at)[i];
			break;
		case NUMERICOID:
			for (int64 i = 0; i < elements; i++)
			{
				TENSOR_POLL(i);
				at = (char *) att_align_pointer(at, TYPALIGN_INT, -1, at);
				data[i] = from_numeric(PointerGetDatum(at));
				at = (char *) att_addlength_pointer(at, -1, at);
			}
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("an array of this type cannot be a tensor1d")));
	}
	return result;
}

/* array_to_tensor1d: every array type's cast; the elements' type is in the array. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(array_to_tensor1d);
Datum
array_to_tensor1d(PG_FUNCTION_ARGS)
{
	PG_RETURN_TENSOR(tensor_from_array(PG_GETARG_DATUM(0)));
}

/*
 * new_array
 *		An array of the tensor's shape with its elements not filled.
 */
static ArrayType *
new_array(const C1dShape *shape, Oid type, Size width)
{
	Size		size = ARR_OVERHEAD_NONULLS(shape->rank) + (Size) c1d_shape_elements(shape) * width;
	ArrayType  *array;

	if (!AllocSizeIsValid(size) || (Size) c1d_shape_elements(shape) > MaxArraySize)
	{
		char		text[C1D_SHAPE_TEXT];

		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("tensor is too large for an array"),
				 errdetail("Shape %s has %lld elements.", c1d_shape_text(shape, text),
						   (long long) c1d_shape_elements(shape))));
	}
	array = palloc(size);
	/* the header of a long rank has padding in it */
	memset(array, 0, ARR_OVERHEAD_NONULLS(shape->rank));
	SET_VARSIZE(array, size);
	array->ndim = shape->rank;
	array->elemtype = type;
	for (int i = 0; i < shape->rank; i++)
	{
		ARR_DIMS(array)[i] = (int) shape->dim[i];
		ARR_LBOUND(array)[i] = 1;
	}
	return array;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_to_real_array);
Datum
tensor1d_to_real_array(PG_FUNCTION_ARGS)
{
	Tensor	   *tensor = PG_GETARG_TENSOR(0);
	C1dShape	shape = tensor_shape(tensor);
	ArrayType  *array = new_array(&shape, FLOAT4OID, sizeof(float));

	memcpy(ARR_DATA_PTR(array), TENSOR_DATA(tensor), (Size) c1d_shape_elements(&shape) * sizeof(float));
	PG_RETURN_ARRAYTYPE_P(array);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_to_double_array);
Datum
tensor1d_to_double_array(PG_FUNCTION_ARGS)
{
	Tensor	   *tensor = PG_GETARG_TENSOR(0);
	C1dShape	shape = tensor_shape(tensor);
	int64		elements = c1d_shape_elements(&shape);
	ArrayType  *array = new_array(&shape, FLOAT8OID, sizeof(double));
	double	   *to = (double *) ARR_DATA_PTR(array);
	const float *from = TENSOR_DATA(tensor);

	for (int64 i = 0; i < elements; i++)
		to[i] = from[i];
	PG_RETURN_ARRAYTYPE_P(array);
}
