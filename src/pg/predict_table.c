/*
 * src/pg/predict_table.c
 *	  CALL predict_table(): a model on each row of a table, in a job that commits
 *	  as it goes and continues where it stopped.
 *
 * A batch is a transaction: read the rows after the last key, run them, write
 * the outputs, record the key.  So whatever ends the job, a row is either
 * written and recorded or neither, and the next call begins with the next row.
 * predict_table_setup.c reads the arguments, predict_table_progress.c keeps the
 * record, predict_table_report.c tells how far it is.
 */
#include "pg/predict_table.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/portal.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "pg/settings.h"

/* Unless batch_size says otherwise a batch takes about so long: what is lost when it is interrupted. */
#define BATCH_MS 500

/* One INSERT takes at most so many bytes of outputs: an array must stay below 1 GB. */
#define MOST_BYTES ((Size) 64 * 1024 * 1024)

static char *
name_row(RowBatch *batch, int64 index)
{
	const Job  *job = batch->owner;
	bool		null;
	Datum		key = SPI_getbinval(batch->row[index], batch->description, 1, &null);

	return psprintf("row of table %s with %s = %s", job->source_name, job->key.name, job_key_short(job, key));
}

static void
say_job(void *arg)
{
	const Job  *job = arg;

	if (job->started != 0)
		errcontext("job \"%s\" of predict_table, which has " INT64_FORMAT " rows committed and can be called again", job->name, job->committed);
}

/* open_source: the rows after the last key */
static Portal
open_source(const Job *job, int64 rows)
{
	const char *key = quote_identifier(job->key.name);
	StringInfoData sql;
	Portal		portal;
	Oid			types[1] = {job->key.base};
	Datum		values[1] = {job->last};
	MemoryContext own = CurrentMemoryContext;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT s.%s, s.%s FROM %s s WHERE s.%s ", key, quote_identifier(job->input), job->source_name, key);
	if (job->begun)
		appendStringInfo(&sql, "%s $1", job->key.greater);
	else
		appendStringInfoString(&sql, "IS NOT NULL");
	appendStringInfo(&sql, " ORDER BY s.%s LIMIT " INT64_FORMAT, key, rows);
	portal = SPI_cursor_open_with_args(NULL, sql.data, job->begun ? 1 : 0, types, values, NULL, true, 0);
	MemoryContextSwitchTo(own);	/* SPI leaves its own, which lives as long as the job */

	/* between two batches the table is not locked */
	job_check_table(job->source, job->source_name);
	if (TupleDescAttr(portal->tupDesc, 0)->atttypid != job->key.type ||
		!is_tensor_like(TupleDescAttr(portal->tupDesc, 1)->atttypid, job->tensor_type))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s has changed while the job ran", job->source_name),
				 errhint("Call predict_table again.")));
	return portal;
}

/* write_part: outputs from start to end */
static void
write_part(const Job *job, const RowBatch *batch, const char *sql, int64 start, int64 end)
{
	int			count = (int) (end - start);
	int			lower = 1;
	Datum	   *keys = palloc(count * sizeof(Datum));
	Datum	   *outputs = palloc(count * sizeof(Datum));
	bool	   *nulls = palloc(count * sizeof(bool));
	Oid			types[2] = {get_array_type(job->key.base), get_array_type(job->tensor_type)};
	Datum		values[2];
	int			result;
	MemoryContext own = CurrentMemoryContext;

	for (int i = 0; i < count; i++)
	{
		keys[i] = SPI_getbinval(batch->row[start + i], batch->description, 1, &nulls[i]);
		outputs[i] = PointerGetDatum(batch->y[start + i]);
	}
	values[0] = PointerGetDatum(construct_md_array(keys, nulls, 1, &count, &lower, job->key.base,
												   job->key.length, job->key.byval, job->key.align));
	for (int i = 0; i < count; i++)
		nulls[i] = batch->y[start + i] == NULL;
	values[1] = PointerGetDatum(construct_md_array(outputs, nulls, 1, &count, &lower, job->tensor_type, -1, false, TYPALIGN_INT));
	result = SPI_execute_with_args(sql, 2, types, values, NULL, false, 0);
	MemoryContextSwitchTo(own);
	if (result != SPI_OK_INSERT && result != SPI_OK_UPDATE)
		elog(ERROR, "could not write the outputs: %s", SPI_result_code_string(result));
	pfree(DatumGetPointer(values[0]));
	pfree(DatumGetPointer(values[1]));
	pfree(keys);
	pfree(outputs);
	pfree(nulls);
}

/* write_outputs: all of a batch; unnest of two arrays is PostgreSQL's own, whatever the search_path */
static void
write_outputs(const Job *job, const RowBatch *batch)
{
	const char *key = quote_identifier(job->key.name);
	const char *output = quote_identifier(job->output);
	const char *sql;
	Size		bytes = 0;
	int64		start = 0;

	if (job->in_place)
		sql = psprintf("UPDATE %s t SET %s = b.y FROM unnest($1, $2) b (k, y) WHERE t.%s %s b.k",
					   job->target_name, output, key, job->key.equal);
	else
		sql = psprintf("INSERT INTO %s (%s, %s) SELECT b.k, b.y FROM unnest($1, $2) b (k, y)", job->target_name, key, output);
	for (int64 i = 0; i < batch->count; i++)
	{
		Size		size = batch->y[i] == NULL ? 0 : VARSIZE(batch->y[i]);

		if (i > start && bytes + size > MOST_BYTES)
		{
			write_part(job, batch, sql, start, i);
			start = i;
			bytes = 0;
		}
		bytes += size;
	}
	if (batch->count > start)
		write_part(job, batch, sql, start, batch->count);
	job_check_table(job->target, job->target_name);
}

/* warn_of_skipped: once a call, for the first of them */
static void
warn_of_skipped(const Job *job, RowBatch *batch, int64 skipped_before)
{
	if (batch->refused > 0 && job->skipped == skipped_before)
		ereport(WARNING,
				(errcode(c1d_sqlstate(batch->refusal.code)),
				 errmsg("predict_table skips rows that do not fit the model, such as the %s", name_row(batch, batch->refused_first)),
				 errdetail("%s", c1d_printable(batch->refusal.message))));
}

/*
 * one_batch
 *		Read, run, write, record: one transaction's work.  False when the source
 *		has no more rows.
 */
static bool
one_batch(Job *job, RowBatch *batch, int64 rows, Size budget, int64 skipped_before)
{
	MemoryContext old = MemoryContextSwitchTo(batch->context);
	Portal		portal = open_source(job, rows);
	bool		more = batch_read(batch, portal, rows, budget);
	bool		null;

	SPI_cursor_close(portal);
	batch_score(batch, job->model);
	if (batch->count > 0)
	{
		write_outputs(job, batch);
		warn_of_skipped(job, batch, skipped_before);
		job_advance(job, SPI_getbinval(batch->row[batch->count - 1], batch->description, 1, &null), batch->count, batch->refused);
	}
	if (!more)
		job_finish(job);
	MemoryContextSwitchTo(old);
	return more;
}

/* commit: what was done is kept, and a new transaction begins */
static void
commit(void)
{
	PopActiveSnapshot();
	SPI_commit();
	SPI_start_transaction();
	PushActiveSnapshot(GetTransactionSnapshot());
}

/* next_rows: how many rows to read after a batch that has taken since start */
static int64
next_rows(const Job *job, const RowBatch *batch, Size budget, TimestampTz start)
{
	long		ms = TimestampDifferenceMilliseconds(start, GetCurrentTimestamp());
	int64		in_time = Max(batch->count * BATCH_MS / Max(ms, 1), 16);

	in_time = Min(in_time, 8 * batch->count);
	return batch_fit(job->batch_size > 0 ? job->batch_size : Min(in_time, BATCH_MOST_ROWS), budget,
					 (double) batch->bytes / batch->count);
}

/* run_job: batch by batch to the end; a snapshot is active before and after */
static void
run_job(Job *job)
{
	RowBatch		batch;
	Size		budget = job->batch_size > 0 ? c1d_max_memory() : (Size) maintenance_work_mem * 1024;
	int64		rows = job->batch_size > 0 ? job->batch_size : 16;
	int64		skipped_before;
	bool		more = true;

	job_begin(job);
	commit();
	skipped_before = job->skipped;
	batch_start(&batch, job->tensor_type, 2);
	batch.name_row = name_row;
	batch.owner = job;
	batch.graph = job->skip ? &job->graph : NULL;
	job_say_begin(job);
	while (more)
	{
		TimestampTz start = GetCurrentTimestamp();

		more = one_batch(job, &batch, rows, budget, skipped_before);
		commit();
		job->committed = job->done;
		if (batch.count > 0)
			rows = next_rows(job, &batch, budget, start);
		batch_clear(&batch);
		if (more)
			job_say_progress(job);
	}
	job_say_end(job);
}

/* refuse_atomic: where nothing can be committed */
static void
refuse_atomic(FunctionCallInfo fcinfo)
{
	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) || castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				 errmsg("predict_table commits, which is not possible here"),
				 errdetail("It was called within BEGIN ... COMMIT, from a function, or below an exception handler."),
				 errhint("CALL it by itself; or use INSERT ... SELECT ... FROM predict_query(...), which is one transaction.")));
}

/*
 * predict_table(model conv1d_model, source regclass, target text, key name,
 *				 input name, output name, progress text, job text,
 *				 batch_size int, on_error text)
 *		Write the model's output for each row of the source that the job has not
 *		seen, in the order of the key.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(predict_table);
Datum
predict_table(PG_FUNCTION_ARGS)
{
	Job			job = {0};
	ErrorContextCallback callback = {.callback = say_job, .arg = &job, .previous = error_context_stack};
	MemoryContext old;

	refuse_atomic(fcinfo);
	PreventCommandIfReadOnly("CALL predict_table");
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	job.context = AllocSetContextCreate(CurrentMemoryContext, "conv1d job", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(job.context);
	PushActiveSnapshot(GetTransactionSnapshot());
	job_arguments(fcinfo, &job);
	job_lock(&job);
	PG_TRY();
	{
		error_context_stack = &callback;
		run_job(&job);
		error_context_stack = callback.previous;
	}
	PG_FINALLY();
	{
		job_say_nothing();
		job_unlock(&job);
	}
	PG_END_TRY();
	PopActiveSnapshot();
	MemoryContextSwitchTo(old);
	SPI_finish();
	PG_RETURN_VOID();
}
