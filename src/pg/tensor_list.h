/*
 * src/pg/tensor_list.h
 *	  A tensor1d[] in the making: outputs of one shape, in order, some NULL.
 *
 * The state of predict_agg and predict_windows_agg holds one.
 */
#ifndef C1D_PG_TENSOR_LIST_H
#define C1D_PG_TENSOR_LIST_H

#include "pg/tensor.h"

typedef struct TensorBlock TensorBlock;

typedef struct TensorList
{
	MemoryContext context;
	const char *owner;			/* the aggregate, for messages */
	C1dShape	shape;			/* of each tensor, known before the first one */
	int64		rows;			/* tensors and NULLs promised */
	int64		tensors;		/* of these, tensors */
	bool	   *null;			/* is row i NULL? without any: NULL */
	int64		null_room;
	Blocks		blocks;			/* what the tensors lie in */
	TensorBlock *first;
	TensorBlock *last;
} TensorList;

extern void tensor_list_row(TensorList *list, bool null);
extern void tensor_list_extend(TensorList *list, int64 count, float **data);
extern Datum tensor_list_array(const TensorList *list, FunctionCallInfo fcinfo, int64 count, float **data);

#endif
