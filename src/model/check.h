/*
 * src/model/check.h
 *	  Looking over a list of layers without running or refusing it.
 */
#ifndef C1D_CHECK_H
#define C1D_CHECK_H

#include "model/change.h"

/* What there is to say about one layer. */
typedef struct C1dVerdict
{
	const char *name;			/* NULL when its class is unknown */
	C1dShape	in;				/* rank 0 = unknown */
	C1dShape	out;
	int64_t		params;			/* -1 = unknown */
	C1dError	problem;		/* C1D_OK = none; its hint is the changes, in words */
	int			change_count;
	const C1dChange *changes;	/* each was tried, and mends it */
	const char *assuming;		/* what was changed before, for these shapes to be so; NULL = nothing */
} C1dVerdict;

/* A list, read and inferred as far as it goes. */
typedef struct C1dTrial
{
	C1dList		list;
	C1dGraph	graph;
	C1dShape   *shapes;			/* a shape for each node; rank 0 = unknown */
} C1dTrial;

/*
 * A check that gets its layers one at a time, or knows all of them from the
 * start.  After a layer at fault it goes on as if the first change of the hint
 * had been made.
 */
typedef struct C1dCheck
{
	C1dTrial	known;			/* the layers, as mended where something was assumed */
	int			checked;		/* of the layers as given */
	bool	   *failed;			/* layer at, as given, has a problem that nothing mended */
	const C1dShape *expected;	/* NULL = any end is right */
	bool		sound;			/* no layer so far had a problem that nothing mended */
	C1dDialect	dialect;		/* as the names alone have it */
	bool		decided;
	int			assumptions;
	int			assumed[8];		/* of these layers the first change */
	const char *assuming;
	C1dTrial	trial;			/* the changed list that is being tried */
	int64_t		reads;			/* layers read in trials */
} C1dCheck;

extern bool c1d_check_start(C1dCheck *check, const C1dShape *input, int64_t room, C1dArena *arena, C1dError *err);
extern bool c1d_check_layer(C1dCheck *check, const C1dLayerText *layer, C1dArena *arena,
							C1dVerdict *verdict, C1dError *err);
extern bool c1d_check(const C1dLayerText *layers, int count, const C1dShape *input,
					  const C1dShape *expected, C1dArena *arena, C1dVerdict *verdicts, C1dError *err);

#endif
