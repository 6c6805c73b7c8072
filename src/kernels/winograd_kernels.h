/*
 * src/kernels/winograd_kernels.h
 *	  The parts of a Winograd convolution, one set for each
 *	  instruction set, and how a kernel falls into pieces.  Only for winograd*.c.
 */
#ifndef C1D_WINOGRAD_KERNELS_H
#define C1D_WINOGRAD_KERNELS_H

#include "kernels/winograd.h"

#define C1D_WINOGRAD_POINTS 8	/* the last one is infinity */

/*
 * How a kernel is computed: outputs of a tile, and the kernel as pieces.  The
 * whole ones come first, of 9 - tile taps each; the short ones have one less,
 * and no product at infinity.  What the pieces have more taps than the kernel
 * are zeros at its end.
 */
typedef struct C1dWinogradForm
{
	int			tile;
	int64_t		whole;
	int64_t		shorter;
} C1dWinogradForm;

/* c1d_winograd_pieces: of a kernel, in product j */
static inline int64_t
c1d_winograd_pieces(const C1dWinogradForm *form, int j)
{
	return form->whole + (j < C1D_WINOGRAD_POINTS - 1 ? form->shorter : 0);
}

/* c1d_winograd_piece: the taps of piece p */
static inline int
c1d_winograd_piece(const C1dWinogradForm *form, int64_t p)
{
	return C1D_WINOGRAD_POINTS + (p < form->whole) - form->tile;
}

/* c1d_winograd_products: of a tile, over all pieces */
static inline int64_t
c1d_winograd_products(const C1dWinogradForm *form)
{
	return C1D_WINOGRAD_POINTS * form->whole + (C1D_WINOGRAD_POINTS - 1) * form->shorter;
}

/* c1d_winograd_reach: the steps that a tile reads */
static inline int64_t
c1d_winograd_reach(const C1dWinogradForm *form)
{
	return (form->whole + form->shorter) * (C1D_WINOGRAD_POINTS - form->tile) + form->whole + form->tile - 1;
}

extern C1dWinogradForm c1d_winograd_form(int64_t taps, int pool);

/*
 * Before the panels: (C1D_WINOGRAD_RANGE * worth)^2 of every tap, the greatest
 * energy a safe tile may have, and room up to a whole cache line.
 */
static inline int64_t
c1d_winograd_head(const C1dConvGeometry *geometry)
{
	return (geometry->taps + 1 + 15) / 16 * 16;
}

/* The steps that a piece of a tile reads; one off the series is a row of zeros. */
typedef struct C1dWinogradSteps
{
	const float *step[C1D_WINOGRAD_POINTS];
} C1dWinogradSteps;

typedef struct C1dWinogradInput
{
	const C1dWinogradSteps *steps;	/* (tiles) */
	int64_t		tiles;
	int64_t		channels;
	bool		infinity;		/* a whole piece */
	float	   *v;				/* factor c of tile t is v[(c / lanes * tiles + t) * lanes + c % lanes] */
	int64_t		v_product;		/* from a product to the next */
} C1dWinogradInput;

typedef struct C1dWinogradProduct
{
	const float *v;				/* of product 0, piece after piece, as input() leaves it */
	int64_t		v_product;		/* from a product to the next */
	const float *u;				/* for each product (pieces, channels, width) */
	const float *bias;			/* (width) */
	const C1dWinogradForm *form;
	int64_t		channels;
	int64_t		tiles;
	int			width;			/* one or two vectors */
	float	   *m;				/* (8, tiles, width) */
} C1dWinogradProduct;

/* A tile's rows of the output, after the pool; low .. high - 1 of them are stored. */
typedef struct C1dWinogradTarget
{
	float	   *y;				/* row 0 */
	int			low;
	int			high;
} C1dWinogradTarget;

typedef struct C1dWinogradOutput
{
	const float *products;		/* (8, tiles, width) */
	int64_t		tiles;
	int			tile;			/* outputs of each: 6 or 4 */
	int			width;			/* of the panel */
	int64_t		column;			/* of y that is the panel's first */
	int64_t		columns;		/* from there on */
	const C1dWinogradTarget *targets;
	int64_t		y_row;			/* from a tile's row to its next */
	int			pool;			/* 1, 2 or 4 */
	bool		relu;
} C1dWinogradOutput;

typedef struct C1dWinogradJudge
{
	const float *energy;		/* of the rows from the first tap of output 0 on */
	int64_t		outputs;		/* a multiple of tile * spacing */
	int64_t		present;		/* of them exist */
	int64_t		spacing;
	int64_t		taps;
	int			tile;
	int64_t		reach;			/* steps of a tile */
	const float *head;			/* c1d_winograd_head() */
	float	   *scale;			/* (outputs): scratch */
	float	   *safe;			/* (outputs): 1 where a safe tile starts */
} C1dWinogradJudge;

typedef struct C1dWinogradKernels
{
	int			lanes;

	/* energy[s] = sum of squares of row s of x, (rows, channels) */
	void		(*measure) (const float *x, int64_t channels, int64_t rows, float *energy);

	/* the test of winograd.h for every tile */
	void		(*judge) (const C1dWinogradJudge *call);

	/* factors of all products from the steps of one piece */
	void		(*input) (const C1dWinogradInput *call);

	/* m[j][t][n] = sum over pieces and channels of v * u, and bias[n] at point 1, which counts once for each output */
	void		(*product) (const C1dWinogradProduct *call);

	/* outputs of tiles from their products */
	void		(*output) (const C1dWinogradOutput *call);
} C1dWinogradKernels;

#define WINOGRAD(isa, ISA) \
extern const C1dWinogradKernels c1d_winograd_kernels__##isa;
#include "kernels/winograd.inc"

static inline const C1dWinogradKernels *
c1d_winograd_kernels(C1dIsa isa)
{
	static const C1dWinogradKernels *const kernels[C1D_ISAS] = {
#define WINOGRAD(isa, ISA) [C1D_ISA_##ISA] = &c1d_winograd_kernels__##isa,
#include "kernels/winograd.inc"
	};

	return kernels[isa];
}

/* c1d_winograd_width: filters in the panel that holds the first of so many. */
static inline int
c1d_winograd_width(const C1dWinogradKernels *kernels, int64_t filters)
{
	return filters > kernels->lanes ? 2 * kernels->lanes : kernels->lanes;
}

/* c1d_winograd_padded: the width of all panels. */
static inline int64_t
c1d_winograd_padded(const C1dWinogradKernels *kernels, int64_t filters)
{
	return (filters + kernels->lanes - 1) / kernels->lanes * kernels->lanes;
}

#endif
