/*
 * src/pg/settings.c
 *	  The settings conv1d.*.
 */
#include "pg/settings.h"

#include <limits.h>

#include "utils/guc.h"

#define ISA_AUTO (-1)

static int	max_memory_kb;
static int	isa = ISA_AUTO;
static bool winograd = true;
static int	progress_ms;

static const struct config_enum_entry isa_options[] = {
	{"auto", ISA_AUTO, false},
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
	GUC_check_errdetail("This processor does not have the instruction set.");
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
