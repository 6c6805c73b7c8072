/*
 * src/pg/tensor_list.c
 *	  A tensor1d[] in the making.
 *
 * Tensors that are appended lie exactly as they will in the array, which is made
 * of them by copying: at the end there are two copies.  Those that are promised
 * until the end go straight into it.
 */
#include "pg/tensor_list.h"

#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

struct TensorBlock
{
	TensorBlock *next;
	int64		count;
	char	   *tensors;
};

/* size_of: bytes of one tensor of the list, a multiple of its alignment */
static Size
size_of(const TensorList *list)
{
	return TENSOR_HEADER(list->shape.rank) + (Size) c1d_shape_elements(&list->shape) * sizeof(float);
}

/* array_size: of all rows, which the server limits like any value to 1 GB */
static Size
array_size(const TensorList *list)
{
	double		size = ARR_OVERHEAD_WITHNULLS(1, (double) list->rows) + (double) list->tensors * size_of(list);

	if (list->rows > (int64) MaxArraySize || size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("result of %s is too large", list->owner),
				 errdetail("After " INT64_FORMAT " rows it has %.0f MB; a value can have 1024 MB.",
						   list->rows, size / (1024 * 1024)),
				 errhint("Make groups of fewer rows, at most " INT64_FORMAT " here.", list->rows - 1)));
	return (list->null ? ARR_OVERHEAD_WITHNULLS(1, (Size) list->rows) : ARR_OVERHEAD_NONULLS(1)) +
		(Size) list->tensors * size_of(list);
}

/*
 * tensor_list_row
 *		Count one row more, whose tensor will come by tensor_list_extend(), unless
 *		it is NULL.  Raises 54000 as soon as the array would be too large.
 */
void
tensor_list_row(TensorList *list, bool null)
{
	if (null && list->null == NULL)
	{
		list->null_room = Max(64, list->rows * 2);
		list->null = MemoryContextAllocExtended(list->context, (Size) list->null_room,
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	}
	if (list->null && list->rows == list->null_room)
	{
		list->null_room *= 2;
		list->null = repalloc_huge(list->null, (Size) list->null_room);
	}
	if (list->null)
		list->null[list->rows] = null;
	list->rows++;
	list->tensors += !null;
	array_size(list);
}

/*
 * lay_out
 *		Count tensors from memory on; data[i] becomes the elements of the i-th.
 *		Memory that is touched for the first time may take seconds a gigabyte.
 */
static void
lay_out(const TensorList *list, char *memory, int64 count, float **data)
{
	for (int64 i = 0; i < count; i++)
	{
		Tensor	   *tensor = (Tensor *) (memory + i * size_of(list));

		CHECK_FOR_INTERRUPTS();
		tensor_set_header(tensor, &list->shape);
		data[i] = TENSOR_DATA(tensor);
	}
}

/*
 * tensor_list_extend
 *		Append count of the tensors promised; data[i] becomes the address of the
 *		i-th one's elements, which the caller fills in.
 */
void
tensor_list_extend(TensorList *list, int64 count, float **data)
{
	TensorBlock *block = MemoryContextAlloc(list->context, sizeof(TensorBlock));

	*block = (TensorBlock) {.count = count};
	list->blocks.context = list->context;
	block->tensors = blocks_take(&list->blocks, (Size) count * size_of(list));
	lay_out(list, block->tensors, count, data);
	if (list->last)
		list->last->next = block;
	else
		list->first = block;
	list->last = block;
}

/*
 * tensor_list_array
 *		The array, in the current memory context; count tensors are promised and
 *		have not been appended, data[i] becomes the address where the i-th one's
 *		elements belong in it.  The list stays as it is.
 *
 * fcinfo is that of a function declared to return tensor1d[].
 */
Datum
tensor_list_array(const TensorList *list, FunctionCallInfo fcinfo, int64 count, float **data)
{
	Size		size = array_size(list);
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	ArrayType  *array;
	char	   *to;

	if (list->rows == 0)
		return PointerGetDatum(construct_empty_array(type));
	array = large_alloc(CurrentMemoryContext, size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = list->null ? (int32) ARR_OVERHEAD_WITHNULLS(1, list->rows) : 0;
	array->elemtype = type;
	ARR_DIMS(array)[0] = (int) list->rows;
	ARR_LBOUND(array)[0] = 1;
	if (list->null)
	{
		uint8	   *bitmap = ARR_NULLBITMAP(array);

		memset(bitmap, 0, ARR_DATA_PTR(array) - (char *) bitmap);
		for (int64 i = 0; i < list->rows; i++)
			if (!list->null[i])
				bitmap[i / 8] |= (uint8) (1 << i % 8);
	}
	to = ARR_DATA_PTR(array);
	for (const TensorBlock *block = list->first; block; block = block->next)
	{
		CHECK_FOR_INTERRUPTS();
		memcpy(to, block->tensors, (Size) block->count * size_of(list));
		to += (Size) block->count * size_of(list);
	}
	lay_out(list, to, count, data);
	return PointerGetDatum(array);
}
