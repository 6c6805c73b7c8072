/*
 * src/kernels/split_tiles.h
 *	  What split.c and split_pack.c agree upon, and what the matrix unit does.
 *	  Only for split*.c.
 */
#ifndef C1D_SPLIT_TILES_H
#define C1D_SPLIT_TILES_H

#include "kernels/split.h"

#define C1D_SPLIT_TILE 16		/* rows of a tile, and columns */
#define C1D_SPLIT_DEPTH 32		/* products that a pair of tiles adds up */
#define C1D_SPLIT_PARTS 3		/* high, middle, low */
#define C1D_SPLIT_HALVES (C1D_SPLIT_TILE * C1D_SPLIT_DEPTH) /* bfloat16 of a tile */

typedef uint16_t C1dHalf;		/* a bfloat16: the upper half of a float32 */

/* c1d_split_takes: numbers of which that is the greatest magnitude, none being NaN */
static inline bool
c1d_split_takes(float greatest)
{
	return greatest == 0 || (greatest >= C1D_SPLIT_LEAST && greatest <= C1D_SPLIT_MOST);
}

/*
 * How a window lies in a plane: runs of floats that touch, from one to the next
 * so many apart.  Every run is filled up to whole depths, the weights of what is
 * too much being zeros.
 */
typedef struct C1dSplitWindow
{
	int64_t		runs;
	int64_t		run;			/* floats */
	int64_t		depths;			/* of a run */
	int64_t		apart;
} C1dSplitWindow;

static inline C1dSplitWindow
c1d_split_window(const C1dConvGeometry *geometry)
{
	int64_t		inner = geometry->row_floats / geometry->groups;
	bool		one = geometry->spacing == 1 && geometry->groups == 1;
	C1dSplitWindow w = {
		.runs = one ? 1 : geometry->taps, .run = one ? geometry->taps * inner : inner,
		.apart = geometry->spacing * geometry->row_floats,
	};

	w.depths = (w.run + C1D_SPLIT_DEPTH - 1) / C1D_SPLIT_DEPTH;
	return w;
}

/* c1d_split_columns: the filters of a group, filled up to whole tiles. */
static inline int64_t
c1d_split_columns(const C1dConvGeometry *geometry)
{
	return (geometry->filters / geometry->groups + C1D_SPLIT_TILE - 1) / C1D_SPLIT_TILE * C1D_SPLIT_TILE;
}

/*
 * Work that vectors do a slice at a time while the matrix unit multiplies: one
 * after the other the two would take a fifth longer.
 */

/* The parts of count floats at x, each into its plane, from high on. */
typedef struct C1dSplitParts
{
	const float *x;
	int64_t		count;			/* left */
	C1dHalf    *high;
	int64_t		plane;			/* bfloat16 from a plane to the next */
	uint32_t	most[16];		/* of what was done: what in_range needs */
	uint32_t	least[16];
} C1dSplitParts;

/*
 * Outputs from sums: each row the greatest of pool rows, relu or not, of which
 * the first columns are stored.
 */
typedef struct C1dSplitStore
{
	const float *sums;
	int64_t		rows;			/* of y, left */
	int			pool;
	int			columns;
	bool		relu;
	float	   *y;
	int64_t		y_row;
} C1dSplitStore;

/* One block of sums: up to 32 rows and 32 columns, stored at sums, 32 floats a row. */
typedef struct C1dSplitCall
{
	const C1dHalf *a;			/* the first row's window in the plane of high parts */
	int64_t		a_row;			/* bfloat16 from a row to the next */
	int64_t		plane;			/* from a plane to the next */
	C1dSplitWindow window;
	const C1dHalf *b;			/* for every depth, part and tile of columns C1D_SPLIT_HALVES */
	const float *bias;			/* (columns) */
	int			tall;			/* tiles: 1 or 2 */
	int			wide;			/* 1 or 2 */
	float	   *sums;
	C1dSplitParts *parts;		/* what to do beside, as far as there is time */
	C1dSplitStore *store;
} C1dSplitCall;

typedef struct C1dSplitKernels
{
	/* make the unit ready, and give it back */
	void		(*begin) (void);
	void		(*end) (void);

	void		(*block) (const C1dSplitCall *call);

	/* what is left of the work beside */
	void		(*parts) (C1dSplitParts *job);
	void		(*store) (C1dSplitStore *job);

	/* Was every float of which parts were made zero, or in the range of this way?  Begins anew. */
	bool		(*in_range) (C1dSplitParts *job);
} C1dSplitKernels;

/* Nulls where there is no unit. */
extern const C1dSplitKernels c1d_split_kernels;

#endif
