/*
 * src/base/arena.c
 *	  A bump allocator over blocks that belong to somebody else.
 */
#include "base/arena.h"

#include <string.h>

#define BLOCK ((size_t) 8192)

/*
 * c1d_alloc
 *		Take size zeroed bytes on a C1D_ALIGN boundary, or fail with C1D_LIMIT
 *		(the arena's own limit) or C1D_NO_MEMORY (the owner has none).  Nothing is
 *		a piece, too: the result is NULL only on failure.
 */
void *
c1d_alloc(C1dArena *arena, size_t size, C1dError *err)
{
	char	   *piece;

	if (size > SIZE_MAX / 2)
	{
		arena->dry = true;
		c1d_fail(err, C1D_LIMIT, "out of memory limit");
		return NULL;
	}
	size = size == 0 ? C1D_ALIGN : (size + C1D_ALIGN - 1) / C1D_ALIGN * C1D_ALIGN;
	if (size > arena->left)
	{
		size_t		wanted = (size > BLOCK / 4 ? size : BLOCK) + C1D_ALIGN;
		char	   *block;

		if (arena->limit && (arena->used > arena->limit || wanted > arena->limit - arena->used))
		{
			arena->dry = true;
			c1d_fail(err, C1D_LIMIT, "more memory needed than allowed");
			c1d_detail(err, "%zu bytes are in use, %zu more are needed; %s is %zu bytes.",
					   arena->used, wanted, arena->limit_name ? arena->limit_name : "the limit", arena->limit);
			if (arena->limit_name)
				c1d_hint(err, "Raise %s.", arena->limit_name);
			return NULL;
		}
		block = arena->block(arena->owner, wanted);
		if (block == NULL)
		{
			arena->dry = true;
			c1d_fail(err, C1D_NO_MEMORY, "out of memory");
			c1d_detail(err, "Failed on a request of %zu bytes.", wanted);
			return NULL;
		}
		arena->used += wanted;
		piece = (char *) (((uintptr_t) block + C1D_ALIGN - 1) / C1D_ALIGN * C1D_ALIGN);

		/* a big piece has a block to itself; keep what is left of the old one */
		if (size > BLOCK / 4)
			return memset(piece, 0, size);
		arena->next = piece;
		arena->left = wanted - (size_t) (piece - block);
	}
	piece = arena->next;
	arena->next += size;
	arena->left -= size;
	return memset(piece, 0, size);
}

/* c1d_alloc_array: count pieces of size bytes each; a negative count fails. */
void *
c1d_alloc_array(C1dArena *arena, int64_t count, size_t size, C1dError *err)
{
	if (count < 0 || (size && (uint64_t) count > SIZE_MAX / 2 / size))
	{
		arena->dry = true;
		c1d_fail(err, C1D_LIMIT, "more memory needed than a machine has");
		return NULL;
	}
	return c1d_alloc(arena, (size_t) count * size, err);
}
