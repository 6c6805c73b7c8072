/*
 * test/unit/test_conv_rows.c
 *	  The kernels behind c1d_conv_rows(), each against the formula of conv.h in
 *	  double precision: sizes that straddle its tiles, edges, pooling, any range
 *	  of rows.
 *
 * Whole numbers must come out exactly.  For others the bound is that of adding
 * in float32 one after the other: of n products and a bias, each passes at
 * most n + 1 roundings of at most 2^-24; a kernel that adds in several lanes
 * does better.  A pooled row is off by no more than the worst of its rows.
 */
#include "numbers.h"

#include "kernels/conv.h"
#include "kernels/pool.h"

typedef struct Case
{
	C1dConvGeometry g;
	int64_t		rows;			/* of the convolution, a multiple of pool */
	int			pool;
	bool		relu;
	const float *x;
	const float *kernel;		/* (taps, inner, filters) */
	const float *bias;			/* NULL = none */
	int64_t		y_row;
} Case;

/* How a run of the kernel may go wrong, to see that the test notices. */
typedef enum Mistake
{
	NONE,
	SHIFTED,					/* padding one row too long */
	MIRRORED,					/* taps from the last to the first */
	UNBIASED,
	LATE_POOL,					/* the maximum of other rows */
	LOST_NAN,
	MISTAKES
} Mistake;

typedef struct Seen
{
	int64_t		calls;
	int64_t		values;
	int64_t		wrong;
	double		worst;
} Seen;

static float
pick(Kind kind)
{
	static const float strange[] = {NAN, INFINITY, -INFINITY, -0.0f};

	if (kind == STRANGE && unit_between(0, 60) == 0)
		return strange[unit_between(0, 3)];
	return kind == REAL ? unit_float() : (float) unit_between(-8, 8);
}

static float *
floats(int64_t count, Kind kind)
{
	float	   *at = unit_floats(count);

	for (int64_t i = 0; i < count; i++)
		at[i] = pick(kind);
	return at;
}

/* draw: a geometry; every kernel is the best for one in some */
static Case
draw(void)
{
	Case		c = {
		.pool = unit_between(0, 1) ? 1 : (int) unit_between(2, 4),
		.relu = unit_between(0, 1),
		.rows = unit_between(0, 50),
		.g = {
			.length = unit_between(1, 70),
			.stride = unit_between(0, 1) ? 1 : unit_between(1, 4),
			.offset = -unit_between(-2, 8),
			.taps = unit_between(0, 2) ? unit_between(1, 9) : unit_between(0, 20),
			.spacing = unit_between(0, 1) ? 1 : unit_between(1, 4),
			.groups = 1,
		},
	};
	int64_t		inner = unit_between(0, 1) ? unit_between(1, 5) : unit_between(1, 70);

	c.g.filters = unit_between(0, 1) ? unit_between(1, 9) : unit_between(1, 150);
	switch (unit_between(0, 7))
	{
		case 0:
			inner = 1;
			break;
		case 1:
			c.g.groups = unit_between(1, 40);
			inner = 1;
			c.g.filters = c.g.groups * (unit_between(0, 1) ? 1 : unit_between(1, 3));
			break;
		case 2:
			c.g.groups = unit_between(1, 4);
			c.g.filters = c.g.groups * unit_between(1, 20);
			break;
		case 3:
			inner = unit_between(1, 300);
			c.g.filters = unit_between(1, 20);
			c.g.taps = unit_between(1, 3);
			break;
		case 4:
			inner = unit_between(8, 100);
			c.g.filters = unit_between(1, 5);
			break;
		case 6:
			inner = c.g.stride = c.pool = 1;
			c.g.length = unit_between(1, 500);
			c.g.filters = unit_between(0, 1) ? 1 : unit_between(1, 4);
			c.rows = unit_between(1, 500);
			break;
		case 5:
			c.g.length = 1;
			c.rows = c.pool;
			break;
	}
	c.g.row_floats = inner * c.g.groups;
	c.rows -= c.rows % c.pool;
	c.y_row = c.g.filters + (unit_between(0, 1) ? 0 : unit_between(1, 5));
	return c;
}

/* correlate: rows of the convolution, and how far from them float32 may be */
static void
correlate(const Case *c, double *y, double *allowed)
{
	const C1dConvGeometry *g = &c->g;
	int64_t		inner = g->row_floats / g->groups;

	for (int64_t i = 0; i < c->rows * g->filters; i++)
	{
		int64_t		n = i % g->filters;
		int64_t		group = n / (g->filters / g->groups);
		double		sum = c->bias == NULL ? 0 : c->bias[n];
		double		magnitude = fabs(sum);

		for (int64_t t = 0; t < g->taps; t++)
			for (int64_t q = 0; q < inner; q++)
			{
				int64_t		from = i / g->filters * g->stride + g->offset + t * g->spacing;
				double		product;

				if (from < 0 || from >= g->length)
					continue;
				product = (double) c->x[from * g->row_floats + group * inner + q] * c->kernel[(t * inner + q) * g->filters + n];
				sum += product;
				magnitude += fabs(product);
			}
		y[i] = c->relu && sum < 0 ? 0 : sum;
		allowed[i] = magnitude * (double) (g->taps * inner + 1);
	}
}

/* pool: the greatest of so many rows, and the worst of their bounds, in place */
static void
pool(const Case *c, double *y, double *allowed)
{
	int64_t		filters = c->g.filters;

	for (int64_t i = 0; i < c->rows / c->pool * filters; i++)
	{
		double		most = 0,
					bound = 0;

		for (int k = 0; k < c->pool; k++)
		{
			int64_t		at = (i / filters * c->pool + k) * filters + i % filters;

			most = k == 0 || y[at] > most || isnan(y[at]) ? y[at] : most;
			bound = allowed[at] > bound ? allowed[at] : bound;
		}
		y[i] = most;
		allowed[i] = bound;
	}
}

typedef struct Packed
{
	C1dConvWeights weights;
	float	   *panels;
	float	   *bias;
	bool		intact;
} Packed;

static Packed
pack(const Case *c, const C1dConvVariant *variant)
{
	const C1dConvGeometry *g = &c->g;
	C1dConvLayout layout = {
		.from = c->kernel, .group_step = g->filters / g->groups,
		.tap_step = g->row_floats / g->groups * g->filters, .inner_step = g->filters, .column_step = 1,
	};
	int64_t		panel_floats = c1d_conv_panel_floats(g, variant);
	int64_t		bias_floats = c1d_conv_bias_floats(g, variant);
	Packed		p = {.panels = unit_guarded(panel_floats), .bias = unit_guarded(bias_floats)};

	c1d_conv_pack(g, variant, &layout, p.panels);
	c1d_conv_pack_bias(g, variant, c->bias, p.bias);
	p.intact = unit_intact(p.panels, panel_floats) && unit_written(p.panels, panel_floats) &&
		unit_intact(p.bias, bias_floats) && unit_written(p.bias, bias_floats);
	p.weights = (C1dConvWeights) {.variant = variant, .panels = p.panels, .bias = p.bias, .relu = c->relu, .pool = c->pool};
	p.weights.tame = c1d_conv_tame(g, &p.weights);
	return p;
}

/* run: all rows, in pieces; y is guarded */
static void
run(const Case *c, const C1dConvWeights *weights, Mistake mistake, float *y)
{
	C1dConvGeometry g = c->g;
	int64_t		rows = c->rows / c->pool;

	g.offset -= mistake == SHIFTED;
	g.offset += mistake == LATE_POOL && c->pool > 1 ? g.stride : 0;
	for (int64_t begin = 0, end; begin < rows; begin = end)
	{
		end = unit_between(0, 2) ? rows : unit_between(begin + 1, rows);
		c1d_conv_rows(&g, weights, c->x, y, c->y_row, begin, end);
	}
	for (int64_t i = 0; mistake == LOST_NAN && i < rows * c->g.filters; i++)
	{
		float	   *at = &y[i / c->g.filters * c->y_row + i % c->g.filters];

		*at = isnan(*at) ? 0 : *at;
	}
}

/* check: one case by one kernel */
static void
check(Case *c, Kind kind, const C1dConvVariant *variant, Mistake mistake, Seen *seen)
{
	int64_t		inner = c->g.row_floats / c->g.groups;
	int64_t		rows = c->rows / c->pool;
	int64_t		span = rows == 0 ? 0 : (rows - 1) * c->y_row + c->g.filters;
	float	   *x = floats(c->g.length * c->g.row_floats, kind);
	float	   *kernel = floats(c->g.taps * inner * c->g.filters, kind);
	float	   *bias = unit_between(0, 3) ? floats(c->g.filters, kind) : NULL;
	double	   *expected = unit_must(calloc(c->rows * c->g.filters + 1, sizeof(double)));
	double	   *allowed = unit_must(calloc(c->rows * c->g.filters + 1, sizeof(double)));
	float	   *y = unit_guarded(span);
	float	   *apart = unit_guarded(c->rows * c->g.filters);
	Packed		p;
	C1dConvWeights unpooled;

	c->x = x;
	c->kernel = kernel;
	c->bias = bias;
	correlate(c, expected, allowed);
	pool(c, expected, allowed);
	if (mistake == MIRRORED)
		for (int64_t i = 0; i < c->g.taps * inner * c->g.filters / 2; i++)
		{
			float		last = kernel[c->g.taps * inner * c->g.filters - 1 - i];

			kernel[c->g.taps * inner * c->g.filters - 1 - i] = kernel[i];
			kernel[i] = last;
		}
	if (mistake == UNBIASED)
		c->bias = NULL;
	p = pack(c, variant);
	run(c, &p.weights, mistake, y);
	seen->calls++;
	seen->wrong += !p.intact || !unit_intact(y, span);
	for (int64_t i = 0; i < rows * c->g.filters; i++)
	{
		float		got = y[i / c->g.filters * c->y_row + i % c->g.filters];
		double		off = unit_off(got, expected[i], kind == REAL ? allowed[i] : 0x1p-60);

		seen->values++;
		if (!(off <= 1))
			seen->wrong++;
		else if (off > seen->worst)
			seen->worst = off;
	}
	for (int64_t r = 0; r + 1 < rows; r++)
		seen->wrong += !unit_untouched(y + r * c->y_row + c->g.filters, c->y_row - c->g.filters);

	/* the same bits as one after the other */
	if (c->pool > 1 && mistake == NONE)
	{
		C1dPoolGeometry shape = {
			.length = c->rows, .channels = c->g.filters, .size = c->pool, .stride = c->pool,
			.dilation = 1, .counted_after = -1,
		};
		float	   *pooled = unit_guarded(rows * c->g.filters);

		unpooled = p.weights;
		unpooled.pool = 1;
		c1d_conv_rows(&c->g, &unpooled, x, apart, c->g.filters, 0, c->rows);
		c1d_max_pool(&shape, variant->isa, apart, pooled, 0, rows);
		for (int64_t r = 0; r < rows; r++)
			seen->wrong += !unit_same_bits(y + r * c->y_row, pooled + r * c->g.filters, c->g.filters);
		unit_unguard(pooled);
	}
	free(x);
	free(kernel);
	free(bias);
	free(expected);
	free(allowed);
	unit_unguard(y);
	unit_unguard(apart);
	unit_unguard(p.panels);
	unit_unguard(p.bias);
}

TEST(every_variant)
{
	static const char *const names[] = {"whole numbers", "others", "NaN and infinities among them"};

	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		Seen		seen[32][KINDS] = {0};

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "kernels # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		for (int i = 0; i < 3600; i++)
		{
			Case		c = draw();
			const C1dConvVariant *v = c1d_conv_choose(&c.g, (C1dIsa) isa, c.pool);
			Kind		kind = (Kind) (i % KINDS);

			check(&c, kind, v, NONE, &seen[v - c1d_conv_variants][kind]);
		}
		for (int v = 0; v < c1d_conv_variant_count; v++)
			for (int kind = 0; kind < KINDS && c1d_conv_variants[v].isa == (C1dIsa) isa; kind++)
				ok(seen[v][kind].wrong == 0 && seen[v][kind].calls > 40,
				   "%s: %lld calls (%lld values) with %s are right, at most %.2f of the bound off; nothing else is written",
				   c1d_conv_variants[v].name, (long long) seen[v][kind].calls, (long long) seen[v][kind].values,
				   names[kind], seen[v][kind].worst);
	}
}

TEST(mistakes_are_noticed)
{
	static const char *const what[] = {
		[SHIFTED] = "pads one row more", [MIRRORED] = "reverses the kernel", [UNBIASED] = "forgets the bias",
		[LATE_POOL] = "pools other rows", [LOST_NAN] = "drops NaN",
	};

	for (int m = NONE + 1; m < MISTAKES; m++)
	{
		Seen		seen = {0};

		for (int i = 0; i < 300; i++)
		{
			Case		c = draw();

			check(&c, m == LOST_NAN ? STRANGE : WHOLE, c1d_conv_choose(&c.g, c1d_isa_best(), c.pool), (Mistake) m, &seen);
		}
		ok(seen.wrong > seen.values / 100, "a kernel that %s is noticed: %lld of %lld values", what[m],
		   (long long) seen.wrong, (long long) seen.values);
	}
}

/* rows alone, in pairs, all together: the same bits */
TEST(bits_do_not_depend_on_the_range)
{
	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		int64_t		tried = 0,
					same = 0;

		for (int i = 0; i < 600 && c1d_isa_available((C1dIsa) isa); i++)
		{
			Case		c = draw();
			int64_t		inner = c.g.row_floats / c.g.groups;
			int64_t		rows = c.rows / c.pool;
			float	   *x = floats(c.g.length * c.g.row_floats, REAL);
			float	   *kernel = floats(c.g.taps * inner * c.g.filters, REAL);
			float	   *whole = unit_guarded(rows * c.g.filters);
			float	   *pieces = unit_guarded(rows * c.g.filters);
			Packed		p;

			c.kernel = kernel;
			c.bias = NULL;
			p = pack(&c, c1d_conv_choose(&c.g, (C1dIsa) isa, c.pool));
			c1d_conv_rows(&c.g, &p.weights, x, whole, c.g.filters, 0, rows);
			for (int64_t begin = 0, end; begin < rows; begin = end)
			{
				end = i % 3 ? begin + 1 : unit_between(begin + 1, rows);
				c1d_conv_rows(&c.g, &p.weights, x, pieces, c.g.filters, begin, end);
			}
			tried++;
			same += unit_same_bits(whole, pieces, rows * c.g.filters);
			free(x);
			free(kernel);
			unit_unguard(whole);
			unit_unguard(pieces);
			unit_unguard(p.panels);
			unit_unguard(p.bias);
		}
		ok(same == tried, "%s: %lld of %lld convolutions have the same bits in one piece and in many", c1d_isa_names[isa],
		   (long long) same, (long long) tried);
	}
}

/* what lets a kernel take the greater of two without a look at NaN */
TEST(tame_weights)
{
	static const float wild[] = {NAN, INFINITY, -INFINITY, 2e18f, -3e38f};
	const C1dConvGeometry g = {.length = 9, .row_floats = 1, .stride = 1, .taps = 3, .spacing = 1, .groups = 1, .filters = 20};
	int			noticed = 0;
	float		panels[3 * 32] = {0},
				bias[32] = {0};
	C1dConvWeights weights = {.variant = c1d_conv_choose(&g, C1D_ISA_BASELINE, 2), .panels = panels, .bias = bias};

	panels[5] = -1e18f;
	bias[19] = 1e18f;
	ok(c1d_conv_tame(&g, &weights), "weights up to 1e18 cannot make an infinity");
	for (int i = 0; i < 5; i++)
	{
		float	   *at = i % 2 ? &panels[3 * 20 - 1] : &bias[19];
		float		kept = *at;

		*at = wild[i];
		noticed += !c1d_conv_tame(&g, &weights);
		*at = kept;
	}
	ok(noticed == 5, "NaN, an infinity or a greater number among them is noticed: %d of 5", noticed);
}

RUN(every_variant, mistakes_are_noticed, bits_do_not_depend_on_the_range, tame_weights)
