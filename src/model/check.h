/*
 * src/model/check.h
 *	  Looking over a list of layers without running or refusing it.
 */
#ifndef C1D_CHECK_H
#define C1D_CHECK_H

#include "model/graph.h"

/* What there is to say about one layer. */
typedef struct C1dVerdict
{
	const char *name;			/* NULL when its class is unknown */
	C1dShape	in;				/* rank 0 = unknown: an earlier layer failed */
	C1dShape	out;
	int64_t		params;			/* -1 = unknown */
	C1dError	problem;		/* C1D_OK = none */
} C1dVerdict;

/* A check that gets its layers one at a time. */
typedef struct C1dCheck
{
	C1dGraph	graph;
	C1dShape   *shapes;			/* graph.room of them; rank 0 = unknown */
	C1dShape	input;			/* rank 0 = unknown: only configurations are checked */
	bool		sound;			/* no layer so far had a problem */
} C1dCheck;

extern bool c1d_check_start(C1dCheck *check, const C1dShape *input, int64_t room, C1dArena *arena, C1dError *err);
extern bool c1d_check_layer(C1dCheck *check, const C1dLayerText *layer, C1dArena *arena,
							C1dVerdict *verdict, C1dError *err);
extern bool c1d_check(const C1dLayerText *layers, int count, const C1dShape *input,
					  const C1dShape *expected, C1dArena *arena, C1dVerdict *verdicts, C1dError *err);

/* repair.c: fill the detail and the hint of a model that ends at a wrong shape. */
extern bool c1d_repair_output(const C1dLayerText *layers, int count, const C1dShape *input,
							  const C1dShape *expected, const C1dVerdict *verdicts, C1dArena *arena, C1dError *problem,
							  C1dError *err);

#endif
