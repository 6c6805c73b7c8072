/*
 * src/kernels/prelu_body.h
 *	  The one body of PReLU; included by elements.h.
 */
#include "kernels/prelu.h"

ISA_BEGIN

void
ISA_NAME(c1d_prelu) (const float *x, const float *slopes, int64_t step, float *y, int64_t count)
{
	for (int64_t i = 0; i < count; i += VL)
	{
		Vec			v = vec_load_some(x + i, count - i);
		Vec			slope = step == 0 ? vec_splat(*slopes) : vec_load_some(slopes + i, count - i);

		vec_store_some(y + i, count - i, vec_select(v < vec_splat(0), slope * v, v));
	}
}

ISA_END
