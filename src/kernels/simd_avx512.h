/*
 * src/kernels/simd_avx512.h
 *	  The vocabulary of the kernel bodies in sixteen lanes with fused
 *	  multiply-add and 32 registers.
 */
#define VL 16					/* floats in a vector */
#define ISA_SUFFIX avx512
#ifdef __clang__
#define ISA_BEGIN _Pragma("clang attribute push (__attribute__((target(\"avx512f,avx512vl,avx512dq,avx512bw,avx2,fma\"))), apply_to=function)")
#define ISA_END _Pragma("clang attribute pop")
#else
#define ISA_BEGIN _Pragma("GCC push_options") _Pragma("GCC target(\"avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512\")")
#define ISA_END _Pragma("GCC pop_options")
#endif

#include <immintrin.h>

#define VEC_LANES(count) ((__mmask16) ((1u << (count)) - 1))
#define VEC_MAX(a, b) ((Vec) _mm512_max_ps((__m512) (a), (__m512) (b)))
#define VEC_ANY_NEGATIVE(v) (_mm512_movepi32_mask((__m512i) (v)) != 0)
#define VEC_LOAD_PART(p, count) ((Vec) _mm512_maskz_loadu_ps(VEC_LANES(count), p))
#define VEC_STORE_PART(p, v, count) _mm512_mask_storeu_ps(p, VEC_LANES(count), (__m512) (v))
#define LANES ((VecMask) {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
#define WIDE_OF(half) ((Wide) _mm512_cvtps_pd((__m256) (half)))
#define HALF_OF(wide) ((Half) _mm512_cvtpd_ps((__m512d) (wide)))
