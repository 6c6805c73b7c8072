/*
 * src/kernels/part_body.h
 *	  The one body of the maximum and the mean of a part; included by elements.h.
 *
 * A part is lines of floats, in which channels take turns.  As many vectors as
 * there are channels hold VL steps; few channels are kept in so many sums, and
 * only at the end those of one channel are put together.
 */
#include <math.h>

#include "kernels/global_pool.h"

ISA_BEGIN

/* max_wide: of at least VL channels, a vector of them at a time */
SIMD_INLINE void
max_wide(const C1dPart *p, float *y)
{
	for (int64_t c = 0; c < p->channels; c += VL)
	{
		Vec			most = vec_splat(-INFINITY);

		for (int64_t l = 0; l < p->lines; l++)
			for (int64_t i = c; i < p->floats; i += p->channels)
				most = vec_pool(most, vec_load_some(p->x + l * p->line_step + i, p->channels - c));
		vec_store_some(y + c, p->channels - c, most);
	}
}

SIMD_INLINE void
max_narrow(const C1dPart *p, float *y)
{
	const int	channels = (int) p->channels;
	Vec			most[VL];
	float		all[VL * VL];

	for (int k = 0; k < channels; k++)
		most[k] = vec_splat(-INFINITY);
	for (int64_t l = 0; l < p->lines; l++)
	{
		const float *x = p->x + l * p->line_step;
		int64_t		left = p->floats;

		for (; left >= channels * VL; left -= channels * VL)
			for (int k = 0; k < channels; k++, x += VL)
				most[k] = vec_pool(most[k], vec_load(x));
		for (int k = 0; left > 0; k++, x += VL, left -= VL)
			most[k] = vec_pool(most[k], vec_load_lanes(x, 0, left < VL ? (int) left : VL, -INFINITY));
	}
	memcpy(all, most, channels * sizeof(Vec));
	for (int c = 0; c < channels; c++)
	{
		float		one = all[c];

		for (int s = 1; s < VL; s++)
		{
			float		next = all[s * channels + c];

			one = next > one || next != next ? next : one;
		}
		y[c] = one;
	}
}

/* add: a vector to two of sums */
SIMD_INLINE void
add_halves(Wide sum[2], Vec x)
{
	Half		halves[2];

	memcpy(halves, &x, sizeof(x));
	sum[0] += wide_of(halves[0]);
	sum[1] += wide_of(halves[1]);
}

SIMD_INLINE void
mean_wide(const C1dPart *p, float *y)
{
	for (int64_t c = 0; c < p->channels; c += VL / 2)
	{
		Wide		sum = {0};

		for (int64_t l = 0; l < p->lines; l++)
			for (int64_t i = c; i < p->floats; i += p->channels)
				sum += wide_of(half_load_some(p->x + l * p->line_step + i, p->channels - c));
		half_store_some(y + c, p->channels - c, half_of(sum / p->count));
	}
}

SIMD_INLINE void
mean_narrow(const C1dPart *p, float *y)
{
	const int	channels = (int) p->channels;
	Wide		sum[VL][2];
	double		all[VL * VL];

	memset(sum, 0, channels * sizeof(sum[0]));
	for (int64_t l = 0; l < p->lines; l++)
	{
		const float *x = p->x + l * p->line_step;
		int64_t		left = p->floats;

		for (; left >= channels * VL; left -= channels * VL)
			for (int k = 0; k < channels; k++, x += VL)
				add_halves(sum[k], vec_load(x));
		for (int k = 0; left > 0; k++, x += VL, left -= VL)
			add_halves(sum[k], vec_load_some(x, left));
	}
	memcpy(all, sum, channels * sizeof(sum[0]));
	for (int c = 0; c < channels; c++)
	{
		double		one = 0;

		for (int s = 0; s < VL; s++)
			one += all[s * channels + c];
		y[c] = (float) (one / p->count);
	}
}

void
ISA_NAME(c1d_part_max) (const C1dPart *part, float *y)
{
	if (part->channels >= VL)
		max_wide(part, y);
	else
		max_narrow(part, y);
}

void
ISA_NAME(c1d_part_mean) (const C1dPart *part, float *y)
{
	if (part->channels >= VL)
		mean_wide(part, y);
	else
		mean_narrow(part, y);
}

ISA_END
