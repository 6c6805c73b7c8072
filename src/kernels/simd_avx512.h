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
