/*
 * src/pg/tensor_arith.c
 *	  + - * / and their friends, in float4.
 *
 * The operands have one shape, or one of them is a number, or a vector of as
 * many values as the other has channels.  The rules of real hold for every
 * element: overflow, a product or quotient that underflows to 0, and division
 * by 0 are errors, NaN and infinities go through.  The loops do not test; the
 * result is looked over afterwards, and only when it holds an infinity, a NaN
 * or a 0 that may matter is every element checked against its operands.
 */
#include "pg/tensor.h"

#include <math.h>

#include "utils/float.h"

typedef enum Operation
{
	ADD,
	SUBTRACT,
	MULTIPLY,
	DIVIDE
} Operation;

/* One operand: a block of elements, repeated to the end of the other. */
typedef struct Operand
{
	const float *data;
	int64		count;
} Operand;

/*
 * run_loop
 *		result[i] = a[i * step_a] op b[i * step_b].  Inlined with constant steps,
 *		so that each becomes a loop that a compiler can vectorise.
 */
static pg_attribute_always_inline void
run_loop(Operation op, const float *a, int step_a, const float *b, int step_b, float *result, int64 n)
{
	switch (op)
	{
		case ADD:
			for (int64 i = 0; i < n; i++)
				result[i] = a[i * step_a] + b[i * step_b];
			break;
		case SUBTRACT:
			for (int64 i = 0; i < n; i++)
				result[i] = a[i * step_a] - b[i * step_b];
			break;
		case MULTIPLY:
			for (int64 i = 0; i < n; i++)
				result[i] = a[i * step_a] * b[i * step_b];
			break;
		case DIVIDE:
			for (int64 i = 0; i < n; i++)
				result[i] = a[i * step_a] / b[i * step_b];
			break;
	}
}

/*
 * is_suspicious
 *		Does a result hold an infinity, a NaN or, where it matters, a 0?
 */
static bool
is_suspicious(Operation op, const float *result, int64 n)
{
	uint32		zero_matters = op == MULTIPLY || op == DIVIDE;
	uint32		found = 0;

	for (int64 i = 0; i < n; i++)
	{
		uint32		bits;

		memcpy(&bits, &result[i], sizeof(bits));
		bits &= 0x7FFFFFFF;
		found |= (bits >= 0x7F800000) | (zero_matters & (bits == 0));
	}
	return found != 0;
}

/* check_element: the rules of float4pl() and its sisters for one element. */
static void
check_element(Operation op, float a, float b, float result)
{
	if (op == DIVIDE && b == 0.0f && !isnan(a))
		float_zero_divide_error();
	if (isinf(result) && !isinf(a) && !isinf(b))
		float_overflow_error();
	if (result == 0.0f && ((op == MULTIPLY && a != 0.0f && b != 0.0f) ||
						   (op == DIVIDE && a != 0.0f && !isinf(b))))
		float_underflow_error();
}

/*
 * combine
 *		a op b, element by element, into a new tensor of this shape; each operand
 *		has as many elements or is repeated.
 */
static Tensor *
combine(Operation op, Operand a, Operand b, const C1dShape *shape)
{
	Tensor	   *tensor = tensor_new(shape);
	float	   *result = TENSOR_DATA(tensor);
	int64		n = c1d_shape_elements(shape);

	if (a.count == n && b.count == n)
		run_loop(op, a.data, 1, b.data, 1, result, n);
	else if (b.count == 1)
		run_loop(op, a.data, 1, b.data, 0, result, n);
	else if (a.count == 1)
		run_loop(op, a.data, 0, b.data, 1, result, n);
	else if (a.count == n)
		for (int64 i = 0; i < n; i += b.count)
			run_loop(op, a.data + i, 1, b.data, 1, result + i, b.count);
	else
		for (int64 i = 0; i < n; i += a.count)
			run_loop(op, a.data, 1, b.data + i, 1, result + i, a.count);

	if (is_suspicious(op, result, n))
		for (int64 i = 0, in_a = 0, in_b = 0; i < n; i++)
		{
			check_element(op, a.data[in_a], b.data[in_b], result[i]);
			in_a = in_a + 1 < a.count ? in_a + 1 : 0;
			in_b = in_b + 1 < b.count ? in_b + 1 : 0;
		}
	return tensor;
}

/* tensor op tensor: one shape, or one a vector of the other's channels. */
static Tensor *
combine_tensors(Operation op, FunctionCallInfo fcinfo)
{
	C1dTensor	a = tensor_view(PG_GETARG_TENSOR(0));
	C1dTensor	b = tensor_view(PG_GETARG_TENSOR(1));
	int64		channels_a = c1d_shape_channels(&a.shape);
	int64		channels_b = c1d_shape_channels(&b.shape);
	bool		a_is_wide = a.shape.rank > 1;
	char		text_a[C1D_SHAPE_TEXT];
	char		text_b[C1D_SHAPE_TEXT];

	if (c1d_shape_equal(&a.shape, &b.shape) ||
		(channels_a == channels_b && (a.shape.rank == 1 || b.shape.rank == 1)))
	{
		Operand		left = {a.data, c1d_shape_elements(&a.shape)};
		Operand		right = {b.data, c1d_shape_elements(&b.shape)};

		return combine(op, left, right, a_is_wide ? &a.shape : &b.shape);
	}
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("the shapes of the operands do not match"),
			 errdetail("The left one is %s, the right one %s.",
					   c1d_shape_text(&a.shape, text_a), c1d_shape_text(&b.shape, text_b)),
			 a.shape.rank == 1 && b.shape.rank == 1 ?
			 errhint("Both need one shape, or one is a number.") :
			 errhint("Both need one shape, or one is a number, or a vector of %lld values (one a channel).",
					 (long long) (a_is_wide ? channels_a : channels_b))));
}

static Tensor *
combine_right_number(Operation op, FunctionCallInfo fcinfo)
{
	C1dTensor	a = tensor_view(PG_GETARG_TENSOR(0));
	float		number = tensor_float4(PG_GETARG_FLOAT8(1));
	Operand		left = {a.data, c1d_shape_elements(&a.shape)};
	Operand		right = {&number, 1};

	return combine(op, left, right, &a.shape);
}

static Tensor *
combine_left_number(Operation op, FunctionCallInfo fcinfo)
{
	float		number = tensor_float4(PG_GETARG_FLOAT8(0));
	C1dTensor	b = tensor_view(PG_GETARG_TENSOR(1));
	Operand		left = {&number, 1};
	Operand		right = {b.data, c1d_shape_elements(&b.shape)};

	return combine(op, left, right, &b.shape);
}

/* The twelve SQL functions behind the four operators. */
#define OPERATOR_FUNCTION(name, operands, operation) \
	PGDLLEXPORT PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_TENSOR(combine_##operands(operation, fcinfo)); \
	}

OPERATOR_FUNCTION(tensor1d_add, tensors, ADD)
OPERATOR_FUNCTION(tensor1d_subtract, tensors, SUBTRACT)
OPERATOR_FUNCTION(tensor1d_multiply, tensors, MULTIPLY)
OPERATOR_FUNCTION(tensor1d_divide, tensors, DIVIDE)
OPERATOR_FUNCTION(tensor1d_add_number, right_number, ADD)
OPERATOR_FUNCTION(tensor1d_subtract_number, right_number, SUBTRACT)
OPERATOR_FUNCTION(tensor1d_multiply_number, right_number, MULTIPLY)
OPERATOR_FUNCTION(tensor1d_divide_number, right_number, DIVIDE)
OPERATOR_FUNCTION(tensor1d_number_add, left_number, ADD)
OPERATOR_FUNCTION(tensor1d_number_subtract, left_number, SUBTRACT)
OPERATOR_FUNCTION(tensor1d_number_multiply, left_number, MULTIPLY)
OPERATOR_FUNCTION(tensor1d_number_divide, left_number, DIVIDE)

/* -x */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_negate);
Datum
tensor1d_negate(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	Tensor	   *result = tensor_new(&x.shape);
	float	   *data = TENSOR_DATA(result);
	int64		n = c1d_shape_elements(&x.shape);

	for (int64 i = 0; i < n; i++)
		data[i] = -x.data[i];
	PG_RETURN_TENSOR(result);
}

/* tensor1d_abs(x) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_abs);
Datum
tensor1d_abs(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	Tensor	   *result = tensor_new(&x.shape);
	float	   *data = TENSOR_DATA(result);
	int64		n = c1d_shape_elements(&x.shape);

	for (int64 i = 0; i < n; i++)
		data[i] = fabsf(x.data[i]);
	PG_RETURN_TENSOR(result);
}

/* fill_nan(x, value): every NaN becomes value. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(fill_nan);
Datum
fill_nan(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	float		value = tensor_float4(PG_GETARG_FLOAT8(1));
	Tensor	   *result = tensor_new(&x.shape);
	float	   *data = TENSOR_DATA(result);
	int64		n = c1d_shape_elements(&x.shape);

	for (int64 i = 0; i < n; i++)
		data[i] = x.data[i] == x.data[i] ? x.data[i] : value;
	PG_RETURN_TENSOR(result);
}
