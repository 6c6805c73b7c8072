/*
 * src/kernels/conv_gemm.c
 *	  A convolution by tiles of the matrix product.
 */
#include "kernels/conv_variant.h"
#include "kernels/gemm.h"

#include <stddef.h>

/* Fewer rows than this wait for their own sums, and go by strips. */
#define FEW_ROWS 3

/* Floats of the input, and tiles of rows at least, that all panels pass by in turn. */
#define BLOCK_FLOATS 32768
#define BLOCK_TILES 4

/* block: some rows, all filters; the weights of a panel stay in the cache while the rows pass by */
static void
block(C1dIsa isa, const C1dConvCall *call, int64_t row, int64_t rows)
{
	int			width;

	for (int64_t n = 0; n < call->filters; n += width)
	{
		int64_t		left = call->filters - n;
		const C1dGemmVariant *strip = rows < FEW_ROWS ? c1d_gemm_strip(isa, left) : NULL;
		int			panel = c1d_gemm_width(isa, left);
		C1dGemmCall tile = {
			.a = call->a + row * call->a_row, .a_row = call->a_row, .a_tap = call->a_tap,
			.taps = call->taps, .inner = call->inner,
			.b = call->panels + n * call->panel_rows + call->skip * panel, .b_panel = call->panel_rows * panel,
			.bias = call->bias + n,
			.lines = call->lines, .a_line = call->a_line, .b_line = call->line_rows * panel,
			.c = call->c + row * call->c_row + n, .c_row = call->c_row,
			.relu = call->relu, .merge = call->merge,
		};

		width = strip == NULL ? panel : strip->panels * panel;
		tile.columns = (int) (left < width ? left : width);
		if (strip == NULL)
			c1d_gemm_rows(c1d_gemm_tallest(isa, panel), &tile, rows);
		for (int64_t r = 0; strip != NULL && r < rows; r++)
		{
			strip->tile(&tile);
			tile.a += tile.a_row;
			tile.c += tile.c_row;
		}
	}
}

/*
 * c1d_conv_gemm
 *		Compute rows in blocks, whose part of the input stays in the cache while
 *		the panels of weights pass by.
 */
void
c1d_conv_gemm(C1dIsa isa, const C1dConvCall *call)
{
	int64_t		high = c1d_gemm_tallest(isa, c1d_gemm_width(isa, call->filters))->rows;
	int64_t		tiles = BLOCK_FLOATS / (call->a_row * high + 1);
	int64_t		rows = (tiles > BLOCK_TILES ? tiles : BLOCK_TILES) * high;

	/* the last block takes what would be less than one */
	for (int64_t row = 0; row < call->rows; row += rows)
	{
		if (call->rows - row < 2 * rows)
			rows = call->rows - row;
		block(isa, call, row, rows);
	}
}
