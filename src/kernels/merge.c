/*
 * src/kernels/merge.c
 *	  Elementwise arithmetic of two tensors, one of them perhaps stretched.
 */
#include "kernels/merge.h"

/*
 * c1d_merge
 *		y = y merged with x, elements begin .. end - 1 of y; COPY sets y.
 *
 * x and y do not overlap.  Cannot fail: shapes were settled by infer().
 */
void
c1d_merge(C1dMerge merge, C1dIsa isa, const C1dMergeView *view, const float *x, float *y, int64_t begin, int64_t end)
{
	static C1dMergeRun *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_merge_run);

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
		variants[isa] (merge, x + at + within * view->step, view->step, y + begin, count);
		begin += count;
	}
}
