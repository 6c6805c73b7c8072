/*
 * src/pg/tensor_kept.c
 *	  A large argument, read into memory that is there already.
 *
 * Two blocks of a megabyte a row, one for the argument and one for the result,
 * are more than malloc keeps when both are free: it gives the end of the heap
 * back to the system, which hands it out again, page by page and zeroed, for
 * the next row.  That took a quarter of the time of such a row.  So arguments
 * are read into one block of the backend's, which lives as long as the
 * transaction.
 */
#include "pg/tensor.h"

#include "access/detoast.h"
#include "access/table.h"
#include "access/tableam.h"

/* Larger values are not read so often that it mattered. */
#define MOST_BYTES (64 * 1024 * 1024)

static struct
{
	Tensor	   *tensor;
	Size		size;
}			room;

static void
forget_room(void *arg)
{
	(void) arg;
	room.tensor = NULL;
	room.size = 0;
}

/* room_for: at least size bytes, whose content is lost. */
static Tensor *
room_for(Size size)
{
	if (room.size >= size)
		return room.tensor;
	if (room.tensor == NULL)
	{
		MemoryContextCallback *callback = MemoryContextAllocZero(TopTransactionContext, sizeof(*callback));

		callback->func = forget_room;
		MemoryContextRegisterResetCallback(TopTransactionContext, callback);
		room.tensor = MemoryContextAlloc(TopTransactionContext, size);
	}
	else
		room.tensor = repalloc(room.tensor, size);
	room.size = size;
	return room.tensor;
}

/*
 * tensor_from_datum_kept
 *		tensor_from_datum() for who is done with the tensor before it reads another:
 *		it is good until the next call, and must not be freed.
 */
Tensor *
tensor_from_datum_kept(Datum datum)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(datum);
	struct varatt_external pointer;
	Size		size;
	Relation	toast;
	Tensor	   *tensor;

	if (!VARATT_IS_EXTERNAL_ONDISK(stored))
		return tensor_from_datum(datum);
	size = toast_raw_datum_size(datum);
	if (size > MOST_BYTES || toast_datum_size(datum) < size - VARHDRSZ)
		return tensor_from_datum(datum);	/* very large, or compressed */

	/* as detoast_attr() does it */
	VARATT_EXTERNAL_GET_POINTER(pointer, stored);
	tensor = room_for(size);
	SET_VARSIZE(tensor, size);
	toast = table_open(pointer.va_toastrelid, AccessShareLock);
	table_relation_fetch_toast_slice(toast, pointer.va_valueid, size - VARHDRSZ,
									 0, size - VARHDRSZ, (struct varlena *) tensor);
	table_close(toast, AccessShareLock);
	return tensor_from_datum(PointerGetDatum(tensor));
}
