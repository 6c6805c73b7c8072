/*
 * src/kernels/simd.h
 *	  Vectors of VL floats, over whichever simd_<isa>.h came first.
 *
 * Only GCC's vector extension is used: the compiler chooses the instructions,
 * and a multiply and an add become one instruction where the target has it.
 * Loads and stores need no alignment: a tensor1d is aligned to 4 bytes.
 */
#include <stdint.h>
#include <string.h>

typedef float Vec __attribute__((vector_size(VL * 4)));
typedef int32_t VecMask __attribute__((vector_size(VL * 4)));

#define SIMD_INLINE static inline __attribute__((always_inline))

#ifdef __clang__
#define UNROLL(n) _Pragma("clang loop unroll(full)")
#else
#define UNROLL_TEXT(text) _Pragma(#text)
#define UNROLL(n) UNROLL_TEXT(GCC unroll n)
#endif

ISA_BEGIN

SIMD_INLINE Vec
vec_load(const float *p)
{
	Vec			v;

	memcpy(&v, p, sizeof(v));
	return v;
}

SIMD_INLINE void
vec_store(float *p, Vec v)
{
	memcpy(p, &v, sizeof(v));
}

/* x < 0 ? 0 : x in every lane, so that NaN and -0 stay what they are */
SIMD_INLINE Vec
vec_relu(Vec v)
{
	VecMask		negative = v < (Vec) {0};
	VecMask		bits;

	memcpy(&bits, &v, sizeof(bits));
	bits &= ~negative;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

ISA_END
