/*
 * src/pg/tensor_kept.c
 *	  A large argument, read into memory that is there already.
 *
 * Two blocks of a megabyte a row, one for the argument and one for the result,
 * are more than malloc keeps when both are free; see memory.c.  That took a
 * quarter of the time of such a row.  So arguments are read into one block of the
 * backend's, which lives as long as the transaction; those of a batch into the
 * batch's.
 */
#include "pg/tensor.h"

#include "access/detoast.h"
#include "access/table.h"
#include "access/tableam.h"

static Kept room;

/* stored_plain: is it out of line and as it is, so that it can be read into any memory? */
static bool
stored_plain(Datum datum, Size *size)
{
	if (!VARATT_IS_EXTERNAL_ONDISK((struct varlena *) DatumGetPointer(datum)))
		return false;
	*size = toast_raw_datum_size(datum);
	return toast_datum_size(datum) == *size - VARHDRSZ;
}

/* read_stored: such a value of size bytes into memory, as detoast_attr() does it */
static Tensor *
read_stored(Datum datum, Size size, Tensor *tensor)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);
	struct varatt_external pointer;
	Relation	toast;

	VARATT_EXTERNAL_GET_POINTER(pointer, stored);
	SET_VARSIZE(tensor, size);
	toast = table_open(pointer.va_toastrelid, AccessShareLock);
	table_relation_fetch_toast_slice(toast, pointer.va_valueid, size - VARHDRSZ,
									 0, size - VARHDRSZ, (struct varlena *) tensor);
	table_close(toast, AccessShareLock);
	return tensor_from_datum(PointerGetDatum(tensor));
}

/*
 * tensor_from_datum_kept
 *		tensor_from_datum() for who is done with the tensor before it reads another:
 *		it is good until the next call, and must not be freed.
 */
Tensor *
tensor_from_datum_kept(Datum datum)
{
	Size		size;

	if (!stored_plain(datum, &size) || size > KEPT_MOST)
		return tensor_from_datum(datum);
	return read_stored(datum, size, kept_room(&room, size));
}

/*
 * tensor_copy_of_datum
 *		tensor_from_datum() into memory of blocks, without a copy in between where
 *		there need not be one.
 */
Tensor *
tensor_copy_of_datum(Datum datum, Blocks *blocks)
{
	Size		size;
	Tensor	   *tensor;
	Tensor	   *copy;

	if (stored_plain(datum, &size))
		return read_stored(datum, size, blocks_take(blocks, size));
	tensor = tensor_from_datum(datum);
	copy = blocks_take(blocks, VARSIZE(tensor));
	memcpy(copy, tensor, VARSIZE(tensor));
	if ((Pointer) tensor != DatumGetPointer(datum))
		pfree(tensor);
	return copy;
}
