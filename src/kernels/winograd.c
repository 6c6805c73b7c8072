/*
 * src/kernels/winograd.c
 *	  Driving a Winograd convolution: judging tiles, gathering those that are
 *	  safe, their products, and the direct way for the others.
 */
#include "kernels/winograd_kernels.h"

#include <stddef.h>
#include <string.h>

#include "kernels/conv_variant.h"

#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

#define POINTS C1D_WINOGRAD_POINTS
#define JUDGED 12				/* tiles, or a few more: their inputs are still in the first cache when they are transformed */
#define LEAST_TILES 12			/* gathered: a multiple of the rows of every set's products */
#define MOST_TILES 48			/* a multiple of that */
#define GATHER_FLOATS 4096		/* of their factors: they shall stay in the first cache, or near */
#define WIDEST 32				/* panel */

/* How the work is cut, and where its parts lie in the scratch. */
typedef struct Layout
{
	C1dWinogradForm form;
	int64_t		block;			/* outputs: spacing tiles that interleave */
	int64_t		blocks;			/* that are judged at once */
	int64_t		tiles;			/* that are gathered before they are computed */
	int64_t		v_piece;		/* floats: a tile's factors of a product, of one piece */
	int64_t		v_product;		/* all tiles' factors of a product */
	int64_t		zeros;
	int64_t		energy;			/* rows under the blocks */
} Layout;

static Layout
lay_out(const C1dConvGeometry *geometry, const C1dWinogradKernels *kernels, int pool)
{
	Layout		l = {.form = c1d_winograd_form(geometry->taps, pool)};
	int64_t		v_tile;
	int64_t		halo;			/* rows that the next block looks at again */

	l.block = l.form.tile * geometry->spacing;
	l.v_piece = (geometry->row_floats + kernels->lanes - 1) / kernels->lanes * kernels->lanes;
	v_tile = (l.form.whole + l.form.shorter) * l.v_piece;
	l.tiles = MIN(MAX(GATHER_FLOATS / (POINTS * v_tile) / LEAST_TILES, 1) * LEAST_TILES, MOST_TILES);
	l.v_product = l.tiles * v_tile;
	l.zeros = MAX(geometry->row_floats, WIDEST);
	halo = (c1d_winograd_reach(&l.form) - l.form.tile) * geometry->spacing;
	l.blocks = MAX(MAX(JUDGED / geometry->spacing, 4 * halo / l.block), 1);
	l.energy = l.blocks * l.block + halo;
	return l;
}

/* c1d_winograd_workspace: floats of scratch for c1d_winograd_rows(). */
int64_t
c1d_winograd_workspace(const C1dConvGeometry *geometry, C1dIsa isa, int pool)
{
	Layout		l = lay_out(geometry, c1d_winograd_kernels(isa), pool);

	return POINTS * (l.v_product + l.tiles * WIDEST) + WIDEST + l.zeros + l.energy + 2 * l.blocks * l.block;
}

/* A call of c1d_winograd_rows(): what all of its tiles share. */
typedef struct Run
{
	const C1dConvGeometry *geometry;
	const C1dWinogradWeights *weights;
	const C1dConvWeights *direct;
	const C1dWinogradKernels *kernels;
	int			pool;
	Layout		layout;
	const float *x;
	float	   *y;
	int64_t		y_row;
	int64_t		begin;			/* rows of y */
	int64_t		end;
	float	   *v;				/* v_product of each product */
	float	   *products;		/* (8, tiles, width) */
	float	   *bias;			/* of the panel at hand, filled up with zeros */
	float	   *zeros;
	float	   *energy;
	float	   *scale;
	float	   *safe;
	int64_t		gathered;
	int64_t		first[MOST_TILES];	/* outputs of the gathered tiles */
	C1dWinogradTarget targets[MOST_TILES];
} Run;

/* A tile, its place among those that interleave, its first output; tiles are counted block by block. */
typedef struct Tile
{
	int64_t		number;
	int64_t		phase;
	int64_t		start;
} Tile;

static Tile
next_tile(const Run *run, Tile t)
{
	if (t.phase + 1 < run->geometry->spacing)
		return (Tile) {t.number + 1, t.phase + 1, t.start + 1};
	return (Tile) {t.number + 1, 0, t.start - t.phase + run->layout.block};
}

/* steps_of: where the steps are that one piece of a tile reads */
static void
steps_of(const Run *run, int64_t at, C1dWinogradSteps *steps)
{
	int64_t		length = run->geometry->length;
	int64_t		spacing = run->geometry->spacing;
	int64_t		step = spacing * run->geometry->row_floats;
	const float *x = run->x + at * run->geometry->row_floats;

	if (at >= 0 && at + (POINTS - 1) * spacing < length)
		for (int i = 0; i < POINTS; i++)
			steps->step[i] = x + i * step;
	else
		for (int i = 0; i < POINTS; i++, at += spacing)
			steps->step[i] = at >= 0 && at < length ? run->x + at * run->geometry->row_floats : run->zeros;
}

/* factors: the transformed inputs of the gathered tiles. */
static void
factors(Run *run)
{
	const C1dConvGeometry *geometry = run->geometry;
	const C1dWinogradForm *form = &run->layout.form;
	int64_t		tap = geometry->offset;
	C1dWinogradSteps steps[MOST_TILES];
	C1dWinogradInput input = {
		.steps = steps, .tiles = run->gathered, .channels = geometry->row_floats,
		.v = run->v, .v_product = run->layout.v_product,
	};

	for (int64_t p = 0; p < form->whole + form->shorter; p++)
	{
		input.infinity = p < form->whole;
		for (int64_t t = 0; t < run->gathered; t++)
			steps_of(run, run->first[t] + tap, &steps[t]);
		run->kernels->input(&input);
		input.v += run->gathered * run->layout.v_piece;
		tap += c1d_winograd_piece(form, p) * geometry->spacing;
	}
}

/*
 * compute
 *		The gathered tiles: factors, and a panel of filters after the other
 *		products and outputs.
 */
static void
compute(Run *run)
{
	const C1dConvGeometry *geometry = run->geometry;
	const C1dWinogradForm *form = &run->layout.form;
	C1dWinogradProduct product = {
		.v = run->v, .v_product = run->layout.v_product, .tiles = run->gathered, .m = run->products,
		.u = run->weights->panels + c1d_winograd_head(geometry), .bias = run->bias,
		.form = form, .channels = geometry->row_floats,
	};
	C1dWinogradOutput output = {
		.products = run->products, .tiles = run->gathered, .tile = form->tile, .targets = run->targets,
		.y_row = run->y_row * geometry->spacing, .pool = run->pool, .relu = run->direct->relu,
	};

	factors(run);
	for (int64_t n = 0; n < geometry->filters; n += output.width)
	{
		output.width = product.width = c1d_winograd_width(run->kernels, geometry->filters - n);
		output.column = n;
		output.columns = geometry->filters - n;
		memset(run->bias, 0, WIDEST * sizeof(float));
		memcpy(run->bias, run->direct->bias + n, MIN(output.columns, output.width) * sizeof(float));
		run->kernels->product(&product);
		product.u += c1d_winograd_products(form) * product.channels * product.width;
		run->kernels->output(&output);
	}
	run->gathered = 0;
}

/*
 * directly
 *		Compute outputs from .. to - 1 the direct way, of them those in the
 *		range of the call.
 */
static void
directly(const Run *run, int64_t from, int64_t to)
{
	from = MAX(from / run->pool, run->begin);
	to = MIN(to / run->pool, run->end);
	if (from < to)
		c1d_conv_rows(run->geometry, run->direct, run->x, run->y, run->y_row, from, to);
}

/*
 * tiles_directly
 *		Compute tiles from .. to - 1 the direct way: whole blocks are rows that
 *		follow each other; of others each tile has its own.
 */
static void
tiles_directly(const Run *run, int64_t from, int64_t to)
{
	int64_t		spacing = run->geometry->spacing;
	int64_t		block = run->layout.block;

	while (from < to)
	{
		int64_t		phase = from % spacing;
		int64_t		start = from / spacing * block;
		int64_t		whole = phase == 0 ? (to - from) / spacing : 0;
		int64_t		some = MIN(to - from, spacing - phase);

		if (whole > 0)
		{
			directly(run, start, start + whole * block);
			from += whole * spacing;
			continue;
		}
		for (int i = 0; i < run->layout.form.tile; i++)
			directly(run, start + i * spacing + phase, start + i * spacing + phase + some);
		from += some;
	}
}

/* gather: one more safe tile with that first output, unless none of its rows is asked for. */
static void
gather(Run *run, int64_t start)
{
	int64_t		spacing = run->geometry->spacing;
	int64_t		row = start / run->pool;
	int			rows = run->layout.form.tile / run->pool;
	C1dWinogradTarget target = {run->y + row * run->y_row, 0, rows};

	while (target.low < rows && row + target.low * spacing < run->begin)
		target.low++;
	while (target.high > target.low && row + (target.high - 1) * spacing >= run->end)
		target.high--;
	if (target.low == target.high)
		return;
	run->first[run->gathered] = start;
	run->targets[run->gathered++] = target;
	if (run->gathered == run->layout.tiles)
		compute(run);
}

/*
 * judge
 *		Which tiles of the blocks from the first on are safe: run->safe, at the
 *		first output of each.
 */
static void
judge(Run *run, int64_t first, int64_t blocks)
{
	const C1dConvGeometry *geometry = run->geometry;
	const C1dWinogradForm *form = &run->layout.form;
	int64_t		outputs = blocks * run->layout.block;
	int64_t		present = run->weights->rows * run->pool - first * run->layout.block;
	int64_t		rows = outputs + (c1d_winograd_reach(form) - form->tile) * geometry->spacing;
	int64_t		start = first * run->layout.block + geometry->offset;
	int64_t		low = MIN(MAX(-start, 0), rows);
	int64_t		high = MAX(MIN(geometry->length - start, rows), low);
	C1dWinogradJudge call = {
		.energy = run->energy, .outputs = outputs, .present = present, .spacing = geometry->spacing,
		.taps = geometry->taps, .tile = form->tile, .reach = c1d_winograd_reach(form), .head = run->weights->panels, .scale = run->scale, .safe = run->safe,
	};

	memset(run->energy, 0, low * sizeof(float));
	if (low < high)
		run->kernels->measure(run->x + (start + low) * geometry->row_floats, geometry->row_floats, high - low,
								 run->energy + low);
	memset(run->energy + high, 0, (rows - high) * sizeof(float));
	run->kernels->judge(&call);
}

/*
 * c1d_winograd_rows
 *		Compute rows begin .. end - 1 of a series, as c1d_conv_rows() with the
 *		direct weights does.
 *
 * x is (length, row_floats), row r of the output the filters floats at y + r *
 * y_row; work is c1d_winograd_workspace() floats.  A row has the same bits
 * whatever range it was computed in; ranges that are multiples of a tile's
 * outputs times spacing compute no tile twice.  Cannot fail: c1d_winograd_fits() and
 * c1d_winograd_pack() have said yes.
 */
void
c1d_winograd_rows(const C1dConvGeometry *geometry, const C1dWinogradWeights *weights,
				  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end, float *work)
{
	C1dIsa		isa = weights->direct->variant->isa;
	Run			run = {
		.geometry = geometry, .weights = weights, .direct = weights->direct,
		.kernels = c1d_winograd_kernels(isa), .pool = MAX(weights->direct->pool, 1),
		.layout = lay_out(geometry, c1d_winograd_kernels(isa), weights->direct->pool),
		.x = x, .y = y, .y_row = y_row, .begin = begin, .end = end,
	};
	const Layout *l = &run.layout;
	int64_t		last = (end * run.pool + l->block - 1) / l->block;

	run.v = work;
	run.products = run.v + POINTS * l->v_product;
	run.bias = run.products + l->tiles * POINTS * WIDEST;
	run.zeros = run.bias + WIDEST;
	run.energy = run.zeros + l->zeros;
	run.scale = run.energy + l->energy;
	run.safe = run.scale + l->blocks * l->block;
	memset(run.zeros, 0, l->zeros * sizeof(float));

	for (int64_t block = begin * run.pool / l->block; block < last; block += l->blocks)
	{
		int64_t		blocks = MIN(l->blocks, last - block);
		Tile		tile = {block * geometry->spacing, 0, block * l->block};
		int64_t		end_tile = (block + blocks) * geometry->spacing;
		int64_t		first = tile.start;

		judge(&run, block, blocks);
		while (tile.number < end_tile)
		{
			int64_t		from = tile.number;

			for (; tile.number < end_tile && run.safe[tile.start - first] == 0; tile = next_tile(&run, tile))
				;
			tiles_directly(&run, from, tile.number);
			for (; tile.number < end_tile && run.safe[tile.start - first] != 0; tile = next_tile(&run, tile))
				gather(&run, tile.start);
		}
	}
	if (run.gathered > 0)
		compute(&run);
}
