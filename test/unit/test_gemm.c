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
#include "model.h"

#include "kernels/gemm.h"

#define MAX_WIDTH 16
#define MAX_ROWS 8

typedef enum Kind
{
	WHOLE,						/* exact */
	REAL,
	STRANGE,					/* NaN and infinities among whole numbers */
	KINDS
} Kind;

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

/* one call and everything it wrote, against the formula in gemm.h */
static void
check_call(C1dGemmTile tile, int rows, int width, C1dGemmCall call, Kind kind, Seen *seen)
{
	int64_t		reach = call.taps * call.inner == 0 ? 0 :
		(rows - 1) * call.a_row + (call.taps - 1) * call.a_tap + call.inner;
	int64_t		c_floats = (rows - 1) * call.c_row + call.columns;
	float	   *a,
			   *b,
			   *bias;

	call.a = exact_floats(reach, kind, &a);
	call.b = exact_floats(call.taps * call.inner * width, kind, &b);
	call.bias = exact_floats(width, kind, &bias);
	call.c = unit_guarded(c_floats);
	tile(&call);
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
						call.b[(t * call.inner + q) * width + n];

					sum += product;
					magnitude += fabs(product);
				}
			if (call.relu && sum < 0)
				sum = 0;
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
check_relu(C1dGemmTile tile, int rows, int width, Seen *seen)
{
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
			tile(&call);
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

/* check_tile: every size that straddles a tile; stops early when told to. */
static Seen
check_tile(C1dGemmTile tile, int rows, int width, bool stop_at_fault)
{
	static const int64_t taps[] = {0, 1, 2, 3, 5};
	static const int64_t inner[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33};
	Seen		seen = {0};

	check_relu(tile, rows, width, &seen);
	for (size_t t = 0; t < sizeof(taps) / sizeof(*taps); t++)
		for (size_t q = 0; q < sizeof(inner) / sizeof(*inner); q++)
			for (int columns = 1; columns <= width; columns++)
				for (Kind kind = WHOLE; kind < KINDS; kind++)
				{
					/* windows that overlap, that touch, and that are apart */
					const int64_t a_row[] = {1, inner[q], 2 * inner[q], taps[t] * inner[q] + 3};
					C1dGemmCall call = {
						.a_row = a_row[unit_between(0, 3)],
						.a_tap = unit_between(0, 1) ? inner[q] : 2 * inner[q] + 1,
						.taps = taps[t], .inner = inner[q],
						.c_row = columns + unit_between(0, 3),
						.columns = columns, .relu = unit_between(0, 1),
					};

					check_call(tile, rows, width, call, kind, &seen);
					if (stop_at_fault && seen.wrong > 0)
						return seen;
				}
	return seen;
}

TEST(the_list_is_whole)
{
	int			listed = 0
#define GEMM_TILE(isa, ISA, rows, width) + 1
#include "kernels/gemm.inc"
#undef GEMM_TILE
		;
	bool		families = true,
				distinct = true,
				fits = true;

	for (int i = 0; i < c1d_gemm_variant_count; i++)
	{
		const C1dGemmVariant *v = &c1d_gemm_variants[i];
		const C1dGemmVariant *next = i + 1 < c1d_gemm_variant_count ? v + 1 : NULL;
		bool		last = next == NULL || next->isa != v->isa || next->width != v->width;

		families = families && (last ? v->rows == 1 : next->rows < v->rows);
		fits = fits && v->rows <= MAX_ROWS && v->width <= MAX_WIDTH;
		for (int k = 0; k < i; k++)
			distinct = distinct && c1d_gemm_variants[k].tile != v->tile && strcmp(c1d_gemm_variants[k].name, v->name) != 0;
	}
	ok(listed == c1d_gemm_variant_count && listed > 0, "all %d tiles of gemm.inc are in the table", listed);
	ok(families, "in every family the tallest tile comes first and the last has one row");
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
		seen = check_tile(v->tile, v->rows, v->width, false);
		ok(seen.wrong == 0, "%s: %lld sums of %lld calls are right, the worst at %.2f of the bound; nothing else is written",
		   v->name, (long long) seen.sums, (long long) seen.calls, seen.worst);
	}
}

/*
 * Tiles that are broken on purpose: each does what the real one does, but for
 * one mistake that a kernel can make.
 */
static C1dGemmTile real_tile;
static int	real_rows,
			real_width;

static void
broken_tap_order(const C1dGemmCall *call)
{
	C1dGemmCall turned = *call;

	if (call->taps > 1)
	{
		turned.a += (call->taps - 1) * call->a_tap;
		turned.a_tap = -call->a_tap;
	}
	real_tile(&turned);
}

static void
broken_last_float(const C1dGemmCall *call)
{
	C1dGemmCall shorter = *call;

	shorter.inner -= call->inner > 16;
	real_tile(&shorter);
}

static void
broken_bias(const C1dGemmCall *call)
{
	static const float none[MAX_WIDTH];
	C1dGemmCall unbiased = *call;

	unbiased.bias = none;
	real_tile(&unbiased);
}

static void
broken_store(const C1dGemmCall *call)
{
	C1dGemmCall wide = *call;

	wide.columns = real_width;
	real_tile(&wide);
}

static void
broken_rows(const C1dGemmCall *call)
{
	C1dGemmCall apart = *call;

	apart.c_row++;
	real_tile(&apart);
}

static void
broken_relu(const C1dGemmCall *call)
{
	real_tile(call);
	for (int r = 0; call->relu && r < real_rows; r++)
		for (int n = 0; n < call->columns; n++)
			if (!(call->c[r * call->c_row + n] > 0))
				call->c[r * call->c_row + n] = 0;
}

static void
broken_precision(const C1dGemmCall *call)
{
	real_tile(call);
	for (int r = 0; r < real_rows; r++)
		for (int n = 0; n < call->columns; n++)
			call->c[r * call->c_row + n] *= 1 + 0x1p-20f;
}

TEST(broken_tiles_are_noticed)
{
	static const struct
	{
		const char *mistake;
		C1dGemmTile tile;
		int			least_rows;
	}			broken[] = {
		{"reads the taps from the last to the first", broken_tap_order, 1},
		{"leaves out the last of more than 16 floats", broken_last_float, 1},
		{"forgets the bias", broken_bias, 1},
		{"stores whole vectors", broken_store, 1},
		{"lays the rows too far apart", broken_rows, 2},
		{"makes a relu that drops NaN and -0", broken_relu, 1},
		{"is wrong by 2^-20", broken_precision, 1},
	};

	for (size_t k = 0; k < sizeof(broken) / sizeof(*broken); k++)
	{
		int			tried = 0,
					noticed = 0;

		for (int i = 0; i < c1d_gemm_variant_count; i++)
		{
			const C1dGemmVariant *v = &c1d_gemm_variants[i];

			if (!c1d_isa_available(v->isa) || v->rows < broken[k].least_rows)
				continue;
			real_tile = v->tile;
			real_rows = v->rows;
			real_width = v->width;
			tried++;
			noticed += check_tile(broken[k].tile, v->rows, v->width, true).wrong > 0;
		}
		ok(noticed == tried && tried > 0, "a tile that %s is noticed, in %d of %d variants", broken[k].mistake, noticed, tried);
	}
}

/* product: 24 rows of 16 columns by one tile, the 87 floats of a window as so many taps */
#define ROWS 24
#define COLUMNS 16
#define WINDOW 87
#define A_ROW 7

static void
product(const C1dGemmVariant *v, const float *a, const float *weights, const float *bias, int64_t taps, float *c)
{
	float		panels[WINDOW * COLUMNS];
	C1dGemmSource source = {
		.from = weights, .taps = 1, .inner = WINDOW, .inner_step = COLUMNS, .columns = COLUMNS, .column_step = 1,
	};

	c1d_gemm_pack(v, &source, panels);
	for (int r = 0; r < ROWS; r += v->rows)
		for (int n = 0; n < COLUMNS; n += v->width)
		{
			C1dGemmCall call = {
				.a = a + r * A_ROW, .a_row = A_ROW, .a_tap = WINDOW / taps, .taps = taps, .inner = WINDOW / taps,
				.b = panels + WINDOW * n, .bias = bias + n,
				.c = c + r * COLUMNS + n, .c_row = COLUMNS, .columns = v->width,
			};

			v->tile(&call);
		}
}

TEST(bits_do_not_depend_on_the_tile)
{
	static const int64_t taps[] = {1, 3, 29};
	float	   *a = unit_random_floats((ROWS - 1) * A_ROW + WINDOW, false);
	float	   *weights = unit_random_floats(WINDOW * COLUMNS, false);
	float	   *bias = unit_random_floats(COLUMNS, false);

	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		float		first[ROWS * COLUMNS],
					c[ROWS * COLUMNS];
		int			tried = 0,
					equal = 0;

		for (int i = 0; c1d_isa_available((C1dIsa) isa) && i < c1d_gemm_variant_count; i++)
			for (int k = 0; k < 3 && c1d_gemm_variants[i].isa == (C1dIsa) isa; k++)
			{
				product(&c1d_gemm_variants[i], a, weights, bias, taps[k], c);
				if (tried++ == 0)
					memcpy(first, c, sizeof(first));
				equal += unit_same_bits(first, c, ROWS * COLUMNS);
			}
		ok(equal == tried, "%s: each tile, with a window as 1, 3 or 29 taps, gives the same bits for the same rows (%d of %d)",
		   c1d_isa_names[isa], equal, tried);
	}
	free(a);
	free(weights);
	free(bias);
}

TEST(packing)
{
	int64_t		cases = 0,
				wrong = 0;

	for (int i = 0; i < 4000; i++)
	{
		const C1dGemmVariant *v = &c1d_gemm_variants[unit_between(0, c1d_gemm_variant_count - 1)];
		C1dGemmSource s = {.taps = unit_between(1, 4), .inner = unit_between(1, 9), .columns = unit_between(1, 40)};
		int64_t		count = s.taps * s.inner * s.columns;
		int64_t		panels = (s.columns + v->width - 1) / v->width;
		int64_t		floats = panels * v->width * s.taps * s.inner;
		float	   *from = unit_random_floats(count, false);
		float	   *packed = unit_guarded(floats);

		/* one of two layouts, with the taps forward or backward */
		s.column_step = unit_between(0, 1) ? 1 : s.inner;
		s.inner_step = s.column_step == 1 ? s.columns : 1;
		s.tap_step = s.inner * s.columns;
		s.from = from;
		if (unit_between(0, 1))
		{
			s.from += (s.taps - 1) * s.tap_step;
			s.tap_step = -s.tap_step;
		}
		c1d_gemm_pack(v, &s, packed);
		cases++;
		wrong += !unit_intact(packed, floats) || !unit_written(packed, floats) || c1d_gemm_panels(v, s.columns) != panels;
		for (int64_t k = 0; k < floats; k++)
		{
			int64_t		column = k / (v->width * s.taps * s.inner) * v->width + k % v->width;
			int64_t		row = k / v->width % (s.taps * s.inner);
			float		wanted = column >= s.columns ? 0 :
				s.from[row / s.inner * s.tap_step + row % s.inner * s.inner_step + column * s.column_step];

			wrong += packed[k] != wanted;
		}
		free(from);
		unit_unguard(packed);
	}
	ok(wrong == 0, "%lld packings hold every weight at its place and zeros after the last column", (long long) cases);
}

TEST(choice)
{
	bool		best = true;

	for (int isa = 0; isa < C1D_ISAS; isa++)
		for (int64_t columns = 1; columns <= 200; columns++)
		{
			const C1dGemmVariant *chosen = c1d_gemm_choose((C1dIsa) isa, columns);

			/* without the sets that this machine's compiler does not have */
			if (chosen == NULL)
				continue;
			for (int i = 0; i < c1d_gemm_variant_count; i++)
			{
				const C1dGemmVariant *v = &c1d_gemm_variants[i];
				int64_t		wide = (columns + v->width - 1) / v->width * v->width;
				int64_t		chosen_wide = (columns + chosen->width - 1) / chosen->width * chosen->width;

				if (v->isa == chosen->isa)
					best = best && (v->width == chosen->width ? v->rows <= chosen->rows :
									chosen_wide < wide || (chosen_wide == wide && chosen->width > v->width));
			}
			best = best && chosen->isa == (C1dIsa) isa;
		}
	ok(best, "for 1 to 200 columns the family with the fewest idle columns is chosen, the wider of equals, its tallest tile first");
}

RUN(the_list_is_whole, every_tile, broken_tiles_are_noticed, bits_do_not_depend_on_the_tile, packing, choice)
