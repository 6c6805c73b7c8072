/*
 * src/kernels/isa.c
 *	  What this machine can execute.
 */
#include "kernels/isa.h"

const char *const c1d_isa_names[C1D_ISAS] = {
	[C1D_ISA_BASELINE] = "baseline",
	[C1D_ISA_AVX2] = "avx2",
	[C1D_ISA_AVX512] = "avx512",
};

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
#else
		case C1D_ISA_AVX2:
		case C1D_ISA_AVX512:
			return false;
#endif
	}
	return false;
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
