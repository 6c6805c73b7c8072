/*
 * src/kernels/merge.c
 *	  Elementwise arithmetic of two tensors, one of them perhaps stretched.
 */
#include "kernels/merge.h"

#define EACH(expression) \
	do { \
		for (int64_t i = 0; i < count; i++) \
		{ \
			const float a = y[i]; \
			const float b = x[i * step]; \
			(void) a; \
			y[i] = (expression); \
		} \
		return; \
	} while (0)

/* a NaN on either side wins */
static inline void
merge_run(C1dMerge merge, const float *x, const int64_t step, float *y, int64_t count)
{
	switch (merge)
	{
		case C1D_MERGE_COPY:
			EACH(b);
		case C1D_MERGE_ADD:
			EACH(a + b);
		case C1D_MERGE_SUBTRACT:
			EACH(a - b);
		case C1D_MERGE_MULTIPLY:
			EACH(a * b);
		case C1D_MERGE_MAXIMUM:
			EACH(b > a || b != b ? b : a);
		case C1D_MERGE_MINIMUM:
			EACH(b < a || b != b ? b : a);
	}
}

/*
 * c1d_merge
 *		y = y merged with x, elements begin .. end - 1 of y; COPY sets y.
 *
 * x and y do not overlap.  Cannot fail: shapes were settled by infer().
 */
void
c1d_merge(C1dMerge merge, const C1dMergeView *view, const float *x, float *y, int64_t begin, int64_t end)
{
	while (begin < end)
	{
		int64_t		number = begin / view->run;
		int64_t		within = begin % view->run;
		int64_t		count = view->run - within < end - begin ? view->run - within : end - begin;
		int64_t		at = 0;

		for (int d = view->axes - 1; d >= 0; d--)
		{
			at += number % view->size[d] * view->stride[d];
			number /= view->size[d];
		}
		if (view->step == 1)
			merge_run(merge, x + at + within, 1, y + begin, count);
		else
			merge_run(merge, x + at, 0, y + begin, count);
		begin += count;
	}
}
