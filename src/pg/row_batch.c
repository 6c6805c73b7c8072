/*
 * src/pg/row_batch.c
 *	  Rows of a cursor that are scored together, and what the functions that do
 *	  so need to know of their arguments.
 *
 * predict_query and predict_table share this and row_batch_run.c.  Memory is what
 * the batch's rows, inputs and outputs take; the caller bounds it by the rows and
 * bytes to read.
 */
#include "pg/row_batch.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * A cursor is read in steps of so many rows, and the bytes are counted between
 * them: should rows suddenly be a thousand times larger, no more than this many
 * are too many.
 */
#define STEP 16

/*
 * tensor_type_beside
 *		The type tensor1d of the extension that a function of ours belongs to:
 *		the one in the same schema.
 */
Oid
tensor_type_beside(Oid function)
{
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("tensor1d"),
									   ObjectIdGetDatum(get_func_namespace(function)));

	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("type tensor1d is not in the schema of its functions")));
	return type;
}

/* is_tensor_like: a tensor1d, a domain over it, or an array that becomes one when it is assigned */
bool
is_tensor_like(Oid type, Oid tensor_type)
{
	Oid			base = getBaseType(type);

	switch (base == tensor_type ? FLOAT4OID : get_element_type(base))
	{
		case FLOAT4OID:
		case FLOAT8OID:
		case INT4OID:
		case NUMERICOID:
			return true;
		default:
			return false;
	}
}

/*
 * model_argument
 *		The model as a copy of our own in the current memory context, because a
 *		toast pointer is good until the end of its transaction only.
 */
Model *
model_argument(FunctionCallInfo fcinfo, int argument)
{
	Model	   *model;
	Model	   *copy;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the model is null"),
				 errhint("Does the query that names the model find its row?")));
	model = PG_GETARG_MODEL(argument);
	copy = palloc(VARSIZE(model));
	memcpy(copy, model, VARSIZE(model));
	return copy;
}

/*
 * batch_start
 *		An empty batch for queries whose tensor is in column, from 1.
 */
void
batch_start(RowBatch *batch, Oid tensor_type, int column)
{
	memset(batch, 0, sizeof(*batch));
	batch->context = AllocSetContextCreate(CurrentMemoryContext, "conv1d rows", ALLOCSET_DEFAULT_SIZES);
	batch->tensors.context = CurrentMemoryContext;
	batch->tensor_type = tensor_type;
	batch->column = column;
}

/* batch_clear: forget the rows; the newest table first, which SPI finds at once */
void
batch_clear(RowBatch *batch)
{
	while (batch->tables > 0)
		SPI_freetuptable(batch->table[--batch->tables]);
	MemoryContextReset(batch->context);
	blocks_reuse(&batch->tensors);
	batch->count = batch->room = batch->table_room = 0;
	batch->row = NULL;
	batch->x = batch->y = NULL;
	batch->table = NULL;
	batch->bytes = 0;
	batch->refused = 0;
	batch->named = NULL;
}

/* batch_say_row: the error context callback of a batch */
void
batch_say_row(void *arg)
{
	RowBatch	   *batch = arg;

	if (batch->named != NULL)
		errcontext("%s", batch->named);
}

/* batch_name_row: what an error is about from now on */
void
batch_name_row(RowBatch *batch, int64 index)
{
	if (batch->name_row == NULL)
		return;
	if (batch->named != NULL)
		pfree(batch->named);
	batch->named = batch->name_row(batch, index);
}

static void *
enlarge(RowBatch *batch, void *array, int64 room, Size size)
{
	if (array == NULL)
		return MemoryContextAllocHuge(batch->context, room * size);
	return repalloc_huge(array, room * size);
}

/* make_room: for so many rows and tables more */
static void
make_room(RowBatch *batch, int64 rows)
{
	if (batch->count + rows > batch->room)
	{
		batch->room = Max(2 * batch->room, batch->count + rows);
		batch->row = enlarge(batch, batch->row, batch->room, sizeof(*batch->row));
		batch->x = enlarge(batch, batch->x, batch->room, sizeof(*batch->x));
		batch->y = enlarge(batch, batch->y, batch->room, sizeof(*batch->y));
	}
	if (batch->tables == batch->table_room)
	{
		batch->table_room = Max(2 * batch->table_room, 16);
		batch->table = enlarge(batch, batch->table, batch->table_room, sizeof(*batch->table));
	}
}

/* add_row: one row more, its tensor out of the toast table or the array */
static void
add_row(RowBatch *batch, HeapTuple row)
{
	int64		index = batch->count++;
	bool		null;
	Datum		value = SPI_getbinval(row, batch->description, batch->column, &null);
	bool		array = getBaseType(SPI_gettypeid(batch->description, batch->column)) != batch->tensor_type;

	batch->row[index] = row;
	batch->x[index] = batch->y[index] = NULL;
	batch->bytes += row->t_len;
	if (null)
		return;
	if (array)
		batch_name_row(batch, index);
	if (array)
		batch->x[index] = tensor_from_array(value);
	else if (VARATT_IS_EXTERNAL(DatumGetPointer(value)))
		batch->x[index] = tensor_copy_of_datum(value, &batch->tensors);
	else
		batch->x[index] = tensor_from_datum(value);
	if ((Pointer) batch->x[index] != DatumGetPointer(value))
		batch->bytes += VARSIZE(batch->x[index]);
}

/*
 * batch_read
 *		Add rows of a cursor until there are most_rows, or most_bytes, of them.
 *
 * False when the cursor has no more.  A snapshot must be active.
 */
bool
batch_read(RowBatch *batch, struct PortalData *portal, int64 most_rows, Size most_bytes)
{
	ErrorContextCallback callback = {.callback = batch_say_row, .arg = batch, .previous = error_context_stack};
	MemoryContext own = CurrentMemoryContext;
	bool		more = true;

	error_context_stack = &callback;
	while (more && batch->count < most_rows && batch->bytes < most_bytes)
	{
		int64		asked = Min(STEP, most_rows - batch->count);
		int64		fetched;

		SPI_cursor_fetch(portal, true, asked);
		fetched = (int64) SPI_processed;
		more = fetched == asked;
		MemoryContextSwitchTo(batch->context);
		make_room(batch, fetched);
		batch->table[batch->tables++] = SPI_tuptable;
		batch->description = SPI_tuptable->tupdesc;
		for (int64 i = 0; i < fetched; i++)
			add_row(batch, SPI_tuptable->vals[i]);
		MemoryContextSwitchTo(own);
		batch->named = NULL;
	}
	error_context_stack = callback.previous;
	return more;
}
