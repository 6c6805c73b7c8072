/*
 * test/unit/test_elements.c
 *	  Scaling, PReLU, parts and pooled rows: every variant in sizes that straddle
 *	  vectors, between guards, against a plain loop.
 *
 * All but means are exact: maxima, and what is rounded where the loop rounds.
 */
#include "model.h"

#include <float.h>

#include "kernels/finite.h"
#include "kernels/global_pool.h"
#include "kernels/pool.h"
#include "kernels/prelu.h"
#include "kernels/scale.h"
#include "kernels/transpose.h"

#define MOST 40

static const float strange[] = {NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-40f};

/* fractions, and now and then something strange */
static float *
floats(int64_t count)
{
	float	   *x = unit_random_floats(count, false);

	for (int64_t i = 0; i < count; i++)
		if (unit_between(0, 19) == 0)
			x[i] = strange[unit_between(0, 5)];
	return x;
}

/* is y what was wanted, and nothing else touched?  Frees both. */
static bool
settle(float *y, float *wanted, int64_t count)
{
	bool		right = unit_intact(y, count) && unit_same_bits(y, wanted, count);

	unit_unguard(y);
	free(wanted);
	return right;
}

static bool
scales(C1dScale *run, bool inverse, int64_t rows, int64_t channels)
{
	double		scale[MOST],
				offset[MOST];
	int64_t		count = rows * channels;
	float	   *x = floats(count),
			   *y = unit_guarded(count),
			   *wanted = unit_floats(count);
	bool		right;

	for (int64_t c = 0; c < channels; c++)
	{
		scale[c] = 0.25 + fabs(unit_float()) / 3;
		offset[c] = unit_float() / 7;
	}
	for (int64_t i = 0; i < count; i++)
	{
		volatile float step = inverse ? (float) (x[i] - offset[i % channels]) : (float) (x[i] * scale[i % channels]);

		wanted[i] = inverse ? (float) (step / scale[i % channels]) : (float) (step + offset[i % channels]);
	}
	run(scale, offset, x, y, rows, channels);
	right = settle(y, wanted, count);
	free(x);
	return right;
}

static bool
slopes(C1dPrelu *run, int64_t step, int64_t count)
{
	float	   *x = floats(count),
			   *slope = unit_random_floats(count, false),
			   *y = unit_guarded(count),
			   *wanted = unit_floats(count);
	bool		right;

	for (int64_t i = 0; i < count; i++)
		wanted[i] = x[i] < 0 ? slope[i * step] * x[i] : x[i];
	run(x, slope, step, y, count);
	right = settle(y, wanted, count);
	free(x);
	free(slope);
	return right;
}

/* a maximum of a part; the sign of a 0 may be any that is there */
static bool
most(C1dPartKernel *run, int64_t lines, int64_t steps, int64_t channels)
{
	int64_t		line = (steps + 2) * channels;
	float	   *x = floats(lines * line),
			   *y = unit_guarded(channels),
			   *wanted = unit_floats(channels);
	bool		right = true;

	for (int64_t c = 0; c < channels; c++)
	{
		wanted[c] = -INFINITY;
		for (int64_t i = 0; i < lines * steps; i++)
		{
			float		next = x[i / steps * line + i % steps * channels + c];

			wanted[c] = next > wanted[c] || next != next ? next : wanted[c];
		}
	}
	run(&(C1dPart) {.x = x, .lines = lines, .line_step = line, .floats = steps * channels, .channels = channels}, y);
	for (int64_t c = 0; c < channels; c++)
		right = right && (y[c] == wanted[c] || (isnan(y[c]) && isnan(wanted[c])));
	right = right && unit_intact(y, channels);
	unit_unguard(y);
	free(wanted);
	free(x);
	return right;
}

/* rows of windows of three taps, any step apart */
static bool
windows(C1dPoolRows *run, int64_t rows, int64_t channels, int64_t stride)
{
	float	   *x = floats((rows * stride + 3) * channels),
			   *y = unit_guarded(rows * channels),
			   *wanted = unit_floats(rows * channels);
	bool		right = true;

	for (int64_t i = 0; i < rows * channels; i++)
	{
		const float *in = x + i / channels * stride * channels + i % channels;

		wanted[i] = in[0];
		for (int t = 1; t < 3; t++)
			wanted[i] = in[t * channels] > wanted[i] || isnan(in[t * channels]) ? in[t * channels] : wanted[i];
	}
	run(&(C1dPoolTaps) {
		.x = x, .channels = channels, .row_step = stride * channels, .lines = 1, .taps = 3, .tap_step = channels, .divisor = 3,
	}, y, rows);
	right = settle(y, wanted, rows * channels);
	free(x);
	return right;
}

/* finds: each of what is not finite, at every place of count floats; and nothing among large, small and no numbers */
static bool
finds(C1dIsFinite *run, int64_t count)
{
	float	   *x = unit_random_floats(count, false);
	bool		right;

	for (int64_t i = 0; i < count; i++)
		if (unit_between(0, 3) == 0)
			x[i] = (const float[]) {FLT_MAX, -FLT_MAX, 1e-40f, -0.0f}[unit_between(0, 3)];
	right = run(x, count);
	for (int64_t i = 0; i < count; i++)
		for (int k = 0; k < 4; k++)
		{
			float		kept = x[i];

			x[i] = (const float[]) {NAN, -NAN, INFINITY, -INFINITY}[k];
			right = right && !run(x, count);
			x[i] = kept;
		}
	free(x);
	return right;
}

TEST(every_variant)
{
	static C1dScale *const scale[C1D_ISAS] = C1D_VARIANTS(c1d_scale);
	static C1dScale *const inverse[C1D_ISAS] = C1D_VARIANTS(c1d_scale_inverse);
	static C1dPrelu *const prelu[C1D_ISAS] = C1D_VARIANTS(c1d_prelu);
	static C1dPartKernel *const part[C1D_ISAS] = C1D_VARIANTS(c1d_part_max);
	static C1dPoolRows *const pool[C1D_ISAS] = C1D_VARIANTS(c1d_max_rows);
	static C1dIsFinite *const finite[C1D_ISAS] = C1D_VARIANTS(c1d_is_finite);

	for (C1dIsa isa = 0; isa < C1D_ISAS; isa++)
	{
		int64_t		wrong[5] = {0};

		if (!c1d_isa_available(isa))
			continue;
		for (int64_t channels = 1; channels <= MOST; channels++)
			for (int64_t rows = 1; rows <= 36; rows += channels < 4 ? 1 : 7)
			{
				wrong[0] += !scales(scale[isa], false, rows, channels) + !scales(inverse[isa], true, rows, channels);
				wrong[1] += !slopes(prelu[isa], 0, rows * channels) + !slopes(prelu[isa], 1, rows * channels);
				wrong[2] += !most(part[isa], 1, rows, channels) + !most(part[isa], 2, rows, channels);
				for (int64_t stride = 1; stride <= 3; stride++)
					wrong[3] += !windows(pool[isa], rows, channels, stride);
			}
		for (int64_t count = 0; count <= 100; count++)
			wrong[4] += !finds(finite[isa], count);
		ok(wrong[0] == 0, "%s: scaling there and back rounds where scikit-learn does", c1d_isa_names[isa]);
		ok(wrong[1] == 0, "%s: PReLU with a slope for each number, and with one", c1d_isa_names[isa]);
		ok(wrong[2] == 0, "%s: the maximum of parts of one line and of two", c1d_isa_names[isa]);
		ok(wrong[3] == 0, "%s: maxima of windows 1 to 3 steps apart", c1d_isa_names[isa]);
		ok(wrong[4] == 0, "%s: a NaN or an infinity is found wherever it is, of up to 100 floats", c1d_isa_names[isa]);
	}
}

/* ---- what must be noticed ---- */

/* one rounding in place of two */
static void
fused(const double *scale, const double *offset, const float *x, float *y, int64_t rows, int64_t channels)
{
	for (int64_t i = 0; i < rows * channels; i++)
		y[i] = (float) (x[i] * scale[i % channels] + offset[i % channels]);
}

/* a vector where there is none */
static void
wide(const float *x, const float *slope, int64_t step, float *y, int64_t count)
{
	c1d_prelu__baseline(x, slope, step, y, count);
	y[count] = 0;
}

/* a maximum that loses NaN */
static void
deaf(const C1dPart *part, float *y)
{
	for (int64_t c = 0; c < part->channels; c++)
	{
		y[c] = -INFINITY;
		for (int64_t i = c; i < part->floats; i += part->channels)
			y[c] = fmaxf(y[c], part->x[i]);
	}
}

/* does not look at what is left behind whole vectors */
static bool
hasty(const float *x, int64_t count)
{
	return c1d_is_finite__baseline(x, count / 4 * 4);
}

TEST(broken_ones_are_noticed)
{
	bool		noticed[4] = {false};

	for (int i = 0; i < 20; i++)
	{
		noticed[0] = noticed[0] || !scales(fused, false, 30, 3);
		noticed[1] = noticed[1] || !slopes(wide, 1, 30);
		noticed[2] = noticed[2] || !most(deaf, 1, 30, 3);
		noticed[3] = noticed[3] || !finds(hasty, 30);
	}
	ok(noticed[0] && noticed[1] && noticed[2] && noticed[3],
	   "one rounding for two, a float too many, a lost NaN and one that is not looked for are noticed");
}

TEST(transpose)
{
	int64_t		wrong = 0;

	for (int64_t rows = 1; rows <= 19; rows++)
		for (int64_t columns = 1; columns <= 19; columns++)
		{
			float	   *x = unit_random_floats(rows * columns, false),
					   *y = unit_guarded(rows * columns),
					   *wanted = unit_floats(rows * columns);

			for (int64_t i = 0; i < rows * columns; i++)
				wanted[i] = x[i % columns * rows + i / columns];
			c1d_transpose(x, rows, y, columns, rows, columns);
			wrong += !settle(y, wanted, rows * columns);
			free(x);
		}
	ok(wrong == 0, "rows become columns in every size up to (19,19)");
}

RUN(every_variant, broken_ones_are_noticed, transpose)
