/*
 * src/pg/settings.c
 *	  The settings conv1d.*.
 */
#include "pg/settings.h"

#include <limits.h>

#include "access/parallel.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "utils/guc.h"

#include "kernels/parallel.h"

#define ISA_AUTO (-1)
#define THREADS_FOLLOW (-1)

static int	max_memory_kb;
static int	threads = THREADS_FOLLOW;
static int	isa = ISA_AUTO;
static bool winograd = true;
static int	progress_ms;

static const struct config_enum_entry isa_options[] = {
	{"auto", ISA_AUTO, false},
	{"amx", C1D_ISA_AMX, false},
	{"avx512", C1D_ISA_AVX512, false},
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

/* c1d_progress_interval: conv1d.progress_interval in milliseconds, -1 = silent. */
int
c1d_progress_interval(void)
{
	return progress_ms;
}

/*
 * c1d_threads
 *		How many threads a batch may have here and now, 1 to C1D_MAX_THREADS.
 *
 * A parallel worker has one: its leader was given as many processes as the
 * query may use processors.  The postmaster, and a server of a single process,
 * have one because no child forked later could have any.
 */
int
c1d_threads(void)
{
	int			most;

	if (!IsUnderPostmaster || IsParallelWorker())
		return 1;
	if (threads != THREADS_FOLLOW)
		return threads;
	most = Min(c1d_parallel_cpus(), C1D_MAX_THREADS);
	return Min(max_parallel_workers_per_gather + 1, most);
}

/* c1d_tuning: what plans are made for. */
C1dTuning
c1d_tuning(void)
{
	return (C1dTuning) {.isa = isa == ISA_AUTO ? c1d_isa_best() : (C1dIsa) isa, .winograd = winograd};
}

static bool
check_isa(int *newval, void **extra, GucSource source)
{
	(void) extra;
	(void) source;
	if (*newval == ISA_AUTO || c1d_isa_available((C1dIsa) *newval))
		return true;
	GUC_check_errdetail("This processor does not have the instruction set, or the system does not let it be used.");
	return false;
}

static bool
check_threads(int *newval, void **extra, GucSource source)
{
	(void) extra;
	(void) source;
	if (*newval != 0)
		return true;
	GUC_check_errdetail("A batch needs a thread; -1 follows max_parallel_workers_per_gather.");
	return false;
}

/* settings_init: once, when the module is loaded. */
void
settings_init(void)
{
	DefineCustomIntVariable("conv1d.max_memory",
							"Sets the most memory that one model run may take.",
							"It is checked before anything is allocated.",
							&max_memory_kb,
							1024 * 1024, 1024, INT_MAX,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	DefineCustomIntVariable("conv1d.threads",
							"Sets the number of threads that run the rows of a batch.",
							"-1 means max_parallel_workers_per_gather + 1, but not more than there are processors. "
							"A parallel worker always has one thread. Results do not depend on it.",
							&threads,
							THREADS_FOLLOW, THREADS_FOLLOW, C1D_MAX_THREADS,
							PGC_USERSET, 0,
							check_threads, NULL, NULL);
	DefineCustomEnumVariable("conv1d.isa",
							 "Selects the instruction set of the kernels.",
							 "Results may differ in the last bits between instruction sets.",
							 &isa,
							 ISA_AUTO, isa_options,
							 PGC_USERSET, 0,
							 check_isa, NULL, NULL);
	DefineCustomBoolVariable("conv1d.winograd",
							 "Computes long convolutions with fewer multiplications where that is safe.",
							 "Series with NaN, infinities or a very wide range are computed directly all the same.",
							 &winograd,
							 true,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("conv1d.progress_interval",
							"Sets how often predict_table tells how far it is.",
							"0 is after every batch, -1 never.",
							&progress_ms,
							10000, -1, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS,
							NULL, NULL, NULL);
#if PG_VERSION_NUM >= 150000
	MarkGUCPrefixReserved("conv1d");
#else
	EmitWarningsOnPlaceholders("conv1d");
#endif
}
