/*
 * src/pg/tensor_rows.h
 *	  One input row of an aggregate that stacks rows along time: a number, an
 *	  array or a tensor, seen as steps of channels.
 *
 * Used by tensor_stack.c and tensor_place.c.
 */
#ifndef C1D_PG_TENSOR_ROWS_H
#define C1D_PG_TENSOR_ROWS_H

#include "pg/tensor.h"

typedef struct Rows
{
	int64		steps;
	int64		channels;
	const float *data;			/* steps x channels */
	float		number;			/* what data points to when it was a number */
} Rows;

/* How argument n of an aggregate's support function becomes rows. */
typedef void (*RowsFrom) (FunctionCallInfo fcinfo, int n, Rows *rows);

/* tensor_stack.c */
extern void rows_from_number(FunctionCallInfo fcinfo, int n, Rows *rows);
extern void rows_from_array(FunctionCallInfo fcinfo, int n, Rows *rows);
extern void rows_from_tensor(FunctionCallInfo fcinfo, int n, Rows *rows);
extern void rows_check_channels(const Rows *rows, int64 channels, int64 steps_so_far);

#endif
