/*
 * src/pg/predict_table_report.c
 *	  What a job of predict_table says of itself while it runs: notices for its
 *	  own client, application_name for everybody else.
 *
 * The application name goes to pg_stat_activity only; the setting keeps its
 * value and is shown again at the end, whatever the end is.
 */
#include "pg/predict_table.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 140000
#include "utils/backend_status.h"
#endif

#include "pg/settings.h"

static double
seconds_since(TimestampTz start)
{
	return TimestampDifferenceMilliseconds(start, GetCurrentTimestamp()) / 1000.0;
}

static double
rows_a_second(const Job *job)
{
	return (job->done - job->done_before) / Max(seconds_since(job->started), 0.001);
}

/* percent: of the rows that were expected, -1 when nobody knows */
static int
percent(const Job *job)
{
	if (job->expected <= 0 || job->done > job->expected)
		return -1;
	return (int) (job->done * 100.0 / job->expected);
}

/*
 * show_name
 *		In ASCII, as the server keeps every application name: it is shown to
 *		databases of other encodings.
 */
static void
show_name(const Job *job)
{
	char		name[2 * NAMEDATALEN];

	if (percent(job) >= 0)
		snprintf(name, sizeof(name), "predict_table %d %% of %s", percent(job), job->name);
	else
		snprintf(name, sizeof(name), "predict_table %s", job->name);
	name[pg_mbcliplen(name, strlen(name), NAMEDATALEN - 1)] = '\0';
	for (char *c = name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	pgstat_report_appname(name);
}

/* job_say_nothing: the application's own name again */
void
job_say_nothing(void)
{
	pgstat_report_appname(application_name);
}

/* job_say_begin: from here on the rate is taken */
void
job_say_begin(Job *job)
{
	job->started = job->reported = GetCurrentTimestamp();
	if (job->begun && c1d_progress_interval() >= 0)
		ereport(NOTICE,
				(errmsg("predict_table: job \"%s\" goes on after %s = %s, " INT64_FORMAT " rows done", job->name, job->key.name,
						job_key_short(job, job->last), job->done)));
	show_name(job);
}

/*
 * job_say_progress
 *		Rows, rate, percent and time left, every conv1d.progress_interval.
 */
void
job_say_progress(Job *job)
{
	double		rate = rows_a_second(job);

	show_name(job);
	if (c1d_progress_interval() < 0 ||
		TimestampDifferenceMilliseconds(job->reported, GetCurrentTimestamp()) < c1d_progress_interval())
		return;
	job->reported = GetCurrentTimestamp();
	if (percent(job) >= 0 && rate > 0)
	{
		int64		left = (int64) ((job->expected - job->done) / rate);

		ereport(NOTICE,
				(errmsg("predict_table: " INT64_FORMAT " of about " INT64_FORMAT " rows (%d %%), %.0f rows/s, %d:%02d:%02d left",
						job->done, job->expected, percent(job), rate,
						(int) Min(left / 3600, INT_MAX), (int) (left / 60 % 60), (int) (left % 60))));
	}
	else
		ereport(NOTICE,
				(errmsg("predict_table: " INT64_FORMAT " rows, %.0f rows/s", job->done, rate)));
}

void
job_say_end(const Job *job)
{
	int64		now = job->done - job->done_before;
	double		seconds = seconds_since(job->started);

	if (c1d_progress_interval() < 0)
		return;
	if (now == 0)
		ereport(NOTICE,
				(errmsg("predict_table: job \"%s\" found no new rows, " INT64_FORMAT " rows done", job->name, job->done)));
	else if (seconds < 1)
		ereport(NOTICE,
				(errmsg("predict_table: job \"%s\" is complete, " INT64_FORMAT " %s in %.0f ms", job->name, now,
						now == 1 ? "row" : "rows", seconds * 1000)));
	else
		ereport(NOTICE,
				(errmsg("predict_table: job \"%s\" is complete, " INT64_FORMAT " rows in %.1f s, %.0f rows/s", job->name, now,
						seconds, now / seconds)));
}
