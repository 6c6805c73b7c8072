/*
 * src/model/graph.h
 *	  A model: layers, where each takes its input from, and their weights.
 *
 * Nodes stand in an order in which every node comes after its inputs.
 */
#ifndef C1D_GRAPH_H
#define C1D_GRAPH_H

#include "layers/layer.h"

#define C1D_MAX_NODES 4096
#define C1D_MODEL_INPUT (-1)	/* as the index of an input */

/* What a layer is described by, before anything of it has been read. */
typedef struct C1dLayerText
{
	const C1dValue *class_name;
	const C1dValue *config;		/* object, null or NULL */
	int			weight_count;
	const C1dTensor *weights;
} C1dLayerText;

typedef struct C1dNode
{
	const char *name;
	const LayerClass *class;
	const C1dValue *config_value;	/* as it was given */
	const void *config;			/* as it was read */
	int			input;			/* a node, or C1D_MODEL_INPUT */
	int			weight_count;
	const C1dTensor *weights;
} C1dNode;

typedef struct C1dGraph
{
	int			count;
	int			room;
	C1dNode    *nodes;
} C1dGraph;

extern bool c1d_graph_start(C1dGraph *graph, int64_t room, C1dArena *arena, C1dError *err);
extern bool c1d_graph_read(C1dGraph *graph, const C1dLayerText *text, C1dArena *arena, C1dError *err);
extern bool c1d_graph_add(C1dGraph *graph, const C1dLayerText *text, C1dArena *arena, C1dError *err);
extern bool c1d_graph_infer(const C1dGraph *graph, const C1dShape *input, C1dShape *shapes, int *failed, C1dError *err);
extern bool c1d_graph_fits(const C1dGraph *graph, const C1dShape *input, C1dArena *arena, C1dError *err);
extern bool c1d_graph_part(const C1dGraph *whole, int first, int last, C1dArena *arena, C1dGraph *part, C1dError *err);
extern bool c1d_graph_declared_input(const C1dGraph *graph, C1dShape *input);
extern int	c1d_graph_find(const C1dGraph *graph, const char *name, C1dError *err);
extern void c1d_graph_blame(const C1dGraph *graph, int i, C1dError *err);

#endif
