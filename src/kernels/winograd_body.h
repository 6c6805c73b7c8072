/*
 * src/kernels/winograd_body.h
 *	  The one body of the transforms of winograd_transform.h; included after a
 *	  simd_<isa>.h.
 */
#include <math.h>

#include "kernels/simd.h"
#include "kernels/winograd_kernels.h"
#include "kernels/winograd_product.h"

ISA_BEGIN

/* Sums of so many rows are added up across their lanes at once, lest each wait for itself. */
#define MEASURED 16

typedef float Quad __attribute__((vector_size(16)));

static void
measure(const float *x, int64_t channels, int64_t rows, float *energy)
{
	while (rows > 0)
	{
		int			some = rows < MEASURED ? (int) rows : MEASURED;
		float		lane[MEASURED * VL];

		for (int s = 0; s < some; s++, x += channels)
		{
			Vec			sum = {0};
			int64_t		c = 0;

			for (; c + VL <= channels; c += VL)
				sum += vec_load(x + c) * vec_load(x + c);
			if (c < channels)
			{
				Vec			v = vec_load_part(x + c, (int) (channels - c));

				sum += v * v;
			}
			vec_store(lane + s * VL, sum);
		}
		for (int s = 0; s < some; s++)
		{
			Quad		quad[VL / 4];

			memcpy(quad, lane + s * VL, sizeof(quad));
			UNROLL(4)
			for (int i = 1; i < VL / 4; i++)
				quad[0] += quad[i];
			memcpy(lane + s * VL, quad, sizeof(Quad));
		}
		for (int s = 0; s < some; s++)
			energy[s] = (lane[s * VL] + lane[s * VL + 1]) + (lane[s * VL + 2] + lane[s * VL + 3]);
		energy += some;
		rows -= some;
	}
}

/* VL numbers from p on, or the count that are left */
SIMD_INLINE Vec
load_left(const float *p, const int64_t count)
{
	return count >= VL ? vec_load(p) : vec_load_part(p, (int) count);
}

SIMD_INLINE void
store_left(float *p, Vec v, const int64_t count)
{
	if (count >= VL)
		vec_store(p, v);
	else
		vec_store_part(p, v, (int) count);
}

/* the sum over taps of energy times worth: what each output may be disturbed by */
SIMD_INLINE void
scales(const C1dWinogradJudge *call)
{
	for (int64_t r = 0; r < call->outputs; r += VL)
	{
		const int64_t left = call->outputs - r;
		Vec			sum = {0};

		for (int64_t t = 0; t < call->taps; t++)
			sum += load_left(call->energy + r + t * call->spacing, left) * call->head[t];
		store_left(call->scale + r, sum, left);
	}
	for (int64_t r = call->present < 0 ? 0 : call->present; r < call->outputs; r++)
		call->scale[r] = INFINITY;
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
	const Vec	one = vec_splat(1);

	scales(call);
	for (int64_t r = 0; r < starts; r += VL)
	{
		const int64_t left = starts - r;
		Vec			sum = {0};
		Vec			least = load_left(call->scale + r, left);
		VecMask		safe;

		for (int i = 1; i < C1D_WINOGRAD_TILE; i++)
		{
			Vec			scale = load_left(call->scale + r + i * spacing, left);

			least = vec_select(scale < least, scale, least);
		}
		for (int64_t t = 0; t < call->taps + C1D_WINOGRAD_TILE - 1; t++)
			sum += load_left(call->energy + r + t * spacing, left);
		safe = ((sum <= least) & (sum >= least_energy) & (sum <= most_energy)) | (sum == 0);
		store_left(call->safe + r, vec_select(safe, one, (Vec) {0}), left);
	}
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
input_tiles(const C1dWinogradInput *call, const int taps)
{
	const int64_t channels = call->channels;

	for (int64_t t = 0; t < call->tiles; t++)
	{
		const float *const *step = call->steps[t].step;
		float	   *v = call->v + t * VL;
		int64_t		c = 0;
		Vec			from[6],
					to[6];

		for (; c + VL <= channels; c += VL, v += call->tiles * VL)
		{
			UNROLL(6)
			for (int i = 0; i < taps + 3; i++)
				from[i] = vec_load(step[i] + c);
			input_vector(from, taps, to);
			UNROLL(6)
			for (int j = 0; j < taps + 3; j++)
				vec_store(v + j * call->v_product, to[j]);
		}
		if (c < channels)
		{
			UNROLL(6)
			for (int i = 0; i < taps + 3; i++)
				from[i] = vec_load_part(step[i] + c, (int) (channels - c));
			input_vector(from, taps, to);
			UNROLL(6)
			for (int j = 0; j < taps + 3; j++)
				vec_store(v + j * call->v_product, to[j]);
		}
	}
}

static void
input(const C1dWinogradInput *call)
{
	if (call->taps == 3)
		input_tiles(call, 3);
	else
		input_tiles(call, 2);
}

/* row i of a tile, unless it is another call's: the columns from n on */
SIMD_INLINE void
store_row(const C1dWinogradOutput *call, const C1dWinogradTarget *target, const int i, int64_t n,
		  float *y, Vec row, const bool relu)
{
	if (relu)
		row = vec_relu(row);
	if (i < target->low || i >= target->high)
		return;
	y += i * call->y_row;
	if (n + VL <= call->columns)
		vec_store(y, row);
	else if (n < call->columns)
		vec_store_part(y, row, (int) (call->columns - n));
}

/* Output i is the sum of m[j] * a[j]^i; infinity counts for the last alone. */
SIMD_INLINE void
output_tiles(const C1dWinogradOutput *call, const int pool, const bool relu)
{
	const float *m = call->products;
	const int64_t width = call->width;

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
			store_row(call, target, 0, n, y, row[0], relu);
			if (pool <= 2)
				store_row(call, target, 1, n, y, row[1], relu);
			if (pool == 1)
			{
				store_row(call, target, 2, n, y, row[2], relu);
				store_row(call, target, 3, n, y, row[3], relu);
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
const C1dWinogradKernels c1d_winograd_kernels__##isa = {VL, MOST_ROWS, measure, judge, input, product, output};
WINOGRAD_DEFINE(ISA_SUFFIX)
