/*
 * src/kernels/winograd_body.h
 *	  The one body of the transforms of winograd_transform.h; included after a
 *	  simd_<isa>.h.
 */
#include <math.h>

#include "kernels/simd.h"
#include "kernels/winograd_transform.h"

ISA_BEGIN

static void
measure(const float *x, int64_t channels, int64_t rows, float *energy)
{
	for (int64_t s = 0; s < rows; s++, x += channels)
	{
		Vec			sum = {0};
		int64_t		c = 0;
		float		lane[VL];

		for (; c + VL <= channels; c += VL)
		{
			Vec			v = vec_load(x + c);

			sum += v * v;
		}
		if (c < channels)
		{
			Vec			v = vec_load_part(x + c, (int) (channels - c));

			sum += v * v;
		}
		vec_store(lane, sum);
		UNROLL(4)
		for (int half = VL / 2; half > 0; half /= 2)
		{
			UNROLL(8)
			for (int i = 0; i < half; i++)
				lane[i] += lane[i + half];
		}
		energy[s] = lane[0];
	}
}

/*
 * Energies below the smallest are denormal or nearly; a tile whose squares are
 * all 0 is a silence, of which no digit can be lost.
 */
static void
judge(const C1dWinogradJudge *call)
{
	const float least_energy = 0x1p-100f;
	const float most_energy = call->head[call->taps];
	const int64_t spacing = call->spacing;
	const int64_t starts = call->outputs - (C1D_WINOGRAD_TILE - 1) * spacing;
	float	   *scale = call->scale;
	float	   *safe = call->safe;

	for (int64_t r = 0; r < call->outputs; r++)
		scale[r] = r < call->present ? 0 : INFINITY;
	for (int64_t t = 0; t < call->taps; t++)
		for (int64_t r = 0; r < call->outputs; r++)
			scale[r] += call->energy[r + t * spacing] * call->head[t];
	for (int64_t r = 0; r < starts; r++)
		safe[r] = 0;
	for (int64_t t = 0; t < call->taps + C1D_WINOGRAD_TILE - 1; t++)
		for (int64_t r = 0; r < starts; r++)
			safe[r] += call->energy[r + t * spacing];
	for (int64_t i = 1; i < C1D_WINOGRAD_TILE; i++)
		for (int64_t r = 0; r < starts; r++)
			scale[r] = scale[r + i * spacing] < scale[r] ? scale[r + i * spacing] : scale[r];
	for (int64_t r = 0; r < starts; r++)
		safe[r] = (safe[r] <= scale[r] && safe[r] >= least_energy && safe[r] <= most_energy) || safe[r] == 0;
}

/*
 * With d the six steps, row j of the transform has the coefficients of the
 * product of (z - a) over all points but infinity and point j; the last row
 * those of the product over all points but infinity.
 */
SIMD_INLINE void
input_vector(const Vec d[6], const int taps, Vec v[6])
{
	Vec			even = d[4] - d[2];
	Vec			odd = d[3] - d[1];
	Vec			p = even + d[3] * 1.5f;
	Vec			q = odd + d[2] * 1.5f;

	v[0] = (d[0] - d[2] + even) + odd * 1.5f;
	v[1] = p + q;
	v[2] = p - q;
	v[3] = even + odd * 2.0f;
	v[4] = even - odd * 0.5f;
	if (taps == 3)
		v[5] = (d[5] - d[3] - odd) + even * 1.5f;
}

SIMD_INLINE void
input_tiles(const C1dWinogradSteps *steps, int64_t tiles, int64_t channels, const int taps,
			float *v, int64_t v_tile, int64_t v_product)
{
	for (int64_t t = 0; t < tiles; t++, v += v_tile)
	{
		const float *const *step = steps[t].step;
		int64_t		c = 0;
		Vec			from[6],
					to[6];

		for (; c + VL <= channels; c += VL)
		{
			UNROLL(6)
			for (int i = 0; i < taps + 3; i++)
				from[i] = vec_load(step[i] + c);
			input_vector(from, taps, to);
			UNROLL(6)
			for (int j = 0; j < taps + 3; j++)
				vec_store(v + j * v_product + c, to[j]);
		}
		if (c < channels)
		{
			for (int i = 0; i < taps + 3; i++)
				from[i] = vec_load_part(step[i] + c, (int) (channels - c));
			input_vector(from, taps, to);
			for (int j = 0; j < taps + 3; j++)
				vec_store_part(v + j * v_product + c, to[j], (int) (channels - c));
		}
	}
}

static void
input(const C1dWinogradSteps *steps, int64_t tiles, int64_t channels, int taps,
	  float *v, int64_t v_tile, int64_t v_product)
{
	if (taps == 3)
		input_tiles(steps, tiles, channels, 3, v, v_tile, v_product);
	else
		input_tiles(steps, tiles, channels, 2, v, v_tile, v_product);
}

/* Output i is the sum of m[j] * a[j]^i; infinity counts for the last alone. */
SIMD_INLINE void
output_tiles(const C1dWinogradOutput *call, const int pool, const bool relu)
{
	const float *m = call->products;
	const int64_t width = call->width;
	const int64_t columns = call->columns;

	for (int64_t t = 0; t < call->tiles; t++)
	{
		const C1dWinogradTarget *target = &call->targets[t];
		float	   *y = target->y + call->column;

		for (int64_t n = 0; n < width; n += VL, m += VL, y += VL)
		{
			Vec			half = vec_load(m + 3 * width);
			Vec			two = vec_load(m + 4 * width);
			Vec			sum = vec_load(m + width) + vec_load(m + 2 * width);
			Vec			difference = vec_load(m + width) - vec_load(m + 2 * width);
			Vec			row[4];

			row[0] = vec_load(m) + sum + half + two;
			row[1] = difference + half * 0.5f - two * 2.0f;
			row[2] = sum + half * 0.25f + two * 4.0f;
			row[3] = difference + half * 0.125f - two * 8.0f + vec_load(m + 5 * width);
			if (pool >= 2)
			{
				row[0] = vec_max(row[0], row[1]);
				row[1] = vec_max(row[2], row[3]);
			}
			if (pool == 4)
				row[0] = vec_max(row[0], row[1]);
			UNROLL(4)
			for (int i = 0; i < C1D_WINOGRAD_TILE / pool; i++)
			{
				if (relu)
					row[i] = vec_relu(row[i]);
				if (i < target->low || i >= target->high)
					continue;
				if (n + VL <= columns)
					vec_store(y + i * call->y_row, row[i]);
				else if (n < columns)
					vec_store_part(y + i * call->y_row, row[i], (int) (columns - n));
			}
		}
		m += 5 * width;
	}
}

static void
output(const C1dWinogradOutput *call)
{
	switch (call->pool)
	{
		case 2:
			output_tiles(call, 2, call->relu);
			break;
		case 4:
			output_tiles(call, 4, call->relu);
			break;
		default:
			output_tiles(call, 1, call->relu);
	}
}

ISA_END

#define WINOGRAD_DEFINE(isa) WINOGRAD_DEFINE_AS(isa)
#define WINOGRAD_DEFINE_AS(isa) \
const C1dWinogradTransforms c1d_winograd_transforms__##isa = {measure, judge, input, output};
WINOGRAD_DEFINE(ISA_SUFFIX)
