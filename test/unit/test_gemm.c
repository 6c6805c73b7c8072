/*
 * test/unit/test_gemm.c
 *	  Every tile of gemm.inc against a plain loop in double precision.
 *
 * Whole numbers must come out exactly.  For others the bound is that of
 * adding in float32 one after the other: n products make at most n roundings
 * of their own and n of the sum, of which each is at most 2^-24 of the sum of
 * magnitudes that has been reached; a product passes at most n + 1 of them.
 *
 * The same checks must notice tiles that are broken on purpose.
 */
#include "numbers.h"

#include "kernels/gemm.h"

#define MAX_WIDTH 128			/* of all panels */
#define MAX_ROWS 12

typedef struct Seen
{
	int64_t		calls;
	int64_t		sums;
	int64_t		wrong;			/* sums over the bound, or written where none belongs */
	double		worst;			/* of the bound */
} Seen;

static float
pick(Kind kind)
{
	static const float strange[] = {NAN, INFINITY, -INFINITY, -0.0f};

	if (kind == STRANGE && unit_between(0, 20) == 0)
		return strange[unit_between(0, 3)];
	return kind == REAL ? unit_float() : (float) unit_between(-8, 8);
}

/* exactly count floats before the end of a heap block, on any 4-byte boundary */
static float *
exact_floats(int64_t count, Kind kind, float **block)
{
	int64_t		shift = unit_between(0, 3);

	*block = unit_floats(count + shift);
	for (int64_t i = 0; i < count; i++)
		(*block)[shift + i] = pick(kind);
	return *block + shift;
}

/* the greater, a NaN being the greatest */
static double
most(double a, double b)
{
	return isnan(a) || a > b ? a : b;
}

/* one call and everything it wrote, against the formula in gemm.h */
static void
check_call(const C1dGemmVariant *v, C1dGemmCall call, Kind kind, Seen *seen)
{
	int			rows = v->rows;
	int			width = v->width;
	int64_t		reach = call.taps * call.inner == 0 ? 0 :
		(rows - 1) * call.a_row + (call.taps - 1) * call.a_tap + call.inner;
	int64_t		c_floats = (rows - 1) * call.c_row + call.columns;
	float		held[MAX_ROWS * MAX_WIDTH];
	float	   *a,
			   *b,
			   *bias;

	call.a = exact_floats(reach, kind, &a);
	call.b_panel = call.taps * call.inner * width + 1;
	call.b = exact_floats(v->panels * call.b_panel - 1, kind, &b);
	call.bias = exact_floats(v->panels * width, kind, &bias);
	call.c = unit_guarded(c_floats);
	for (int64_t i = 0; call.merge && i < rows * call.columns; i++)
		call.c[i / call.columns * call.c_row + i % call.columns] = held[i] = pick(kind);
	v->tile(&call);
	seen->calls++;
	for (int r = 0; r < rows; r++)
	{
		for (int n = 0; n < call.columns; n++)
		{
			double		sum = call.bias[n];
			double		magnitude = fabs(sum);
			double		off;

			for (int64_t t = 0; t < call.taps; t++)
				for (int64_t q = 0; q < call.inner; q++)
				{
					double		product = (double) call.a[r * call.a_row + t * call.a_tap + q] *
						call.b[n / width * call.b_panel + (t * call.inner + q) * width + n % width];

					sum += product;
					magnitude += fabs(product);
				}
			if (call.relu && sum < 0)
				sum = 0;
			if (call.merge)
				sum = most(held[r * call.columns + n], sum);
			off = unit_off(call.c[r * call.c_row + n], sum, magnitude) / (kind == REAL ? (double) (call.taps * call.inner + 1) : 0x1p-60);
			if (!(off <= 1))
				seen->wrong++;
			else if (off > seen->worst)
				seen->worst = off;
			seen->sums++;
		}
		if (r + 1 < rows && !unit_untouched(call.c + r * call.c_row + call.columns, call.c_row - call.columns))
			seen->wrong++;
	}
	seen->wrong += !unit_intact(call.c, c_floats);
	free(a);
	free(b);
	free(bias);
	unit_unguard(call.c);
}

/* relu and store of values that are there at once, in every lane */
static void
check_relu(const C1dGemmVariant *v, Seen *seen)
{
	int			rows = v->rows;
	int			width = v->panels * v->width;
	static const float values[] = {NAN, -0.0f, 0.0f, INFINITY, -INFINITY, -1, 2, -1e-45f, 1e-45f};
	static const float kept[] = {NAN, -0.0f, 0.0f, INFINITY, 0.0f, 0, 2, 0.0f, 1e-45f};

	for (int columns = 1; columns <= width; columns++)
		for (int first = 0; first < 9; first++)
		{
			float		bias[MAX_WIDTH];
			float	   *c = unit_guarded(rows * width);
			C1dGemmCall call = {.a = bias, .bias = bias, .b = bias, .c = c, .c_row = width, .columns = columns, .relu = true};

			for (int n = 0; n < width; n++)
				bias[n] = values[(first + n) % 9];
			v->tile(&call);
			seen->calls++;
			for (int i = 0; i < rows * columns; i++)
			{
				float		got = c[i / columns * width + i % columns];
				float		wanted = kept[(first + i % columns) % 9];

				seen->sums++;
				seen->wrong += isnan(wanted) ? !isnan(got) : memcmp(&got, &wanted, sizeof(got)) != 0;
			}
			unit_unguard(c);
		}
}

/*
 * check_merge
 *		The maximum with what is there, in every lane: NaN wins on either side,
 *		of two zeros the one that is there stays.
 */
static void
check_merge(const C1dGemmVariant *v, Seen *seen)
{
	static const float values[] = {NAN, -0.0f, 0.0f, INFINITY, -INFINITY, -1, 2};
	int			width = v->panels * v->width;

	for (int columns = 1; columns <= width; columns++)
		for (int held = 0; held < 7; held++)
		{
			float		bias[MAX_WIDTH];
			float	   *c = unit_guarded(v->rows * width);
			C1dGemmCall call = {.a = bias, .bias = bias, .b = bias, .c = c, .c_row = width, .columns = columns, .merge = true};

			for (int n = 0; n < width; n++)
				bias[n] = values[n % 7];
			for (int i = 0; i < v->rows * width; i++)
				c[i] = values[held];
			v->tile(&call);
			seen->calls++;
			for (int i = 0; i < v->rows * width; i++)
			{
				float		next = values[i % width % 7];
				float		wanted = i % width < columns && (next > values[held] || isnan(next)) ? next : values[held];

				seen->sums++;
				seen->wrong += isnan(wanted) ? !isnan(c[i]) : memcmp(&c[i], &wanted, sizeof(wanted)) != 0;
			}
			unit_unguard(c);
		}
}

/* check_tile: every size that straddles a tile; stops early when told to. */
static Seen
check_tile(const C1dGemmVariant *v, bool stop_at_fault)
{
	static const int64_t taps[] = {0, 1, 2, 3, 5};
	static const int64_t inner[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33};
	Seen		seen = {0};

	check_relu(v, &seen);
	check_merge(v, &seen);
	for (size_t t = 0; t < sizeof(taps) / sizeof(*taps); t++)
		for (size_t q = 0; q < sizeof(inner) / sizeof(*inner); q++)
			for (int columns = 1; columns <= v->panels * v->width; columns++)
				for (Kind kind = WHOLE; kind < KINDS; kind++)
				{
					/* of the columns between the ends of the vectors some are enough */
					if (columns % 4 > 1 && unit_between(0, 3))
						continue;

					/* windows that overlap, that touch, and that are apart */
					const int64_t a_row[] = {1, inner[q], 2 * inner[q], taps[t] * inner[q] + 3};
					C1dGemmCall call = {
						.a_row = a_row[unit_between(0, 3)],
						.a_tap = unit_between(0, 1) ? inner[q] : 2 * inner[q] + 1,
						.taps = taps[t], .inner = inner[q],
						.c_row = columns + unit_between(0, 3),
						.columns = columns, .relu = unit_between(0, 1), .merge = unit_between(0, 1),
					};

					check_call(v, call, kind, &seen);
					if (stop_at_fault && seen.wrong > 0)
						return seen;
				}
	return seen;
}

TEST(the_list_is_whole)
{
	int			listed = 0
#define GEMM_TILE(isa, ISA, rows, width) + 1
#define GEMM_STRIP(isa, ISA, panels, width) + 1
#include "kernels/gemm.inc"
		;
	bool		families = true,
				distinct = true,
				fits = true;

	for (int i = 0; i < c1d_gemm_variant_count; i++)
	{
		const C1dGemmVariant *v = &c1d_gemm_variants[i];
		const C1dGemmVariant *next = i + 1 < c1d_gemm_variant_count ? v + 1 : NULL;
		bool		last = next == NULL || next->isa != v->isa || next->width != v->width || next->panels > 1;

		families = families && (last || v->panels > 1 ? v->rows == 1 : next->rows == v->rows - 1);
		fits = fits && v->rows <= MAX_ROWS && v->panels * v->width <= MAX_WIDTH;
		for (int k = 0; k < i; k++)
			distinct = distinct && c1d_gemm_variants[k].tile != v->tile && strcmp(c1d_gemm_variants[k].name, v->name) != 0;
	}
	ok(listed == c1d_gemm_variant_count && listed > 0, "all %d tiles of gemm.inc are in the table", listed);
	ok(families, "in every family the tallest tile comes first and each height down to one row follows");
	ok(distinct, "no two tiles share a name or a function");
	ok(fits, "the tests' buffers hold every tile");
	ok(c1d_isa_available(C1D_ISA_BASELINE) && c1d_isa_available(c1d_isa_best()),
	   "the baseline is always available, and so is the best: %s", c1d_isa_names[c1d_isa_best()]);
}

TEST(every_tile)
{
	for (int i = 0; i < c1d_gemm_variant_count; i++)
	{
		const C1dGemmVariant *v = &c1d_gemm_variants[i];
		Seen		seen;

		if (!c1d_isa_available(v->isa))
		{
			ok(true, "%s # SKIP this machine has no %s", v->name, c1d_isa_names[v->isa]);
			continue;
		}
		seen = check_tile(v, false);
		ok(seen.wrong == 0, "%s: %lld sums of %lld calls are right, the worst at %.2f of the bound; nothing else is written",
		   v->name, (long long) seen.sums, (long long) seen.calls, seen.worst);
	}
}

/*
 * Tiles that are broken on purpose: each does what the real one does, but for
 * one mistake that a kernel can make.
 */
static const C1dGemmVariant *real;

static void
broken_tap_order(const C1dGemmCall *call)
{
	C1dGemmCall turned = *call;

	if (call->taps > 1)
	{
		turned.a += (call->taps - 1) * call->a_tap;
		turned.a_tap = -call->a_tap;
	}
	real->tile(&turned);
}

static void
broken_last_float(const C1dGemmCall *call)
{
	C1dGemmCall shorter = *call;

	shorter.inner -= call->inner > 16;
	real->tile(&shorter);
}

static void
broken_bias(const C1dGemmCall *call)
{
	static const float none[MAX_WIDTH];
	C1dGemmCall unbiased = *call;

	unbiased.bias = none;
	real->tile(&unbiased);
}

static void
broken_store(const C1dGemmCall *call)
{
	C1dGemmCall wide = *call;

	wide.columns = (call->columns + 3) / 4 * 4;
	real->tile(&wide);
}

static void
broken_rows(const C1dGemmCall *call)
{
	C1dGemmCall apart = *call;

	apart.c_row++;
	real->tile(&apart);
}

static void
broken_relu(const C1dGemmCall *call)
{
	real->tile(call);
	for (int r = 0; call->relu && r < real->rows; r++)
		for (int n = 0; n < call->columns; n++)
			if (!(call->c[r * call->c_row + n] > 0))
				call->c[r * call->c_row + n] = 0;
}

static void
broken_precision(const C1dGemmCall *call)
{
	real->tile(call);
	for (int r = 0; r < real->rows; r++)
		for (int n = 0; n < call->columns; n++)
			call->c[r * call->c_row + n] *= 1 + 0x1p-20f;
}

static void
broken_merge(const C1dGemmCall *call)
{
	C1dGemmCall over = *call;

	over.merge = false;
	real->tile(&over);
}

static void
broken_panel(const C1dGemmCall *call)
{
	C1dGemmCall same = *call;

	same.b_panel = 0;
	real->tile(&same);
}

TEST(broken_tiles_are_noticed)
{
	static const struct
	{
		const char *mistake;
		C1dGemmTile tile;
		int			least_rows;
		int			least_panels;
	}			broken[] = {
		{"reads the taps from the last to the first", broken_tap_order, 1, 1},
		{"leaves out the last of more than 16 floats", broken_last_float, 1, 1},
		{"forgets the bias", broken_bias, 1, 1},
		{"stores whole vectors", broken_store, 1, 1},
		{"lays the rows too far apart", broken_rows, 2, 1},
		{"makes a relu that drops NaN and -0", broken_relu, 1, 1},
		{"forgets what is there", broken_merge, 1, 1},
		{"takes every panel for the first", broken_panel, 1, 2},
		{"is wrong by 2^-20", broken_precision, 1, 1},
	};

	for (size_t k = 0; k < sizeof(broken) / sizeof(*broken); k++)
	{
		int			tried = 0,
					noticed = 0;
		C1dGemmVariant fake;

		for (int i = 0; i < c1d_gemm_variant_count; i++)
		{
			const C1dGemmVariant *v = &c1d_gemm_variants[i];

			if (!c1d_isa_available(v->isa) || v->rows < broken[k].least_rows || v->panels < broken[k].least_panels)
				continue;
			real = v;
			fake = *v;
			fake.tile = broken[k].tile;
			tried++;
			noticed += check_tile(&fake, true).wrong > 0;
		}
		ok(noticed == tried && tried > 0, "a tile that %s is noticed, in %d of %d variants", broken[k].mistake, noticed, tried);
	}
}

RUN(the_list_is_whole, every_tile, broken_tiles_are_noticed)
