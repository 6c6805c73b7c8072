/*
 * src/kernels/gemm_avx512.c
 *	  The tiles for AVX-512.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx512.h"
#include "kernels/gemm_body.h"

#else
/* an empty translation unit is not allowed */
typedef int c1d_gemm_avx512_is_for_x86_64;
#endif
