/*
 * src/pg/tensor_compare.c
 *	  One total order for tensor1d, and hashes that agree with its equality.
 *
 * Elements are compared in row-major order by the rules of PostgreSQL's floats:
 * NaN equals NaN and is greater than any number, -0 equals 0.  When one tensor
 * is the beginning of the other the shorter is less; when all elements are
 * equal the shape decides, rank first.  So equal means: same shape and equal
 * elements.
 */
#include "pg/tensor.h"

#include <math.h>

#include "common/hashfn.h"

/* Elements hashed at a time, in a buffer on the stack. */
#define HASH_CHUNK 1024

static int
compare_floats(float a, float b)
{
	if (isnan(a))
		return isnan(b) ? 0 : 1;
	if (isnan(b))
		return -1;
	return a < b ? -1 : a > b;
}

static int
compare(const Tensor *x, const Tensor *y)
{
	C1dTensor	a = tensor_view(x);
	C1dTensor	b = tensor_view(y);
	int64		size_a = c1d_shape_elements(&a.shape);
	int64		size_b = c1d_shape_elements(&b.shape);

	for (int64 i = 0; i < Min(size_a, size_b); i++)
		if (!(a.data[i] == b.data[i]))
		{
			int			order = compare_floats(a.data[i], b.data[i]);

			if (order != 0)
				return order;
		}
	if (size_a != size_b)
		return size_a < size_b ? -1 : 1;
	if (a.shape.rank != b.shape.rank)
		return a.shape.rank < b.shape.rank ? -1 : 1;
	for (int i = 0; i < a.shape.rank; i++)
		if (a.shape.dim[i] != b.shape.dim[i])
			return a.shape.dim[i] < b.shape.dim[i] ? -1 : 1;
	return 0;
}

/*
 * are_equal
 *		compare() == 0; values of different shapes are told apart by their
 *		headers, without reading the elements.
 */
static bool
are_equal(FunctionCallInfo fcinfo)
{
	C1dShape	a = tensor_shape_of_datum(PG_GETARG_DATUM(0));
	C1dShape	b = tensor_shape_of_datum(PG_GETARG_DATUM(1));

	return c1d_shape_equal(&a, &b) && compare(PG_GETARG_TENSOR(0), PG_GETARG_TENSOR(1)) == 0;
}

/*
 * compare_arguments
 *		Index builds call these many times in one memory context: give back what
 *		detoasting took, like every btree support function.
 */
static int
compare_arguments(FunctionCallInfo fcinfo)
{
	Tensor	   *a = PG_GETARG_TENSOR(0);
	Tensor	   *b = PG_GETARG_TENSOR(1);
	int			order = compare(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_cmp);
Datum
tensor1d_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_arguments(fcinfo));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_eq);
Datum
tensor1d_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(are_equal(fcinfo));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_ne);
Datum
tensor1d_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!are_equal(fcinfo));
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_lt);
Datum
tensor1d_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) < 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_le);
Datum
tensor1d_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) <= 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_gt);
Datum
tensor1d_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) > 0);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_ge);
Datum
tensor1d_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) >= 0);
}

/*
 * hash
 *		Chain the hashes of the shape and of each chunk of elements, every NaN and
 *		zero brought to one form.  A partitioned table depends on it for ever:
 *		never change it.
 */
static uint64
hash(const Tensor *tensor, uint64 seed)
{
	C1dTensor	x = tensor_view(tensor);
	int64		n = c1d_shape_elements(&x.shape);
	uint64		result = hash_bytes_extended((const unsigned char *) tensor->dim,
											 tensor->rank * (int) sizeof(int32), seed);

	for (int64 first = 0; first < n; first += HASH_CHUNK)
	{
		uint32		bits[HASH_CHUNK];
		int			count = (int) Min(n - first, HASH_CHUNK);

		memcpy(bits, x.data + first, (Size) count * sizeof(float));
		for (int i = 0; i < count; i++)
		{
			uint32		magnitude = bits[i] & 0x7FFFFFFF;

			bits[i] = magnitude > 0x7F800000 ? 0x7FC00000 : magnitude == 0 ? 0 : bits[i];
		}
		result = hash_bytes_extended((const unsigned char *) bits, count * (int) sizeof(uint32), result);
	}
	return result;
}

/* With seed 0 the low half of the 64-bit hash must be the 32-bit one. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_hash);
Datum
tensor1d_hash(PG_FUNCTION_ARGS)
{
	Tensor	   *x = PG_GETARG_TENSOR(0);
	uint64		result = hash(x, 0);

	PG_FREE_IF_COPY(x, 0);
	PG_RETURN_UINT32((uint32) result);
}

PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_hash_extended);
Datum
tensor1d_hash_extended(PG_FUNCTION_ARGS)
{
	Tensor	   *x = PG_GETARG_TENSOR(0);
	uint64		result = hash(x, (uint64) PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(x, 0);
	PG_RETURN_UINT64(result);
}
