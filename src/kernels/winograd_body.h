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
	const int64_t starts = call->outputs - (call->tile - 1) * spacing;
	const Vec	one = vec_splat(1);

	scales(call);
	for (int64_t r = 0; r < starts; r += VL)
	{
		const int64_t left = starts - r;
		Vec			sum = {0};
		Vec			least = load_left(call->scale + r, left);
		VecMask		safe;

		for (int i = 1; i < call->tile; i++)
		{
			Vec			scale = load_left(call->scale + r + i * spacing, left);

			least = vec_select(scale < least, scale, least);
		}
		for (int64_t t = 0; t < call->reach; t++)
			sum += load_left(call->energy + r + t * spacing, left);
		safe = ((sum <= least) & (sum >= least_energy) & (sum <= most_energy)) | (sum == 0);
		store_left(call->safe + r, vec_select(safe, one, (Vec) {0}), left);
	}
}

/* the next two products: of point a, which is e + o, and of -a, which is e - o */
#define PAIR(j, e, o) \
	v[j] = (e) + (o); \
	v[j + 1] = (e) - (o)

/*
 * With d the eight steps, row j of the transform has the coefficients of the
 * product of (z - a) over all points but infinity and point j; the last row
 * those of the product over all points but infinity.
 */
SIMD_INLINE void
input_vector(const Vec d[C1D_WINOGRAD_POINTS], const bool infinity, Vec v[C1D_WINOGRAD_POINTS])
{
	v[0] = (d[6] - d[0]) + (d[2] - d[4]) * 5.25f;
	PAIR(1, d[6] + d[2] - d[4] * 4.25f, d[5] + d[1] - d[3] * 4.25f);
	PAIR(3, d[6] + d[2] * 4.0f - d[4] * 5.0f, (d[5] + d[1] * 4.0f - d[3] * 5.0f) * 0.5f);
	PAIR(5, d[6] + d[2] * 0.25f - d[4] * 1.25f, (d[5] + d[1] * 0.25f - d[3] * 1.25f) * 2.0f);
	if (infinity)
		v[7] = (d[7] - d[1]) + (d[3] - d[5]) * 5.25f;
}

/* VL channels of a tile, or the count that are left */
SIMD_INLINE void
input_channels(const C1dWinogradInput *call, const float *const *step, int64_t c, const int64_t count,
			   const bool infinity, float *v)
{
	const int	points = C1D_WINOGRAD_POINTS - !infinity;
	Vec			from[C1D_WINOGRAD_POINTS],
				to[C1D_WINOGRAD_POINTS];

	UNROLL(8)
	for (int i = 0; i < points; i++)
		from[i] = load_left(step[i] + c, count);
	input_vector(from, infinity, to);
	UNROLL(8)
	for (int j = 0; j < points; j++)
		vec_store(v + j * call->v_product, to[j]);
}

SIMD_INLINE void
input_tiles(const C1dWinogradInput *call, const bool infinity)
{
	const int64_t channels = call->channels;

	for (int64_t t = 0; t < call->tiles; t++)
	{
		const float *const *step = call->steps[t].step;
		float	   *v = call->v + t * VL;
		int64_t		c = 0;

		for (; c + VL <= channels; c += VL, v += call->tiles * VL)
			input_channels(call, step, c, VL, infinity, v);
		if (c < channels)
			input_channels(call, step, c, channels - c, infinity, v);
	}
}

static void
input(const C1dWinogradInput *call)
{
	if (call->infinity)
		input_tiles(call, true);
	else
		input_tiles(call, false);
}

/* Output i is the sum of m[j] * a[j]^i; infinity counts for the last alone. */
SIMD_INLINE void
output_vector(const float *m, const int64_t product, const int tile, Vec row[C1D_WINOGRAD_POINTS])
{
	Vec			sum[3],
				difference[3];
	float		half = 1,
				two = 1;

	UNROLL(3)
	for (int k = 0; k < 3; k++)
	{
		Vec			plus = vec_load(m + (2 * k + 1) * product);
		Vec			minus = vec_load(m + (2 * k + 2) * product);

		sum[k] = plus + minus;
		difference[k] = plus - minus;
	}
	row[0] = vec_load(m) + sum[0] + (sum[1] + sum[2]);
	UNROLL(8)
	for (int i = 1; i < tile; i++)
	{
		const Vec  *from = i % 2 ? difference : sum;

		half *= 0.5f;
		two *= 2.0f;
		row[i] = from[0] + from[1] * half + from[2] * two;
	}
	row[tile - 1] += vec_load(m + 7 * product);
}

/*
 * output_tile
 *		The panel's columns of a tile whose products are at m: plain says that
 *		all of its rows and columns are wanted.
 */
SIMD_INLINE void
output_tile(const C1dWinogradOutput *call, const C1dWinogradTarget *target, const float *m,
			const int tile, const int pool, const bool plain)
{
	const int64_t width = call->width;
	const int64_t product = call->tiles * width;
	const Vec	least = vec_splat(call->relu ? 0 : -INFINITY);

	for (int64_t n = 0; n < width; n += VL)
	{
		float	   *y = target->y + call->column + n;
		Vec			row[C1D_WINOGRAD_POINTS];

		output_vector(m + n, product, tile, row);
		UNROLL(8)
		for (int i = 0; i < tile; i += pool, y += call->y_row)
		{
			Vec			most = row[i];

			UNROLL(4)
			for (int k = 1; k < pool; k++)
				most = vec_max(most, row[i + k]);
			most = vec_max(least, most);
			if (plain)
				vec_store(y, most);
			else if (i / pool >= target->low && i / pool < target->high && n < call->columns)
				store_left(y, most, call->columns - n);
		}
	}
}

SIMD_INLINE void
output_tiles(const C1dWinogradOutput *call, const int tile, const int pool)
{
	for (int64_t t = 0; t < call->tiles; t++)
	{
		const C1dWinogradTarget *target = &call->targets[t];
		const float *m = call->products + t * call->width;

		if (target->low == 0 && target->high == tile / pool && call->columns >= call->width)
			output_tile(call, target, m, tile, pool, true);
		else
			output_tile(call, target, m, tile, pool, false);
	}
}

static void
output(const C1dWinogradOutput *call)
{
	if (call->tile == 6 && call->pool == 2)
		output_tiles(call, 6, 2);
	else if (call->tile == 6)
		output_tiles(call, 6, 1);
	else if (call->pool == 4)
		output_tiles(call, 4, 4);
	else if (call->pool == 2)
		output_tiles(call, 4, 2);
	else
		output_tiles(call, 4, 1);
}

ISA_END

#define WINOGRAD_DEFINE(isa) WINOGRAD_DEFINE_AS(isa)
#define WINOGRAD_DEFINE_AS(isa) \
const C1dWinogradKernels c1d_winograd_kernels__##isa = {VL, measure, judge, input, product, output};
WINOGRAD_DEFINE(ISA_SUFFIX)
