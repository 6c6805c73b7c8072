/*
 * src/base/arena.h
 *	  Memory that is given back all at once.
 *
 * The arena asks its owner for blocks and never frees one: the owner does
 * (src/pg deletes a memory context, the unit tests free a list).  Every piece
 * is zeroed and starts on a 64-byte boundary.
 */
#ifndef C1D_ARENA_H
#define C1D_ARENA_H

#include <stdint.h>

#include "base/error.h"

#define C1D_ALIGN 64

typedef struct C1dArena
{
	void	   *(*block) (void *owner, size_t size);	/* NULL when there is none */
	void	   *owner;
	size_t		limit;			/* bytes in blocks, 0 = no limit */
	const char *limit_name;		/* what the user calls it */
	size_t		used;			/* bytes in blocks so far */
	bool		dry;			/* a piece was asked for and not given */
	char	   *next;			/* free part of the newest block */
	size_t		left;
} C1dArena;

extern void *c1d_alloc(C1dArena *arena, size_t size, C1dError *err);
extern void *c1d_alloc_array(C1dArena *arena, int64_t count, size_t size, C1dError *err);

#endif
