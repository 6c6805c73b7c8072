/*
 * test/unit/test_winograd.c
 *	  Winograd convolution against a loop in double precision, and against the
 *	  direct way whose place it takes.
 *
 * The bound is the one that winograd.h states: 1e-5 of an output's own scale,
 * |bias| + sqrt(sum over taps of |weights|^2 |step|^2).  Random layers of every
 * kind of series must keep it, those at the edge of what a safe tile may be
 * included; and the same checks must notice weights, and a judge, that are
 * broken on purpose.
 */
#include "indirect.h"

#include "kernels/conv_variant.h"
#include "kernels/winograd_kernels.h"

#define LAYERS 800				/* of each kind of series and instruction set: 12,000 in all */
#define LAST STRANGE			/* of the kinds */

static int64_t
workspace(const Layer *l)
{
	return c1d_winograd_workspace(&l->geometry, l->direct.variant->isa, l->direct.pool);
}

static void
rows(const Layer *l, const float *x, float *y, int64_t begin, int64_t end, float *work)
{
	C1dWinogradWeights winograd = {l->forms, &l->direct, l->rows};

	c1d_winograd_rows(&l->geometry, &winograd, x, y, l->y_row, begin, end, work);
}

static const Way way = {workspace, rows, NULL};

/* by_gemm: the direct way that c1d_winograd_fits() asks for, whatever the size */
static const C1dConvVariant *
by_gemm(C1dIsa isa)
{
	const C1dConvVariant *variant = c1d_conv_variants;

	while (variant->way != C1D_BY_GEMM || variant->isa != isa)
		variant++;
	return variant;
}

/* lay_layer: pack both forms of a layer of that geometry. */
static void
lay_layer(Layer *l, C1dIsa isa, int pool, bool relu)
{
	C1dConvLayout layout = layout_of(l);

	lay_direct(l, by_gemm(isa), pool, relu);
	l->forms = unit_guarded(c1d_winograd_panel_floats(&l->geometry, isa, pool));
	l->safe = c1d_winograd_pack(&l->geometry, isa, pool, &layout, l->forms);
}

/* draw_layer: a random layer that c1d_winograd_fits() but for its size; most are small. */
static Layer
draw_layer(C1dIsa isa, Kind kind)
{
	Layer		l = {0};
	C1dConvGeometry *g = &l.geometry;
	static const int pools[] = {1, 1, 2, 4};
	int			pool = pools[unit_between(0, 3)];
	int64_t		taps = unit_between(0, 1) ? unit_between(2, 5) : unit_between(2, 11);
	int64_t		spacing = pool > 1 || unit_between(0, 1) ? 1 : unit_between(1, unit_between(0, 3) ? 5 : 60);
	int64_t		span = (taps - 1) * spacing + 1;
	int64_t		before = unit_between(0, 1) ? unit_between(0, span - 1) : unit_between(0, span + 5);
	int64_t		outputs = unit_between(pool, unit_between(0, 5) ? 30 : 240);

	*g = (C1dConvGeometry) {
		.row_floats = unit_between(0, 3) ? unit_between(4, 20) : unit_between(4, 70),
		.stride = 1, .offset = -before, .taps = taps, .spacing = spacing, .groups = 1,
		.filters = unit_between(0, 3) ? unit_between(1, 20) : unit_between(1, 70),
	};
	/* what is padding after the series is what the outputs leave over */
	g->length = outputs + span - 1 - before - unit_between(0, span);
	if (g->length < 1)
		g->length = 1;
	l.rows = outputs / pool;
	l.y_row = g->filters + unit_between(0, 2);
	random_weights(&l, unit_between(0, 3) == 0);
	l.x = unit_floats(g->length * g->row_floats);
	fill_series(g, kind, l.x);
	lay_layer(&l, isa, pool, unit_between(0, 1));
	return l;
}

TEST(random_layers)
{
	for (int isa = 0; isa < C1D_VECTOR_ISAS; isa++)
		for (Kind kind = NORMAL; kind <= LAST; kind++)
		{
			Seen		seen = {0};

			if (!c1d_isa_available((C1dIsa) isa))
			{
				ok(true, "%s series # SKIP this machine has no %s", kind_names[kind], c1d_isa_names[isa]);
				continue;
			}
			for (int i = 0; i < LAYERS; i++)
			{
				Layer		l = draw_layer((C1dIsa) isa, kind);

				if (l.safe)
					check_layer(&way, &l, &seen);
				seen.wrong += !unit_intact(l.forms, c1d_winograd_panel_floats(&l.geometry, (C1dIsa) isa, l.direct.pool));
				free_layer(&l);
			}
			ok(seen.wrong == 0 && seen.layers > LAYERS * 2 / 3 && seen.other_bits > seen.values / 20,
			   "%s: %lld layers on %s series (%lld values, %.0f %% not by the direct way) are off it by %.2g of their own scale at most",
			   c1d_isa_names[isa], (long long) seen.layers, kind_names[kind], (long long) seen.values,
			   100.0 * (double) seen.other_bits / (double) seen.values, seen.worst);
			printf("# off the truth by %.2g of their own scale (direct: %.2g), by %.2g of the largest output\n",
				   seen.worst_true, seen.worst_direct, seen.worst_output);
		}
}

/* plain_layer: one that fits, with everything random but its size */
static Layer
plain_layer(C1dIsa isa, int64_t length, int64_t channels, int64_t filters, int64_t taps, int64_t spacing)
{
	Layer		l = {0};

	l.geometry = (C1dConvGeometry) {
		.length = length, .row_floats = channels, .stride = 1, .offset = -(taps - 1) * spacing / 2,
		.taps = taps, .spacing = spacing, .groups = 1, .filters = filters,
	};
	l.rows = length;
	l.y_row = filters;
	random_weights(&l, false);
	l.x = unit_floats(length * channels);
	fill_series(&l.geometry, NORMAL, l.x);
	lay_layer(&l, isa, 1, false);
	return l;
}

TEST(every_height_and_width)
{
	for (int isa = 0; isa < C1D_VECTOR_ISAS; isa++)
	{
		int64_t		lanes;
		Seen		seen = {0};

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "heights and widths # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		lanes = c1d_winograd_kernels((C1dIsa) isa)->lanes;
		for (int64_t tiles = 1; tiles <= 50; tiles++)
		{
			const int64_t filters[] = {1, lanes - 1, lanes, lanes + 1, 2 * lanes, 2 * lanes + 1, 3 * lanes - 1};

			for (size_t f = 0; f < sizeof(filters) / sizeof(*filters); f++)
			{
				/* enough of them that every filter heeds every tap */
				int64_t		channels = unit_between(0, 1) ? 2 * lanes : unit_between(8, 2 * lanes + 1);
				Layer		l = plain_layer((C1dIsa) isa, 6 * tiles - unit_between(0, 5), channels, filters[f], 3, 1);

				check_layer(&way, &l, &seen);
				seen.wrong += !l.safe;
				free_layer(&l);
			}
		}
		ok(seen.wrong == 0, "%s: 1 to 50 tiles of filters that straddle the panels are right, the worst at %.2g of its own scale",
		   c1d_isa_names[isa], seen.worst);
	}
}

TEST(a_spike_leaves_its_neighbours_alone)
{
	for (int isa = 0; isa < C1D_VECTOR_ISAS; isa++)
	{
		int64_t		near = 0,
					same = 0,
					far = 0,
					other = 0;

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "a spike # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		for (int64_t at = 40; at < 56; at++)
		{
			Layer		l = plain_layer((C1dIsa) isa, 100, 32, 32, 3, 1);
			float	   *y = unit_guarded(100 * 32);
			float	   *direct = unit_guarded(100 * 32);

			l.x[at * 32 + at % 32] = 1e6f;
			run_rows(&way, &l, y, true);
			c1d_conv_rows(&l.geometry, &l.direct, l.x, direct, 32, 0, 100);
			for (int64_t i = 0; i < 100 * 32; i++)
			{
				bool		is_near = llabs(i / 32 - at) <= 1;
				bool		is_same = memcmp(&y[i], &direct[i], sizeof(float)) == 0;

				near += is_near;
				same += is_near && is_same;
				far += llabs(i / 32 - at) > 6;
				other += llabs(i / 32 - at) > 6 && !is_same;
			}
			free_layer(&l);
			unit_unguard(y);
			unit_unguard(direct);
		}
		ok(same == near && other > far / 2, "%s: outputs on and beside a spike of 10^6 have the bits of the direct way; others (%lld of %lld) have not",
		   c1d_isa_names[isa], (long long) other, (long long) far);
	}
}

TEST(broken_forms_are_noticed)
{
	for (int isa = 0; isa < C1D_VECTOR_ISAS; isa++)
	{
		C1dWinogradForm form = c1d_winograd_form(3, 1);
		int			noticed = 0;
		Layer		l;
		float	   *product;

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "broken forms # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		l = plain_layer((C1dIsa) isa, 33, 16, c1d_winograd_kernels((C1dIsa) isa)->lanes, 3, 1);
		product = l.forms + c1d_winograd_head(&l.geometry);
		for (int j = 0; j < C1D_WINOGRAD_POINTS; j++)
		{
			int64_t		floats = c1d_winograd_pieces(&form, j) * l.geometry.row_floats * l.geometry.filters;

			for (int64_t i = 0; i < floats; i++)
				product[i] *= 1.001f;
			noticed += off(&way, &l) > BOUND;
			for (int64_t i = 0; i < floats; i++)
				product[i] /= 1.001f;
			product += floats;
		}
		ok(noticed == C1D_WINOGRAD_POINTS && off(&way, &l) < BOUND,
		   "%s: each of the eight products is noticed when its constants are wrong by 0.1 %%", c1d_isa_names[isa]);
		free_layer(&l);

		l = plain_layer((C1dIsa) isa, 33, 16, 16, 3, 1);
		l.x[20 * 16 + 3] = 1e4f;
		noticed = off(&way, &l) < BOUND;
		for (int t = 0; t < 3; t++)
			l.forms[t] = 1e30f;
		ok(noticed && off(&way, &l) > BOUND, "%s: a judge that lets every tile pass is noticed", c1d_isa_names[isa]);
		free_layer(&l);
	}
}

/* packs: has a kernel a Winograd form when its filters heed mostly one tap, filter n tap n * turn, with that weight? */
static bool
packs(float weight, int turn)
{
	Layer		l = plain_layer(C1D_ISA_BASELINE, 8, 4, 3, 3, 1);
	C1dConvLayout layout = {.from = l.kernel, .tap_step = 12, .inner_step = 3, .column_step = 1};
	bool		safe;

	for (int n = 0; n < 3; n++)
		l.kernel[n * turn * 12 + n] = weight;
	safe = l.safe && c1d_winograd_pack(&l.geometry, C1D_ISA_BASELINE, 1, &layout, l.forms);
	free_layer(&l);
	return safe;
}

TEST(weights_without_a_form)
{
	C1dConvGeometry g = {.length = 100, .row_floats = 64, .stride = 1, .taps = 3, .spacing = 1, .groups = 1, .filters = 64};
	C1dConvGeometry strided = g,
				image = g,
				grouped = g,
				dilated = g,
				eight_to_many = g,
				seven_to_many = g,
				many_to_eight = g,
				many_to_seven = g,
				huge = g,
				short_series = g,
				pair = g,
				short_kernel = g;

	strided.stride = 2;
	image.height = 3;
	grouped.groups = 2;
	dilated.spacing = 2;
	short_kernel.taps = 1;
	pair.taps = 2;
	eight_to_many.taps = seven_to_many.taps = many_to_eight.taps = many_to_seven.taps = 9;
	eight_to_many.row_floats = many_to_eight.filters = 8;
	seven_to_many.row_floats = many_to_seven.filters = 7;
	huge.row_floats = huge.filters = 1024;
	short_series.length = 8;
	ok(packs(1, 1) && packs(0, 1) && packs(1e6f, 0), "ordinary kernels, and kernels of which one tap outweighs the others, have a Winograd form");
	ok(!packs(NAN, 1) && !packs(INFINITY, 0) && !packs(-INFINITY, 1) && !packs(1e30f, 0),
	   "kernels with NaN, infinities or numbers that might overflow have none");
	ok(!packs(1e6f, 1), "nor have kernels whose filters each heed another tap alone");
	ok(c1d_winograd_fits(&g, C1D_ISA_BASELINE, 1) && c1d_winograd_fits(&g, C1D_ISA_BASELINE, 2) &&
	   c1d_winograd_fits(&g, C1D_ISA_BASELINE, 4) && c1d_winograd_fits(&pair, C1D_ISA_BASELINE, 1) && c1d_winograd_fits(&dilated, C1D_ISA_BASELINE, 1),
	   "it fits kernels of three taps, dilated or pooled by two or four, and of two");
	ok(!c1d_winograd_fits(&g, C1D_ISA_BASELINE, 3) && !c1d_winograd_fits(&dilated, C1D_ISA_BASELINE, 2) &&
	   !c1d_winograd_fits(&strided, C1D_ISA_BASELINE, 1) && !c1d_winograd_fits(&image, C1D_ISA_BASELINE, 1) &&
	   !c1d_winograd_fits(&grouped, C1D_ISA_BASELINE, 1) && !c1d_winograd_fits(&short_kernel, C1D_ISA_BASELINE, 1),
	   "it does not fit strides, groups, images, one tap, pools across tiles");
	for (int isa = 0; isa < C1D_VECTOR_ISAS; isa++)
		if (c1d_isa_available((C1dIsa) isa))
		{
			ok(c1d_winograd_fits(&g, (C1dIsa) isa, 1) && !c1d_winograd_fits(&huge, (C1dIsa) isa, 1) && !c1d_winograd_fits(&short_series, (C1dIsa) isa, 1),
			   "%s: it fits neither weights larger than caches nor short series", c1d_isa_names[isa]);
			ok(c1d_winograd_fits(&eight_to_many, (C1dIsa) isa, 1) && !c1d_winograd_fits(&seven_to_many, (C1dIsa) isa, 1) &&
			   c1d_winograd_fits(&many_to_eight, (C1dIsa) isa, 1) && !c1d_winograd_fits(&many_to_seven, (C1dIsa) isa, 1),
			   "%s: with nine taps it fits eight channels and filters, no fewer", c1d_isa_names[isa]);
		}
}

RUN(random_layers, every_height_and_width, a_spike_leaves_its_neighbours_alone, broken_forms_are_noticed,
	weights_without_a_form)
