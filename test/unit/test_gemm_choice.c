/*
 * test/unit/test_gemm_choice.c
 *	  Tiles for any number of rows and columns, and the weights packed for them.
 *
 * A row's bits must not depend on which tile computed it, nor on how its
 * window is cut into taps.
 */
#include "model.h"

#include "kernels/gemm.h"

/* product: some rows of some columns, the 87 floats of a window as so many taps */
#define MOST 40
#define COLUMNS 150
#define WINDOW 87
#define A_ROW 7

static void
product(C1dIsa isa, int64_t rows, int64_t columns, const float *a, const float *panels, const float *bias, int64_t taps, float *c)
{
	int			width;

	for (int64_t n = 0; n < columns; n += width)
	{
		C1dGemmCall call = {
			.a = a, .a_row = A_ROW, .a_tap = WINDOW / taps, .taps = taps, .inner = WINDOW / taps,
			.b = panels + WINDOW * n, .bias = bias + n, .c = c + n, .c_row = columns,
		};
		const C1dGemmVariant *strip = c1d_gemm_strip(isa, columns - n);
		int			panel = c1d_gemm_width(isa, columns - n);

		width = rows == 1 && strip != NULL ? strip->panels * strip->width : panel;
		call.b_panel = WINDOW * panel;
		call.columns = (int) (columns - n < width ? columns - n : width);
		if (width > panel)
			strip->tile(&call);
		else
			c1d_gemm_rows(c1d_gemm_tallest(isa, panel), &call, rows);
	}
}

TEST(bits_do_not_depend_on_the_tile)
{
	static const int64_t taps[] = {1, 3, 29};
	float	   *a = unit_random_floats((MOST - 1) * A_ROW + WINDOW, false);
	float	   *weights = unit_random_floats(WINDOW * COLUMNS, false);
	float	   *bias = unit_random_floats(COLUMNS + 16, false);
	float	   *panels = unit_floats(WINDOW * (COLUMNS + 16));
	float	   *alone = unit_floats(MOST * COLUMNS);

	for (int isa = 0; isa < C1D_VECTOR_ISAS; isa++)
	{
		int			tried = 0,
					equal = 0;

		for (int64_t columns = 1; c1d_isa_available((C1dIsa) isa) && columns <= COLUMNS; columns++)
		{
			C1dGemmSource source = {
				.from = weights, .taps = 1, .inner = WINDOW, .inner_step = COLUMNS, .columns = columns, .column_step = 1,
			};

			c1d_gemm_pack((C1dIsa) isa, &source, panels);
			for (int r = 0; r < MOST; r++)
				product((C1dIsa) isa, 1, columns, a + r * A_ROW, panels, bias, 1, alone + r * columns);
			for (int k = 0; k < 3; k++)
			{
				int64_t		rows = unit_between(1, MOST);
				float	   *c = unit_guarded(rows * columns);

				product((C1dIsa) isa, rows, columns, a, panels, bias, taps[k], c);
				tried++;
				equal += unit_intact(c, rows * columns) && unit_same_bits(alone, c, rows * columns);
				unit_unguard(c);
			}
		}
		ok(equal == tried, "%s: rows together or alone, with a window as 1, 3 or 29 taps, have the same bits (%d of %d)",
		   c1d_isa_names[isa], equal, tried);
	}
	free(a);
	free(weights);
	free(bias);
	free(panels);
	free(alone);
}

TEST(rows_go_by_tall_tiles)
{
	bool		all = true;

	/* every number of rows is computed, each row once */
	for (int isa = 0; isa < C1D_VECTOR_ISAS; isa++)
		for (int vectors = 1; c1d_isa_available((C1dIsa) isa) && vectors <= 3; vectors++)
			for (int64_t rows = 0; rows <= MOST; rows++)
			{
				int			width = c1d_gemm_lanes((C1dIsa) isa) * vectors;
				float		bias[48];
				float	   *c = unit_guarded(rows * width);
				C1dGemmCall call = {.a = bias, .b = bias, .bias = bias, .c = c, .c_row = width, .columns = width};

				for (int n = 0; n < width; n++)
					bias[n] = (float) n;
				c1d_gemm_rows(c1d_gemm_tallest((C1dIsa) isa, width), &call, rows);
				all = all && call.c == c + rows * width && unit_intact(c, rows * width);
				for (int64_t i = 0; i < rows * width; i++)
					all = all && c[i] == (float) (i % width);
				unit_unguard(c);
			}
	ok(all, "0 to %d rows are computed and no other", MOST);
}

TEST(packing)
{
	int64_t		cases = 0,
				wrong = 0;

	for (int i = 0; i < 4000; i++)
	{
		C1dIsa		isa = c1d_gemm_variants[unit_between(0, c1d_gemm_variant_count - 1)].isa;
		C1dGemmSource s = {.taps = unit_between(1, 4), .inner = unit_between(1, 9), .columns = unit_between(1, 150)};
		int64_t		count = s.taps * s.inner * s.columns;
		int64_t		floats = c1d_gemm_panels(isa, s.columns) * s.taps * s.inner;
		float	   *from = unit_random_floats(count, false);
		float	   *packed = unit_guarded(floats);
		int			width = 0;

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
		c1d_gemm_pack(isa, &s, packed);
		cases++;
		wrong += !unit_intact(packed, floats) || !unit_written(packed, floats) || c1d_gemm_panels(isa, s.columns) < s.columns;
		for (int64_t first = 0; first < s.columns; first += width)
		{
			width = c1d_gemm_width(isa, s.columns - first);
			for (int64_t k = 0; k < width * s.taps * s.inner; k++)
			{
				int64_t		column = first + k % width;
				int64_t		row = k / width;
				float		wanted = column >= s.columns ? 0 :
					s.from[row / s.inner * s.tap_step + row % s.inner * s.inner_step + column * s.column_step];

				wrong += packed[first * s.taps * s.inner + k] != wanted;
			}
		}
		free(from);
		unit_unguard(packed);
	}
	ok(wrong == 0, "%lld packings hold every weight at its place and zeros after the last column", (long long) cases);
}

TEST(widths)
{
	bool		good = true;

	for (int isa = 0; isa < C1D_VECTOR_ISAS; isa++)
		for (int64_t columns = 1; c1d_isa_available((C1dIsa) isa) && columns <= 400; columns++)
		{
			int			vector = c1d_gemm_lanes((C1dIsa) isa);
			int64_t		covered = 0;
			const C1dGemmVariant *strip = c1d_gemm_strip((C1dIsa) isa, columns);

			for (int p = 0; covered < columns; p++)
			{
				int			width = c1d_gemm_width((C1dIsa) isa, columns - covered);
				const C1dGemmVariant *v = c1d_gemm_tallest((C1dIsa) isa, width);

				good = good && (v->isa == (C1dIsa) isa || columns <= vector / 2) && v->width == width && v->panels == 1 &&
					(v == c1d_gemm_variants || v[-1].isa != v->isa || v[-1].width != width);

				/* one vector alone only when there is no other */
				good = good && (width > vector || columns <= vector);
				if (strip != NULL && p < strip->panels)
					good = good && width == strip->width;
				covered += width;
			}
			good = good && covered == c1d_gemm_panels((C1dIsa) isa, columns) && covered - columns < vector;

			/* there is one whenever the first two panels are what one takes */
			for (const C1dGemmVariant *v = c1d_gemm_variants; v < c1d_gemm_variants + c1d_gemm_variant_count; v++)
				if (v->isa == (C1dIsa) isa && v->panels == 2 && c1d_gemm_width((C1dIsa) isa, columns) == v->width &&
					columns > v->width && c1d_gemm_width((C1dIsa) isa, columns - v->width) == v->width)
					good = good && strip != NULL && strip->isa == (C1dIsa) isa;
		}
	ok(good, "panels for 1 to 400 columns waste less than a vector, and strips take panels of their own width");
}

RUN(bits_do_not_depend_on_the_tile, rows_go_by_tall_tiles, packing, widths)
