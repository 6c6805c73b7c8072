/*
 * src/kernels/split.c
 *	  Driving a convolution by a matrix unit: planes of parts, block by block,
 *	  and the direct way for what does not fit them.
 */
#include "kernels/split_tiles.h"

#include <string.h>

#include "base/number.h"

#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

#define CACHED_FLOATS 8192		/* of the input in planes at once, or what a block at least needs */
#define LINE 32					/* bfloat16 of a cache line */

/* How the work is cut, and where its parts lie in the scratch. */
typedef struct Layout
{
	int64_t		blocks;			/* of rows, whose windows are in the planes at once */
	int64_t		rows;			/* of the input that they see */
	int64_t		plane;			/* bfloat16 */
} Layout;

/* seen: rows of the input that so many rows of the convolution see */
static int64_t
seen(const C1dConvGeometry *geometry, int64_t rows)
{
	return (rows - 1) * geometry->stride + (geometry->taps - 1) * geometry->spacing + 1;
}

static Layout
lay_out(const C1dConvGeometry *geometry)
{
	int64_t		step = C1D_SPLIT_BLOCK * geometry->stride * geometry->row_floats;
	int64_t		halo = seen(geometry, 1) * geometry->row_floats;
	Layout		l;

	/* what is seen twice shall be a small part; most outputs have a row of the input each */
	l.blocks = MIN(MAX(MAX(CACHED_FLOATS, 4 * halo) / step, 1), geometry->length / (C1D_SPLIT_BLOCK * geometry->stride) + 1);
	l.rows = seen(geometry, l.blocks * C1D_SPLIT_BLOCK);
	l.plane = (l.rows * geometry->row_floats + C1D_SPLIT_DEPTH + LINE - 1) / LINE * LINE;
	return l;
}

/* c1d_split_workspace: floats of scratch for c1d_split_rows(). */
int64_t
c1d_split_workspace(const C1dConvGeometry *geometry)
{
	Layout		l = lay_out(geometry);

	return 2 * C1D_SPLIT_BLOCK * C1D_SPLIT_BLOCK + (C1D_SPLIT_PARTS * l.plane + l.rows + 3) / 2;
}

/* A call of c1d_split_rows(). */
typedef struct Run
{
	const C1dConvGeometry *geometry;
	const C1dSplitWeights *weights;
	int			pool;
	int64_t		block;			/* rows of the convolution in a block: whole pools */
	Layout		layout;
	const float *x;
	float	   *y;
	int64_t		y_row;
	float	   *sums;
	C1dHalf    *planes;
	bool		any_strange;	/* row in the planes */
	C1dHalf    *strange;		/* not 0: that row of the planes is not in range; unless any, nothing */
} Run;

/*
 * exclude
 *		Find those of some rows of the planes that are not in range, and make them
 *		zeros.  x is row 0's input.
 */
static void
exclude(Run *run, const float *x, int64_t first, int64_t end)
{
	int64_t		floats = run->geometry->row_floats;

	for (int64_t r = first; r < end; r++)
	{
		float		greatest = 0;
		bool		nan = false;

		for (int64_t q = 0; q < floats; q++)
		{
			float		size = __builtin_fabsf(x[r * floats + q]);

			nan = nan || size != size;
			greatest = size > greatest ? size : greatest;
		}
		if (!nan && c1d_split_takes(greatest))
			continue;
		if (!run->any_strange)
			memset(run->strange, 0, run->layout.rows * sizeof(C1dHalf));
		run->any_strange = true;
		run->strange[r] = 1;
		for (int p = 0; p < C1D_SPLIT_PARTS; p++)
			memset(run->planes + p * run->layout.plane + r * floats, 0, floats * sizeof(C1dHalf));
	}
}

/* Rows of the input on their way into the planes; rows are counted from the planes' first. */
typedef struct Filling
{
	const float *x;				/* of row 0, which may lie before the series */
	int64_t		low;			/* rows low .. high - 1 are on the series and are seen */
	int64_t		high;
	int64_t		first;			/* those of the job at hand */
	int64_t		end;
	C1dSplitParts job;
} Filling;

/*
 * fill_begin
 *		Zeros in the planes before and after the series, and where the last tiles
 *		end, for rows of the convolution from begin on.
 */
static void
fill_begin(const Run *run, Filling *f, int64_t begin, int64_t rows)
{
	const C1dConvGeometry *geometry = run->geometry;
	int64_t		floats = geometry->row_floats;
	int64_t		start = begin * geometry->stride + geometry->offset;
	int64_t		all = seen(geometry, rows);
	int64_t		end = MIN(seen(geometry, rows + C1D_SPLIT_BLOCK - 1), run->layout.rows) * floats + C1D_SPLIT_DEPTH;

	f->x = run->x + start * floats;
	f->low = MIN(MAX(-start, 0), all);
	f->high = MAX(MIN(geometry->length - start, all), f->low);
	f->end = f->low;
	f->job.plane = run->layout.plane;
	f->job.count = 0;
	memset(f->job.most, 0, sizeof(f->job.most));
	memset(f->job.least, 0xff, sizeof(f->job.least));
	for (int p = 0; p < C1D_SPLIT_PARTS; p++)
	{
		C1dHalf    *plane = run->planes + p * run->layout.plane;

		memset(plane, 0, f->low * floats * sizeof(C1dHalf));
		memset(plane + f->high * floats, 0, (end - f->high * floats) * sizeof(C1dHalf));
	}
}

/*
 * fill_next
 *		The job of the rows that the first rows of the convolution see and that
 *		are not in the planes yet, and of those into which their last depth
 *		reaches: what is multiplied by zero must be a number.
 */
static void
fill_next(const Run *run, Filling *f, int64_t rows)
{
	int64_t		floats = run->geometry->row_floats;

	f->first = f->end;
	f->end = MAX(MIN(seen(run->geometry, rows) + C1D_SPLIT_DEPTH / floats + 1, f->high), f->first);
	f->job.x = f->x + f->first * floats;
	f->job.high = run->planes + f->first * floats;
	f->job.count = (f->end - f->first) * floats;
}

/* fill_end: what is left of the job, and the rows that are not in range */
static void
fill_end(Run *run, Filling *f)
{
	c1d_split_kernels.parts(&f->job);
	if (!c1d_split_kernels.in_range(&f->job))
		exclude(run, f->x, f->first, f->end);
}

/*
 * multiply
 *		Rows of the convolution from begin on, as many as the planes hold, and
 *		their outputs.  While a block is multiplied, vectors store the one before
 *		it and split the rows that those below it see.
 */
static void
multiply(Run *run, int64_t begin, int64_t rows)
{
	const C1dConvGeometry *geometry = run->geometry;
	int64_t		filters = geometry->filters / geometry->groups;
	int64_t		inner = geometry->row_floats / geometry->groups;
	int64_t		columns = c1d_split_columns(geometry);
	Filling		filling;
	C1dSplitStore store = {.rows = 0};
	C1dSplitCall call = {
		.a_row = geometry->stride * geometry->row_floats, .plane = run->layout.plane,
		.window = c1d_split_window(geometry), .sums = run->sums, .parts = &filling.job, .store = &store,
	};
	int64_t		depths = call.window.runs * call.window.depths;

	fill_begin(run, &filling, begin, rows);
	fill_next(run, &filling, MIN(run->block, rows));
	fill_end(run, &filling);
	for (int64_t r = 0; r < rows; r += run->block)
	{
		fill_next(run, &filling, MIN(r + 2 * run->block, rows));
		call.tall = rows - r > C1D_SPLIT_TILE ? 2 : 1;
		call.b = (const C1dHalf *) (run->weights->panels + geometry->groups * columns);
		call.bias = run->weights->panels;
		for (int64_t g = 0; g < geometry->groups; g++)
		{
			call.a = run->planes + r * call.a_row + g * inner;
			for (int64_t n = 0; n < columns; n += call.wide * C1D_SPLIT_TILE)
			{
				call.wide = columns - n > C1D_SPLIT_TILE ? 2 : 1;
				c1d_split_kernels.block(&call);
				c1d_split_kernels.store(&store);
				store = (C1dSplitStore) {
					.sums = call.sums, .rows = MIN(rows - r, run->block) / run->pool, .pool = run->pool,
					.columns = (int) MIN(filters - n, C1D_SPLIT_BLOCK), .relu = run->weights->direct->relu,
					.y = run->y + (begin + r) / run->pool * run->y_row + g * filters + n, .y_row = run->y_row,
				};
				call.sums = run->sums + (call.sums == run->sums) * C1D_SPLIT_BLOCK * C1D_SPLIT_BLOCK;
				call.b += depths * C1D_SPLIT_PARTS * call.wide * C1D_SPLIT_HALVES;
				call.bias += call.wide * C1D_SPLIT_TILE;
			}
		}
		fill_end(run, &filling);
	}
	c1d_split_kernels.store(&store);
}

/* is_strange: does that row of the output, of those from begin on, see a row that is not in range? */
static bool
is_strange(const Run *run, int64_t begin, int64_t row)
{
	const C1dConvGeometry *geometry = run->geometry;

	for (int i = 0; i < run->pool; i++)
		for (int64_t t = 0; t < geometry->taps; t++)
			if (run->strange[((row - begin) * run->pool + i) * geometry->stride + t * geometry->spacing] != 0)
				return true;
	return false;
}

/* correct: compute directly what sees rows that are not in range */
static void
correct(const Run *run, int64_t begin, int64_t end)
{
	for (int64_t row = begin; row < end; row++)
	{
		int64_t		first = row;

		while (row < end && is_strange(run, begin, row))
			row++;
		if (first < row)
			c1d_conv_rows(run->geometry, run->weights->direct, run->x, run->y, run->y_row, first, row);
	}
}

/*
 * c1d_split_rows
 *		Compute rows begin .. end - 1 of a series, as c1d_conv_rows() with the
 *		direct weights does.
 *
 * x is (length, row_floats), row r of the output the filters floats at y + r *
 * y_row; work is c1d_split_workspace() floats, at the start of a cache line.
 * Cannot fail: c1d_split_fits() and c1d_split_pack() have said yes.
 */
void
c1d_split_rows(const C1dConvGeometry *geometry, const C1dSplitWeights *weights,
			   const float *x, float *y, int64_t y_row, int64_t begin, int64_t end, float *work)
{
	int			pool = MAX(weights->direct->pool, 1);
	Run			run = {
		.geometry = geometry, .weights = weights, .pool = pool, .block = C1D_SPLIT_BLOCK / pool * pool,
		.layout = lay_out(geometry), .x = x, .y = y, .y_row = y_row,
	};
	int64_t		most;

	run.sums = work;
	run.planes = (C1dHalf *) (work + 2 * C1D_SPLIT_BLOCK * C1D_SPLIT_BLOCK);
	run.strange = run.planes + C1D_SPLIT_PARTS * run.layout.plane;
	most = run.layout.blocks * run.block / pool;
	c1d_split_kernels.begin();
	while (begin < end)
	{
		int64_t		rows = MIN(end - begin, most);

		run.any_strange = false;
		multiply(&run, begin * pool, rows * pool);
		if (run.any_strange)
			correct(&run, begin, begin + rows);
		begin += rows;
	}
	c1d_split_kernels.end();
}
