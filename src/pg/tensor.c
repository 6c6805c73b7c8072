/*
 * src/pg/tensor.c
 *	  tensor1d as a type: the value in memory, text and binary I/O.
 *
 * Everything that reads a stored value comes through here, and here its header
 * is checked again: version, rank, flags, dimensions and their product against
 * the length word.  After that the rest of the code trusts the shape.
 */
#include "pg/tensor.h"

#include "access/detoast.h"
#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "port/pg_bswap.h"

#include "formats/tensor_text.h"

/* On the wire: version, rank, flags, then the dimensions and the elements. */
#define WIRE_HEADER 4

static void __attribute__((noreturn))
corrupt(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("corrupt tensor1d value"),
			 errdetail("%s", detail)));
}

/*
 * checked_header
 *		Check the header of a stored value of size bytes, length word included,
 *		and return its shape.  At least TENSOR_HEADER(rank) bytes, or the whole
 *		value when it is shorter, are at hand.
 */
static C1dShape
checked_header(const Tensor *tensor, Size size)
{
	C1dShape	shape = {0};
	int64		elements = 1;

	if (size < TENSOR_HEADER(1))
		corrupt("The value is shorter than its header.");
	if (tensor->version > TENSOR_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("tensor1d value of version %d is not supported", tensor->version),
				 errdetail("This build reads version %d.", TENSOR_VERSION),
				 errhint("The value was written by a newer conv1d; install that version.")));
	if (tensor->version != TENSOR_VERSION)
		corrupt("Its version is 0.");
	if (tensor->rank < 1 || tensor->rank > C1D_MAX_RANK || size < TENSOR_HEADER(tensor->rank))
		corrupt("Its rank is impossible.");
	if (tensor->flags != 0)
		corrupt("A reserved flag is set.");

	shape.rank = tensor->rank;
	for (int i = 0; i < shape.rank; i++)
	{
		shape.dim[i] = tensor->dim[i];
		elements *= shape.dim[i];	/* at most C1D_MAX_ELEMENTS times an int32 */
		if (shape.dim[i] < 1 || elements > C1D_MAX_ELEMENTS)
			corrupt("A dimension is impossible.");
	}
	if (size != TENSOR_HEADER(shape.rank) + (Size) elements * sizeof(float))
		corrupt("Its length does not agree with its dimensions.");
	return shape;
}

/*
 * tensor_set_header
 *		Make a tensor of checked shape of memory that is large enough; its
 *		elements stay as they are.
 */
void
tensor_set_header(Tensor *tensor, const C1dShape *shape)
{
	SET_VARSIZE(tensor, TENSOR_HEADER(shape->rank) + (Size) c1d_shape_elements(shape) * sizeof(float));
	tensor->version = TENSOR_VERSION;
	tensor->rank = (uint8) shape->rank;
	tensor->flags = 0;
	for (int i = 0; i < shape->rank; i++)
		tensor->dim[i] = (int32) shape->dim[i];
}

/*
 * tensor_new
 *		Allocate a tensor with its header filled and its elements not.  The
 *		shape is checked.
 */
Tensor *
tensor_new(const C1dShape *shape)
{
	tensor_check_shape(shape);
	return tensor_of_checked(shape);
}

/* tensor_of_checked: tensor_new() for a shape that has been checked. */
Tensor *
tensor_of_checked(const C1dShape *shape)
{
	Tensor	   *tensor = palloc(TENSOR_HEADER(shape->rank) + (Size) c1d_shape_elements(shape) * sizeof(float));

	tensor_set_header(tensor, shape);
	return tensor;
}

/*
 * tensor_from_datum
 *		Detoast and check.  Read-only: it may point into a shared buffer.
 */
Tensor *
tensor_from_datum(Datum datum)
{
	Tensor	   *tensor = (Tensor *) PG_DETOAST_DATUM(datum);

	checked_header(tensor, VARSIZE(tensor));
	return tensor;
}

/*
 * tensor_shape_of_datum
 *		The shape alone: of a value stored out of line only its first chunk is
 *		read.
 */
C1dShape
tensor_shape_of_datum(Datum datum)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);

	if (!VARATT_IS_EXTENDED(stored))
		return checked_header((Tensor *) stored, VARSIZE(stored));
	return checked_header((Tensor *) PG_DETOAST_DATUM_SLICE(datum, 0, TENSOR_HEADER(C1D_MAX_RANK) - VARHDRSZ),
						  toast_raw_datum_size(datum));
}

/*
 * tensor_steps_of_datum
 *		A new tensor of count indexes of the first axis, from first (0-based) on;
 *		whole is the datum's shape, the range lies within it.  Of a value stored
 *		out of line only the chunks that hold the range are read.
 */
Tensor *
tensor_steps_of_datum(Datum datum, const C1dShape *whole, int64 first, int64 count)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);
	C1dShape	shape = *whole;
	int64		row = c1d_shape_elements(whole) / whole->dim[0];
	Size		offset = TENSOR_HEADER(whole->rank) - VARHDRSZ + (Size) (first * row) * sizeof(float);
	Size		size = (Size) (count * row) * sizeof(float);
	Tensor	   *result;

	shape.dim[0] = count;
	result = tensor_new(&shape);
	if (VARATT_IS_EXTENDED(stored))
	{
		struct varlena *part = PG_DETOAST_DATUM_SLICE(datum, (int32) offset, (int32) size);

		if (VARSIZE(part) != VARHDRSZ + size)
			corrupt("Its length does not agree with its dimensions.");
		memcpy(TENSOR_DATA(result), VARDATA(part), size);
		pfree(part);
	}
	else
		memcpy(TENSOR_DATA(result), VARDATA(stored) + offset, size);
	return result;
}

/*
 * tensor_element_of_datum
 *		Element index (0-based, row-major) of a datum whose shape is whole, read
 *		as tensor_steps_of_datum() does.
 */
float
tensor_element_of_datum(Datum datum, const C1dShape *whole, int64 index)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);
	Size		offset = TENSOR_HEADER(whole->rank) - VARHDRSZ + (Size) index * sizeof(float);
	const char *at = VARDATA(stored) + offset;
	float		element;

	if (VARATT_IS_EXTENDED(stored))
	{
		struct varlena *part = PG_DETOAST_DATUM_SLICE(datum, (int32) offset, (int32) sizeof(float));

		if (VARSIZE(part) != VARHDRSZ + sizeof(float))
			corrupt("Its length does not agree with its dimensions.");
		at = VARDATA(part);
	}
	memcpy(&element, at, sizeof(element));
	return element;
}

/* tensor_view: shape and elements of a checked value, as the core wants them. */
C1dTensor
tensor_view(const Tensor *tensor)
{
	return (C1dTensor) {.shape = tensor_shape(tensor), .data = TENSOR_DATA(tensor)};
}

/* tensor_from_view: a tensor1d with a copy of the floats. */
Tensor *
tensor_from_view(const C1dTensor *view)
{
	Tensor	   *tensor = tensor_new(&view->shape);

	memcpy(TENSOR_DATA(tensor), view->data, c1d_shape_elements(&view->shape) * sizeof(float));
	return tensor;
}

/*
 * tensor1d_in
 *		"[[1,2],[3,4]]" -> tensor1d.  Long literals can be cancelled.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_in);
Datum
tensor1d_in(PG_FUNCTION_ARGS)
{
	const char *literal = PG_GETARG_CSTRING(0);
	int32		typmod = PG_GETARG_INT32(2);
	C1dTensorText text;
	C1dTextState state;
	C1dError	err;
	Tensor	   *result;

	c1d_tensor_text_begin(&text, literal, (int64) strlen(literal));
	while ((state = c1d_tensor_text_scan(&text, &err)) == C1D_TEXT_MORE)
		CHECK_FOR_INTERRUPTS();
	if (state == C1D_TEXT_FAILED || !c1d_shape_check(&text.shape, &err) ||
		!tensor_fits_typmod(fcinfo, &text.shape, typmod, &err))
		return c1d_throw_soft(fcinfo, &err);

	result = tensor_new(&text.shape);
	while ((state = c1d_tensor_text_read(&text, TENSOR_DATA(result), &err)) == C1D_TEXT_MORE)
		CHECK_FOR_INTERRUPTS();
	if (state == C1D_TEXT_FAILED)
		return c1d_throw_soft(fcinfo, &err);
	PG_RETURN_TENSOR(result);
}

/*
 * next_axes
 *		Step index to the next element; returns how many brackets end there.
 */
static int
next_axes(int64 *index, const C1dShape *shape)
{
	int			ended = 0;

	for (int axis = shape->rank - 1; axis >= 0 && ++index[axis] == shape->dim[axis]; axis--)
	{
		index[axis] = 0;
		ended++;
	}
	return ended;
}

/*
 * tensor1d_out
 *		tensor1d -> the shortest text that reads back to the same bits.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_out);
Datum
tensor1d_out(PG_FUNCTION_ARGS)
{
	Tensor	   *tensor = PG_GETARG_TENSOR(0);
	C1dShape	shape = tensor_shape(tensor);
	int64		elements = c1d_shape_elements(&shape);
	const float *data = TENSOR_DATA(tensor);
	int64		index[C1D_MAX_RANK] = {0};
	int			brackets = shape.rank;
	StringInfoData out;

	initStringInfo(&out);
	for (int64 i = 0; i < elements; i++)
	{
		TENSOR_POLL(i);
		enlargeStringInfo(&out, FLOAT_SHORTEST_DECIMAL_LEN + 2 * C1D_MAX_RANK + 1);
		for (int b = 0; b < brackets; b++)
			out.data[out.len++] = '[';
		out.len += float_to_shortest_decimal_bufn(data[i], out.data + out.len);
		brackets = next_axes(index, &shape);
		for (int b = 0; b < brackets; b++)
			out.data[out.len++] = ']';
		if (brackets < shape.rank)
			out.data[out.len++] = ',';
	}
	out.data[out.len] = '\0';
	PG_RETURN_CSTRING(out.data);
}

/* bad_message: every refusal of tensor1d_recv() but the newer version. */
static void __attribute__((noreturn))
bad_message(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary tensor1d"),
			 errdetail("%s", detail)));
}

/*
 * copy_swapped
 *		Copy n 4-byte words between machine and network order; neither side need
 *		be aligned.
 */
static void
copy_swapped(char *to, const char *from, int64 n)
{
	for (int64 i = 0; i < n; i++)
	{
		uint32		word;

		memcpy(&word, from + i * 4, 4);
		word = pg_hton32(word);
		memcpy(to + i * 4, &word, 4);
	}
}

/*
 * tensor1d_recv
 *		Network order -> tensor1d.  What the header promises is compared with
 *		the bytes that are there before anything is allocated.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_recv);
Datum
tensor1d_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int32		typmod = PG_GETARG_INT32(2);
	int64		left = message->len - message->cursor;
	C1dShape	shape = {0};
	C1dError	err;
	int			version;
	int64		elements;
	Tensor	   *result;

	if (left < WIRE_HEADER)
		bad_message("The message ends within the header.");
	version = pq_getmsgbyte(message);
	if (version > TENSOR_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("binary tensor1d of version %d is not supported", version),
				 errdetail("This build reads version %d.", TENSOR_VERSION)));
	shape.rank = pq_getmsgbyte(message);
	if (version != TENSOR_VERSION || shape.rank < 1 || shape.rank > C1D_MAX_RANK)
		bad_message("Version or rank is impossible.");
	if (pq_getmsgint(message, 2) != 0)
		bad_message("A reserved flag is set.");
	left -= WIRE_HEADER;
	if (left < shape.rank * 4)
		bad_message("The message ends within the header.");
	for (int i = 0; i < shape.rank; i++)
		shape.dim[i] = (int32) pq_getmsgint(message, 4);
	left -= shape.rank * 4;
	for (int i = 0; i < shape.rank; i++)
		if (shape.dim[i] < 1)
			bad_message("A dimension is less than 1.");
	tensor_check_shape(&shape);
	elements = c1d_shape_elements(&shape);
	if (left != elements * 4)
		bad_message(left < elements * 4 ? "The message has fewer elements than its header says." :
					"The message has bytes behind the last element.");
	if (!tensor_fits_typmod(fcinfo, &shape, typmod, &err))
		c1d_throw(&err);

	result = tensor_new(&shape);
	copy_swapped((char *) TENSOR_DATA(result), pq_getmsgbytes(message, (int) left), elements);
	PG_RETURN_TENSOR(result);
}

/*
 * tensor1d_send
 *		tensor1d -> version, rank, flags, dimensions, elements, in network order.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_send);
Datum
tensor1d_send(PG_FUNCTION_ARGS)
{
	Tensor	   *tensor = PG_GETARG_TENSOR(0);
	C1dShape	shape = tensor_shape(tensor);
	Size		size = VARSIZE(tensor);		/* its length word is ours */
	bytea	   *result = palloc(size);
	char	   *wire = VARDATA(result);

	SET_VARSIZE(result, size);
	wire[0] = (char) tensor->version;
	wire[1] = (char) tensor->rank;
	wire[2] = wire[3] = 0;
	/* dimensions and elements are one row of 4-byte words */
	copy_swapped(wire + WIRE_HEADER, (const char *) tensor->dim, shape.rank + c1d_shape_elements(&shape));
	PG_RETURN_BYTEA_P(result);
}
