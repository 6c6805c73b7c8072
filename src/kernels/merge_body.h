/*
 * src/kernels/merge_body.h
 *	  The one body of merging; included by elements.h.
 */
#include "kernels/merge.h"

/* Replace each number a of y by the value of an expression of it and of b, the number of x. */
#define MERGE_EACH(expression) \
	for (int64_t i = 0; i < count; i += VL) \
	{ \
		const Vec	a = vec_load_some(y + i, count - i); \
		const Vec	b = step == 0 ? vec_splat(*x) : vec_load_some(x + i, count - i); \
\
		vec_store_some(y + i, count - i, expression); \
	} \
	return

ISA_BEGIN

/* a NaN on either side wins */
void
ISA_NAME(c1d_merge_run) (C1dMerge merge, const float *x, int64_t step, float *y, int64_t count)
{
	switch (merge)
	{
		case C1D_MERGE_COPY:
			for (int64_t i = 0; i < count; i += VL)
				vec_store_some(y + i, count - i, step == 0 ? vec_splat(*x) : vec_load_some(x + i, count - i));
			return;
		case C1D_MERGE_ADD:
			MERGE_EACH(a + b);
		case C1D_MERGE_SUBTRACT:
			MERGE_EACH(a - b);
		case C1D_MERGE_MULTIPLY:
			MERGE_EACH(a * b);
		case C1D_MERGE_MAXIMUM:
			MERGE_EACH(vec_pool(a, b));
		case C1D_MERGE_MINIMUM:
			MERGE_EACH(vec_select((b < a) | (b != b), b, a));
	}
}

ISA_END
