/*
 * src/model/plan.h
 *	  A model made ready for one input shape: every shape settled, weights
 *	  packed, buffers placed.  Afterwards it never changes and many runs, each
 *	  with its own work memory, may use it.
 */
#ifndef C1D_PLAN_H
#define C1D_PLAN_H

#include "model/graph.h"

/* A value that a step reads or writes. */
typedef struct C1dPlace
{
	enum
	{
		C1D_AT_INPUT,
		C1D_AT_OUTPUT,
		C1D_AT_WORK
	}			where;
	int64_t		offset;			/* floats, in work memory */
} C1dPlace;

typedef struct C1dStep
{
	int			node;			/* whose step it is, in the graph */
	int			layers;			/* nodes whose work it does */
	const int  *layer;			/* they, in the order of the data */
	const LayerOps *ops;
	LayerSite	site;
	double		cost;			/* multiply-adds, or what costs as much */
	int64_t		rows;
	int64_t		chunk;			/* rows between two looks at the interrupt flag */
	const C1dPlace *from;		/* one for each input */
	C1dPlace	to;
} C1dStep;

typedef struct C1dPlan
{
	C1dShape	input;
	C1dShape	output;
	const C1dTuning *tuning;
	int			steps;
	C1dStep    *step;
	int64_t		work_floats;	/* memory a run needs besides input and output */
	int64_t		scratch;		/* offset of the layers' scratch in it */
	double		cost;			/* multiply-adds, or what costs as much */
} C1dPlan;

extern void c1d_step_describe(const C1dGraph *graph, const C1dStep *step, C1dStepText *text);
extern double c1d_step_bytes(const C1dGraph *graph, const C1dStep *step);
extern bool c1d_plan_make(const C1dGraph *graph, const C1dShape *input, const C1dTuning *tuning, C1dArena *arena,
						  C1dPlan *plan, C1dError *err);

#endif
