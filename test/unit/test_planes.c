/*
 * test/unit/test_planes.c
 *	  The kernels of planes.h, each against its formula in double precision:
 *	  sizes that straddle vectors, edges, guards around what is written.
 *
 * Whole numbers must come out exactly.  For others the bound is that of adding
 * in float32 one after the other: a product of a sum of n products with a bias,
 * added up over m channels, passes at most n + m + 2 roundings of 2^-24.
 */
#include "numbers.h"

#include "kernels/planes.h"

static const char *const kinds[KINDS] = {"whole numbers", "others", "NaN and infinities among them"};

static float *
floats(int64_t count, Kind kind)
{
	static const float strange[] = {NAN, INFINITY, -INFINITY, -0.0f};
	float	   *at = unit_random_floats(count, kind != REAL);

	for (int64_t i = 0; i < count && kind == STRANGE; i++)
		if (unit_between(0, 100) == 0)
			at[i] = strange[unit_between(0, 3)];
	return at;
}

/* ---- picking ---- */

/* picks: one plane; late says that the first float is one too far */
static bool
picks(C1dIsa isa, bool late)
{
	int64_t		steps = unit_between(1, 100);
	C1dPick		pick = {.count = unit_between(1, 200), .first = unit_between(-60, 220), .step = unit_between(1, 5)};
	float	   *x = floats(pick.count, REAL);
	float	   *plane = unit_guarded(steps + C1D_PLANE_SLACK);
	bool		good;

	pick.x = x;
	pick.first += late;
	c1d_plane_pick(isa, &pick, plane, steps);
	pick.first -= late;
	good = unit_intact(plane, steps + C1D_PLANE_SLACK);
	for (int64_t i = 0; i < steps; i++)
	{
		int64_t		at = pick.first + i * pick.step;

		good = good && plane[i] == (at >= 0 && at < pick.count ? x[at] : 0);
	}
	unit_unguard(plane);
	free(x);
	return good;
}

/* ---- through channels ---- */

typedef enum Mistake
{
	NONE,
	UNBIASED,
	MIRRORED,					/* taps from the last to the first */
	LOST_NAN
} Mistake;

/* channel: one of a step, and how much it is made of */
static double
channel(const C1dPlanes *p, int64_t n, int64_t i, double *magnitude)
{
	const float *weight = p->weight + n * (1 + p->window + p->taps);
	double		most = 0;

	*magnitude = 0;
	for (int r = 0; r < p->pool; r++)
	{
		double		sum = weight[0];
		double		size = fabs(sum);

		for (int64_t k = 0; k < p->window; k++)
		{
			double		product = (double) weight[1 + k] * p->in[(r * p->window + k) * p->in_row + i];

			sum += product;
			size += fabs(product);
		}
		sum = p->relu && sum < 0 ? 0 : sum;
		most = r == 0 || sum > most || isnan(sum) ? sum : most;
		*magnitude = fmax(*magnitude, size);
	}
	return most;
}

/* goes_through: one product of planes, by all of its formula */
static bool
goes_through(C1dIsa isa, Kind kind, Mistake mistake)
{
	int64_t		steps = unit_between(1, 100);
	C1dPlanes	p = {
		.window = unit_between(1, C1D_PLANE_WINDOW), .pool = unit_between(0, 1) ? 1 : (int) unit_between(2, 3),
		.taps = unit_between(1, C1D_PLANE_TAPS), .channels = unit_between(1, 40), .relu = unit_between(0, 1), .steps = steps,
		.in_row = steps + C1D_PLANE_SLACK + unit_between(0, 3), .out_row = steps + C1D_PLANE_SLACK + unit_between(0, 3),
	};
	int64_t		row = 1 + p.window + p.taps;
	float	   *in = floats(p.window * p.pool * p.in_row, kind);
	float	   *weight = floats(p.channels * row, kind);
	float	   *given = unit_floats(p.channels * row);
	float	   *out = unit_guarded(p.taps * p.out_row);
	bool		good;

	memcpy(given, weight, (size_t) (p.channels * row) * sizeof(float));
	for (int64_t n = 0; n < p.channels; n++)
	{
		if (mistake == UNBIASED)
			given[n * row] = 0;
		for (int64_t t = 0; mistake == MIRRORED && t < p.taps; t++)
			given[n * row + 1 + p.window + t] = weight[(n + 1) * row - 1 - t];
	}
	p.in = in;
	p.out = out;
	p.weight = given;
	c1d_planes_through(isa, &p);
	p.weight = weight;
	good = unit_intact(out, p.taps * p.out_row);
	for (int64_t t = 0; t < p.taps; t++)
		for (int64_t i = 0; i < steps; i++)
		{
			float		got = out[t * p.out_row + i];
			double		sum = 0,
						magnitude = 0;

			for (int64_t n = 0; n < p.channels; n++)
			{
				double		size;

				sum += channel(&p, n, i, &size) * weight[n * row + 1 + p.window + t];
				magnitude += size * fabs(weight[n * row + 1 + p.window + t]);
			}
			if (mistake == LOST_NAN && isnan(got))
				got = 0;
			good = good && unit_off(got, sum, kind == REAL ? magnitude * (double) (p.window + p.channels + 2) : 0x1p-60) <= 1;
		}
	free(in);
	free(weight);
	free(given);
	unit_unguard(out);
	return good;
}

/* ---- weaving ---- */

/* weaves: planes added up in turns; late says that a term is one step too far */
static bool
weaves(C1dIsa isa, Kind kind, bool late)
{
	enum
	{
		PLANES = 5, TERMS = 4, REACH = 6
	};
	C1dShifted	terms[C1D_WOVEN * TERMS];
	int			first[C1D_WOVEN + 1] = {0};
	C1dWoven	w = {
		.terms = terms, .first = first, .results = (int) unit_between(1, unit_between(0, 1) ? 3 : C1D_WOVEN),
		.at = unit_between(-3, 40),
	};
	float	   *in,
			   *bias,
			   *y;
	bool		good;

	w.begin = w.at + REACH < 0 ? 0 : w.at + REACH;
	w.end = w.begin + unit_between(1, 100);
	w.low = w.begin * w.results + unit_between(0, w.results - 1);
	w.high = w.end * w.results - unit_between(0, w.results - 1);
	w.high = w.high < w.low ? w.low : w.high;
	w.in_row = w.end - w.at + REACH + C1D_PLANE_SLACK;
	for (int r = 0; r < w.results; r++)
	{
		first[r + 1] = first[r] + (int) unit_between(0, TERMS);
		for (int t = first[r]; t < first[r + 1]; t++)
			terms[t] = (C1dShifted) {unit_between(0, PLANES - 1), unit_between(-REACH, REACH)};
	}
	in = floats(PLANES * w.in_row, kind);
	bias = floats(w.results, kind);
	y = unit_guarded(w.high - w.low);
	w.in = in;
	w.bias = bias;
	w.y = y - w.low;
	if (late && first[w.results] > 0)
		terms[first[w.results] - 1].shift++;
	c1d_planes_weave(isa, &w);
	if (late && first[w.results] > 0)
		terms[first[w.results] - 1].shift--;
	good = unit_intact(y, w.high - w.low);
	for (int64_t i = w.low; i < w.high; i++)
	{
		int64_t		r = i % w.results;
		double		sum = bias[r];
		double		magnitude = fabs(sum);

		for (int t = first[r]; t < first[r + 1]; t++)
		{
			double		term = in[terms[t].plane * w.in_row + i / w.results - w.at + terms[t].shift];

			sum += term;
			magnitude += fabs(term);
		}
		good = good && unit_off(y[i - w.low], sum, kind == REAL ? magnitude * TERMS : 0x1p-60) <= 1;
	}
	free(in);
	free(bias);
	unit_unguard(y);
	return good;
}

TEST(every_set_of_instructions)
{
	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		const int	cases = 3000;
		int			wrong = 0;

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "planes # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		for (int i = 0; i < cases; i++)
			wrong += !picks((C1dIsa) isa, false);
		ok(wrong == 0, "%s: %d planes are filled with what is picked, and zeros beside the series", c1d_isa_names[isa], cases);
		for (int kind = 0; kind < KINDS; kind++)
		{
			int			far = 0,
						unwoven = 0;

			for (int i = 0; i < cases; i++)
			{
				far += !goes_through((C1dIsa) isa, (Kind) kind, NONE);
				unwoven += !weaves((C1dIsa) isa, (Kind) kind, false);
			}
			ok(far == 0, "%s: %d products through channels are what the formula says, %s", c1d_isa_names[isa], cases, kinds[kind]);
			ok(unwoven == 0, "%s: %d sums of planes in turns are, too, %s", c1d_isa_names[isa], cases, kinds[kind]);
		}
	}
}

/* The test would notice. */
TEST(mistakes_are_seen)
{
	int			seen[5] = {0};

	for (int i = 0; i < 300; i++)
	{
		seen[0] += !picks(c1d_isa_best(), true);
		seen[1] += !goes_through(c1d_isa_best(), REAL, UNBIASED);
		seen[2] += !goes_through(c1d_isa_best(), REAL, MIRRORED);
		seen[3] += !goes_through(c1d_isa_best(), STRANGE, LOST_NAN);
		seen[4] += !weaves(c1d_isa_best(), REAL, true);
	}
	ok(seen[0] > 100, "a plane that begins a float late is seen");
	ok(seen[1] > 200, "channels without their bias are");
	ok(seen[2] > 200, "and taps in the wrong order");
	ok(seen[3] > 200, "and a NaN that was lost");
	ok(seen[4] > 100, "and a plane that is shifted too far");
}

RUN(every_set_of_instructions, mistakes_are_seen)
