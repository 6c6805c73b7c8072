/*
 * src/kernels/split_pack.c
 *	  Which convolutions a matrix unit computes, and their weights in parts.
 */
#include "kernels/split_tiles.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define MOST_POOL C1D_SPLIT_TILE

#define LEAST_ROWS 16			/* of the convolution */
#define MOST_PANEL_FLOATS (1 << 19)	/* more come from the third cache, for every block of rows */

/* What the parts of the work cost, in multiply-adds of vectors at their peak: measured. */
#define CALL_COST 170000.0		/* of a call: the unit is slow to start */
#define FLOAT_COST 12			/* parts of a float */
#define OUTPUT_COST 6			/* storing an output */
#define SPEED 2.2				/* of six products, and one of vectors */
#define DIRECT_SPEED 0.85

/*
 * c1d_split_fits
 *		Can a matrix unit compute that geometry, its rows pooled so many at a
 *		time (1 = not), and is it the fastest way?
 */
bool
c1d_split_fits(const C1dConvGeometry *geometry, C1dIsa isa, int pool)
{
	C1dSplitWindow window = c1d_split_window(geometry);
	double		rows = (double) (geometry->length / geometry->stride);
	double		deep = (double) (window.runs * window.depths * C1D_SPLIT_DEPTH);
	double		inner = (double) (geometry->row_floats / geometry->groups);
	double		outputs = rows * (double) geometry->filters;
	double		wide = (double) (geometry->groups * c1d_split_columns(geometry));

	/* of windows longer than the series the direct way leaves most out */
	return isa == C1D_ISA_AMX && c1d_split_kernels.block != NULL && geometry->height == 0 && pool <= MOST_POOL && rows >= LEAST_ROWS &&
		geometry->stride <= geometry->taps * geometry->spacing &&
		(geometry->taps - 1) * geometry->spacing < geometry->length &&
		c1d_split_panel_floats(geometry) <= MOST_PANEL_FLOATS && c1d_conv_choose(geometry, isa, pool)->way == C1D_BY_GEMM &&
		CALL_COST + rows * wide * deep / SPEED + (double) (geometry->length * geometry->row_floats) * FLOAT_COST +
		outputs * OUTPUT_COST < rows * wide * inner * (double) geometry->taps / DIRECT_SPEED;
}

/* c1d_split_panel_floats: the size of the packed kernel and bias. */
int64_t
c1d_split_panel_floats(const C1dConvGeometry *geometry)
{
	C1dSplitWindow window = c1d_split_window(geometry);
	int64_t		columns = geometry->groups * c1d_split_columns(geometry);

	return columns + columns / C1D_SPLIT_TILE * window.runs * window.depths * C1D_SPLIT_PARTS * C1D_SPLIT_HALVES / 2;
}

/* half_of: the bfloat16 nearest to x, of two as near the one with an even last bit */
static C1dHalf
half_of(float x)
{
	uint32_t	bits;

	memcpy(&bits, &x, sizeof(bits));
	return (C1dHalf) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float
float_of(C1dHalf half)
{
	uint32_t	bits = (uint32_t) half << 16;
	float		x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* parts_of: at part, and one and two times apart behind it */
static void
parts_of(float x, C1dHalf *part, int64_t apart)
{
	for (int p = 0; p < C1D_SPLIT_PARTS; p++)
	{
		part[p * apart] = half_of(x);
		x -= float_of(part[p * apart]);
	}
}

/* in_range: is that true of every tap of every filter, and of the bias? */
static bool
in_range(const C1dConvGeometry *geometry, const C1dConvLayout *layout, const float *bias)
{
	int64_t		inner = geometry->row_floats / geometry->groups;
	int64_t		filters = geometry->filters / geometry->groups;

	for (int64_t i = 0; i < geometry->filters * geometry->taps; i++)
	{
		const float *tap = layout->from + i / geometry->taps / filters * layout->group_step +
			i / geometry->taps % filters * layout->column_step + i % geometry->taps * layout->tap_step;
		float		greatest = 0;

		for (int64_t q = 0; q < inner; q++)
		{
			float		size = fabsf(tap[q * layout->inner_step]);

			if (isnan(size))
				return false;
			greatest = fmaxf(greatest, size);
		}
		if (!c1d_split_takes(greatest))
			return false;
	}
	for (int64_t f = 0; bias != NULL && f < geometry->filters; f++)
		if (!(fabsf(bias[f]) <= C1D_SPLIT_MOST))
			return false;
	return true;
}

/*
 * c1d_split_pack
 *		Write c1d_split_panel_floats(): the bias of all columns, then for every
 *		group, block of columns, depth, part and tile of columns the weights as
 *		the unit wants them, two that follow each other in a window side by side.
 *		bias is (filters), or NULL for none.  False = these weights are not for
 *		this way, and nothing was written.
 */
bool
c1d_split_pack(const C1dConvGeometry *geometry, const C1dConvLayout *layout, const float *bias, float *panels)
{
	C1dSplitWindow window = c1d_split_window(geometry);
	int64_t		inner = geometry->row_floats / geometry->groups;
	int64_t		filters = geometry->filters / geometry->groups;
	int64_t		columns = c1d_split_columns(geometry);
	C1dHalf    *half = (C1dHalf *) (panels + geometry->groups * columns);

	if (!in_range(geometry, layout, bias))
		return false;
	memset(panels, 0, c1d_split_panel_floats(geometry) * sizeof(float));
	for (int64_t g = 0; g < geometry->groups; g++)
	{
		if (bias != NULL)
			memcpy(panels + g * columns, bias + g * filters, filters * sizeof(float));
		for (int64_t first = 0, wide; first < columns; first += wide * C1D_SPLIT_TILE)
		{
			wide = columns - first > C1D_SPLIT_TILE ? 2 : 1;
			for (int64_t depth = 0; depth < window.runs * window.depths; depth++)
			{
				for (int64_t i = 0; i < wide * C1D_SPLIT_HALVES; i++)
				{
					int64_t		n = first + i % (wide * C1D_SPLIT_TILE);	/* column */
					int64_t		q = i / (wide * C1D_SPLIT_TILE);	/* of the depth */
					int64_t		at = depth % window.depths * C1D_SPLIT_DEPTH + q;	/* of the run */
					int64_t		tap = depth / window.depths + at / inner;
					int64_t		column = n - first;

					if (n < filters && at < window.run)
						parts_of(layout->from[g * layout->group_step + tap * layout->tap_step +
											  at % inner * layout->inner_step + n * layout->column_step],
								 half + column / C1D_SPLIT_TILE * C1D_SPLIT_HALVES +
								 q / 2 * C1D_SPLIT_DEPTH + column % C1D_SPLIT_TILE * 2 + q % 2,
								 wide * C1D_SPLIT_HALVES);
				}
				half += C1D_SPLIT_PARTS * wide * C1D_SPLIT_HALVES;
			}
		}
	}
	return true;
}
