/*
 * src/kernels/simd.h
 *	  Vectors of VL floats, over whichever simd_<isa>.h came first.
 *
 * GCC's vector extension says most: the compiler chooses the instructions, and
 * a multiply and an add become one instruction where the target has it.  For
 * the rest a simd_<isa>.h may define VEC_MAX, VEC_LOAD_PART, VEC_STORE_PART or
 * VEC_ANY_NEGATIVE in its own instructions; each has a form here that runs anywhere.
 * Loads and stores need no alignment: a tensor1d is aligned to 4 bytes.  They are
 * no memcpy(), of which GCC for arm64 makes two general registers.
 */
#ifndef C1D_SIMD_H
#define C1D_SIMD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef float Vec __attribute__((vector_size(VL * 4)));
typedef Vec VecAnywhere __attribute__((aligned(4), may_alias));
typedef int32_t VecMask __attribute__((vector_size(VL * 4)));

#define SIMD_INLINE static inline __attribute__((always_inline))

#ifdef __clang__
#define UNROLL(n) _Pragma("clang loop unroll(full)")
#define UNROLL_BY(n) UNROLL_TEXT(clang loop unroll_count(n))
#else
#define UNROLL(n) UNROLL_TEXT(GCC unroll n)
#define UNROLL_BY(n) UNROLL(n)
#endif
#define UNROLL_TEXT(text) _Pragma(#text)

ISA_BEGIN

SIMD_INLINE Vec
vec_load(const float *p)
{
	return *(const VecAnywhere *) p;
}

SIMD_INLINE void
vec_store(float *p, Vec v)
{
	*(VecAnywhere *) p = v;
}

/* the number in every lane */
SIMD_INLINE Vec
vec_splat(float number)
{
	return number - (Vec) {0};
}

/* a where the mask is set, else b */
SIMD_INLINE Vec
vec_select(VecMask mask, Vec a, Vec b)
{
	return (Vec) ((mask & (VecMask) a) | (~mask & (VecMask) b));
}

/* a > b ? a : b in every lane: b when one is NaN, or both are 0 */
SIMD_INLINE Vec
vec_max(Vec a, Vec b)
{
#ifdef VEC_MAX
	return VEC_MAX(a, b);
#else
	VecMask		greater = a > b;

#ifdef VEC_HIDE
	VEC_HIDE(greater);
#endif
	return vec_select(greater, a, b);
#endif
}

/* x < 0 ? 0 : x in every lane, so that NaN and -0 stay what they are */
SIMD_INLINE Vec
vec_relu(Vec v)
{
	return vec_max((Vec) {0}, v);
}

/* what a maximum is after one more number: a NaN replaces it and stays */
SIMD_INLINE Vec
vec_pool(Vec most, Vec next)
{
	return vec_select(next != next, next, vec_max(next, most));
}

/* is the sign bit of any lane set? */
SIMD_INLINE bool
vec_any_negative(VecMask v)
{
#ifdef VEC_ANY_NEGATIVE
	return VEC_ANY_NEGATIVE(v);
#else
	int32_t		all = 0;

	UNROLL(VL)
	for (int i = 0; i < VL; i++)
		all |= v[i];
	return all < 0;
#endif
}

/* the first count of VL floats, zeros in the other lanes; count is 1 .. VL - 1 */
SIMD_INLINE Vec
vec_load_part(const float *p, int count)
{
#ifdef VEC_LOAD_PART
	return VEC_LOAD_PART(p, count);
#else
	Vec			v = {0};

	memcpy(&v, p, count * sizeof(float));
	return v;
#endif
}

SIMD_INLINE void
vec_store_part(float *p, Vec v, int count)
{
#ifdef VEC_STORE_PART
	VEC_STORE_PART(p, v, count);
#else
	memcpy(p, &v, count * sizeof(float));
#endif
}

/*
 * vec_finish
 *		Store the first count lanes, or the maximum of them and what is there.
 */
SIMD_INLINE void
vec_finish(float *p, Vec v, int64_t count, bool merge)
{
	if (count >= VL)
		vec_store(p, merge ? vec_pool(vec_load(p), v) : v);
	else
		vec_store_part(p, merge ? vec_pool(vec_load_part(p, (int) count), v) : v, (int) count);
}

ISA_END

#endif
