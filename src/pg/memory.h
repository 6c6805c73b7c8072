/*
 * src/pg/memory.h
 *	  Memory for many rows, or for rows that are large: used again rather than
 *	  given back, and asked of the system in large pages.
 */
#ifndef C1D_PG_MEMORY_H
#define C1D_PG_MEMORY_H

#include "pg/pg.h"

typedef struct MemoryBlock MemoryBlock;

/*
 * Memory that is taken piece by piece and free again all at once.  Set context,
 * and borrows where that ends before the transaction does; leave the rest zero.
 * The end of the context is the end of the blocks.
 */
typedef struct Blocks
{
	MemoryContext context;
	bool		borrows;		/* the block that the transaction keeps, while nobody else does */

	/* private */
	MemoryBlock *last;
	Size		taken;			/* of the last block */
	Size		used;			/* of all blocks */
	Size		wanted;			/* most that was used before, up to KEPT_MOST */
	bool		returns;		/* what it has borrowed, when the context ends */
} Blocks;

/* One piece, whose content is lost when a larger one is asked for. */
typedef struct Kept
{
	void	   *memory;
	Size		size;
} Kept;

/* More than so much is not kept for the next time. */
#define KEPT_MOST ((Size) 64 * 1024 * 1024)

extern void *large_alloc(MemoryContext context, Size size);
extern void *blocks_take(Blocks *blocks, Size size);
extern void blocks_reuse(Blocks *blocks);
extern void *kept_room(Kept *kept, Size size);

#endif
