/*
 * src/pg/row_batch.h
 *	  Rows of a query that are scored together: read until they are enough, run
 *	  shape by shape, given back in their order.
 */
#ifndef C1D_PG_ROW_BATCH_H
#define C1D_PG_ROW_BATCH_H

#include "pg/model.h"

#include "access/htup.h"
#include "access/tupdesc.h"

/* of the server */
struct PortalData;
struct SPITupleTable;

typedef struct RowBatch RowBatch;

struct RowBatch
{
	/* set once by batch_start; context is a child of the one current then */
	MemoryContext context;
	int			column;			/* where the tensor is, from 1 */
	Oid			tensor_type;

	/* the caller may set these before the first row is read */
	char	   *(*name_row) (RowBatch *batch, int64 index);	/* for the context of an error */
	void	   *owner;
	const C1dGraph *graph;		/* of the model: rows whose shape it refuses give null */

	/* until batch_clear */
	int64		count;
	HeapTuple  *row;			/* as the query gave it */
	Tensor	  **x;				/* NULL where the input is null */
	Tensor	  **y;				/* NULL where the output is null */
	TupleDesc	description;	/* of row */
	Size		bytes;			/* of rows and inputs; of outputs too once they are there */
	int64		refused;		/* rows whose shape the graph refused */
	int64		refused_first;	/* the first of them */
	C1dError	refusal;		/* and why */

	/* private */
	Blocks		tensors;		/* inputs from toast tables, and outputs */
	int64		room;
	struct SPITupleTable **table;
	int64		tables;
	int64		table_room;
	char	   *named;			/* what an error is about */
};

/* row_batch.c: the rows */
extern void batch_start(RowBatch *batch, Oid tensor_type, int column);
extern bool batch_read(RowBatch *batch, struct PortalData *portal, int64 most_rows, Size most_bytes);
extern void batch_clear(RowBatch *batch);
extern void batch_name_row(RowBatch *batch, int64 index);
extern void batch_say_row(void *batch);
extern Oid	tensor_type_beside(Oid function);
extern bool is_tensor_like(Oid type, Oid tensor_type);
extern Model *model_argument(FunctionCallInfo fcinfo, int argument);

/* row_batch_run.c: the model; more rows than this gain nothing, nor do more bytes */
#define BATCH_MOST_ROWS 8192
#define BATCH_MOST_BYTES ((Size) 4 * 1024 * 1024)

extern void batch_score(RowBatch *batch, const Model *model);
extern int64 batch_fit(int64 most_rows, Size budget, double bytes_a_row);

#endif
