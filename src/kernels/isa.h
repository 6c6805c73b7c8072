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
	C1D_ISA_AVX512,				/* AVX-512 F, VL, DQ and BW, beside those */
	C1D_ISA_AMX					/* tiles of bfloat16, for wide convolutions (split.h), beside those */
} C1dIsa;

#define C1D_ISAS (C1D_ISA_AMX + 1)
#define C1D_VECTOR_ISAS (C1D_ISA_AVX512 + 1)	/* those that have every kernel: see c1d_isa_vectors() */

/* Can this compiler's output for this system have them? */
#if defined(__x86_64__) && defined(__linux__) && (defined(__clang__) ? __clang_major__ >= 12 : __GNUC__ >= 11)
#define C1D_HAVE_AMX 1
#else
#define C1D_HAVE_AMX 0
#endif

/*
 * A kernel with a body for each set that this architecture has: to declare its
 * variants, of a type of functions, and to list them for a choice by C1dIsa.
 */
#if defined(__x86_64__)
#define C1D_DECLARE(Type, kernel) extern Type kernel##__baseline, kernel##__avx2, kernel##__avx512
#define C1D_VARIANTS(kernel) {kernel##__baseline, kernel##__avx2, kernel##__avx512, kernel##__avx512}
#else
#define C1D_DECLARE(Type, kernel) extern Type kernel##__baseline
#define C1D_VARIANTS(kernel) {kernel##__baseline}
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
extern C1dIsa c1d_isa_vectors(C1dIsa isa);
extern C1dIsa c1d_isa_best(void);

#endif
