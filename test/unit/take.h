/*
 * test/unit/take.h
 *	  Reading the bytes of a model in tests, whatever they are.
 *
 * Bytes are read from a heap copy of exactly their size, so the address
 * sanitizer sees one byte too many.  There is one way to write a model: what
 * is accepted, written again, is what it was, but for the fingerprint.
 */
#ifndef C1D_UNIT_TAKE_H
#define C1D_UNIT_TAKE_H

#include "stack.h"

#include "formats/native.h"

/* Keep little of what was freed: fresh pages for each model take most of the time. */
extern const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "quarantine_size_mb=4";
}

/*
 * Memory for reading, in bytes for each byte read: a layer of 32 bytes becomes
 * a node, a name, a configuration and its tree; an empty list of 8 bytes takes
 * a value and an aligned piece.  The constant is the rest of a block.
 */
#define MOST_PER_BYTE 24
#define MOST_AT_ALL 20000
#define MOST(size) ((double) MOST_AT_ALL + (double) MOST_PER_BYTE * (double) (size))

typedef struct Seen
{
	int64_t		read;
	int64_t		accepted;
	int64_t		wrong;
	int64_t		run;			/* accepted and planned */
	double		memory;			/* the most, as a share of MOST(size) */
} Seen;

static void
complain(Seen *seen, const char *what)
{
	if (seen->wrong++ < 5)
		printf("# %s\n", what);
}

/* run: an accepted model, on an input that it may or may not fit */
static void
run_model(const C1dGraph *graph, C1dArena *arena, Seen *seen)
{
	C1dShape	in = unit_between(0, 1) ? c1d_shape2(N(1, 12), N(1, 3)) : c1d_shape1(N(1, 12));
	C1dError	err;
	C1dPlan		plan;
	float		x[36] = {0};
	float	   *y;

	arena->limit = arena->used + (1 << 20);
	if (!c1d_plan_make(graph, &in, &(C1dTuning) {.isa = c1d_isa_best(), .winograd = true}, arena, &plan, &err) ||
		c1d_shape_elements(&plan.output) + plan.work_floats > 10000 || plan.cost > 1e5)
		return;
	y = unit_output(&plan, x, 0);
	seen->run++;
	if (y == NULL)
		complain(seen, "an accepted model writes where it must not");
	unit_unguard(y);
}

/* take: read size bytes; returns the code. */
__attribute__((unused))
static C1dCode
take(const unsigned char *bytes, int64_t size, Seen *seen)
{
	UnitBlock  *blocks = NULL;
	C1dArena	arena = unit_arena(&blocks);
	char	   *copy = unit_must(malloc((size_t) (size > 0 ? size : 1)));
	C1dGraph	graph;
	C1dError	err = {0};
	bool		read;

	memcpy(copy, bytes, (size_t) size);
	read = c1d_native_read(copy, size, &arena, &graph, &err);
	seen->read++;
	seen->memory = fmax(seen->memory, (double) arena.used / MOST(size));
	if (read)
	{
		int64_t		again_size = 0;
		char	   *again;

		seen->accepted++;
		if (!c1d_native_size(&graph, &again_size, &err) || again_size != size)
			complain(seen, "an accepted model has another size when it is written");
		else
		{
			again = unit_must(malloc((size_t) size));
			c1d_native_write(&graph, again);
			memcpy(again + C1D_NATIVE_FINGERPRINT_AT, copy + C1D_NATIVE_FINGERPRINT_AT, C1D_FINGERPRINT);
			if (memcmp(again, copy, (size_t) size) != 0)
				complain(seen, "an accepted model has other bytes when it is written");
			free(again);
		}
		run_model(&graph, &arena, seen);
		err.code = C1D_OK;
	}
	else if (err.message[0] == '\0' ||
			 (err.code != C1D_BAD_BINARY && err.code != C1D_UNSUPPORTED && err.code != C1D_BAD_ARGUMENT &&
			  err.code != C1D_BAD_SHAPE && err.code != C1D_LIMIT))
		complain(seen, "a refusal without a reason");
	unit_release(&blocks);
	free(copy);
	return err.code;
}

#endif
