/*
 * src/kernels/winograd_pack.c
 *	  Which convolutions have a Winograd form, and their weights in that form.
 */
#include "kernels/winograd_kernels.h"

#include <math.h>
#include <string.h>

#include "kernels/conv_variant.h"

/*
 * Where the direct way is the faster: measured, per output and in multiply-adds
 * of one filter and one channel, what the transforms cost altogether and for
 * every piece of the kernel.
 */
static const struct
{
	double		once;
	double		piece;
}			transform_cost[C1D_ISAS] = {
	[C1D_ISA_BASELINE] = {4, 8.5},
	[C1D_ISA_AVX2] = {12, 7},
	[C1D_ISA_AVX512] = {12, 7},
};

#define LEAST_TILES 4			/* in a series */
#define LEAST_CHANNELS 8		/* and filters: of fewer nobody waits for the sums, but may check them by hand */
#define MOST_PANEL_FLOATS (1 << 20)	/* larger ones come from memory, twice as many as direct ones */

/* The points but infinity, and the products of their distances to each other. */
static const struct
{
	double		at;
	double		distances;
}			points[C1D_WINOGRAD_POINTS - 1] = {
	{0, -1}, {1, -9 / 2.0}, {-1, -9 / 2.0}, {0.5, 45 / 32.0}, {-0.5, 45 / 32.0}, {2, 90}, {-2, 90},
};

/* of_tiles: how a kernel falls into the fewest pieces when tiles have so many outputs */
static C1dWinogradForm
of_tiles(int64_t taps, int tile)
{
	int64_t		most = C1D_WINOGRAD_POINTS + 1 - tile;
	int64_t		pieces = (taps + most - 1) / most;
	int64_t		spare = pieces * most - taps;
	int64_t		shorter = spare < pieces ? spare : pieces;

	return (C1dWinogradForm) {tile, pieces - shorter, shorter};
}

/*
 * c1d_winograd_form
 *		The tile and the pieces that take the fewest products for an output; the
 *		tile is a multiple of the pool.
 */
C1dWinogradForm
c1d_winograd_form(int64_t taps, int pool)
{
	C1dWinogradForm six = of_tiles(taps, 6);
	C1dWinogradForm four = of_tiles(taps, 4);

	return pool == 4 || c1d_winograd_products(&four) * 6 < c1d_winograd_products(&six) * 4 ? four : six;
}

/* c1d_winograd_panel_floats: the size of the packed kernel. */
int64_t
c1d_winograd_panel_floats(const C1dConvGeometry *geometry, C1dIsa isa, int pool)
{
	C1dWinogradForm form = c1d_winograd_form(geometry->taps, pool);

	return c1d_winograd_head(geometry) +
		c1d_winograd_products(&form) * geometry->row_floats * c1d_winograd_padded(c1d_winograd_kernels(isa), geometry->filters);
}

/*
 * c1d_winograd_fits
 *		Is there a Winograd form of that geometry, its rows pooled so many at a
 *		time (1 = not), and is it the faster?  Transforms cost as much for every
 *		channel and every filter, products are saved for every pair of them.
 */
bool
c1d_winograd_fits(const C1dConvGeometry *geometry, C1dIsa isa, int pool)
{
	C1dWinogradForm form = c1d_winograd_form(geometry->taps, pool);
	double		channels = (double) geometry->row_floats;
	double		filters = (double) geometry->filters;
	double		saved = (double) geometry->taps - (double) c1d_winograd_products(&form) / form.tile;
	double		cost = transform_cost[isa].once + transform_cost[isa].piece * (double) (form.whole + form.shorter);

	return geometry->height == 0 && geometry->groups == 1 && geometry->stride == 1 && geometry->taps >= 2 &&
		(pool == 1 || (geometry->spacing == 1 && (pool == 2 || pool == 4))) &&
		channels >= LEAST_CHANNELS && filters >= LEAST_CHANNELS &&
		geometry->length >= LEAST_TILES * form.tile * geometry->spacing &&
		c1d_conv_choose(geometry, isa, pool)->way == C1D_BY_GEMM &&
		c1d_winograd_panel_floats(geometry, isa, pool) <= MOST_PANEL_FLOATS &&
		saved * channels * filters > cost * (channels + filters);
}

/* element: weight of filter n for channel q, at a tap */
static double
element(const C1dConvLayout *layout, int64_t tap, int64_t q, int64_t n)
{
	return layout->from[tap * layout->tap_step + q * layout->inner_step + n * layout->column_step];
}

/*
 * weight
 *		Taps first .. last - 1 of a filter and a channel in product j: a
 *		polynomial at the point, over its distances; at infinity the last tap.
 */
static double
weight(const C1dConvLayout *layout, int j, int64_t first, int64_t last, int64_t q, int64_t n)
{
	double		sum = 0;

	if (j == C1D_WINOGRAD_POINTS - 1)
		return element(layout, last - 1, q, n);
	for (int64_t t = last - 1; t >= first; t--)
		sum = sum * points[j].at + element(layout, t, q, n);
	return sum / points[j].distances;
}

/*
 * pack_product
 *		Write the rows of product j for width filters from the first on, piece
 *		by piece; returns where the next ones belong.
 */
static float *
pack_product(const C1dConvGeometry *geometry, const C1dConvLayout *layout, const C1dWinogradForm *form,
			 int j, int64_t first, int width, float *panel)
{
	int64_t		tap = 0;

	for (int64_t p = 0; p < c1d_winograd_pieces(form, j); p++)
	{
		int64_t		next = tap + c1d_winograd_piece(form, p);
		int64_t		last = next < geometry->taps ? next : geometry->taps;

		for (int64_t q = 0; q < geometry->row_floats; q++)
			for (int64_t n = first; n < first + width; n++)
				*panel++ = n < geometry->filters ? (float) weight(layout, j, tap, last, q, n) : 0;
		tap = next;
	}
	return panel;
}

/*
 * pack_head
 *		Find the worth of every tap, and the greatest energy for which nothing
 *		overflows: sums stay below 2^100 when norms multiply to less, since the
 *		transforms together magnify by less than 2^10.  False when a weight is
 *		no finite number, or when even steps of equal norms would not be safe.
 */
static bool
pack_head(const C1dConvGeometry *geometry, const C1dConvLayout *layout, const C1dWinogradForm *form, float *head)
{
	double		most = 0,
				sum = 0;
	const double range = C1D_WINOGRAD_RANGE;

	for (int64_t t = 0; t < geometry->taps; t++)
		head[t] = C1D_WINOGRAD_RANGE * C1D_WINOGRAD_RANGE;
	for (int64_t n = 0; n < geometry->filters; n++)
	{
		double		greatest = 0;

		for (int pass = 0; pass < 2; pass++)
			for (int64_t t = 0; t < geometry->taps; t++)
			{
				double		energy = 0;

				for (int64_t q = 0; q < geometry->row_floats; q++)
					energy += element(layout, t, q, n) * element(layout, t, q, n);
				if (!isfinite(energy))
					return false;
				if (pass == 0)
					greatest = fmax(greatest, energy);
				else if (greatest > 0)
					head[t] = (float) fmin(head[t], range * range * (energy / greatest));
			}
		most = fmax(most, greatest);
	}
	for (int64_t t = 0; t < geometry->taps; t++)
		sum += head[t];
	head[geometry->taps] = (float) fmin(0x1p100, 0x1p200 / fmax(most * (double) geometry->taps, 0x1p-100));
	return sum >= (double) c1d_winograd_reach(form) && most < 0x1p100;
}

/*
 * c1d_winograd_pack
 *		Write c1d_winograd_panel_floats(): the head, and for every panel of
 *		filters the rows of product 0, of product 1, ...  False = these weights
 *		are not for this way; what was written is of no use then.
 */
bool
c1d_winograd_pack(const C1dConvGeometry *geometry, C1dIsa isa, int pool, const C1dConvLayout *layout, float *panels)
{
	C1dWinogradForm form = c1d_winograd_form(geometry->taps, pool);
	int			width;

	memset(panels, 0, c1d_winograd_head(geometry) * sizeof(float));
	if (!pack_head(geometry, layout, &form, panels))
		return false;
	panels += c1d_winograd_head(geometry);
	for (int64_t first = 0; first < geometry->filters; first += width)
	{
		width = c1d_winograd_width(c1d_winograd_kernels(isa), geometry->filters - first);
		for (int j = 0; j < C1D_WINOGRAD_POINTS; j++)
			panels = pack_product(geometry, layout, &form, j, first, width, panels);
	}
	return true;
}
