/*
 * src/pg/tensor_typmod.c
 *	  The required shape of tensor1d(L,C): packed into an int32, printed, and
 *	  enforced.
 *
 * A typmod is stored in the catalogs for ever, so this numbering is a disk
 * format.  Four free dimensions do not fit in 31 bits; what fits is every shape
 * that people declare.  Write a size as a power of two and a rest below it,
 * 2^w + rest; '*' (any size) has no rest.  The widths w of a shape, one an axis,
 * name a block of 2^(sum of w) consecutive typmods, the rests choose one within.
 * Blocks follow each other in the order of next_block(): by rank, then by the
 * widths read as a number, -1 standing for '*'.  A block exists when the sum of
 * its widths is at most width_budget[rank]; all blocks together take 0.945 of
 * the non-negative int32.
 *
 * So sizes that multiply to less than 2^(budget + 1), '*' counting as 1, always
 * fit: 2^27 at rank 1, 2^25 at rank 2, 2^21 at rank 3, 2^18 at rank 4.
 */
#include "pg/tensor.h"

#include <inttypes.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "formats/tensor_text.h"

/* A size in a typmod's shape that stands for any. */
#define ANY_SIZE 0

static const int width_budget[C1D_MAX_RANK + 1] = {0, 26, 24, 20, 17};

typedef struct Block
{
	int			rank;
	int			width[C1D_MAX_RANK];	/* -1: any size */
	int			bits;			/* log2 of the typmods in it */
} Block;

/*
 * next_block
 *		Step to the following block; false after the last.  Start from {0}.
 */
static bool
next_block(Block *block)
{
	int			axis = block->rank - 1;

	for (;;)
	{
		if (axis < 0)
		{
			if (block->rank == C1D_MAX_RANK)
				return false;
			block->rank++;
			for (int i = 0; i < block->rank; i++)
				block->width[i] = -1;
		}
		else
			block->width[axis]++;

		block->bits = 0;
		for (int i = 0; i < block->rank; i++)
			block->bits += Max(block->width[i], 0);
		if (block->bits <= width_budget[block->rank])
			return true;

		/* this axis is as wide as can be: carry */
		block->width[axis--] = -1;
	}
}

static int
width_of(int64 size)
{
	int			width = -1;

	for (; size > ANY_SIZE; size >>= 1)
		width++;
	return width;
}

/*
 * encode
 *		The typmod of a shape, -1 when there is none.
 */
static int32
encode(const C1dShape *shape)
{
	Block		block = {0};
	int64		base = 0;

	while (next_block(&block))
	{
		bool		same = block.rank == shape->rank;

		for (int i = 0; i < block.rank && same; i++)
			same = block.width[i] == width_of(shape->dim[i]);
		if (same)
		{
			int64		rest = 0;

			for (int i = 0; i < block.rank; i++)
				if (block.width[i] >= 0)
					rest = (rest << block.width[i]) | (shape->dim[i] - (INT64_C(1) << block.width[i]));
			return (int32) (base + rest);
		}
		base += INT64_C(1) << block.bits;
	}
	return -1;
}

/*
 * decode
 *		The shape of a typmod, ANY_SIZE for '*'.  A typmod that no shape has
 *		(a damaged catalog) is refused.
 */
static C1dShape
decode(int32 typmod)
{
	Block		block = {0};
	int64		rest = typmod;
	C1dShape	shape = {0};

	while (next_block(&block))
	{
		if (rest >> block.bits == 0)
		{
			shape.rank = block.rank;
			for (int i = block.rank - 1; i >= 0; i--)
				if (block.width[i] >= 0)
				{
					int64		size = INT64_C(1) << block.width[i];

					shape.dim[i] = size + (rest & (size - 1));
					rest >>= block.width[i];
				}
			return shape;
		}
		rest -= INT64_C(1) << block.bits;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid tensor1d type modifier %d", typmod)));
}

/* shape_text: "(256,1)", "('*',3)", as it is written behind the type's name. */
static char *
shape_text(const C1dShape *shape)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < shape->rank; i++)
	{
		appendStringInfoChar(&text, i ? ',' : '(');
		if (shape->dim[i] == ANY_SIZE)
			appendStringInfoString(&text, "'*'");
		else
			appendStringInfo(&text, "%d", (int) shape->dim[i]);
	}
	appendStringInfoChar(&text, ')');
	return text.data;
}

/* one_size: a type modifier as written: '*' or digits. */
static int64
one_size(const char *word)
{
	int64		size = 0;

	if (strcmp(word, "*") == 0)
		return ANY_SIZE;
	for (const char *c = word; *c; c++)
	{
		if (*c < '0' || *c > '9' || size > C1D_MAX_ELEMENTS)
		{
			size = 0;
			break;
		}
		size = size * 10 + (*c - '0');
	}
	if (size < 1 || size > C1D_MAX_ELEMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid size in the shape of type tensor1d: \"%.64s\"", word),
				 errhint("Write a number from 1 to %" PRId64 ", or '*' for any.", C1D_MAX_ELEMENTS)));
	return size;
}

/*
 * tensor1d_typmod_in
 *		tensor1d(256,1) -> typmod.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_typmod_in);
Datum
tensor1d_typmod_in(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	C1dShape	shape = {0};
	Datum	   *words;
	int			n;
	int32		typmod;

	if (ARR_ELEMTYPE(array) != CSTRINGOID || ARR_NDIM(array) != 1 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid type modifier of tensor1d")));
	deconstruct_array(array, CSTRINGOID, -2, false, TYPALIGN_CHAR, &words, NULL, &n);
	if (n > C1D_MAX_RANK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("type tensor1d has at most %d dimensions, not %d", C1D_MAX_RANK, n)));
	shape.rank = n;
	for (int i = 0; i < n; i++)
		shape.dim[i] = one_size(DatumGetCString(words[i]));

	typmod = encode(&shape);
	if (typmod < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("type tensor1d%s cannot be represented", shape_text(&shape)),
				 errdetail("The sizes of a type of rank %d must multiply to less than %d; '*' counts as 1.",
						   shape.rank, 1 << (width_budget[shape.rank] + 1)),
				 errhint("Write '*' for the largest size, and CHECK (shape(x) = '{...}') for the rest.")));
	PG_RETURN_INT32(typmod);
}

/* tensor1d_typmod_out: typmod -> (256,1) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_typmod_out);
Datum
tensor1d_typmod_out(PG_FUNCTION_ARGS)
{
	C1dShape	shape = decode(PG_GETARG_INT32(0));

	PG_RETURN_CSTRING(shape_text(&shape));
}

/*
 * required_shape
 *		decode(), remembered for the life of the calling expression or column.
 */
static C1dShape
required_shape(FunctionCallInfo fcinfo, int32 typmod)
{
	typedef struct Remembered
	{
		int32		typmod;
		C1dShape	shape;
	} Remembered;
	Remembered *remembered;

	if (fcinfo->flinfo == NULL)
		return decode(typmod);
	remembered = fcinfo->flinfo->fn_extra;
	if (remembered == NULL || remembered->typmod != typmod)
	{
		C1dShape	shape = decode(typmod);

		if (remembered == NULL)
			remembered = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(*remembered));
		remembered->typmod = typmod;
		remembered->shape = shape;
		fcinfo->flinfo->fn_extra = remembered;
	}
	return remembered->shape;
}

/*
 * misfit_hint
 *		A change that makes a value of this shape fit.
 */
static void
misfit_hint(const C1dShape *shape, const C1dShape *wanted, C1dError *err)
{
	int64		elements = 1;
	bool		rest_fits = shape->rank == wanted->rank;
	int64		missing = wanted->dim[0] - shape->dim[0];

	for (int i = 0; i < wanted->rank; i++)
		elements *= wanted->dim[i];
	for (int i = 1; i < shape->rank && rest_fits; i++)
		rest_fits = wanted->dim[i] == ANY_SIZE || wanted->dim[i] == shape->dim[i];

	if (elements == c1d_shape_elements(shape))
	{
		/* the text of wanted is "(256,1)" here, without '*' */
		c1d_hint(err, "It has the right number of elements: reshape(value, %s gives it this shape.", shape_text(wanted) + 1);
	}
	else if (rest_fits && missing < 0)
		c1d_hint(err, "slice(value, 1, %" PRId64 ") cuts it to this length.", wanted->dim[0]);
	else if (rest_fits)
	{
		C1dShape	more = *shape;
		char		text[C1D_SHAPE_TEXT];

		more.dim[0] = missing;
		c1d_shape_text(&more, text);
		text[0] = '{';
		text[strlen(text) - 1] = '}';
		c1d_hint(err, "value || tensor1d_fill('%s', 'NaN') brings it to this length.", text);
	}
	else if (shape->rank == 2 && wanted->rank == 2 && wanted->dim[1] == 1 &&
			 (wanted->dim[0] == ANY_SIZE || missing == 0))
		c1d_hint(err, "channel(value, 1) takes its first channel.");
	else
	{
		char		text[C1D_SHAPE_TEXT];

		c1d_hint(err, "Declare tensor1d%s to hold such values, or tensor1d to hold any.", c1d_shape_text(shape, text));
	}
}

/*
 * tensor_fits_typmod
 *		Compare a shape with what typmod requires, -1 = nothing.  false: err says
 *		how they differ.  fcinfo keeps the decoded typmod in its fn_extra.
 */
bool
tensor_fits_typmod(FunctionCallInfo fcinfo, const C1dShape *shape, int32 typmod, C1dError *err)
{
	C1dShape	wanted;
	bool		fits;
	char		text[C1D_SHAPE_TEXT];

	if (typmod < 0)
		return true;
	wanted = required_shape(fcinfo, typmod);
	fits = shape->rank == wanted.rank;
	for (int i = 0; i < shape->rank && fits; i++)
		fits = wanted.dim[i] == ANY_SIZE || wanted.dim[i] == shape->dim[i];
	if (fits)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "value does not fit type tensor1d%s", shape_text(&wanted));
	c1d_detail(err, "The value has shape %s, the type requires %s.", c1d_shape_text(shape, text), shape_text(&wanted));
	misfit_hint(shape, &wanted, err);
	return false;
}

/*
 * tensor1d_enforce_typmod
 *		The length cast: INSERT, UPDATE, assignment and x::tensor1d(256,1).  Looks
 *		at the header alone and hands the value on as it is stored.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_enforce_typmod);
Datum
tensor1d_enforce_typmod(PG_FUNCTION_ARGS)
{
	C1dShape	shape = tensor_shape_of_datum(PG_GETARG_DATUM(0));
	C1dError	err;

	if (!tensor_fits_typmod(fcinfo, &shape, PG_GETARG_INT32(1), &err))
		c1d_throw(&err);
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}
