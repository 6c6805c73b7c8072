/*
 * src/kernels/conv_put.h
 *	  Storing the lanes of a vector of results side by side or apart; included
 *	  after a simd_<isa>.h.
 */
#ifndef C1D_CONV_PUT_H
#define C1D_CONV_PUT_H

#include "kernels/conv_variant.h"
#include "kernels/simd.h"

ISA_BEGIN

/* scatter_lanes: count floats to places step apart */
static __attribute__((noinline)) void
scatter_lanes(const float *lane, float *c, int64_t step, int64_t count, bool merge)
{
	for (int64_t i = 0; i < count; i++, c += step)
		*c = merge && !(lane[i] > *c || lane[i] != lane[i]) ? *c : lane[i];
}

/* put_lanes: the first count lanes at c, step apart */
SIMD_INLINE void
put_lanes(const C1dConvCall *call, Vec sum, float *c, int64_t step, int64_t count)
{
	float		lane[VL];

	if (call->relu)
		sum = vec_relu(sum);
	if (step == 1)
	{
		vec_finish(c, sum, count, call->merge);
		return;
	}
	vec_store(lane, sum);
	scatter_lanes(lane, c, step, count < VL ? count : VL, call->merge);
}

ISA_END

#endif
