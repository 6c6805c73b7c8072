/*
 * src/kernels/winograd_avx512.c
 *	  The Winograd transforms for AVX-512.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx512.h"
#include "kernels/winograd_body.h"

#else
/* an empty translation unit is not allowed */
typedef int c1d_winograd_avx512_is_for_x86_64;
#endif
