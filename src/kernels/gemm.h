/*
 * src/kernels/gemm.h
 *	  The matrix product under convolution and dense layers: its tiles, the
 *	  packing of weights for them, and the choice of a family of tiles.
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
 *		b[l * b_line + (t * inner + q) * width + n]
 *
 * for every row r of the tile and every n < columns; relu is applied when
 * asked.  Only a convolution of images has several lines.  Sums run in the order written, in float32, one at a time, so a row's
 * bits do not depend on the tile that computed it.
 */
typedef struct C1dGemmCall
{
	const float *a;
	int64_t		a_row;
	int64_t		a_tap;
	int64_t		taps;
	int64_t		inner;
	const float *b;				/* one panel: rows of width floats */
	const float *bias;			/* width floats */
	int64_t		lines;			/* 0 stands for 1 */
	int64_t		a_line;
	int64_t		b_line;
	float	   *c;
	int64_t		c_row;
	int			columns;		/* 1 .. width are stored */
	bool		relu;
} C1dGemmCall;

typedef void (*C1dGemmTile) (const C1dGemmCall *call);

typedef struct C1dGemmVariant
{
	const char *name;
	C1dIsa		isa;
	int			rows;
	int			width;
	C1dGemmTile tile;
} C1dGemmVariant;

/* Every compiled variant, in the order of gemm.inc. */
extern const C1dGemmVariant c1d_gemm_variants[];
extern const int c1d_gemm_variant_count;

extern const C1dGemmVariant *c1d_gemm_choose(C1dIsa isa, int64_t columns);
extern int64_t c1d_gemm_panels(const C1dGemmVariant *tallest, int64_t columns);

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

extern void c1d_gemm_pack(const C1dGemmVariant *tallest, const C1dGemmSource *source, float *panels);

#define GEMM_TILE(isa, ISA, rows, width) \
extern void c1d_gemm_tile__##isa##_##rows##x##width(const C1dGemmCall *call);
#include "kernels/gemm.inc"
#undef GEMM_TILE

#endif
