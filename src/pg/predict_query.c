/*
 * src/pg/predict_query.c
 *	  predict_query(): a model on each row of any query, with bounded memory.
 *
 * The query is read through a cursor, batch by batch, under the snapshot of the
 * statement that calls; the rows go to a tuplestore, which spills to disk at
 * work_mem.  No row is kept anywhere else.
 */
#include "pg/row_batch.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/portal.h"

#include "pg/rows.h"
#include "pg/settings.h"

/*
 * check_query
 *		Refuse whatever is not one statement that only reads and returns rows.
 */
static void
check_query(SPIPlanPtr plan)
{
	List	   *sources = SPI_plan_get_plan_sources(plan);
	const char *why = NULL;

	if (list_length(sources) != 1)
		why = "It must be one statement.";
	else
	{
		CachedPlanSource *source = linitial(sources);
		Query	   *query = list_length(source->query_list) == 1 ? linitial(source->query_list) : NULL;

		if (query == NULL || query->commandType != CMD_SELECT)
			why = "It must be a SELECT, VALUES or TABLE.";
		else if (query->hasModifyingCTE)
			why = "It must not change data in its WITH clause.";
		else if (query->rowMarks != NIL)
			why = "It must not lock rows.";
	}
	if (why != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_CURSOR_DEFINITION),
				 errmsg("predict_query needs a query that only reads"),
				 errdetail("%s", why),
				 errhint("Pass a SELECT whose last column is the tensor, such as 'SELECT id, x FROM t', and write its rows with INSERT ... SELECT ... FROM predict_query(...).")));
}

/* unique_name: one that none of the names before has */
static const char *
unique_name(const char *name, const char *const *before, int count)
{
	const char *unique = name;

	for (int i = 0, n = 2; i < count; i++)
		if (strcmp(unique, before[i]) == 0)
		{
			unique = psprintf("%.*s_%d", pg_mbcliplen(name, strlen(name), NAMEDATALEN - 12), name, n++);
			i = -1;
		}
	return unique;
}

/*
 * list_columns
 *		(id bigint, x tensor1d).  With output, a type, it is the definition list
 *		that is needed: no name twice, the tensor as output.
 */
static char *
list_columns(TupleDesc description, Oid output)
{
	const char **names = palloc((description->natts + 1) * sizeof(char *));
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < description->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(description, i);
		bool		replaced = OidIsValid(output) && i == description->natts - 1;

		names[i] = replaced ? "output" : NameStr(column->attname);
		if (OidIsValid(output))
			names[i] = unique_name(names[i], names, i);
		appendStringInfo(&text, "%s%s %s", i ? ", " : "(", quote_identifier(names[i]),
						 replaced ? format_type_be(output) : format_type_with_typemod(column->atttypid, column->atttypmod));
	}
	appendStringInfoChar(&text, ')');
	return text.data;
}

/*
 * check_columns
 *		The column definition list against the columns of the query: the same
 *		types, and tensor1d in the place of the tensor.
 */
static void
check_columns(TupleDesc query, TupleDesc list, Oid tensor_type)
{
	int			last = query->natts - 1;
	bool		same = query->natts == list->natts;

	if (query->natts == 0 || !is_tensor_like(TupleDescAttr(query, last)->atttypid, tensor_type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the last column of the query is not a tensor"),
				 errdetail("The query returns %s.", query->natts == 0 ? "no columns" : list_columns(query, InvalidOid)),
				 errhint("Put the tensor1d, or an array of numbers, last in the select list.")));
	for (int i = 0; i < query->natts; i++)
		if (i < last && get_typtype(TupleDescAttr(query, i)->atttypid) == TYPTYPE_PSEUDO)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of the query has pseudo-type %s", NameStr(TupleDescAttr(query, i)->attname),
							format_type_be(TupleDescAttr(query, i)->atttypid)),
					 errhint("Cast it to a type that a column can have.")));
		else if (same)
		{
			Form_pg_attribute has = TupleDescAttr(query, i);
			Form_pg_attribute wanted = TupleDescAttr(list, i);

			same = i == last ? wanted->atttypid == tensor_type : wanted->atttypid == has->atttypid &&
				(wanted->atttypmod == -1 || wanted->atttypmod == has->atttypmod);
		}
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the column definition list does not match the columns of the query"),
				 errdetail("The query returns %s, the list says %s.", list_columns(query, InvalidOid), list_columns(list, InvalidOid)),
				 errhint("Write AS t%s.", list_columns(query, tensor_type))));
}

/* What the rows of a query become. */
typedef struct Stream
{
	FunctionCallInfo fcinfo;
	ResultRows	rows;
	RowBatch		batch;
	int64		before;			/* rows of the batches before */
	int32		typmod;			/* of the output */
} Stream;

static char *
name_row(RowBatch *batch, int64 index)
{
	return psprintf("row " INT64_FORMAT " of the query", ((Stream *) batch->owner)->before + index + 1);
}

/* put_rows: the batch, in its order, with the outputs in the place of the inputs */
static void
put_rows(Stream *stream)
{
	RowBatch	   *batch = &stream->batch;
	int			natts = batch->column;
	Datum	   *values = palloc(natts * sizeof(Datum));
	bool	   *nulls = palloc(natts * sizeof(bool));

	for (int64 i = 0; i < batch->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(batch->row[i], batch->description, values, nulls);
		nulls[natts - 1] = batch->y[i] == NULL;
		values[natts - 1] = PointerGetDatum(batch->y[i]);
		if (batch->y[i] != NULL)
		{
			C1dShape	shape = tensor_shape(batch->y[i]);
			C1dError	err;

			if (!tensor_fits_typmod(stream->fcinfo, &shape, stream->typmod, &err))
				c1d_throw(&err);
		}
		result_row(&stream->rows, values, nulls);
	}
	pfree(values);
	pfree(nulls);
	stream->before += batch->count;
}

/*
 * predict_query(model conv1d_model, query text, batch_size int) -> SETOF record
 *		The rows of the query; the last column, a tensor, becomes the model's
 *		output for it, null where it is null.
 *
 * batch_size 0: as many rows as work_mem holds with their outputs, up to 4 MB, so
 * that they are found in a cache; otherwise so many, if conv1d.max_memory holds
 * them.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(predict_query);
Datum
predict_query(PG_FUNCTION_ARGS)
{
	Stream		stream = {.fcinfo = fcinfo};
	RowBatch	   *batch = &stream.batch;
	Model	   *model = model_argument(fcinfo, 0);
	int			batch_size = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2);
	Size		budget = batch_size > 0 ? c1d_max_memory() : Min((Size) work_mem * 1024, BATCH_MOST_BYTES);
	Oid			tensor_type = tensor_type_beside(fcinfo->flinfo->fn_oid);
	int64		rows;
	bool		more;
	TupleDesc	list;
	SPIPlanPtr	plan;
	Portal		portal;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the query is null")));
	if (batch_size < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("batch_size must not be negative"),
				 errhint("0 lets memory decide.")));
	if (get_call_result_type(fcinfo, NULL, &list) != TYPEFUNC_COMPOSITE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("predict_query must be called in FROM, with a column definition list"),
				 errhint("SELECT * FROM predict_query(model, 'SELECT id, x FROM t') AS t(id int, output tensor1d)")));
	stream.rows = result_rows(fcinfo);

	SPI_connect();
	plan = SPI_prepare(text_to_cstring(PG_GETARG_TEXT_PP(1)), 0, NULL);
	if (plan == NULL)
		elog(ERROR, "could not prepare the query: %s", SPI_result_code_string(SPI_result));
	check_query(plan);
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	check_columns(portal->tupDesc, list, tensor_type);
	batch_start(batch, tensor_type, list->natts);
	batch->name_row = name_row;
	batch->owner = &stream;
	stream.typmod = TupleDescAttr(list, list->natts - 1)->atttypmod;

	/* a few rows first, to learn how large they are */
	rows = batch_size > 0 ? Min(batch_size, 16) : 16;
	do
	{
		more = batch_read(batch, portal, rows, budget);
		batch_score(batch, model);
		put_rows(&stream);
		if (batch->count > 0)
			rows = batch_fit(batch_size > 0 ? batch_size : Min(8 * rows, BATCH_MOST_ROWS), budget,
							 (double) batch->bytes / batch->count);
		batch_clear(batch);
	} while (more);
	SPI_cursor_close(portal);
	SPI_finish();
	return (Datum) 0;
}
