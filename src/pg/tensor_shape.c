/*
 * src/pg/tensor_shape.c
 *	  The same elements in another shape or order: reshape, flatten, permute,
 *	  reverse, ||, concat_channels, tensor1d_fill.
 */
#include "pg/tensor.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"

/* copy_as: the elements of x under another shape of as many elements. */
static Tensor *
copy_as(const Tensor *x, const C1dShape *shape)
{
	Tensor	   *result = tensor_new(shape);

	memcpy(TENSOR_DATA(result), TENSOR_DATA(x), (Size) c1d_shape_elements(shape) * sizeof(float));
	return result;
}

/*
 * int_arguments
 *		The numbers of a VARIADIC int[]; between 1 and C1D_MAX_RANK of them.
 *		false when one is null.
 */
static bool
int_arguments(ArrayType *array, const char *function, C1dShape *numbers)
{
	if (array_contains_nulls(array))
		return false;
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] > C1D_MAX_RANK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s() takes 1 to %d numbers", function, C1D_MAX_RANK)));
	numbers->rank = ARR_DIMS(array)[0];
	for (int i = 0; i < numbers->rank; i++)
		numbers->dim[i] = ((int32 *) ARR_DATA_PTR(array))[i];
	return true;
}

/* numbers_text: "(3,-1)", for messages; a 0 is a 0 here, not any size. */
static const char *
numbers_text(const C1dShape *numbers)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < numbers->rank; i++)
		appendStringInfo(&text, "%c%d", i ? ',' : '(', (int) numbers->dim[i]);
	appendStringInfoChar(&text, ')');
	return text.data;
}

static void __attribute__((noreturn))
cannot_reshape(const C1dShape *from, const C1dShape *to, const char *hint)
{
	char		text[C1D_SHAPE_TEXT];

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("cannot reshape a tensor of %lld elements to %s",
					(long long) c1d_shape_elements(from), numbers_text(to)),
			 errdetail("The tensor has shape %s.", c1d_shape_text(from, text)),
			 errhint("%s", hint)));
}

/*
 * reshape(x, VARIADIC int[])
 *		Another shape for the same elements; one size may be -1: what remains.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(reshape);
Datum
reshape(PG_FUNCTION_ARGS)
{
	Tensor	   *x = PG_GETARG_TENSOR(0);
	C1dShape	from = tensor_shape(x);
	C1dShape	to;
	int64		elements = c1d_shape_elements(&from);
	int64		known = 1;
	int			open = -1;

	if (!int_arguments(PG_GETARG_ARRAYTYPE_P(1), "reshape", &to))
		PG_RETURN_NULL();
	for (int i = 0; i < to.rank; i++)
	{
		if (to.dim[i] == -1 && open < 0)
			open = i;
		else if (to.dim[i] < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cannot reshape to %s", numbers_text(&to)),
					 errdetail("Sizes are at least 1; one of them may be -1: whatever remains.")));
		else if (to.dim[i] > elements / known)
			cannot_reshape(&from, &to, "The sizes must multiply to the number of elements.");
		else
			known *= to.dim[i];
	}
	if (open >= 0 ? elements % known != 0 : elements != known)
		cannot_reshape(&from, &to, open >= 0 ? "The other sizes must divide the number of elements." :
					   "One size may be -1: whatever remains.");
	if (open >= 0)
		to.dim[open] = elements / known;
	PG_RETURN_TENSOR(copy_as(x, &to));
}

/* flatten(x) -> (elements) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(flatten);
Datum
flatten(PG_FUNCTION_ARGS)
{
	Tensor	   *x = PG_GETARG_TENSOR(0);
	C1dShape	from = tensor_shape(x);
	C1dShape	to = c1d_shape1(c1d_shape_elements(&from));

	PG_RETURN_TENSOR(copy_as(x, &to));
}

/*
 * permute(x, VARIADIC int[])
 *		Axis i of the result is axis axes[i] of x, 1-based (numpy's transpose).
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(permute);
Datum
permute(PG_FUNCTION_ARGS)
{
	Tensor	   *x = PG_GETARG_TENSOR(0);
	C1dShape	from = tensor_shape(x);
	C1dShape	axes;
	C1dShape	to = from;
	int64		stride[C1D_MAX_RANK];	/* in x, of axes 1..rank */
	int64		jump[C1D_MAX_RANK] = {0};	/* in x, of the result's axes, the last ones */
	int64		size[C1D_MAX_RANK] = {1, 1, 1, 1};
	int			seen = 0;
	const float *source = TENSOR_DATA(x);
	Tensor	   *result;
	float	   *target;

	if (!int_arguments(PG_GETARG_ARRAYTYPE_P(1), "permute", &axes))
		PG_RETURN_NULL();
	for (int i = 0; i < axes.rank; i++)
		if (axes.dim[i] >= 1 && axes.dim[i] <= from.rank)
			seen |= 1 << (axes.dim[i] - 1);
	if (axes.rank != from.rank || seen != (1 << from.rank) - 1)
	{
		char		text[C1D_SHAPE_TEXT];

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not an order of the axes of a tensor of rank %d",
						numbers_text(&axes), from.rank),
				 errdetail("The tensor has shape %s.", c1d_shape_text(&from, text)),
				 errhint("Name each axis from 1 to %d once.", from.rank)));
	}

	stride[from.rank - 1] = 1;
	for (int i = from.rank - 2; i >= 0; i--)
		stride[i] = stride[i + 1] * from.dim[i + 1];
	for (int i = 0; i < from.rank; i++)
	{
		int			last = C1D_MAX_RANK - from.rank + i;

		to.dim[i] = from.dim[axes.dim[i] - 1];
		size[last] = to.dim[i];
		jump[last] = stride[axes.dim[i] - 1];
	}
	result = tensor_new(&to);
	target = TENSOR_DATA(result);
	for (int64 a = 0; a < size[0]; a++)
		for (int64 b = 0; b < size[1]; b++)
			for (int64 c = 0; c < size[2]; c++)
			{
				const float *row = source + a * jump[0] + b * jump[1] + c * jump[2];

				CHECK_FOR_INTERRUPTS();
				for (int64 d = 0; d < size[3]; d++)
					*target++ = row[d * jump[3]];
			}
	PG_RETURN_TENSOR(result);
}

/* reverse(x): the first axis backwards. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(reverse);
Datum
reverse(PG_FUNCTION_ARGS)
{
	Tensor	   *x = PG_GETARG_TENSOR(0);
	C1dShape	shape = tensor_shape(x);
	int64		row = c1d_shape_elements(&shape) / shape.dim[0];
	Tensor	   *result = tensor_new(&shape);

	for (int64 i = 0; i < shape.dim[0]; i++)
		memcpy(TENSOR_DATA(result) + i * row, TENSOR_DATA(x) + (shape.dim[0] - 1 - i) * row,
			   (Size) row * sizeof(float));
	PG_RETURN_TENSOR(result);
}

/* as_step: a vector beside a tensor of higher rank is one step of it. */
static C1dShape
as_step(C1dShape shape, int rank)
{
	C1dShape	step = {.rank = rank, .dim = {1, 1, 1, 1}};

	if (shape.rank != 1 || rank == 1)
		return shape;
	step.dim[rank - 1] = shape.dim[0];
	return step;
}

/*
 * concat_hint
 *		What to do about two shapes that || cannot join.
 */
static int
concat_hint(const C1dShape *a, const C1dShape *b)
{
	char		text[C1D_SHAPE_TEXT];
	bool		same = a->rank == b->rank;

	if (a->rank == 1 || b->rank == 1)
		return errhint("A vector beside %s needs %lld values: one step.",
					   c1d_shape_text(a->rank == 1 ? b : a, text),
					   (long long) c1d_shape_channels(a->rank == 1 ? b : a));
	for (int i = 0; i < a->rank - 1 && same; i++)
		same = a->dim[i] == b->dim[i];
	return same ? errhint("concat_channels() joins along the last dimension.") :
		errhint("reshape(), slice() and channel() give them shapes that can be joined.");
}

/*
 * a || b
 *		Join along the first axis; a vector is one step more or, beside another
 *		vector, so many elements more.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_concat);
Datum
tensor1d_concat(PG_FUNCTION_ARGS)
{
	Tensor	   *a = PG_GETARG_TENSOR(0);
	Tensor	   *b = PG_GETARG_TENSOR(1);
	C1dShape	shape_a = as_step(tensor_shape(a), b->rank);
	C1dShape	shape_b = as_step(tensor_shape(b), a->rank);
	C1dShape	joined = shape_a;
	Size		size_a = (Size) c1d_shape_elements(&shape_a) * sizeof(float);
	Size		size_b = (Size) c1d_shape_elements(&shape_b) * sizeof(float);
	bool		fits = shape_a.rank == shape_b.rank;
	Tensor	   *result;

	for (int i = 1; i < shape_a.rank && fits; i++)
		fits = shape_a.dim[i] == shape_b.dim[i];
	if (!fits)
	{
		char		text_a[C1D_SHAPE_TEXT];
		char		text_b[C1D_SHAPE_TEXT];

		shape_a = tensor_shape(a);
		shape_b = tensor_shape(b);
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("|| joins tensors that differ in their first dimension only"),
				 errdetail("The shapes are %s and %s.",
						   c1d_shape_text(&shape_a, text_a), c1d_shape_text(&shape_b, text_b)),
				 concat_hint(&shape_a, &shape_b)));
	}
	joined.dim[0] += shape_b.dim[0];
	result = tensor_new(&joined);
	memcpy(TENSOR_DATA(result), TENSOR_DATA(a), size_a);
	memcpy((char *) TENSOR_DATA(result) + size_a, TENSOR_DATA(b), size_b);
	PG_RETURN_TENSOR(result);
}

/*
 * concat_channels(VARIADIC tensor1d[])
 *		Join along the last axis; all other dimensions are the same.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(concat_channels);
Datum
concat_channels(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *values;
	Tensor	  **part;
	int			n;
	C1dShape	joined = {0};
	int64		steps;
	int64		width;
	Tensor	   *result;
	float	   *column;

	if (array_contains_nulls(array))
		PG_RETURN_NULL();
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &values, NULL, &n);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("concat_channels() needs at least one tensor")));
	part = palloc(sizeof(*part) * n);
	for (int i = 0; i < n; i++)
	{
		C1dShape	shape;
		bool		fits;

		part[i] = tensor_from_datum(values[i]);
		shape = tensor_shape(part[i]);
		if (i == 0)
		{
			joined = shape;
			continue;
		}
		fits = shape.rank == joined.rank;
		for (int axis = 0; axis < shape.rank - 1 && fits; axis++)
			fits = shape.dim[axis] == joined.dim[axis];
		if (!fits)
		{
			C1dShape	first = tensor_shape(part[0]);
			char		text_a[C1D_SHAPE_TEXT];
			char		text_b[C1D_SHAPE_TEXT];

			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("concat_channels() joins tensors that differ in their last dimension only"),
					 errdetail("Tensor 1 has shape %s, tensor %d has shape %s.",
							   c1d_shape_text(&first, text_a), i + 1, c1d_shape_text(&shape, text_b)),
					 errhint("reshape() and slice() give them shapes that can be joined; || joins along time.")));
		}
		joined.dim[joined.rank - 1] += c1d_shape_channels(&shape);
	}

	result = tensor_new(&joined);
	width = c1d_shape_channels(&joined);
	steps = c1d_shape_elements(&joined) / width;
	column = TENSOR_DATA(result);
	for (int i = 0; i < n; i++)
	{
		C1dShape	shape = tensor_shape(part[i]);
		int64		own = c1d_shape_channels(&shape);

		for (int64 t = 0; t < steps; t++)
			memcpy(column + t * width, TENSOR_DATA(part[i]) + t * own, (Size) own * sizeof(float));
		column += own;
	}
	PG_RETURN_TENSOR(result);
}

/* tensor1d_fill(shape, value) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_fill);
Datum
tensor1d_fill(PG_FUNCTION_ARGS)
{
	C1dShape	shape = tensor_shape_from_array(PG_GETARG_DATUM(0));
	float		value = PG_GETARG_FLOAT4(1);
	int64		elements = c1d_shape_elements(&shape);
	Tensor	   *result = tensor_new(&shape);
	float	   *data = TENSOR_DATA(result);

	/* in stretches that are vectors; a page that is new takes longer than its floats */
	for (int64 first = 0; first < elements; first += TENSOR_STRETCH)
	{
		int64		end = Min(first + TENSOR_STRETCH, elements);

		CHECK_FOR_INTERRUPTS();
		for (int64 i = first; i < end; i++)
			data[i] = value;
	}
	PG_RETURN_TENSOR(result);
}
