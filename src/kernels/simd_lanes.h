/*
 * src/kernels/simd_lanes.h
 *	  Choosing lane by lane, and vectors that are not full; included after
 *	  simd.h.
 *
 * Vec has VL floats.  Wide has VL / 2 doubles, and Half the floats they come from.
 */
#ifndef C1D_SIMD_LANES_H
#define C1D_SIMD_LANES_H

typedef uint32_t VecBits __attribute__((vector_size(VL * 4)));
typedef float Half __attribute__((vector_size(VL * 2)));
typedef double Wide __attribute__((vector_size(VL * 4)));
typedef int64_t WideMask __attribute__((vector_size(VL * 4)));
typedef uint64_t WideBits __attribute__((vector_size(VL * 4)));

#define WIDE(number) ((number) - (Wide) {0})

/* what the variant of a kernel for this set is called */
#define ISA_NAME(kernel) ISA_NAME_AS(kernel, ISA_SUFFIX)
#define ISA_NAME_AS(kernel, isa) ISA_NAMED(kernel, isa)
#define ISA_NAMED(kernel, isa) kernel##__##isa

ISA_BEGIN

/* each float as a double */
SIMD_INLINE Wide
wide_of(Half half)
{
#ifdef WIDE_OF
	return WIDE_OF(half);
#else
	return __builtin_convertvector(half, Wide);
#endif
}

/* each double, rounded */
SIMD_INLINE Half
half_of(Wide wide)
{
#ifdef HALF_OF
	return HALF_OF(wide);
#else
	return __builtin_convertvector(wide, Half);
#endif
}

SIMD_INLINE Wide
wide_select(WideMask mask, Wide a, Wide b)
{
	return (Wide) (((WideMask) a & mask) | ((WideMask) b & ~mask));
}

SIMD_INLINE Vec
vec_abs(Vec x)
{
	return (Vec) ((VecBits) x & (0x7fffffffu - (VecBits) {0}));
}

SIMD_INLINE Wide
wide_abs(Wide x)
{
	return (Wide) ((WideBits) x & (0x7fffffffffffffffu - (WideBits) {0}));
}

/* the magnitude of one, the sign of the other */
SIMD_INLINE Vec
vec_signed(Vec magnitude, Vec sign)
{
	return (Vec) ((VecBits) magnitude | ((VecBits) sign & (0x80000000u - (VecBits) {0})));
}

/* x < low ? low : x, and so NaN stays */
SIMD_INLINE Vec
vec_at_least(Vec x, float low)
{
	return vec_max(vec_splat(low), x);
}

SIMD_INLINE Vec
vec_at_most(Vec x, float high)
{
	return vec_select(x > vec_splat(high), vec_splat(high), x);
}

SIMD_INLINE Vec
vec_sqrt(Vec x)
{
	float		all[VL];

	vec_store(all, x);
	for (int i = 0; i < VL; i++)
		all[i] = __builtin_sqrtf(all[i]);
	return vec_load(all);
}

/* lane l of the result is lane (l + by) % VL */
SIMD_INLINE Vec
vec_turn(Vec v, int by)
{
#ifdef __clang__
	Vec			turned;

	for (int l = 0; l < VL; l++)
		turned[l] = v[(l + by) % VL];
	return turned;
#else
	return __builtin_shuffle(v, (LANES + by) & (VL - 1));
#endif
}

/* every second lane of two vectors, from the first on */
SIMD_INLINE Vec
vec_evens(Vec a, Vec b)
{
#ifdef __clang__
	Vec			evens;

	for (int l = 0; l < VL / 2; l++)
	{
		evens[l] = a[2 * l];
		evens[VL / 2 + l] = b[2 * l];
	}
	return evens;
#else
	return __builtin_shuffle(a, b, LANES * 2);
#endif
}

/* the lanes of two vectors in turns, from lane first on, which is 0 or VL / 2 */
SIMD_INLINE Vec
vec_zip(Vec a, Vec b, const int first)
{
#ifdef __clang__
	Vec			zipped;

	for (int l = 0; l < VL / 2; l++)
	{
		zipped[2 * l] = a[first + l];
		zipped[2 * l + 1] = b[first + l];
	}
	return zipped;
#else
	return __builtin_shuffle(a, b, first + (LANES >> 1) + (LANES & 1) * VL);
#endif
}

/* lanes first .. last - 1 from the line at p, and fill in the others */
SIMD_INLINE Vec
vec_load_lanes(const float *p, int first, int last, float fill)
{
	if (last - first == VL)
		return vec_load(p);
	return vec_select((LANES >= first) & (LANES < last), vec_turn(vec_load_part(p + first, last - first), VL - first), vec_splat(fill));
}

/*
 * vec_store_lanes
 *		The others' memory is not touched.  In pieces, because a store under a
 *		mask makes every load behind it wait.
 */
SIMD_INLINE void
vec_store_lanes(float *p, int first, int last, Vec v)
{
	float		all[VL];
	int			at = first;

	if (last - first == VL)
	{
		vec_store(p, v);
		return;
	}
	vec_store(all, v);
	UNROLL(4)
	for (int piece = VL / 2; piece > 0; piece /= 2)
		if ((last - first) & piece)
		{
			memcpy(p + at, all + at, piece * sizeof(float));
			at += piece;
		}
}

/* The first count floats, or as many as there are lanes; 0 behind them. */
SIMD_INLINE Vec
vec_load_some(const float *p, int64_t count)
{
	return count >= VL ? vec_load(p) : vec_load_part(p, (int) count);
}

SIMD_INLINE void
vec_store_some(float *p, int64_t count, Vec v)
{
	vec_store_lanes(p, 0, count < VL ? (int) count : VL, v);
}

SIMD_INLINE Half
half_load_some(const float *p, int64_t count)
{
	Half		half;

	if (count >= VL / 2)
		memcpy(&half, p, sizeof(half));
	else
	{
		Vec			v = vec_load_part(p, (int) count);

		memcpy(&half, &v, sizeof(half));
	}
	return half;
}

SIMD_INLINE void
half_store_some(float *p, int64_t count, Half half)
{
	if (count >= VL / 2)
		memcpy(p, &half, sizeof(half));
	else
	{
		Vec			v = {0};

		memcpy(&v, &half, sizeof(half));
		vec_store_lanes(p, 0, (int) count, v);
	}
}

/* the sum of all lanes, by halves */
SIMD_INLINE double
wide_total(Wide v)
{
	double		all[VL / 2];

	UNROLL(8)
	for (int l = 0; l < VL / 2; l++)
		all[l] = v[l];
	UNROLL(3)
	for (int width = VL / 4; width > 0; width /= 2)
	{
		UNROLL(4)
		for (int l = 0; l < width; l++)
			all[l] += all[l + width];
	}
	return all[0];
}

ISA_END

#endif
