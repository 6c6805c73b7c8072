/*
 * src/kernels/finite_body.h
 *	  The one body that looks for NaN and infinities; included by elements.h.
 *
 * Such a float has all bits of its exponent set: one more there carries into
 * the sign.
 */
#include "kernels/finite.h"

ISA_BEGIN

SIMD_INLINE VecBits
carried(Vec v)
{
	return ((VecBits) v & 0x7fffffff) + 0x00800000;
}

bool
ISA_NAME(c1d_is_finite) (const float *x, int64_t count)
{
	VecBits		all = {0};
	int64_t		i = 0;

	for (; i + 2 * VL <= count; i += 2 * VL)
		all |= carried(vec_load(x + i)) | carried(vec_load(x + i + VL));
	for (; i < count; i += VL)
		all |= carried(vec_load_some(x + i, count - i));
	return !vec_any_negative((VecMask) all);
}

ISA_END
