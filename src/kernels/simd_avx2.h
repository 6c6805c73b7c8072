/*
 * src/kernels/simd_avx2.h
 *	  The vocabulary of the kernel bodies in eight lanes with fused
 *	  multiply-add.  The target is a pragma, so no file needs flags of its own.
 */
#define VL 8					/* floats in a vector */
#define ISA_SUFFIX avx2
#ifdef __clang__
#define ISA_BEGIN _Pragma("clang attribute push (__attribute__((target(\"avx2,fma\"))), apply_to=function)")
#define ISA_END _Pragma("clang attribute pop")
#else
#define ISA_BEGIN _Pragma("GCC push_options") _Pragma("GCC target(\"avx2,fma\")")
#define ISA_END _Pragma("GCC pop_options")
#endif

#include <immintrin.h>

#define VEC_LANES(count) \
	_mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define VEC_MAX(a, b) ((Vec) _mm256_max_ps((__m256) (a), (__m256) (b)))
#define VEC_ANY_NEGATIVE(v) (_mm256_movemask_ps((__m256) (v)) != 0)
#define VEC_LOAD_PART(p, count) ((Vec) _mm256_maskload_ps(p, VEC_LANES(count)))
#define VEC_STORE_PART(p, v, count) _mm256_maskstore_ps(p, VEC_LANES(count), (__m256) (v))
#define LANES ((VecMask) {0, 1, 2, 3, 4, 5, 6, 7})
#define WIDE_OF(half) ((Wide) _mm256_cvtps_pd((__m128) (half)))
#define HALF_OF(wide) ((Half) _mm256_cvtpd_ps((__m256d) (wide)))
