/*
 * src/pg/tensor_bytes.c
 *	  tensor1d <-> raw little-endian numbers, as numpy's tobytes() and torch's
 *	  buffers have them.
 *
 * Types are named as in numpy: f2 f4 f8 are IEEE 754 floats of that many
 * bytes, i2 i4 signed and u1 unsigned integers.  f4 is copied bit for bit;
 * everything else passes through float8, obeying the range rules of every
 * other way into tensor1d and, on the way out, those of the target: a float is
 * rounded, an integer too (half to even), what does not fit is refused.
 */
#include "pg/tensor.h"

#include <math.h>

#include "utils/builtins.h"

typedef struct Dtype
{
	const char *name;
	int			size;
	double		(*decode) (uint64 bits);
	bool		(*encode) (double value, uint64 *bits);		/* false: out of range */
} Dtype;

/* load, store: size bytes, the least significant first. */
static uint64
load(const unsigned char *bytes, int size)
{
	uint64		bits = 0;

	for (int i = 0; i < size; i++)
		bits |= (uint64) bytes[i] << (8 * i);
	return bits;
}

static void
store(unsigned char *bytes, int size, uint64 bits)
{
	for (int i = 0; i < size; i++)
		bytes[i] = (unsigned char) (bits >> (8 * i));
}

/* f2: sign, 5 bits of exponent (bias 15), 10 of fraction */
static double
decode_f2(uint64 bits)
{
	int			exponent = (int) (bits >> 10) & 0x1F;
	double		fraction = (double) (bits & 0x3FF);
	double		value;

	if (exponent == 0x1F)
		value = fraction != 0 ? NAN : INFINITY;
	else if (exponent == 0)
		value = ldexp(fraction, -24);
	else
		value = ldexp(fraction + 1024, exponent - 25);
	return bits & 0x8000 ? -value : value;
}

static bool
encode_f2(double value, uint64 *bits)
{
	uint64		sign = signbit(value) ? 0x8000 : 0;
	double		magnitude = fabs(value);
	int			exponent;
	double		units;

	if (isnan(value))
		*bits = 0x7E00;
	else if (isinf(value))
		*bits = sign | 0x7C00;
	else if (magnitude == 0)
		*bits = sign;
	else
	{
		/* in units of the last place; below 2^-14 all of them are 2^-24 */
		frexp(magnitude, &exponent);
		exponent = Max(exponent - 11, -24);
		units = rint(ldexp(magnitude, -exponent));

		/* counting the units up from 0 is the encoding: rounding up carries */
		*bits = sign | ((uint64) units + ((uint64) (exponent + 24) << 10));
		return units != 0 && (*bits & 0x7FFF) < 0x7C00;
	}
	return true;
}

static double
decode_f8(uint64 bits)
{
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static bool
encode_f8(double value, uint64 *bits)
{
	memcpy(bits, &value, sizeof(value));
	return true;
}

static double
decode_i2(uint64 bits)
{
	return (int16) bits;
}

static double
decode_i4(uint64 bits)
{
	return (int32) bits;
}

static double
decode_u1(uint64 bits)
{
	return (double) bits;
}

/* encode_integer: round half to even and compare with the type's range. */
static bool
encode_integer(double value, double low, double high, uint64 *bits)
{
	double		rounded = rint(value);

	if (!(rounded >= low && rounded <= high))
		return false;
	*bits = (uint64) (int64) rounded;
	return true;
}

static bool
encode_i2(double value, uint64 *bits)
{
	return encode_integer(value, PG_INT16_MIN, PG_INT16_MAX, bits);
}

static bool
encode_i4(double value, uint64 *bits)
{
	return encode_integer(value, PG_INT32_MIN, PG_INT32_MAX, bits);
}

static bool
encode_u1(double value, uint64 *bits)
{
	return encode_integer(value, 0, PG_UINT8_MAX, bits);
}

static const Dtype dtypes[] = {
	{"f4", 4, NULL, NULL},		/* no conversion */
	{"f2", 2, decode_f2, encode_f2},
	{"f8", 8, decode_f8, encode_f8},
	{"i2", 2, decode_i2, encode_i2},
	{"i4", 4, decode_i4, encode_i4},
	{"u1", 1, decode_u1, encode_u1}
};

static const Dtype *
find_dtype(const text *name)
{
	for (int i = 0; i < (int) lengthof(dtypes); i++)
		if (VARSIZE_ANY_EXHDR(name) == strlen(dtypes[i].name) &&
			memcmp(VARDATA_ANY(name), dtypes[i].name, strlen(dtypes[i].name)) == 0)
			return &dtypes[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("dtype of raw bytes is not known"),
			 errhint("It is one of f2, f4, f8, i2, i4, u1.")));
}

/* tensor1d_from_bytes(bytes, shape, dtype) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_from_bytes);
Datum
tensor1d_from_bytes(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	C1dShape	shape = tensor_shape_from_array(PG_GETARG_DATUM(1));
	const Dtype *dtype = find_dtype(PG_GETARG_TEXT_PP(2));
	int64		elements = c1d_shape_elements(&shape);
	const unsigned char *from = (const unsigned char *) VARDATA_ANY(bytes);
	Tensor	   *result;
	float	   *to;

	if ((int64) VARSIZE_ANY_EXHDR(bytes) != elements * dtype->size)
	{
		char		text[C1D_SHAPE_TEXT];

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("number of bytes does not agree with the shape"),
				 errdetail("Shape %s of %s takes %lld bytes, %lld are given.",
						   c1d_shape_text(&shape, text), dtype->name,
						   (long long) (elements * dtype->size), (long long) VARSIZE_ANY_EXHDR(bytes))));
	}
	result = tensor_new(&shape);
	to = TENSOR_DATA(result);
	for (int64 i = 0; i < elements; i++)
	{
		uint64		bits = load(from + i * dtype->size, dtype->size);

		TENSOR_POLL(i);
		if (dtype->decode)
			to[i] = tensor_float4(dtype->decode(bits));
		else
		{
			uint32		word = (uint32) bits;

			memcpy(&to[i], &word, sizeof(word));
		}
	}
	PG_RETURN_TENSOR(result);
}

/* tensor1d_to_bytes(x, dtype) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_to_bytes);
Datum
tensor1d_to_bytes(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	const Dtype *dtype = find_dtype(PG_GETARG_TEXT_PP(1));
	int64		elements = c1d_shape_elements(&x.shape);
	Size		size = VARHDRSZ + (Size) elements * dtype->size;
	bytea	   *result;
	unsigned char *to;

	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("tensor is too large for a bytea of %s", dtype->name)));
	result = palloc(size);
	SET_VARSIZE(result, size);
	to = (unsigned char *) VARDATA(result);
	for (int64 i = 0; i < elements; i++)
	{
		uint64		bits;

		TENSOR_POLL(i);
		if (dtype->encode == NULL)
		{
			uint32		word;

			memcpy(&word, &x.data[i], sizeof(word));
			bits = word;
		}
		else if (!dtype->encode(x.data[i], &bits))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%g is out of range for %s", x.data[i], dtype->name)));
		store(to + i * dtype->size, dtype->size, bits);
	}
	PG_RETURN_BYTEA_P(result);
}
