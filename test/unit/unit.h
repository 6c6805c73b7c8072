/*
 * test/unit/unit.h
 *	  The whole harness of the unit tests: a program a topic, lines in the Test
 *	  Anything Protocol on stdout, exit status 1 when one failed.
 *
 * A file of tests defines functions with TEST(name), calls ok() in them, and
 * ends with RUN(name, name, ...).
 */
#ifndef C1D_UNIT_H
#define C1D_UNIT_H

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/shape.h"

#define TEST(name) static void name(void)

static int	unit_run, unit_failed;

/* ok: one line of the protocol; the text says what holds when it passes. */
__attribute__((format(printf, 2, 3), unused))
static bool
ok(bool holds, const char *what,...)
{
	va_list		args;

	unit_run++;
	unit_failed += !holds;
	printf("%sok %d - ", holds ? "" : "not ", unit_run);
	va_start(args, what);
	vprintf(what, args);
	va_end(args);
	printf("\n");
	return holds;
}

/* An arena over malloc; unit_release() frees its blocks. */
typedef struct UnitBlock
{
	struct UnitBlock *next;
} UnitBlock;

__attribute__((unused))
static void *
unit_block(void *owner, size_t size)
{
	UnitBlock **list = owner;
	UnitBlock  *block = malloc(sizeof(UnitBlock) + size);

	if (block == NULL)
		return NULL;
	block->next = *list;
	*list = block;
	return block + 1;
}

__attribute__((unused))
static C1dArena
unit_arena(UnitBlock **list)
{
	C1dArena	arena = {.block = unit_block, .owner = list};

	return arena;
}

__attribute__((unused))
static void
unit_release(UnitBlock **list)
{
	while (*list)
	{
		UnitBlock  *block = *list;

		*list = block->next;
		free(block);
	}
}

/* A repeatable generator: xorshift, never 0. */
static uint64_t unit_state = 88172645463325252ULL;

__attribute__((unused))
static uint64_t
unit_random(void)
{
	unit_state ^= unit_state << 13;
	unit_state ^= unit_state >> 7;
	unit_state ^= unit_state << 17;
	return unit_state;
}

/* A number from low to high, both included. */
__attribute__((unused))
static int64_t
unit_between(int64_t low, int64_t high)
{
	return low + (int64_t) (unit_random() % (uint64_t) (high - low + 1));
}

/* A float in (-1, 1). */
__attribute__((unused))
static float
unit_float(void)
{
	return (float) ((int32_t) (unit_random() >> 32) / 2147483648.0);
}

typedef void (*UnitTest) (void);

#define RUN(...) \
int \
main(void) \
{ \
	const UnitTest tests[] = {__VA_ARGS__}; \
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) \
		tests[i](); \
	printf("1..%d\n", unit_run); \
	return unit_failed ? 1 : 0; \
}

#endif
