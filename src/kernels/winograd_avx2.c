/*
 * src/kernels/winograd_avx2.c
 *	  The Winograd transforms for AVX2.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx2.h"
#include "kernels/winograd_body.h"

#else
/* an empty translation unit is not allowed */
typedef int c1d_winograd_avx2_is_for_x86_64;
#endif
