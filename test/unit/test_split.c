/*
 * test/unit/test_split.c
 *	  Convolution by a matrix unit against a loop in double precision, and
 *	  against the direct way whose place it takes.
 *
 * Random layers of every shape that it can compute, whether it is fast at them
 * or not, and of every kind of series keep the bound of indirect.h.  A layer
 * whose outputs are one product each shows the digits of float32; the same
 * layer must show that a part of a number is missing, be it the lowest.
 */
#include <float.h>

#include "indirect.h"

#include "kernels/split_tiles.h"

#define LAYERS 1500				/* of each kind of series: 10,500 in all */
#define MULTIPLICATIONS 300000	/* of most layers at most */
#define NEAR 2e-6				/* the truth: twice what the direct way is off it */

/* is_here: a line that says so if this machine has no such unit */
static bool
is_here(void)
{
	return c1d_isa_available(C1D_ISA_AMX) || !ok(true, "convolution by a matrix unit # SKIP this machine has no amx");
}

static int64_t
workspace(const Layer *l)
{
	return c1d_split_workspace(&l->geometry);
}

static void
rows(const Layer *l, const float *x, float *y, int64_t begin, int64_t end, float *work)
{
	C1dSplitWeights split = {l->forms, &l->direct};

	c1d_split_rows(&l->geometry, &split, x, y, l->y_row, begin, end, work);
}

/* has_parts: is the greatest magnitude of a step 0, or in the range of this way? */
static bool
has_parts(const float *step, int64_t floats)
{
	float		greatest = 0;

	for (int64_t c = 0; c < floats; c++)
	{
		if (isnan(step[c]))
			return false;
		greatest = fmaxf(greatest, fabsf(step[c]));
	}
	return greatest == 0 || (greatest >= C1D_SPLIT_LEAST && greatest <= C1D_SPLIT_MOST);
}

static bool
sees_others(const Layer *l, int64_t row)
{
	const C1dConvGeometry *g = &l->geometry;

	for (int i = 0; i < l->direct.pool; i++)
		for (int64_t t = 0; t < g->taps; t++)
		{
			int64_t		s = (row * l->direct.pool + i) * g->stride + g->offset + t * g->spacing;

			if (s >= 0 && s < g->length && !has_parts(l->x + s * g->row_floats, g->row_floats))
				return true;
		}
	return false;
}

static const Way way = {workspace, rows, sees_others};

/* lay_layer: pack both forms of a layer of that geometry. */
static void
lay_layer(Layer *l, int pool, bool relu)
{
	const C1dConvGeometry *g = &l->geometry;
	C1dConvLayout layout = layout_of(l);

	lay_direct(l, c1d_conv_choose(g, c1d_isa_best(), pool), pool, relu);
	l->forms = unit_guarded(c1d_split_panel_floats(g));
	l->safe = c1d_split_pack(g, &layout, l->bias, l->forms);
}

/* any_of: a number that does not fill tiles, or any up to most */
static int64_t
any_of(int64_t most)
{
	static const int64_t odd[] = {1, 3, 15, 16, 17, 31, 32, 33};

	return unit_between(0, 1) ? odd[unit_between(0, 7)] : unit_between(1, unit_between(0, 2) ? 20 : most);
}

/* draw_geometry: one that this way can compute; rows of the convolution are returned. */
static int64_t
draw_geometry(C1dConvGeometry *g)
{
	int64_t		groups = unit_between(0, 3) ? 1 : unit_between(2, 4);
	int64_t		taps = unit_between(1, unit_between(0, 2) ? 5 : 12);
	int64_t		spacing = unit_between(0, 1) ? 1 : unit_between(1, unit_between(0, 3) ? 5 : 60);
	int64_t		stride = unit_between(0, 1) ? 1 : unit_between(1, taps * spacing);
	int64_t		span = (taps - 1) * spacing + 1;
	int64_t		before = unit_between(0, 1) ? unit_between(0, span - 1) : unit_between(0, 2 * span + 5);
	int64_t		after = unit_between(0, 1) ? unit_between(0, span - 1) : unit_between(0, 2 * span + 5);

	*g = (C1dConvGeometry) {
		.length = unit_between(1, unit_between(0, 2) ? 40 : 300), .row_floats = groups * any_of(70 / groups),
		.stride = stride, .offset = -before, .taps = taps, .spacing = spacing, .groups = groups,
		.filters = groups * any_of(70 / groups),
	};
	return before + g->length + after < span ? 0 : (before + g->length + after - span) / stride + 1;
}

/* draw_layer: with weights of usual size, or of any */
static Layer
draw_layer(Kind kind)
{
	static const int pools[] = {2, 3, 4, 5, 7, 8};
	Layer		l = {0};
	C1dConvGeometry *g = &l.geometry;
	double		most = unit_between(0, 30) ? MULTIPLICATIONS : 20 * MULTIPLICATIONS;
	int64_t		one;
	double		size = unit_between(0, 3) ? 1 : exp2((double) unit_between(-25, 40));
	float		bias = unit_between(0, 1) ? (float) size : unit_between(0, 1) ? 0.0f : -0.0f;
	int			pool;

	do
	{
		pool = unit_between(0, 1) ? 1 : unit_between(0, 3) ? pools[unit_between(0, 5)] : (int) unit_between(1, 16);
		l.rows = draw_geometry(g) / pool;
		one = g->row_floats / g->groups * g->filters;
	} while (l.rows < 1 || (double) (l.rows * pool * g->taps * one) > most);
	l.y_row = g->filters + unit_between(0, 2);
	random_weights(&l, unit_between(0, 3) == 0);
	for (int64_t i = 0; i < g->taps * one; i++)
		l.kernel[i] *= (float) size;
	for (int64_t n = 0; n < g->filters; n++)
		l.bias[n] = bias == 0 ? bias : l.bias[n] * bias;
	l.x = unit_floats(g->length * g->row_floats);
	fill_series(g, kind, l.x);
	lay_layer(&l, pool, unit_between(0, 1));
	return l;
}

TEST(random_layers)
{
	if (!is_here())
		return;
	for (Kind kind = NORMAL; kind < KINDS; kind++)
	{
		bool		strange = kind >= STRANGE;
		Seen		seen = {0};

		for (int i = 0; i < LAYERS; i++)
		{
			Layer		l = draw_layer(kind);

			seen.wrong += !l.safe;
			check_layer(&way, &l, &seen);
			seen.wrong += !unit_intact(l.forms, c1d_split_panel_floats(&l.geometry));
			free_layer(&l);
		}
		ok(seen.wrong == 0 && seen.worst_true < NEAR && seen.other_bits > seen.values / 20 &&
		   (strange ? seen.as_direct > seen.values / 10 && seen.finite > seen.values / 10 : seen.as_direct == 0),
		   "%lld layers on %s series (%lld values, %.0f %% directly) are off the direct way by %.2g of their own scale at most",
		   (long long) seen.layers, kind_names[kind], (long long) seen.values,
		   100.0 * (double) seen.as_direct / (double) seen.values, seen.worst);
		printf("# off the truth by %.2g of their own scale (direct: %.2g), by %.2g of the largest output\n",
			   seen.worst_true, seen.worst_direct, seen.worst_output);
	}
}

/* plain_layer: one with everything random but its size, over a series of that kind */
static Layer
plain_layer(Kind kind, int64_t length, int64_t channels, int64_t filters, int64_t taps, int pool)
{
	Layer		l = {0};

	l.geometry = (C1dConvGeometry) {
		.length = length, .row_floats = channels, .stride = 1, .offset = -(taps - 1) / 2,
		.taps = taps, .spacing = 1, .groups = 1, .filters = filters,
	};
	l.rows = length / pool;
	l.y_row = filters;
	random_weights(&l, false);
	l.x = unit_floats(length * channels);
	fill_series(&l.geometry, kind, l.x);
	lay_layer(&l, pool, false);
	return l;
}

TEST(every_height_width_and_depth)
{
	static const int64_t odd[] = {1, 3, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 70};
	Seen		seen = {0};

	if (!is_here())
		return;
	for (int64_t length = 1; length <= 70; length++)
		for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		{
			Layer		l = plain_layer(NORMAL, length, odd[unit_between(0, 14)], odd[i], unit_between(1, 3), 1);

			check_layer(&way, &l, &seen);
			free_layer(&l);
		}
	ok(seen.wrong == 0, "1 to 70 rows of channels and filters that straddle the tiles are right, the worst at %.2g of its own scale", seen.worst);
	seen = (Seen) {0};
	for (int pool = 1; pool <= 16; pool++)
		for (int64_t outputs = 1; outputs <= 70 / pool + 2; outputs++)
			for (int strange = 0; strange <= 1; strange++)
			{
				Layer		l = plain_layer(strange ? STRANGE : NORMAL, outputs * pool + unit_between(0, pool - 1), 9, 21, 3, pool);

				check_layer(&way, &l, &seen);
				free_layer(&l);
			}
	ok(seen.wrong == 0, "so are pools of 1 to 16 rows, the worst at %.2g", seen.worst);
}

/* ---- digits ---- */

/* single: every output is one product, of numbers of any size */
static Layer
single(void)
{
	Layer		l = plain_layer(NORMAL, 100, 40, 40, 1, 1);

	memset(l.bias, 0, 40 * sizeof(float));
	for (int64_t i = 0; i < 40 * 40; i++)
		l.kernel[i] *= (float) exp2((double) unit_between(-20, 20));
	for (int64_t i = 0; i < 100 * 40; i++)
		l.x[i] = i % 40 == i / 40 * 7 % 40 ? l.x[i] * (float) exp2((double) unit_between(-20, 20)) : 0;
	c1d_split_pack(&l.geometry, &(C1dConvLayout) {.from = l.kernel, .tap_step = 1600, .inner_step = 40, .column_step = 1}, l.bias, l.forms);
	return l;
}

/* relative: how far the outputs of such a layer are off the products, of these */
static double
relative(const Layer *l)
{
	float	   *y = unit_guarded(100 * 40);
	double		worst = 0;

	run_rows(&way, l, y, true);
	for (int64_t i = 0; i < 100 * 40; i++)
	{
		int64_t		c = i / 40 * 7 % 40;
		double		truth = (double) l->x[i / 40 * 40 + c] * l->kernel[c * 40 + i % 40];

		worst = fmax(worst, fabs(y[i] - truth) / fabs(truth));
	}
	unit_unguard(y);
	return worst;
}

TEST(no_digit_is_lost)
{
	static const char *const names[] = {"high", "middle", "low"};
	int64_t		head = 48 * 2;	/* the bias */
	int64_t		halves;
	Layer		l;
	C1dHalf    *panels,
			   *whole;

	if (!is_here())
		return;
	l = single();
	halves = c1d_split_panel_floats(&l.geometry) * 2;
	panels = (C1dHalf *) l.forms;
	whole = unit_must(malloc((size_t) halves * sizeof(C1dHalf)));
	ok(relative(&l) < 0x1p-22, "an output that is one product is off it by %.2g of it, half the last bit of float32 is %.2g", relative(&l), 0x1p-24);
	memcpy(whole, panels, (size_t) halves * sizeof(C1dHalf));
	for (int part = 0; part < C1D_SPLIT_PARTS; part++)
	{
		double		off[2];

		/* two depths, each of three parts of two tiles and then, for columns 32 to 47, of one */
		for (int turn = 0; turn <= 1; turn++)
		{
			for (int64_t i = 0; i < halves - head; i++)
			{
				bool		narrow = i >= 2 * 6 * C1D_SPLIT_HALVES;
				int64_t		tile = i / C1D_SPLIT_HALVES;

				if ((narrow ? tile % 3 : tile / 2 % 3) == part)
					panels[head + i] = turn ? panels[head + i] ^ 0x8000 : 0;
			}
			off[turn] = relative(&l);
			memcpy(panels, whole, (size_t) halves * sizeof(C1dHalf));
		}
		ok(off[0] > 0x1p-20 && off[1] > 0x1p-20, "weights without their %s parts, or with these of the wrong sign, are noticed: %.2g, %.2g",
		   names[part], off[0], off[1]);
	}
	free(whole);
	free_layer(&l);
}

/* sum_of: of the parts of a number */
static double
sum_of(const C1dHalf *high, int64_t plane)
{
	double		sum = 0;

	for (int p = 0; p < C1D_SPLIT_PARTS; p++)
	{
		uint32_t	bits = (uint32_t) high[p * plane] << 16;
		float		part;

		memcpy(&part, &bits, sizeof(part));
		sum += part;
	}
	return sum;
}

TEST(parts_of_numbers)
{
	enum {MOST = 150, PLANE = 160};
	int64_t		wrong = 0,
				numbers = 0;
	int			refused = 0,
				out_of_range = 0;

	if (!is_here())
		return;
	for (int i = 0; i < 4000; i++)
	{
		int64_t		count = unit_between(1, MOST);
		float	   *x = unit_floats(count);
		float	   *room = unit_guarded(C1D_SPLIT_PARTS * PLANE / 2);
		C1dHalf    *planes = (C1dHalf *) room;
		C1dSplitParts job = {.x = x, .count = count, .high = planes, .plane = PLANE};
		bool		in_range = true,
					good;

		for (int64_t k = 0; k < count; k++)
		{
			x[k] = unit_between(0, 9) ? unit_float() * (float) exp2((double) unit_between(-14, 55)) : 0;
			if (i % 2 == 1 && unit_between(0, count) == 0)
			{
				const float others[] = {NAN, INFINITY, -INFINITY, nextafterf(C1D_SPLIT_MOST, INFINITY), -FLT_MAX,
				nextafterf(C1D_SPLIT_LEAST, 0), 1e-40f, -0x1p-149f};

				x[k] = others[unit_between(0, 7)];
			}
			if (x[k] == 0 && unit_between(0, 1))
				x[k] = unit_between(0, 1) ? C1D_SPLIT_MOST : -C1D_SPLIT_LEAST;
			in_range = in_range && has_parts(&x[k], 1);
		}
		c1d_split_kernels.in_range(&job);
		c1d_split_kernels.parts(&job);
		good = c1d_split_kernels.in_range(&job);
		refused += !good;
		out_of_range += !in_range;
		wrong += good != in_range || !unit_intact(room, C1D_SPLIT_PARTS * PLANE / 2);
		for (int64_t k = 0; k < (count + 31) / 32 * 32; k++, numbers++)
			wrong += (k >= count || has_parts(&x[k], 1)) && sum_of(&planes[k], PLANE) != (k < count ? x[k] : 0);
		free(x);
		unit_unguard(room);
	}
	ok(wrong == 0 && refused == out_of_range && refused > 1000, "%lld numbers are the sums of their parts, and those out of range are told (%d times)",
	   (long long) numbers, refused);
}

/* ---- what it is for ---- */

/* packs: with that weight, or bias, among usual ones */
static bool
packs(float weight, float bias)
{
	Layer		l = plain_layer(NORMAL, 8, 4, 3, 3, 1);
	C1dConvLayout layout = layout_of(&l);
	int64_t		floats = c1d_split_panel_floats(&l.geometry);
	float	   *panels = unit_guarded(floats);
	bool		good;

	l.kernel[unit_between(0, 3 * 4 * 3 - 1)] = weight;
	l.bias[unit_between(0, 2)] = bias;
	good = c1d_split_pack(&l.geometry, &layout, l.bias, panels);
	if (!unit_intact(panels, floats) || (!good && !unit_untouched(panels, floats)))
		abort();
	unit_unguard(panels);
	free_layer(&l);
	return good;
}

/* packs_tap: with one tap of one filter whose weights are all that */
static bool
packs_tap(float weight)
{
	Layer		l = plain_layer(NORMAL, 8, 4, 3, 3, 1);
	C1dConvLayout layout = layout_of(&l);
	bool		good;

	for (int c = 0; c < 4; c++)
		l.kernel[(2 * 4 + c) * 3 + 1] = weight;
	good = c1d_split_pack(&l.geometry, &layout, NULL, l.forms);
	free_layer(&l);
	return good;
}

TEST(weights_without_parts)
{
	const float most = nextafterf(C1D_SPLIT_MOST, INFINITY);
	const float least = nextafterf(C1D_SPLIT_LEAST, 0);

	ok(packs(1, 1) && packs(0, 0) && packs(0x1p-149f, 0x1p-149f) && packs(-C1D_SPLIT_MOST, C1D_SPLIT_MOST) && packs_tap(0) && packs_tap(-0.0f) &&
	   packs_tap(C1D_SPLIT_LEAST), "usual weights have parts; so have dead taps, and tiny numbers beside others");
	ok(!packs(NAN, 1) && !packs(INFINITY, 1) && !packs(-INFINITY, 1) && !packs(most, 1) && !packs(-FLT_MAX, 1),
	   "weights that are NaN, infinite or huge are refused, and nothing is written");
	ok(!packs(1, NAN) && !packs(1, -INFINITY) && !packs(1, INFINITY) && !packs(1, -most), "so is such a bias");
	ok(!packs_tap(least) && !packs_tap(-0x1p-149f), "so is a tap of nothing but tiny numbers");
}

static bool
fits(C1dConvGeometry g, C1dIsa isa, int pool)
{
	return c1d_split_fits(&g, isa, pool);
}

TEST(what_it_fits)
{
	const C1dConvGeometry g = {.length = 500, .row_floats = 64, .stride = 1, .offset = -2, .taps = 5, .spacing = 1, .groups = 1, .filters = 64};
	C1dConvGeometry dilated = g,
				strided = g,
				skipping = g,
				image = g,
				few = g,
				narrow = g,
				thin = g,
				depthwise = g,
				huge = g,
				hanging = g,
				none = g;

	dilated.spacing = 16;
	strided.stride = 2;
	skipping.stride = 6;
	image.height = 20;
	few.length = 15;
	narrow.row_floats = 2;
	thin.filters = 4;
	depthwise.groups = 64;
	huge.row_floats = huge.filters = 1024;
	hanging.spacing = 126;
	none.taps = 0;
	if (!is_here())
		return;
	ok(fits(g, C1D_ISA_AMX, 1) && fits(g, C1D_ISA_AMX, 2) && fits(g, C1D_ISA_AMX, 16) && fits(dilated, C1D_ISA_AMX, 1) && fits(strided, C1D_ISA_AMX, 1),
	   "it fits wide kernels, pooled, dilated, or with strides");
	ok(!fits(g, C1D_ISA_BASELINE, 1) && !fits(g, C1D_ISA_AVX2, 1) && !fits(g, C1D_ISA_AVX512, 1), "it is not for other instruction sets");
	ok(!fits(image, C1D_ISA_AMX, 1) && !fits(skipping, C1D_ISA_AMX, 1) && !fits(g, C1D_ISA_AMX, 17) && !fits(none, C1D_ISA_AMX, 1),
	   "it fits neither images nor strides that skip steps nor pools above 16 nor phases without a tap");
	ok(!fits(few, C1D_ISA_AMX, 1) && !fits(narrow, C1D_ISA_AMX, 1) && !fits(thin, C1D_ISA_AMX, 1) && !fits(depthwise, C1D_ISA_AMX, 1),
	   "nor few steps, few channels, few filters, a channel a group");
	ok(!fits(huge, C1D_ISA_AMX, 1) && !fits(hanging, C1D_ISA_AMX, 1), "nor weights larger than caches, nor windows longer than the series");
}

RUN(random_layers, every_height_width_and_depth, no_digit_is_lost, parts_of_numbers, weights_without_parts, what_it_fits)
