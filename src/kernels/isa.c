/*
 * src/kernels/isa.c
 *	  What this machine can execute.
 */
#include "kernels/isa.h"

#if C1D_HAVE_AMX
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

const char *const c1d_isa_names[C1D_ISAS] = {
	[C1D_ISA_BASELINE] = "baseline",
	[C1D_ISA_AVX2] = "avx2",
	[C1D_ISA_AVX512] = "avx512",
	[C1D_ISA_AMX] = "amx",
};

#if C1D_HAVE_AMX

/* Leaf 7 of cpuid, in edx: compilers differ in what they call them. */
#define HAS_AMX_BF16 (1u << 22)
#define HAS_AMX_TILE (1u << 24)

/* What Linux calls the state of the tiles, which a process must ask for. */
#define REQUEST_PERMISSION 0x1023	/* ARCH_REQ_XCOMP_PERM */
#define TILE_DATA 18			/* XFEATURE_XTILEDATA */

/*
 * have_amx
 *		Does the processor have tiles of bfloat16, and does the system save them?
 *		The system is asked once; its answer holds for all threads and children.
 */
static bool
have_amx(void)
{
	static enum {UNKNOWN, NO, YES} known = UNKNOWN;
	unsigned	a,
				b,
				c,
				d;

	if (known == UNKNOWN)
		known = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & HAS_AMX_TILE) != 0 && (d & HAS_AMX_BF16) != 0 &&
			syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0 ? YES : NO;
	return known == YES;
}

#endif

/* c1d_isa_available: may kernels of that set run on this processor? */
bool
c1d_isa_available(C1dIsa isa)
{
	switch (isa)
	{
		case C1D_ISA_BASELINE:
			return true;
#if defined(__x86_64__)
		case C1D_ISA_AVX2:
			return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
		case C1D_ISA_AVX512:
			return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
				__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
				c1d_isa_available(C1D_ISA_AVX2);
		case C1D_ISA_AMX:
#if C1D_HAVE_AMX
			return have_amx() && c1d_isa_available(C1D_ISA_AVX512);
#else
			return false;
#endif
#else
		case C1D_ISA_AVX2:
		case C1D_ISA_AVX512:
		case C1D_ISA_AMX:
			return false;
#endif
	}
	return false;
}

/* c1d_isa_vectors: the set whose kernels do what that set has none of its own for. */
C1dIsa
c1d_isa_vectors(C1dIsa isa)
{
	return isa == C1D_ISA_AMX ? C1D_ISA_AVX512 : isa;
}

/* c1d_isa_best: the set that conv1d.isa = auto stands for. */
C1dIsa
c1d_isa_best(void)
{
	C1dIsa		best = C1D_ISA_BASELINE;

	for (int isa = 0; isa < C1D_ISAS; isa++)
		if (c1d_isa_available((C1dIsa) isa))
			best = (C1dIsa) isa;
	return best;
}
