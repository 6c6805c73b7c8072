/*
 * src/pg/predict_table.h
 *	  A job of predict_table: what it was asked for and how far it is.
 */
#ifndef C1D_PG_PREDICT_TABLE_H
#define C1D_PG_PREDICT_TABLE_H

#include "pg/row_batch.h"

#include "datatype/timestamp.h"
#include "storage/lock.h"

/* The column whose order the source is read in. */
typedef struct JobKey
{
	char	   *name;
	Oid			type;			/* as declared, perhaps a domain */
	int32		typmod;
	Oid			collation;
	Oid			base;			/* what is under the domain */
	int16		length;
	bool		byval;
	char		align;
	char	   *greater;		/* its operators, with their schema */
	char	   *equal;
} JobKey;

/* All strings and values live in context, which outlives the transactions. */
typedef struct Job
{
	MemoryContext context;

	/* what it was asked for */
	Model	   *model;
	char		fingerprint[2 * C1D_FINGERPRINT + 1];
	C1dGraph	graph;
	Oid			tensor_type;
	Oid			source;
	char	   *source_name;	/* these names are ready for SQL */
	char	   *target_name;
	char	   *progress_name;
	Oid			target;			/* invalid until it exists */
	bool		progress_missing;
	bool		in_place;		/* the target is the source */
	JobKey		key;
	char	   *input;			/* these are not quoted */
	char	   *output;
	char	   *name;
	int			batch_size;
	bool		skip;			/* rows whose shape the model refuses give null */

	/* how far it is */
	LOCKTAG		lock;			/* one session a job */
	bool		begun;			/* last is a key */
	Datum		last;
	int64		done;			/* rows, in all calls */
	int64		committed;		/* of these, for the context of an error */
	int64		skipped;
	int64		done_before;	/* this call */
	int64		expected;		/* rows of the source, estimated */
	TimestampTz started;
	TimestampTz reported;
} Job;

/* predict_table_setup.c */
extern void job_arguments(FunctionCallInfo fcinfo, Job *job);
extern void job_create_target(Job *job);
extern void job_check_table(Oid table, const char *name);

/* predict_table_progress.c */
extern void job_check_progress(const Job *job, Oid progress);
extern void job_lock(Job *job);
extern void job_unlock(const Job *job);
extern void job_begin(Job *job);
extern void job_advance(Job *job, Datum last, int64 rows, int64 skipped);
extern void job_finish(const Job *job);
extern char *job_key_text(const Job *job, Datum key);
extern char *job_key_short(const Job *job, Datum key);

/* predict_table_report.c */
extern void job_say_begin(Job *job);
extern void job_say_progress(Job *job);
extern void job_say_end(const Job *job);
extern void job_say_nothing(void);

#endif
