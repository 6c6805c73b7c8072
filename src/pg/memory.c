/*
 * src/pg/memory.c
 *	  Core arenas in the server's memory contexts.
 */
#include "pg/settings.h"

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
