/*
 * src/kernels/merge.h
 *	  One input after the other into a common output.
 */
#ifndef C1D_KERNEL_MERGE_H
#define C1D_KERNEL_MERGE_H

#include <stdint.h>

#include "kernels/isa.h"

typedef enum C1dMerge
{
	C1D_MERGE_COPY,				/* the first input */
	C1D_MERGE_ADD,
	C1D_MERGE_SUBTRACT,
	C1D_MERGE_MULTIPLY,
	C1D_MERGE_MAXIMUM,
	C1D_MERGE_MINIMUM
} C1dMerge;

#define C1D_MERGE_AXES 4

/*
 * How an input lies under the output: runs of elements that it either goes
 * along with, or stands still for; where a run starts is found along axes.
 */
typedef struct C1dMergeView
{
	int64_t		run;			/* elements of the output */
	int64_t		step;			/* of the input within a run: 1, or 0 */
	int			axes;
	int64_t		size[C1D_MERGE_AXES];
	int64_t		stride[C1D_MERGE_AXES];
} C1dMergeView;

extern void c1d_merge(C1dMerge merge, C1dIsa isa, const C1dMergeView *view, const float *x, float *y, int64_t begin, int64_t end);

/* y = y merged with x, count numbers; step is that of x, 1 or 0. */
typedef void C1dMergeRun(C1dMerge merge, const float *x, int64_t step, float *y, int64_t count);

C1D_DECLARE(C1dMergeRun, c1d_merge_run);

#endif
