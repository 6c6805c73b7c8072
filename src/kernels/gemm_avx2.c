/*
 * src/kernels/gemm_avx2.c
 *	  The tiles for AVX2 with FMA: 12 of 16 registers hold sums.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx2.h"
#include "kernels/gemm_body.h"

ISA_BEGIN
GEMM_DEFINE(8, 8)
GEMM_DEFINE(4, 8)
GEMM_DEFINE(1, 8)
GEMM_DEFINE(6, 16)
GEMM_DEFINE(3, 16)
GEMM_DEFINE(1, 16)
ISA_END

#else
/* an empty translation unit is not allowed */
typedef int c1d_gemm_avx2_is_for_x86_64;
#endif
