/*
 * src/pg/pg.h
 *	  What every file of the wrapper starts with: the server, and the few
 *	  bridges from the core to it.
 *
 * This folder is the only one that includes postgres.h.
 */
#ifndef C1D_PG_H
#define C1D_PG_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "base/arena.h"
#include "base/error.h"
#include "base/shape.h"

/*
 * We build with -fvisibility=hidden; what SQL calls must stay visible.
 * Servers before 16 leave PGDLLEXPORT empty and do not put it in front of the
 * function, so every entry point begins with PGDLLEXPORT PG_FUNCTION_INFO_V1.
 */
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))

#if PG_VERSION_NUM < 130000
#error "conv1d needs PostgreSQL 13 or later"
#endif

/* error.c: the only place that turns a core error into ereport. */
extern void c1d_throw(const C1dError *err) __attribute__((noreturn));
extern int	c1d_sqlstate(C1dCode code);
extern const char *c1d_printable(const char *text);

/* error.c: soft errors where the server has them (16+); elsewhere c1d_throw. */
extern Datum c1d_throw_soft(FunctionCallInfo fcinfo, const C1dError *err);

/* error.c: another type's input function, as soft as our own caller wants it. */
extern bool c1d_call_input(FunctionCallInfo fcinfo, PGFunction input, char *text, Datum *result);

/* memory.c: an arena whose blocks live in a memory context. */
extern C1dArena c1d_arena_in(MemoryContext context);

#endif
