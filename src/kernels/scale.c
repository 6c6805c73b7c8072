/*
 * src/kernels/scale.c
 *	  Linear scaling with the roundings that scikit-learn makes when float32
 *	  data meet float64 parameters: each step in double, then to float32.
 */
#include "kernels/scale.h"

/* x * scale + offset for x, y (rows, channels); may be done in place. */
void
c1d_scale(const double *scale, const double *offset, const float *x, float *y, int64_t rows, int64_t channels)
{
	for (int64_t r = 0; r < rows; r++)
		for (int64_t c = 0; c < channels; c++)
		{
			float		product = (float) (x[r * channels + c] * scale[c]);

			y[r * channels + c] = (float) (product + offset[c]);
		}
}

/* The same, then clipped to low .. high; a NaN stays NaN. */
void
c1d_scale_clipped(const double *scale, const double *offset, double low, double high,
				  const float *x, float *y, int64_t rows, int64_t channels)
{
	const float bottom = (float) low;
	const float top = (float) high;

	c1d_scale(scale, offset, x, y, rows, channels);
	for (int64_t i = 0; i < rows * channels; i++)
		y[i] = y[i] < bottom ? bottom : y[i] > top ? top : y[i];
}

/* (x - offset) / scale. */
void
c1d_scale_inverse(const double *scale, const double *offset, const float *x, float *y, int64_t rows, int64_t channels)
{
	for (int64_t r = 0; r < rows; r++)
		for (int64_t c = 0; c < channels; c++)
		{
			float		difference = (float) (x[r * channels + c] - offset[c]);

			y[r * channels + c] = (float) (difference / scale[c]);
		}
}
