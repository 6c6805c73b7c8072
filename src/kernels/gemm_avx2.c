/*
 * src/kernels/gemm_avx2.c
 *	  The tiles for AVX2 with FMA.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx2.h"
#include "kernels/gemm_body.h"

#else
/* an empty translation unit is not allowed */
typedef int c1d_gemm_avx2_is_for_x86_64;
#endif
