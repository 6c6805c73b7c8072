/*
 * src/kernels/simd_avx2.h
 *	  The vocabulary of the kernel bodies in eight lanes with fused
 *	  multiply-add.  The target is a pragma, so no file needs flags of its own.
 */
#include <immintrin.h>

#define VL 8					/* floats in a vector */
#define ISA_SUFFIX avx2
#ifdef __clang__
#define ISA_BEGIN _Pragma("clang attribute push (__attribute__((target(\"avx2,fma\"))), apply_to=function)")
#define ISA_END _Pragma("clang attribute pop")
#else
#define ISA_BEGIN _Pragma("GCC push_options") _Pragma("GCC target(\"avx2,fma\")")
#define ISA_END _Pragma("GCC pop_options")
#endif

/* lanes first .. last - 1 of what lies at p, 0 in the others; the others' memory is not touched */
#define LANES ((VecMask) {0, 1, 2, 3, 4, 5, 6, 7})
#define LANES_MASK(first, last) ((__m256i) ((LANES >= (first)) & (LANES < (last))))
#define LOAD_LANES(p, first, last) ((Vec) _mm256_maskload_ps(p, LANES_MASK(first, last)))
