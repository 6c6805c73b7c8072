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
	C1D_ISA_AVX2				/* AVX2 and FMA */
} C1dIsa;

#define C1D_ISAS (C1D_ISA_AVX2 + 1)

extern const char *const c1d_isa_names[C1D_ISAS];

extern bool c1d_isa_available(C1dIsa isa);
extern C1dIsa c1d_isa_best(void);

#endif
