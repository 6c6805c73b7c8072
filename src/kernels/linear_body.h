/*
 * src/kernels/linear_body.h
 *	  The one body of scaling and of affine maps; included by elements.h.
 *
 * Everything is done in double.  What scikit-learn rounds between two steps is
 * rounded there too, and then nothing can be fused: the bits are the same in
 * every set of instructions.
 */
#include "kernels/norm.h"
#include "kernels/scale.h"

typedef enum LinearKind
{
	LINEAR_SCALE,				/* x * scale, rounded, + offset */
	LINEAR_INVERSE,				/* x - offset, rounded, / scale */
	LINEAR_AFFINE				/* x * scale + offset, rounded once */
} LinearKind;

/* So many features are few. */
#define FEW 32

ISA_BEGIN

SIMD_INLINE Half
linear(LinearKind kind, Half x, Wide scale, Wide offset)
{
	Wide		wide = wide_of(x);

	if (kind == LINEAR_AFFINE)
		return half_of(wide * scale + offset);
	wide = kind == LINEAR_SCALE ? wide * scale : wide - offset;
	x = half_of(wide);
	wide = wide_of(x);
	return half_of(kind == LINEAR_SCALE ? wide + offset : wide / scale);
}

/* count floats of one feature, or, with step 1, each of one of its own; scale and offset are padded to VL / 2 */
SIMD_INLINE void
linear_floats(LinearKind kind, const double *scale, const double *offset, const int step, const float *x, float *y, int64_t count)
{
	Wide		by = WIDE(*scale);
	Wide		plus = WIDE(*offset);

	for (int64_t i = 0; i < count; i += VL / 2)
	{
		if (step == 1)
		{
			memcpy(&by, scale + i, sizeof(by));
			memcpy(&plus, offset + i, sizeof(plus));
		}
		half_store_some(y + i, count - i, linear(kind, half_load_some(x + i, count - i), by, plus));
	}
}

/* few features, the first of them first: repeated until they fill vectors */
SIMD_INLINE void
linear_few(LinearKind kind, const double *scale, const double *offset, int64_t features, int64_t first,
		   const float *x, float *y, int64_t count)
{
	double		by[FEW * (VL / 2)];
	double		plus[FEW * (VL / 2)];
	int64_t		period = features * (VL / 2);

	for (int64_t i = 0; i < period; i++)
	{
		by[i] = scale[first];
		plus[i] = offset[first];
		if (++first == features)
			first = 0;
	}
	for (; count > 0; count -= period, x += period, y += period)
		linear_floats(kind, by, plus, 1, x, y, count < period ? count : period);
}

/* many: the last that do not fill a vector are copied, because a vector reads more than there is */
SIMD_INLINE void
linear_many(LinearKind kind, const double *scale, const double *offset, int64_t features, int64_t first,
			const float *x, float *y, int64_t count)
{
	while (count > 0)
	{
		int64_t		run = features - first < count ? features - first : count;
		int64_t		full = run / (VL / 2) * (VL / 2);
		double		by[VL / 2] = {0};
		double		plus[VL / 2] = {0};

		linear_floats(kind, scale + first, offset + first, 1, x, y, full);
		memcpy(by, scale + first + full, (run - full) * sizeof(double));
		memcpy(plus, offset + first + full, (run - full) * sizeof(double));
		linear_floats(kind, by, plus, 1, x + full, y + full, run - full);
		x += run;
		y += run;
		count -= run;
		first = 0;
	}
}

/*
 * linear_features
 *		count floats, the first of which has feature first, and so on, around and
 *		around.
 */
SIMD_INLINE void
linear_features(LinearKind kind, const double *scale, const double *offset, int64_t features, int64_t first,
				const float *x, float *y, int64_t count)
{
	if (features == 1)
		linear_floats(kind, scale, offset, 0, x, y, count);
	else if (features <= FEW && count > features)
		linear_few(kind, scale, offset, features, first, x, y, count);
	else
		linear_many(kind, scale, offset, features, first, x, y, count);
}

void
ISA_NAME(c1d_scale) (const double *scale, const double *offset, const float *x, float *y, int64_t rows, int64_t channels)
{
	linear_features(LINEAR_SCALE, scale, offset, channels, 0, x, y, rows * channels);
}

void
ISA_NAME(c1d_scale_inverse) (const double *scale, const double *offset, const float *x, float *y, int64_t rows, int64_t channels)
{
	linear_features(LINEAR_INVERSE, scale, offset, channels, 0, x, y, rows * channels);
}

void
ISA_NAME(c1d_affine) (const double *scale, const double *offset, int64_t features, int64_t inner,
					  const float *x, float *y, int64_t begin, int64_t end)
{
	if (inner == 1)
		linear_features(LINEAR_AFFINE, scale, offset, features, begin % features, x + begin, y + begin, end - begin);
	else
		for (int64_t b = begin; b < end; b++)
			linear_floats(LINEAR_AFFINE, scale + b % features, offset + b % features, 0, x + b * inner, y + b * inner, inner);
}

ISA_END
