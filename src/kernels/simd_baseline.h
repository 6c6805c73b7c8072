/*
 * src/kernels/simd_baseline.h
 *	  The vocabulary of the kernel bodies in four lanes: SSE2 on x86-64, NEON
 *	  on arm64, scalar code elsewhere, as the compiler sees fit.
 */
#define VL 4					/* floats in a vector */
#define ISA_SUFFIX baseline
#define ISA_BEGIN
#define ISA_END

#ifdef __SSE2__
#include <emmintrin.h>

#define VEC_ANY_NEGATIVE(v) (_mm_movemask_ps((__m128) (v)) != 0)
#define VEC_MAX(a, b) ((Vec) _mm_max_ps((__m128) (a), (__m128) (b)))
#endif

/* Clang for arm64 takes a comparison with 0, and the choice that it makes, for fmax, which makes 0 of -0. */
#if defined(__clang__) && defined(__aarch64__)
#define VEC_HIDE(mask) __asm__("" : "+w"(mask))
#endif

/* Without a branch, behind which compilers would no longer fuse the product of it and a sum. */
#define VEC_LOAD_PART(p, count) \
	((Vec) ((VecMask) (Vec) {(p)[0], (p)[(count) > 1], (p)[(count) > 2 ? 2 : 0], 0} & (LANES < (count))))
#define LANES ((VecMask) {0, 1, 2, 3})
