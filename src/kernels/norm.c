/*
 * src/kernels/norm.c
 *	  Normalization in double, rounded once at the end: as near to the formula
 *	  as float32 allows, whatever the mean is.
 */
#include "kernels/norm.h"

#include <math.h>
#include <stddef.h>

/*
 * c1d_affine
 *		x * scale + offset, blocks begin .. end - 1.
 *
 * A block is inner floats that share a feature; block b has feature b %
 * features.  x and y may be the same.  Cannot fail.
 */
void
c1d_affine(const double *scale, const double *offset, int64_t features, int64_t inner,
		   const float *x, float *y, int64_t begin, int64_t end)
{
	for (int64_t b = begin; b < end;)
	{
		int64_t		f = b % features;

		if (inner == 1)
		{
			int64_t		count = features - f < end - b ? features - f : end - b;

			for (int64_t i = 0; i < count; i++)
				y[b + i] = (float) (x[b + i] * scale[f + i] + offset[f + i]);
			b += count;
			continue;
		}
		for (int64_t i = b * inner; i < (b + 1) * inner; i++)
			y[i] = (float) (x[i] * scale[f] + offset[f]);
		b++;
	}
}

/* Groups that lie side by side are worked on together, so many at once. */
#define LANES 16

/*
 * offset
 *		Where the place with that number is, counted along the axes as digits.
 */
static int64_t
offset(const C1dNormAxis *axes, int count, int64_t number, int64_t *weight_at)
{
	int64_t		at = 0;

	for (int d = count - 1; d >= 0; d--)
	{
		at += number % axes[d].size * axes[d].step;
		*weight_at += number % axes[d].size * axes[d].weight_step;
		number /= axes[d].size;
	}
	return at;
}

/*
 * normalize_lanes
 *		Normalize lanes groups that start at x, a float apart, and whose weights
 *		are weight_step apart: the sum, then the squares around the mean, then
 *		the output.
 *
 * The innermost reduced axis is walked by its step, places on the others are
 * blocks.
 */
static inline void
normalize_lanes(const C1dNormGeometry *g, const float *x, float *y, int64_t weight_at, int64_t weight_step, int lanes)
{
	const C1dNormAxis *inner = &g->reduced[g->reduced_count - 1];
	int64_t		blocks = 1;
	double		mean[LANES] = {0};
	double		squares[LANES] = {0};
	double		count;

	for (int d = 0; d < g->reduced_count - 1; d++)
		blocks *= g->reduced[d].size;
	count = (double) blocks * inner->size;
	for (int64_t b = 0; g->centred && b < blocks; b++)
	{
		int64_t		unused = 0;
		const float *from = x + offset(g->reduced, g->reduced_count - 1, b, &unused);

		for (int64_t i = 0; i < inner->size; i++, from += inner->step)
			for (int l = 0; l < lanes; l++)
				mean[l] += from[l];
	}
	for (int l = 0; l < lanes; l++)
		mean[l] /= count;
	for (int64_t b = 0; b < blocks; b++)
	{
		int64_t		unused = 0;
		const float *from = x + offset(g->reduced, g->reduced_count - 1, b, &unused);

		for (int64_t i = 0; i < inner->size; i++, from += inner->step)
			for (int l = 0; l < lanes; l++)
				squares[l] += (from[l] - mean[l]) * (from[l] - mean[l]);
	}
	for (int l = 0; l < lanes; l++)
	{
		squares[l] = 1 / sqrt((g->summed ? squares[l] : squares[l] / count) + g->epsilon);
		if (squares[l] > g->most)
			squares[l] = g->most;
	}
	for (int64_t b = 0; b < blocks; b++)
	{
		int64_t		weight = weight_at;
		int64_t		at = offset(g->reduced, g->reduced_count - 1, b, &weight);

		for (int64_t i = 0; i < inner->size; i++, at += inner->step, weight += inner->weight_step)
			for (int l = 0; l < lanes; l++)
			{
				double		gamma = g->gamma == NULL ? 1 : g->gamma[weight + l * weight_step];
				double		beta = g->beta == NULL ? 0 : g->beta[weight + l * weight_step];

				y[at + l] = (float) ((x[at + l] - mean[l]) * squares[l] * gamma + beta);
			}
	}
}

/*
 * c1d_normalize
 *		(x - mean) / sqrt(variance + epsilon) * gamma + beta, groups begin ..
 *		end - 1, numbered along the kept axes.
 *
 * The variance is that of a population.  A NaN, or an infinity, makes its whole
 * group NaN where the mean is taken off.  x and y do not overlap.  Cannot fail.
 */
void
c1d_normalize(const C1dNormGeometry *g, const float *x, float *y, int64_t begin, int64_t end)
{
	const C1dNormAxis *side = g->kept_count > 0 ? &g->kept[g->kept_count - 1] : NULL;

	for (int64_t k = begin; k < end;)
	{
		int64_t		weight_at = 0;
		int64_t		at = offset(g->kept, g->kept_count, k, &weight_at);
		int64_t		lanes = 1;

		if (side != NULL && side->step == 1)
		{
			lanes = side->size - k % side->size;
			if (lanes > end - k)
				lanes = end - k;
			if (lanes > LANES)
				lanes = LANES;
		}
		if (lanes == LANES)
			normalize_lanes(g, x + at, y + at, weight_at, side->weight_step, LANES);
		else if (lanes == 1)
			normalize_lanes(g, x + at, y + at, weight_at, 0, 1);
		else
			normalize_lanes(g, x + at, y + at, weight_at, side->weight_step, (int) lanes);
		k += lanes;
	}
}
