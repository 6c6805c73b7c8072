/*
 * src/kernels/norm_body.h
 *	  The one body of normalization; included by elements.h.
 */
#include <math.h>

#include "kernels/norm.h"

ISA_BEGIN

/*
 * norm_offset
 *		Where the place with that number is, counted along the axes as digits.
 */
SIMD_INLINE int64_t
norm_offset(const C1dNormAxis *axes, int count, int64_t number, int64_t *weight_at)
{
	int64_t		at = 0;

	for (int d = count - 1; d >= 0; d--)
	{
		at += number % axes[d].size * axes[d].step;
		if (weight_at != NULL)
			*weight_at += number % axes[d].size * axes[d].weight_step;
		number /= axes[d].size;
	}
	return at;
}

/* scale_of: of a sum of squares of count numbers */
SIMD_INLINE double
scale_of(const C1dNormGeometry *g, double squares, double count)
{
	double		by = 1 / sqrt((g->summed ? squares : squares / count) + g->epsilon);

	return by > g->most ? g->most : by;
}

/* blocks: places on the reduced axes but the innermost, which is walked by its step */
SIMD_INLINE int64_t
blocks_of(const C1dNormGeometry *g)
{
	int64_t		blocks = 1;

	for (int d = 0; d < g->reduced_count - 1; d++)
		blocks *= g->reduced[d].size;
	return blocks;
}

/* weights of the first count of VL / 2 numbers, step apart */
SIMD_INLINE Wide
norm_weights(const float *weights, int64_t step, int64_t count)
{
	Wide		w = {0};

	if (step == 0)
		return WIDE((double) *weights);
	if (step == 1)
		return wide_of(half_load_some(weights, count));
	for (int l = 0; l < VL / 2 && l < count; l++)
		w[l] = weights[l * step];
	return w;
}

/* the first count of VL / 2 outputs; weights as above, from weight on */
SIMD_INLINE void
norm_finish(const C1dNormGeometry *g, const float *x, float *y, int64_t count, Wide mean, Wide by, int64_t weight, int64_t step)
{
	Wide		v = (wide_of(half_load_some(x, count)) - mean) * by;

	if (g->gamma != NULL)
		v *= norm_weights(g->gamma + weight, step, count);
	if (g->beta != NULL)
		v += norm_weights(g->beta + weight, step, count);
	half_store_some(y, count, half_of(v));
}

/*
 * normalize_side
 *		Normalize groups that start at x, a float apart, and whose weights are
 *		step apart: the sum, then the squares around the mean, then the output.
 *		One vector of lanes groups, or several full ones.
 */
SIMD_INLINE void
normalize_side(const C1dNormGeometry *g, const float *x, float *y, int64_t weight_at, int64_t step, const int vectors, int64_t lanes)
{
	const C1dNormAxis *inner = &g->reduced[g->reduced_count - 1];
	const int64_t blocks = blocks_of(g);
	const double count = (double) blocks * inner->size;
	Wide		mean[2] = {{0}};
	Wide		by[2] = {{0}};

	for (int64_t b = 0; g->centred && b < blocks; b++)
	{
		const float *from = x + norm_offset(g->reduced, g->reduced_count - 1, b, NULL);

		for (int64_t i = 0; i < inner->size; i++, from += inner->step)
			for (int v = 0; v < vectors; v++)
				mean[v] += wide_of(half_load_some(from + v * (VL / 2), lanes));
	}
	for (int v = 0; v < vectors; v++)
		mean[v] /= count;
	for (int64_t b = 0; b < blocks; b++)
	{
		const float *from = x + norm_offset(g->reduced, g->reduced_count - 1, b, NULL);

		for (int64_t i = 0; i < inner->size; i++, from += inner->step)
			for (int v = 0; v < vectors; v++)
			{
				Wide		off = wide_of(half_load_some(from + v * (VL / 2), lanes)) - mean[v];

				by[v] += off * off;
			}
	}
	for (int v = 0; v < vectors; v++)
		for (int l = 0; l < VL / 2 && l < lanes; l++)
			by[v][l] = scale_of(g, by[v][l], count);
	for (int64_t b = 0; b < blocks; b++)
	{
		int64_t		weight = weight_at;
		int64_t		at = norm_offset(g->reduced, g->reduced_count - 1, b, &weight);

		for (int64_t i = 0; i < inner->size; i++, at += inner->step, weight += inner->weight_step)
			for (int v = 0; v < vectors; v++)
				norm_finish(g, x + at + v * (VL / 2), y + at + v * (VL / 2), lanes, mean[v], by[v],
							weight + v * (VL / 2) * step, step);
	}
}

/*
 * add_along
 *		Add the numbers at x, or the squares of their distances from the mean, to
 *		sums that do not wait for each other; rest takes those that do not fill a
 *		vector.
 */
SIMD_INLINE void
add_along(const float *x, int64_t count, const bool squares, double mean, Wide sum[4], double *rest)
{
	int64_t		i = 0;

	for (; i + VL * 2 <= count; i += VL * 2)
	{
		UNROLL(4)
		for (int s = 0; s < 4; s++)
		{
			Wide		v = wide_of(half_load_some(x + i + s * (VL / 2), VL / 2)) - mean;

			sum[s] += squares ? v * v : v;
		}
	}
	for (; i + VL / 2 <= count; i += VL / 2)
	{
		Wide		v = wide_of(half_load_some(x + i, VL / 2)) - mean;

		sum[0] += squares ? v * v : v;
	}
	for (; i < count; i++)
		*rest += squares ? (x[i] - mean) * (x[i] - mean) : x[i] - mean;
}

/* total_along: of all blocks of the group that starts at x */
SIMD_INLINE double
total_along(const C1dNormGeometry *g, const float *x, const bool squares, double mean)
{
	const int64_t blocks = blocks_of(g);
	Wide		sum[4] = {{0}};
	double		rest = 0;

	for (int64_t b = 0; b < blocks; b++)
		add_along(x + norm_offset(g->reduced, g->reduced_count - 1, b, NULL), g->reduced[g->reduced_count - 1].size,
				  squares, mean, sum, &rest);
	return wide_total((sum[0] + sum[1]) + (sum[2] + sum[3])) + rest;
}

/*
 * normalize_along
 *		Normalize the group that starts at x, whose numbers are beside each other
 *		in every block.
 */
SIMD_INLINE void
normalize_along(const C1dNormGeometry *g, const float *x, float *y, int64_t weight_at)
{
	const C1dNormAxis *inner = &g->reduced[g->reduced_count - 1];
	const int64_t blocks = blocks_of(g);
	const double count = (double) blocks * inner->size;
	double		mean = g->centred ? total_along(g, x, false, 0) / count : 0;
	double		by = scale_of(g, total_along(g, x, true, mean), count);

	for (int64_t b = 0; b < blocks; b++)
	{
		int64_t		weight = weight_at;
		int64_t		at = norm_offset(g->reduced, g->reduced_count - 1, b, &weight);

		for (int64_t i = 0; i < inner->size; i += VL / 2)
			norm_finish(g, x + at + i, y + at + i, inner->size - i, WIDE(mean), WIDE(by),
						weight + i * inner->weight_step, inner->weight_step);
	}
}

void
ISA_NAME(c1d_normalize) (const C1dNormGeometry *g, const float *x, float *y, int64_t begin, int64_t end)
{
	const C1dNormAxis *inner = &g->reduced[g->reduced_count - 1];
	const C1dNormAxis *side = g->kept_count > 0 ? &g->kept[g->kept_count - 1] : NULL;

	for (int64_t k = begin; k < end;)
	{
		int64_t		weight_at = 0;
		int64_t		at = norm_offset(g->kept, g->kept_count, k, &weight_at);
		int64_t		lanes = 1;

		if (side != NULL && side->step == 1)
			lanes = side->size - k % side->size < end - k ? side->size - k % side->size : end - k;
		if (lanes >= VL)
			normalize_side(g, x + at, y + at, weight_at, side->weight_step, 2, lanes = VL);
		else if (lanes > 1)
			normalize_side(g, x + at, y + at, weight_at, side->weight_step, 1, lanes < VL / 2 ? lanes : (lanes = VL / 2));
		else if (inner->step == 1 && inner->size >= VL / 2)
			normalize_along(g, x + at, y + at, weight_at);
		else
			normalize_side(g, x + at, y + at, weight_at, 0, 1, 1);
		k += lanes;
	}
}

ISA_END
