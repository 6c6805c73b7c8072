/*
 * src/kernels/elements_avx512.c
 *	  What is done element by element, or row by row, for AVX-512.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx512.h"
#include "kernels/elements.h"

#else
/* an empty translation unit is not allowed */
typedef int c1d_elements_avx512_is_for_x86_64;
#endif
