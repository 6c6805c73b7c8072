/*
 * src/kernels/winograd.c
 *	  Driving a Winograd convolution: judging tiles, gathering those that are
 *	  safe, their products, and the direct way for the others.
 */
#include "kernels/winograd_transform.h"

#include <stddef.h>
#include <string.h>

#include "kernels/gemm.h"

#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

#ifndef MOST_TILES
#define MOST_TILES 48			/* of a gathering; a multiple of every tall tile's rows */
#endif
#ifndef GATHER_FLOATS
#define GATHER_FLOATS 65536		/* their factors shall stay in the second cache */
#endif
#define TILE C1D_WINOGRAD_TILE
#define PRODUCTS C1D_WINOGRAD_PRODUCTS

static const C1dWinogradTransforms *const transforms[C1D_ISAS] = {
#define WINOGRAD(isa, ISA) [C1D_ISA_##ISA] = &c1d_winograd_transforms__##isa,
#include "kernels/winograd.inc"
};

/* How the work is cut, and where its parts lie in the scratch. */
typedef struct Layout
{
	int64_t		block;			/* outputs: spacing tiles that interleave */
	int64_t		blocks;			/* that are judged at once */
	int64_t		tiles;			/* that are gathered before they are computed */
	int64_t		v_tile;			/* floats */
	int64_t		v_product;
	int64_t		zeros;
	int64_t		energy;			/* rows under the blocks */
	int64_t		widest;			/* of a panel */
} Layout;

static Layout
lay_out(const C1dConvGeometry *geometry, C1dIsa isa)
{
	Layout		l = {.block = TILE * geometry->spacing};
	int64_t		inner = c1d_winograd_inner(geometry, 0);

	l.blocks = MAX(MOST_TILES / geometry->spacing, 1);
	l.tiles = MIN(MAX(GATHER_FLOATS / (PRODUCTS * inner) / 12 * 12, 12), MOST_TILES);
	/* an odd number of cache lines, so that the tiles of a product do not share a set of them */
	l.v_tile = (inner / 32 * 2 + 1) * 16 + (inner % 32 > 16) * 32;
	l.v_product = l.tiles * l.v_tile;
	l.widest = 0;
	for (int64_t n = 0; n < geometry->filters; n += c1d_gemm_width(isa, geometry->filters - n))
		l.widest = MAX(l.widest, c1d_gemm_width(isa, geometry->filters - n));
	l.zeros = MAX(geometry->row_floats, l.widest);
	l.energy = l.blocks * l.block + (geometry->taps - 1) * geometry->spacing;
	return l;
}

/* c1d_winograd_workspace: floats of scratch for c1d_winograd_rows(). */
int64_t
c1d_winograd_workspace(const C1dConvGeometry *geometry, C1dIsa isa)
{
	Layout		l = lay_out(geometry, isa);

	return PRODUCTS * l.v_product + l.tiles * PRODUCTS * l.widest + l.zeros + l.energy + 2 * l.blocks * l.block;
}

/* A call of c1d_winograd_rows(): what all of its tiles share. */
typedef struct Run
{
	const C1dConvGeometry *geometry;
	const C1dWinogradWeights *weights;
	const C1dConvWeights *direct;
	const C1dWinogradTransforms *transforms;
	C1dIsa		isa;
	int			pool;
	Layout		layout;
	const float *x;
	float	   *y;
	int64_t		y_row;
	int64_t		begin;			/* rows of y */
	int64_t		end;
	float	   *v;				/* (6, tiles, v_tile) */
	float	   *products;		/* (tiles, 6, width) */
	float	   *zeros;
	float	   *energy;
	float	   *scale;
	float	   *safe;
	int64_t		gathered;
	int64_t		first[MOST_TILES];	/* outputs of the gathered tiles */
	C1dWinogradTarget targets[MOST_TILES];
} Run;

/* tile_start: the first output of a tile; tiles are counted block by block. */
static int64_t
tile_start(const Run *run, int64_t tile)
{
	int64_t		spacing = run->geometry->spacing;

	return tile / spacing * run->layout.block + tile % spacing;
}

/*
 * factors
 *		The transformed inputs of the gathered tiles.
 */
static void
factors(Run *run)
{
	const C1dConvGeometry *geometry = run->geometry;
	C1dWinogradPieces pieces = c1d_winograd_pieces(geometry->taps);
	int64_t		channels = geometry->row_floats;
	int64_t		tap = 0;
	C1dWinogradSteps steps[MOST_TILES];

	for (int64_t p = 0; p < pieces.threes + pieces.twos; p++)
	{
		int			taps = p < pieces.threes ? 3 : 2;

		for (int64_t t = 0; t < run->gathered; t++)
		{
			int64_t		at = run->first[t] + geometry->offset + tap * geometry->spacing;

			for (int i = 0; i < taps + TILE - 1; i++, at += geometry->spacing)
				steps[t].step[i] = at >= 0 && at < geometry->length ? run->x + at * channels : run->zeros;
		}
		run->transforms->input(steps, run->gathered, channels, taps,
							   run->v + p * channels, run->layout.v_tile, run->layout.v_product);
		tap += taps;
	}
}

/*
 * compute
 *		The gathered tiles: factors, products, outputs, a panel of filters after
 *		the other.
 */
static void
compute(Run *run)
{
	const C1dConvGeometry *geometry = run->geometry;
	C1dGemmCall call = {.a_row = run->layout.v_tile, .taps = 1};
	C1dWinogradOutput output = {
		.products = run->products, .tiles = run->gathered, .targets = run->targets,
		.y_row = run->y_row * geometry->spacing, .pool = run->pool, .relu = run->direct->relu,
	};
	int			width;

	factors(run);
	call.b = run->weights->panels + c1d_winograd_head(geometry);
	for (int64_t n = 0; n < geometry->filters; n += width)
	{
		const C1dGemmVariant *tallest;

		width = c1d_gemm_width(run->isa, geometry->filters - n);
		tallest = c1d_gemm_tallest(run->isa, width);
		call.c_row = PRODUCTS * width;
		call.columns = width;
		for (int j = 0; j < PRODUCTS; j++)
		{
			call.a = run->v + j * run->layout.v_product;
			call.c = run->products + j * width;
			call.inner = c1d_winograd_inner(geometry, j);

			/* point 1 counts once for each output */
			call.bias = j == 1 ? run->direct->bias + n : run->zeros;
			c1d_gemm_rows(tallest, &call, run->gathered);
			call.b += call.inner * width;
		}
		output.width = width;
		output.column = n;
		output.columns = geometry->filters - n;
		run->transforms->output(&output);
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
		for (int i = 0; i < TILE; i++)
			directly(run, start + i * spacing + phase, start + i * spacing + phase + some);
		from += some;
	}
}

/* gather: one more safe tile, unless none of its rows is asked for. */
static void
gather(Run *run, int64_t tile)
{
	int64_t		start = tile_start(run, tile);
	int64_t		spacing = run->geometry->spacing;
	int64_t		row = start / run->pool;
	int			rows = TILE / run->pool;
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
	int64_t		outputs = blocks * run->layout.block;
	int64_t		present = run->weights->rows * run->pool - first * run->layout.block;
	int64_t		rows = outputs + (geometry->taps - 1) * geometry->spacing;
	int64_t		start = first * run->layout.block + geometry->offset;
	int64_t		low = MIN(MAX(-start, 0), rows);
	int64_t		high = MAX(MIN(geometry->length - start, rows), low);
	C1dWinogradJudge call = {
		.energy = run->energy, .outputs = outputs, .present = present, .spacing = geometry->spacing,
		.taps = geometry->taps, .head = run->weights->panels, .scale = run->scale, .safe = run->safe,
	};

	memset(run->energy, 0, low * sizeof(float));
	if (low < high)
		run->transforms->measure(run->x + (start + low) * geometry->row_floats, geometry->row_floats, high - low,
								 run->energy + low);
	memset(run->energy + high, 0, (rows - high) * sizeof(float));
	run->transforms->judge(&call);
}

/*
 * c1d_winograd_rows
 *		Compute rows begin .. end - 1 of a series, as c1d_conv_rows() with the
 *		direct weights does.
 *
 * x is (length, row_floats), row r of the output the filters floats at y + r *
 * y_row; work is c1d_winograd_workspace() floats.  A row has the same bits
 * whatever range it was computed in; ranges that are multiples of 4 * spacing
 * outputs compute no tile twice.  Cannot fail: c1d_winograd_fits() and
 * c1d_winograd_pack() have said yes.
 */
void
c1d_winograd_rows(const C1dConvGeometry *geometry, const C1dWinogradWeights *weights,
				  const float *x, float *y, int64_t y_row, int64_t begin, int64_t end, float *work)
{
	C1dIsa		isa = weights->direct->variant->isa;
	Run			run = {
		.geometry = geometry, .weights = weights, .direct = weights->direct, .isa = isa,
		.transforms = transforms[isa], .pool = MAX(weights->direct->pool, 1),
		.layout = lay_out(geometry, isa),
		.x = x, .y = y, .y_row = y_row, .begin = begin, .end = end,
	};
	const Layout *l = &run.layout;
	int64_t		last = (end * run.pool + l->block - 1) / l->block;

	run.v = work;
	run.products = run.v + PRODUCTS * l->v_product;
	run.zeros = run.products + l->tiles * PRODUCTS * l->widest;
	run.energy = run.zeros + l->zeros;
	run.scale = run.energy + l->energy;
	run.safe = run.scale + l->blocks * l->block;
	memset(run.zeros, 0, l->zeros * sizeof(float));

	for (int64_t block = begin * run.pool / l->block; block < last; block += l->blocks)
	{
		int64_t		blocks = MIN(l->blocks, last - block);
		int64_t		tile = block * geometry->spacing;
		int64_t		end_tile = tile + blocks * geometry->spacing;

		judge(&run, block, blocks);
		while (tile < end_tile)
		{
			int64_t		from = tile;

			while (tile < end_tile && run.safe[tile_start(&run, tile) - block * l->block] == 0)
				tile++;
			tiles_directly(&run, from, tile);
			for (; tile < end_tile && run.safe[tile_start(&run, tile) - block * l->block] != 0; tile++)
				gather(&run, tile);
		}
	}
	if (run.gathered > 0)
		compute(&run);
}
