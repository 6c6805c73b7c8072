/*
 * src/model/fuse.h
 *	  Which layers of a model share a step.
 */
#ifndef C1D_FUSE_H
#define C1D_FUSE_H

#include "model/graph.h"

/* What becomes of a node in a plan. */
typedef struct C1dRole
{
	int			step;			/* the node whose step does its work: often itself */
	int			first;			/* of a step: the first layer whose work it does */
	int			last;			/* and the last one, whose output it writes */
	const LayerOps *ops;		/* that do it */
	C1dFusion	fusion;
} C1dRole;

extern bool c1d_node_is_alias(const C1dNode *node);
extern int	c1d_graph_root(const C1dGraph *graph, int i);
extern bool c1d_fuse(const C1dGraph *graph, const C1dShape *input, const C1dShape *shapes, const C1dTuning *tuning,
					 C1dArena *arena, C1dRole *roles, C1dError *err);

#endif
