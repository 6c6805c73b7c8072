/*
 * src/kernels/simd_avx512.h
 *	  The vocabulary of the kernel bodies in sixteen lanes with fused
 *	  multiply-add and 32 registers.
 */
#include <immintrin.h>

#define VL 16					/* floats in a vector */
#define ISA_SUFFIX avx512
#ifdef __clang__
#define ISA_BEGIN _Pragma("clang attribute push (__attribute__((target(\"avx512f,avx512vl,avx512dq,avx512bw,avx2,fma\"))), apply_to=function)")
#define ISA_END _Pragma("clang attribute pop")
#else
#define ISA_BEGIN _Pragma("GCC push_options") _Pragma("GCC target(\"avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prefer-vector-width=512\")")
#define ISA_END _Pragma("GCC pop_options")
#endif

/* lanes first .. last - 1 of what lies at p, 0 in the others; the others' memory is not touched */
#define LANES ((VecMask) {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
#define LANES_MASK(first, last) ((__mmask16) ((1u << (last)) - (1u << (first))))
#define LOAD_LANES(p, first, last) ((Vec) _mm512_maskz_loadu_ps(LANES_MASK(first, last), p))
