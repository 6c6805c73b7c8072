/*
 * src/layers/scale.h
 *	  The fitted min-max scaler: one definition for the SQL type, for its
 *	  functions and for the layers MinMaxScaler and MinMaxInverse.
 */
#ifndef C1D_LAYER_SCALE_H
#define C1D_LAYER_SCALE_H

#include "base/arena.h"
#include "base/shape.h"
#include "kernels/isa.h"
#include "layers/attrs.h"

typedef struct C1dScaler
{
	int64_t		features;
	double		low;			/* feature_range */
	double		high;
	bool		clip;
	int64_t		samples_seen;
	const double *data_min;		/* per feature, NaN where none was seen */
	const double *data_max;
	const double *scale;		/* derived: x * scale + offset */
	const double *offset;		/* scikit-learn's min_ */
} C1dScaler;

extern bool c1d_scaler_range(double low, double high, C1dError *err);
extern bool c1d_scaler_derive(C1dScaler *scaler, C1dArena *arena, C1dError *err);
extern bool c1d_scaler_parse(C1dAttrs *attrs, C1dScaler *scaler, C1dError *err);
extern bool c1d_scaler_fits(const C1dScaler *scaler, const C1dShape *in, bool inverse, C1dError *err);
extern void c1d_scaler_apply(const C1dScaler *scaler, C1dIsa isa, bool inverse, const float *x, float *y, int64_t rows);

#endif
