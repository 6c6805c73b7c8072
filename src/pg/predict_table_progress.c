/*
 * src/pg/predict_table_progress.c
 *	  How far a job of predict_table is: a row of a table that the user names,
 *	  and the lock that keeps a job to one session.
 *
 * The row changes in the transaction that writes the outputs, so both are there
 * after a crash or neither is.  The lock belongs to the session, because it must
 * outlive the commits between batches; the server lets go of it when the session
 * ends in any way.
 */
#include "pg/predict_table.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

/*
 * Advisory locks have a name space of their own for each kind of key: SQL takes
 * 1 (bigint) and 2 (two integers).  Nobody takes this one by chance.
 */
#define JOB_LOCK 3

/* What a job must be called with again, as it stands in the row. */
#define SETTINGS 6
static const char *const setting[SETTINGS] = {"source", "target", "key", "input", "output", "model"};

/* The progress table, as it is created and as it must be found. */
static const struct
{
	const char *name;
	Oid			type;
	const char *constraint;
}			progress_column[] = {
	{"job", TEXTOID, " PRIMARY KEY"},
	{"source", TEXTOID, " NOT NULL"},
	{"target", TEXTOID, " NOT NULL"},
	{"key", TEXTOID, " NOT NULL"},
	{"input", TEXTOID, " NOT NULL"},
	{"output", TEXTOID, " NOT NULL"},
	{"model", TEXTOID, " NOT NULL"},
	{"last_key", TEXTOID, ""},
	{"rows_done", INT8OID, " NOT NULL"},
	{"rows_skipped", INT8OID, " NOT NULL"},
	{"rows_expected", INT8OID, ""},
	{"pid", INT4OID, ""},
	{"started", TIMESTAMPTZOID, ""},
	{"updated", TIMESTAMPTZOID, ""},
	{"finished", TIMESTAMPTZOID, ""},
};

static char *
column_type(int column)
{
	return format_type_extended(progress_column[column].type, -1, FORMAT_TYPE_FORCE_QUALIFY);
}

/*
 * job_check_progress
 *		Refuse a table that is not one of ours before anything is read from it.
 */
void
job_check_progress(const Job *job, Oid progress)
{
	for (int i = 0; i < (int) lengthof(progress_column); i++)
	{
		AttrNumber	column = get_attnum(progress, progress_column[i].name);

		if (column <= 0 || get_atttype(progress, column) != progress_column[i].type)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("table %s is not a progress table", job->progress_name),
					 errdetail("It has no column \"%s\" of type %s.", progress_column[i].name,
							   format_type_be(progress_column[i].type)),
					 errhint("Name one that does not exist yet with progress => '...'; predict_table creates it.")));
	}
}

static void
settings_of(const Job *job, const char *values[SETTINGS])
{
	values[0] = job->source_name;
	values[1] = job->target_name;
	values[2] = job->key.name;
	values[3] = job->input;
	values[4] = job->output;
	values[5] = job->fingerprint;
}

static void
set_lock(LOCKTAG *lock, const char *what)
{
	uint64		hash = DatumGetUInt64(hash_any_extended((const unsigned char *) what, (int) strlen(what), 0));

	SET_LOCKTAG_ADVISORY(*lock, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash, JOB_LOCK);
}

/*
 * job_lock
 *		Make this session the job's only one, until job_unlock.
 */
void
job_lock(Job *job)
{
	set_lock(&job->lock, psprintf("%s %s", job->progress_name, job->name));
	if (LockAcquire(&job->lock, ExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("job \"%s\" is running in another session", job->name),
				 errhint("Watch it with SELECT * FROM %s, or name this one differently: job => '...'.", job->progress_name)));
}

void
job_unlock(const Job *job)
{
	LockRelease(&job->lock, ExclusiveLock, true);
}

/* pin_formats: a key's text shall mean the same in every session, whatever that has set */
static int
pin_formats(void)
{
	int			level = NewGUCNestLevel();

	set_config_option("datestyle", "ISO", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	set_config_option("intervalstyle", "postgres", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	set_config_option("extra_float_digits", "3", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* job_key_text: a key as the row holds it */
char *
job_key_text(const Job *job, Datum key)
{
	Oid			function;
	bool		varlena;
	int			level = pin_formats();
	char	   *text;

	getTypeOutputInfo(job->key.base, &function, &varlena);
	text = OidOutputFunctionCall(function, key);
	AtEOXact_GUC(true, level);
	return text;
}

/* job_key_short: a key for a message, which echoes no more than 64 bytes */
char *
job_key_short(const Job *job, Datum key)
{
	char	   *text = job_key_text(job, key);

	text[pg_mbcliplen(text, strlen(text), C1D_ECHO)] = '\0';
	return text;
}

static Datum
key_from_text(const Job *job, char *text)
{
	Oid			function;
	Oid			parameter;
	int			level = pin_formats();
	Datum		key;

	getTypeInputInfo(job->key.base, &function, &parameter);
	key = OidInputFunctionCall(function, text, parameter, -1);
	AtEOXact_GUC(true, level);
	return key;
}

/* set_last: remember a key beyond its transaction */
static void
set_last(Job *job, Datum last)
{
	MemoryContext old = MemoryContextSwitchTo(job->context);

	if (job->begun && !job->key.byval)
		pfree(DatumGetPointer(job->last));
	if (job->key.length == -1)
		last = PointerGetDatum(PG_DETOAST_DATUM_COPY(last));
	else
		last = datumCopy(last, job->key.byval, job->key.length);
	job->last = last;
	job->begun = true;
	MemoryContextSwitchTo(old);
}

static void
run(const char *sql, int expected)
{
	int			result = SPI_execute(sql, false, 0);

	if (result != expected)
		elog(ERROR, "predict_table: unexpected %s", SPI_result_code_string(result));
}

/*
 * create_progress
 *		The progress table.  Two jobs that start together must not both create it.
 */
static void
create_progress(const Job *job)
{
	LOCKTAG		lock;
	StringInfoData sql;

	set_lock(&lock, job->progress_name);
	(void) LockAcquire(&lock, ExclusiveLock, false, false);
	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE IF NOT EXISTS %s (", job->progress_name);
	for (int i = 0; i < (int) lengthof(progress_column); i++)
		appendStringInfo(&sql, "%s%s %s%s", i ? ", " : "", progress_column[i].name, column_type(i), progress_column[i].constraint);
	appendStringInfoChar(&sql, ')');
	run(sql.data, SPI_OK_UTILITY);
	run(psprintf("COMMENT ON TABLE %s IS 'how far each job of predict_table is'", job->progress_name), SPI_OK_UTILITY);
}

/* add_job: its row, at the very beginning; one that has written nothing may be called otherwise */
static void
add_job(const Job *job)
{
	const char *values[SETTINGS];
	Oid			types[SETTINGS + 1];
	Datum		arguments[SETTINGS + 1];

	settings_of(job, values);
	for (int i = 0; i <= SETTINGS; i++)
	{
		types[i] = TEXTOID;
		arguments[i] = CStringGetTextDatum(i < SETTINGS ? values[i] : job->name);
	}
	if (SPI_execute_with_args(psprintf("DELETE FROM %s WHERE job OPERATOR(pg_catalog.=) $1", job->progress_name),
							  1, &types[SETTINGS], &arguments[SETTINGS], NULL, false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not forget the job");
	if (SPI_execute_with_args(psprintf("INSERT INTO %s (source, target, key, input, output, model, job, rows_done, rows_skipped) "
									   "VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)", job->progress_name),
							  SETTINGS + 1, types, arguments, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not record the job");
}

/* same_job: refuse to go on with a job that was begun otherwise */
static void
same_job(const Job *job, HeapTuple row, TupleDesc columns)
{
	const char *values[SETTINGS];

	settings_of(job, values);
	for (int i = 0; i < SETTINGS; i++)
	{
		const char *was = SPI_getvalue(row, columns, i + 1);

		if (was != NULL && strcmp(was, values[i]) == 0)
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("job \"%s\" was begun with another %s", job->name, setting[i]),
				 i == SETTINGS - 1 ? errdetail("The model's fingerprint was %s and is now %s.", was ? was : "null", values[i]) :
				 errdetail("The %s was %s and is now %s.", setting[i], was ? was : "null", values[i]),
				 errhint("Give the new job a name (job => '...') and a target of its own; or forget the old one with DELETE FROM %s WHERE job = %s, and empty its target.",
						 job->progress_name, quote_literal_cstr(job->name))));
	}
}

/*
 * target_kept
 *		A job that is under way finds its rows in the target.  To go on after
 *		somebody has emptied it would leave the first part out.
 */
static void
target_kept(const Job *job)
{
	if (job->done == 0 || job->in_place)
		return;

	/* who may only add rows, or not see all of them, must be trusted */
	if (pg_class_aclcheck(job->target, GetUserId(), ACL_SELECT) != ACLCHECK_OK ||
		check_enable_rls(job->target, InvalidOid, true) == RLS_ENABLED)
		return;
	if (SPI_execute(psprintf("SELECT FROM %s LIMIT 1", job->target_name), true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the target");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("job \"%s\" has written " INT64_FORMAT " rows, but its target %s is empty", job->name, job->done, job->target_name),
				 errhint("To begin again: DELETE FROM %s WHERE job = %s", job->progress_name, quote_literal_cstr(job->name))));
}

/*
 * keys_present: see that no key is null, even where NOT NULL is declared, since a
 * constraint may be NOT VALID; the index finds it at once
 */
static void
keys_present(const Job *job)
{
	if (SPI_execute(psprintf("SELECT FROM %s s WHERE s.%s IS NULL LIMIT 1", job->source_name, quote_identifier(job->key.name)),
					true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the source");
	if (SPI_processed > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("%s has a row whose key \"%s\" is null", job->source_name, job->key.name),
				 errdetail("A row without a key would never be read.")));
}

/*
 * job_begin
 *		Create what is missing and find out how far the job is.
 */
void
job_begin(Job *job)
{
	Oid			types[2] = {TEXTOID, INT8OID};
	Datum		values[2] = {CStringGetTextDatum(job->name), Int64GetDatum(job->expected)};
	HeapTuple	row = NULL;
	TupleDesc	columns = NULL;
	bool		null;

	if (!OidIsValid(job->target))
		job_create_target(job);
	if (job->progress_missing)
		create_progress(job);
	if (SPI_execute_with_args(psprintf("SELECT source, target, key, input, output, model, last_key, rows_done, rows_skipped "
									   "FROM %s WHERE job OPERATOR(pg_catalog.=) $1", job->progress_name),
							  1, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the progress table");
	if (SPI_processed > 1)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("job \"%s\" is " UINT64_FORMAT " times in table %s", job->name, (uint64) SPI_processed, job->progress_name),
				 errdetail("Nobody knows which of its rows to go on from."),
				 errhint("Remove the wrong ones, and ALTER TABLE %s ADD PRIMARY KEY (job).", job->progress_name)));
	if (SPI_processed == 1)
	{
		row = SPI_tuptable->vals[0];
		columns = SPI_tuptable->tupdesc;
		job->done = DatumGetInt64(SPI_getbinval(row, columns, 8, &null));
	}
	if (job->done == 0)
		add_job(job);
	else
	{
		char	   *last = SPI_getvalue(row, columns, 7);

		same_job(job, row, columns);
		job->skipped = DatumGetInt64(SPI_getbinval(row, columns, 9, &null));
		if (last != NULL)
			set_last(job, key_from_text(job, last));
	}
	job->done_before = job->committed = job->done;
	target_kept(job);
	keys_present(job);
	if (SPI_execute_with_args(psprintf("UPDATE %s SET rows_expected = $2, pid = pg_catalog.pg_backend_pid(), "
									   "started = pg_catalog.clock_timestamp(), finished = NULL "
									   "WHERE job OPERATOR(pg_catalog.=) $1", job->progress_name),
							  2, types, values, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not record the job");
}

/* progress_lost: the row is not as this session has left it */
static void __attribute__((noreturn))
progress_lost(const Job *job)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_IN_USE),
			 errmsg("the progress of job \"%s\" was changed by somebody else", job->name),
			 errdetail("Its row in %s is gone, or says another number of rows.", job->progress_name)));
}

/*
 * job_advance
 *		Record a batch, in the transaction that has written it.
 */
void
job_advance(Job *job, Datum last, int64 rows, int64 skipped)
{
	Oid			types[5] = {TEXTOID, INT8OID, TEXTOID, INT8OID, INT8OID};
	Datum		values[5] = {CStringGetTextDatum(job->name), Int64GetDatum(job->done), CStringGetTextDatum(job_key_text(job, last)),
	Int64GetDatum(job->done + rows), Int64GetDatum(job->skipped + skipped)};

	if (SPI_execute_with_args(psprintf("UPDATE %s SET last_key = $3, rows_done = $4, rows_skipped = $5, updated = pg_catalog.clock_timestamp() "
									   "WHERE job OPERATOR(pg_catalog.=) $1 AND rows_done OPERATOR(pg_catalog.=) $2", job->progress_name),
							  5, types, values, NULL, false, 0) != SPI_OK_UPDATE || SPI_processed != 1)
		progress_lost(job);
	job->done += rows;
	job->skipped += skipped;
	set_last(job, last);
}

/* job_finish: no row is left, for now */
void
job_finish(const Job *job)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {CStringGetTextDatum(job->name)};

	if (SPI_execute_with_args(psprintf("UPDATE %s SET finished = pg_catalog.clock_timestamp(), pid = NULL "
									   "WHERE job OPERATOR(pg_catalog.=) $1", job->progress_name),
							  1, types, values, NULL, false, 0) != SPI_OK_UPDATE || SPI_processed != 1)
		progress_lost(job);
}
