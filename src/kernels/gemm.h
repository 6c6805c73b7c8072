/*
 * src/kernels/gemm.h
 *	  The matrix product under convolution and dense layers: its tiles, the
 *	  packing of weights for them, and the choice of tiles for rows and columns.
 *
 * The rows of A may overlap: a convolution in (timesteps, channels) layout is
 * a product whose row t of A is the window that starts at timestep t.
 */
#ifndef C1D_GEMM_H
#define C1D_GEMM_H

#include <stdint.h>

#include "kernels/isa.h"

/*
 * One call of a tile:
 *
 *	c[r][n] = bias[n] + sum over lines l, taps t, floats q of
 *		a[r * a_row + l * a_line + t * a_tap + q] *
 *		b[n / width * b_panel + l * b_line + (t * inner + q) * width + n % width]
 *
 * for every row r of the tile and every n < columns.  relu is applied when
 * asked; with merge the maximum of that and what c held is kept, NaN counting
 * as the greatest.  Only a convolution of images has several lines.  Sums run
 * in the order written, in float32, one at a time, so a row's bits do not
 * depend on the tile that computed it.
 */
typedef struct C1dGemmCall
{
	const float *a;
	int64_t		a_row;
	int64_t		a_tap;
	int64_t		taps;
	int64_t		inner;
	const float *b;				/* a panel: rows of width floats */
	int64_t		b_panel;		/* from a panel to the next; a strip has several */
	const float *bias;			/* panels * width floats */
	int64_t		lines;			/* 0 stands for 1 */
	int64_t		a_line;
	int64_t		b_line;
	float	   *c;
	int64_t		c_row;
	int			columns;		/* 1 .. panels * width are stored */
	bool		relu;
	bool		merge;
} C1dGemmCall;

typedef void (*C1dGemmTile) (const C1dGemmCall *call);

typedef struct C1dGemmVariant
{
	const char *name;
	C1dIsa		isa;
	int			panels;
	int			rows;
	int			width;
	C1dGemmTile tile;
} C1dGemmVariant;

/* Every compiled variant, in the order of gemm.inc. */
extern const C1dGemmVariant c1d_gemm_variants[];
extern const int c1d_gemm_variant_count;

extern int	c1d_gemm_lanes(C1dIsa isa);
extern int	c1d_gemm_width(C1dIsa isa, int64_t columns);
extern int64_t c1d_gemm_padded(C1dIsa isa, int64_t columns);
extern int64_t c1d_gemm_panels(C1dIsa isa, int64_t columns);
extern const C1dGemmVariant *c1d_gemm_tallest(C1dIsa isa, int width);
extern const C1dGemmVariant *c1d_gemm_strip(C1dIsa isa, int64_t columns);
extern void c1d_gemm_rows(const C1dGemmVariant *highest, C1dGemmCall *call, int64_t rows);

/*
 * Weights anywhere in memory: element (line, tap, q, n) is at
 * from[line * line_step + tap * tap_step + q * inner_step + n * column_step].
 */
typedef struct C1dGemmSource
{
	const float *from;
	int64_t		lines;			/* 0 stands for 1 */
	int64_t		line_step;
	int64_t		taps;
	int64_t		tap_step;
	int64_t		inner;
	int64_t		inner_step;
	int64_t		columns;
	int64_t		column_step;
} C1dGemmSource;

extern float *c1d_gemm_pack_panel(const C1dGemmSource *source, int64_t first, int width, float *panel);
extern float *c1d_gemm_pack(C1dIsa isa, const C1dGemmSource *source, float *panels);

#define GEMM_TILE(isa, ISA, rows, width) \
extern void c1d_gemm_tile__##isa##_##rows##x##width(const C1dGemmCall *call);
#define GEMM_STRIP(isa, ISA, panels, width) \
extern void c1d_gemm_strip__##isa##_##panels##x##width(const C1dGemmCall *call);
#include "kernels/gemm.inc"

#endif
