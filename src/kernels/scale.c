/*
 * src/kernels/scale.c
 *	  Linear scaling with the roundings that scikit-learn makes when float32
 *	  data meet float64 parameters: each step in double, then to float32.
 */
#include "kernels/scale.h"

#include "kernels/activation.h"

/* x * scale + offset for x, y (rows, channels); may be done in place. */
void
c1d_scale(C1dIsa isa, const double *scale, const double *offset, const float *x, float *y, int64_t rows, int64_t channels)
{
	static C1dScale *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_scale);

	variants[isa] (scale, offset, x, y, rows, channels);
}

/* The same, then clipped to low .. high; a NaN stays NaN. */
void
c1d_scale_clipped(C1dIsa isa, const double *scale, const double *offset, double low, double high,
				  const float *x, float *y, int64_t rows, int64_t channels)
{
	C1dActivation clip = {C1D_ACT_HARD_TANH, (float) low, (float) high, 0};

	c1d_scale(isa, scale, offset, x, y, rows, channels);
	c1d_activate(&clip, isa, y, rows, channels);
}

/* (x - offset) / scale. */
void
c1d_scale_inverse(C1dIsa isa, const double *scale, const double *offset, const float *x, float *y, int64_t rows, int64_t channels)
{
	static C1dScale *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_scale_inverse);

	variants[isa] (scale, offset, x, y, rows, channels);
}
