/*
 * src/kernels/isa.h
 *	  Instruction sets: their names, and which ones this machine has.
 */
#ifndef C1D_ISA_H
#define C1D_ISA_H

#include <stdbool.h>

/* In order of preference, the last available one wins. */
typedef enum C1dIsa
{
	C1D_ISA_BASELINE,			/* whatever the compiler's default target has */
	C1D_ISA_AVX2,				/* AVX2 and FMA */
	C1D_ISA_AVX512				/* AVX-512 F, VL, DQ and BW, beside those */
} C1dIsa;

#define C1D_ISAS (C1D_ISA_AVX512 + 1)

/* Every set that this architecture has: ISA(suffix of its kernels, ENUM). */
#if defined(__x86_64__)
#define C1D_EACH_ISA(ISA) ISA(baseline, BASELINE) ISA(avx2, AVX2) ISA(avx512, AVX512)
#else
#define C1D_EACH_ISA(ISA) ISA(baseline, BASELINE)
#endif

/* What a plan may use; a plan made with other choices has other last bits. */
typedef struct C1dTuning
{
	C1dIsa		isa;
	bool		plain;			/* every layer a step of its own, computed directly */
	bool		winograd;		/* fewer multiplications where that is safe */
} C1dTuning;

extern const char *const c1d_isa_names[C1D_ISAS];

extern bool c1d_isa_available(C1dIsa isa);
extern C1dIsa c1d_isa_best(void);

#endif
