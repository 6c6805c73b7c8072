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
