/*
 * src/pg/module.c
 *	  Loading, which costs a session no time, and what conv1d_build_info() tells.
 */
#include "pg/pg.h"

#include "kernels/parallel.h"
#include "pg/plan_cache.h"
#include "pg/rows.h"

PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	settings_init();
	plan_cache_init();
	execute_init();
}

static void
info_row(ResultRows *rows, const char *name, const char *value)
{
	Datum		values[2];
	bool		nulls[2] = {false};

	values[0] = text_datum(name);
	values[1] = text_datum(value);
	result_row(rows, values, nulls);
}

/* conv1d_build_info() -> (name, value): version, instruction set, threads, limits, plans */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_build_info);
Datum
conv1d_build_info(PG_FUNCTION_ARGS)
{
	ResultRows	rows = result_rows(fcinfo);
	int64		plans,
				bytes,
				made;

	plan_cache_counts(&plans, &bytes, &made);
	info_row(&rows, "version", CONV1D_VERSION);
	info_row(&rows, "server", PG_VERSION);
	info_row(&rows, "isa", c1d_isa_names[c1d_tuning().isa]);
	info_row(&rows, "isa_best", c1d_isa_names[c1d_isa_best()]);
	info_row(&rows, "threads", psprintf("%d", c1d_threads()));
	info_row(&rows, "openmp", c1d_parallel_version() == 0 ? "none" : psprintf("%d", c1d_parallel_version()));
	info_row(&rows, "max_elements", psprintf(INT64_FORMAT, C1D_MAX_ELEMENTS));
	info_row(&rows, "max_model_weights", psprintf(INT64_FORMAT, C1D_MAX_MODEL_WEIGHTS));
	info_row(&rows, "cached_plans", psprintf(INT64_FORMAT, plans));
	info_row(&rows, "cached_plan_bytes", psprintf(INT64_FORMAT, bytes));
	info_row(&rows, "plans_made", psprintf(INT64_FORMAT, made));
	return (Datum) 0;
}
