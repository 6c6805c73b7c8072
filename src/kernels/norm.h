/*
 * src/kernels/norm.h
 *	  Normalization: by statistics that are known, and by those of the data.
 */
#ifndef C1D_KERNEL_NORM_H
#define C1D_KERNEL_NORM_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/isa.h"

/* Four axes of a tensor, one of them split into groups. */
#define C1D_NORM_AXES 5

/* An axis: how many, how far apart in the data, how far apart in the weights. */
typedef struct C1dNormAxis
{
	int64_t		size;
	int64_t		step;
	int64_t		weight_step;
} C1dNormAxis;

/*
 * Statistics are taken along the reduced axes, apart for each place on the
 * kept ones.  At least one axis is reduced; there may be none to keep.
 */
typedef struct C1dNormGeometry
{
	int			kept_count;
	int			reduced_count;
	C1dNormAxis kept[C1D_NORM_AXES];
	C1dNormAxis reduced[C1D_NORM_AXES];
	const float *gamma;			/* NULL = 1 */
	const float *beta;			/* NULL = 0 */
	double		epsilon;		/* added to the variance */
	double		most;			/* what is multiplied by is at most this */
	bool		centred;		/* around the mean, not around 0 */
	bool		summed;			/* sum of squares in place of their mean */
} C1dNormGeometry;

extern void c1d_affine(C1dIsa isa, const double *scale, const double *offset, int64_t features, int64_t inner,
					   const float *x, float *y, int64_t begin, int64_t end);
extern void c1d_normalize(const C1dNormGeometry *geometry, C1dIsa isa, const float *x, float *y, int64_t begin, int64_t end);

typedef void C1dAffine(const double *scale, const double *offset, int64_t features, int64_t inner,
					   const float *x, float *y, int64_t begin, int64_t end);
typedef void C1dNormalize(const C1dNormGeometry *geometry, const float *x, float *y, int64_t begin, int64_t end);

C1D_DECLARE(C1dAffine, c1d_affine);
C1D_DECLARE(C1dNormalize, c1d_normalize);

#endif
