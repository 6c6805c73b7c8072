/*
 * src/kernels/softmax.h
 *	  exp(x - max) / sum of them, or its logarithm, along one axis.
 *
 * A slice is count numbers along the axis; a maximum, a sum and count quotients
 * are its work.  NaN, +Infinity or nothing but -Infinity make it NaN.
 */
#ifndef C1D_KERNEL_SOFTMAX_H
#define C1D_KERNEL_SOFTMAX_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/isa.h"

/* Slices that lie side by side are worked on together, so many at once. */
#define C1D_SOFTMAX_LANES 16

/*
 * A part of the work on one slice whose numbers are side by side, or on lanes
 * slices beside each other whose numbers are step floats apart.  The work is 3 *
 * count units in a row: the maxima, then the sums, then the quotients.
 */
typedef struct C1dSoftmaxPart
{
	const float *x;
	float	   *y;				/* may be x */
	int64_t		count;
	int64_t		step;			/* 1: one slice */
	int			lanes;			/* 1 .. C1D_SOFTMAX_LANES */
	bool		logarithm;
	int64_t		begin;			/* units begin .. end - 1 are done */
	int64_t		end;
} C1dSoftmaxPart;

/* What one part leaves for the next; whoever does a part has done those before. */
typedef struct C1dSoftmax
{
	float		max[C1D_SOFTMAX_LANES];
	double		sum[C1D_SOFTMAX_LANES];
} C1dSoftmax;

extern void c1d_softmax_part(C1dSoftmax *state, C1dIsa isa, const C1dSoftmaxPart *part);
extern void c1d_softmax(C1dIsa isa, bool logarithm, float *y, int64_t rows, int64_t channels);

typedef void C1dSoftmaxPartly(C1dSoftmax *state, const C1dSoftmaxPart *part);
typedef void C1dSoftmaxRows(float *y, int64_t rows, int64_t channels, bool logarithm);

C1D_DECLARE(C1dSoftmaxPartly, c1d_softmax_part);
C1D_DECLARE(C1dSoftmaxRows, c1d_softmax);

#endif
