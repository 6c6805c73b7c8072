/*
 * src/pg/memory.c
 *	  Core arenas in the server's memory contexts, and memory for large rows.
 *
 * Memory that is fresh from the system costs more than what is done with it:
 * the system clears it page by page, when each is touched first, and a page of
 * 4 kB takes 0.3 to 2 microseconds.  malloc gives large pieces back as soon as
 * they are free.  So what a batch or a row needs is kept for the next one, and
 * what cannot be kept is asked for in large pages, where the system has them:
 * that took a tenth of the time.
 */
#include "pg/memory.h"

#include <sys/mman.h>

#include "pg/settings.h"

/* The large pages of x86-64, and of arm64 with pages of 4 kB. */
#define LARGE_PAGE ((Size) 2 * 1024 * 1024)

/* Blocks double up to this size, or that of the piece. */
#define BLOCK_MOST ((Size) 16 * 1024 * 1024)

/* Pieces begin at cache lines. */
#define LINE ((Size) 64)

struct MemoryBlock
{
	MemoryBlock *before;
	Size		size;			/* of what follows from the next line on */
};

static void *
block_from_context(void *owner, size_t size)
{
	return MemoryContextAllocExtended((MemoryContext) owner, size,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

/*
 * c1d_arena_in
 *		An empty arena over context, bounded by conv1d.max_memory.  An error, or
 *		the context's end, frees everything the arena gave out.
 */
C1dArena
c1d_arena_in(MemoryContext context)
{
	C1dArena	arena = {.block = block_from_context, .owner = context, .limit = c1d_max_memory(),
	.limit_name = "conv1d.max_memory"};

	return arena;
}

/*
 * large_alloc
 *		Like palloc in context, of any size.  All of it is going to be written: the
 *		system is asked for large pages where it leaves the choice to us.
 */
void *
large_alloc(MemoryContext context, Size size)
{
	char	   *memory = MemoryContextAllocHuge(context, size);

#ifdef MADV_HUGEPAGE
	uintptr_t	begin = TYPEALIGN64(LARGE_PAGE, (uintptr_t) memory);
	uintptr_t	end = ((uintptr_t) memory + size) & ~(uintptr_t) (LARGE_PAGE - 1);

	/* an advice: without it the pages are small ones */
	if (begin < end)
		(void) madvise((void *) begin, end - begin, MADV_HUGEPAGE);
#endif
	return memory;
}

/* pieces: where those of a block begin */
static char *
pieces(MemoryBlock *block)
{
	return (char *) TYPEALIGN64(LINE, (uintptr_t) (block + 1));
}

static void
forget_kept(void *arg)
{
	*(Kept *) arg = (Kept) {0};
}

/*
 * kept_room
 *		At least size bytes, good until the next call with this Kept, which is
 *		static, or the end of the transaction.
 */
void *
kept_room(Kept *kept, Size size)
{
	if (kept->size >= size)
		return kept->memory;
	if (kept->memory == NULL)
	{
		MemoryContextCallback *callback = MemoryContextAllocZero(TopTransactionContext, sizeof(*callback));

		callback->func = forget_kept;
		callback->arg = kept;
		MemoryContextRegisterResetCallback(TopTransactionContext, callback);
	}
	else
	{
		pfree(kept->memory);
		*kept = (Kept) {0};		/* what follows may fail */
	}
	kept->memory = large_alloc(TopTransactionContext, size);
	kept->size = size;
	return kept->memory;
}

/* A block that one of many Blocks after another has; as large as they were, up to KEPT_MOST. */
static struct
{
	Kept		kept;
	Size		wanted;
	Blocks	   *user;
}			spare;

static void
return_spare(void *arg)
{
	Blocks	   *blocks = arg;

	spare.wanted = Max(spare.wanted, Max(blocks->wanted, Min(blocks->used, KEPT_MOST)));
	if (spare.user == blocks)
		spare.user = NULL;
}

/* borrow: the spare block, if it is there and has room for a piece */
static MemoryBlock *
borrow(Blocks *blocks, Size size)
{
	MemoryBlock *block;

	if (spare.user != NULL || spare.wanted < size)
		return NULL;
	block = kept_room(&spare.kept, sizeof(MemoryBlock) + LINE + spare.wanted);
	block->size = spare.kept.size - sizeof(MemoryBlock) - LINE;
	spare.user = blocks;
	return block;
}

/* add_block: one with room for a piece */
static void
add_block(Blocks *blocks, Size size)
{
	Size		room = Max(size, Max(blocks->wanted, Min(blocks->used, BLOCK_MOST)));
	MemoryBlock *block = NULL;

	/* small ones neither borrow nor tell what was wanted: there may be many */
	if (blocks->borrows && Max(blocks->used + size, blocks->wanted) >= LARGE_PAGE / 2)
	{
		if (!blocks->returns)
		{
			MemoryContextCallback *callback = MemoryContextAllocZero(blocks->context, sizeof(*callback));

			callback->func = return_spare;
			callback->arg = blocks;
			MemoryContextRegisterResetCallback(blocks->context, callback);
			blocks->returns = true;
		}
		block = borrow(blocks, size);
	}
	if (block == NULL)
	{
		block = large_alloc(blocks->context, sizeof(MemoryBlock) + LINE + room);
		block->size = room;
	}
	block->before = blocks->last;
	blocks->last = block;
	blocks->taken = 0;
}

/*
 * blocks_take
 *		A piece of size bytes, at a cache line.
 */
void *
blocks_take(Blocks *blocks, Size size)
{
	void	   *piece;

	size = TYPEALIGN64(LINE, size);
	if (blocks->last == NULL || blocks->last->size - blocks->taken < size)
		add_block(blocks, size);
	piece = pieces(blocks->last) + blocks->taken;
	blocks->taken += size;
	blocks->used += size;
	return piece;
}

/*
 * blocks_reuse
 *		All pieces are free.  If they were in one block it stays for the next ones;
 *		otherwise the next block will be as large as all were together.  What
 *		exceeds KEPT_MOST is given back.
 */
void
blocks_reuse(Blocks *blocks)
{
	blocks->wanted = Max(blocks->wanted, Min(blocks->used, KEPT_MOST));
	if (blocks->last != NULL && (blocks->last->before != NULL || blocks->last->size > KEPT_MOST))
	{
		while (blocks->last != NULL)
		{
			MemoryBlock *block = blocks->last;

			blocks->last = block->before;
			if (block != spare.kept.memory)
				pfree(block);
		}
		if (blocks->returns)
			return_spare(blocks);
	}
	blocks->taken = blocks->used = 0;
}
