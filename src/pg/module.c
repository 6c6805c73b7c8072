/*
 * src/pg/module.c
 *	  Loading: settings and callbacks, nothing that costs a session time; and
 *	  what conv1d_build_info() tells.
 */
#include "pg/pg.h"

#include <limits.h>

#include "utils/guc.h"

#include "pg/plan_cache.h"
#include "pg/rows.h"

PG_MODULE_MAGIC;

#define ISA_AUTO (-1)

static int	max_memory_kb;
static int	isa = ISA_AUTO;

static const struct config_enum_entry isa_options[] = {
	{"auto", ISA_AUTO, false},
	{"avx2", C1D_ISA_AVX2, false},
	{"baseline", C1D_ISA_BASELINE, false},
	{NULL, 0, false}
};

/* c1d_max_memory: conv1d.max_memory in bytes. */
size_t
c1d_max_memory(void)
{
	return (size_t) max_memory_kb * 1024;
}

/* c1d_isa_setting: the instruction set that plans are made for. */
C1dIsa
c1d_isa_setting(void)
{
	return isa == ISA_AUTO ? c1d_isa_best() : (C1dIsa) isa;
}

static bool
check_isa(int *newval, void **extra, GucSource source)
{
	(void) extra;
	(void) source;
	if (*newval == ISA_AUTO || c1d_isa_available((C1dIsa) *newval))
		return true;
	GUC_check_errdetail("This processor does not have the instruction set.");
	return false;
}

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	DefineCustomIntVariable("conv1d.max_memory",
							"Sets the most memory that one model run may take.",
							"It is checked before anything is allocated.",
							&max_memory_kb,
							1024 * 1024, 1024, INT_MAX,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomEnumVariable("conv1d.isa",
							 "Selects the instruction set of the kernels.",
							 "Results may differ in the last bits between instruction sets.",
							 &isa,
							 ISA_AUTO, isa_options,
							 PGC_USERSET, 0,
							 check_isa, NULL, NULL);
#if PG_VERSION_NUM >= 150000
	MarkGUCPrefixReserved("conv1d");
#else
	EmitWarningsOnPlaceholders("conv1d");
#endif
	plan_cache_init();
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

/* conv1d_build_info() -> (name, value): version, instruction set, limits, plans */
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
	info_row(&rows, "isa", c1d_isa_names[c1d_isa_setting()]);
	info_row(&rows, "isa_best", c1d_isa_names[c1d_isa_best()]);
	info_row(&rows, "max_elements", psprintf(INT64_FORMAT, C1D_MAX_ELEMENTS));
	info_row(&rows, "max_model_weights", psprintf(INT64_FORMAT, C1D_MAX_MODEL_WEIGHTS));
	info_row(&rows, "cached_plans", psprintf(INT64_FORMAT, plans));
	info_row(&rows, "cached_plan_bytes", psprintf(INT64_FORMAT, bytes));
	info_row(&rows, "plans_made", psprintf(INT64_FORMAT, made));
	return (Datum) 0;
}
