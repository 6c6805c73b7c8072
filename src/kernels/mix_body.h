/*
 * src/kernels/mix_body.h
 *	  The one body of what lies between two rows; included by elements.h.
 */
#include "kernels/mix.h"

ISA_BEGIN

void
ISA_NAME(c1d_mix) (const float *a, double a_share, const float *b, double b_share, float *y, int64_t count)
{
	for (int64_t i = 0; i < count; i += VL / 2)
	{
		Wide		first = wide_of(half_load_some(a + i, count - i)) * a_share;
		Wide		second = wide_of(half_load_some(b + i, count - i)) * b_share;

		half_store_some(y + i, count - i, half_of(first + second));
	}
}

ISA_END
