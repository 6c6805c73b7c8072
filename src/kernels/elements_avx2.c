/*
 * src/kernels/elements_avx2.c
 *	  What is done element by element, or row by row, for AVX2 with FMA.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx2.h"
#include "kernels/elements.h"

#else
/* an empty translation unit is not allowed */
typedef int c1d_elements_avx2_is_for_x86_64;
#endif
