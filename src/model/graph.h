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

/*
 * What a layer is described by, before anything of it has been read.  Its
 * inputs are named, or given by number, or neither: the layer before.
 */
typedef struct C1dLayerText
{
	const C1dValue *class_name;
	const C1dValue *config;		/* object, null or NULL */
	int			weight_count;
	const C1dTensor *weights;
	const C1dValue *object;		/* all of the layer's own keys, NULL when it came in parts */
	const C1dValue *name;		/* where the configuration has none */
	const C1dValue *input_names;	/* a list of names of earlier layers */
	int			input_count;
	const int  *input_at;
} C1dLayerText;

typedef struct C1dNode
{
	const char *name;
	uint32_t	name_hash;
	bool		numbered;		/* the name is the class's, with a number */
	const LayerClass *class;	/* NULL: unknown, the layer is not sound */
	const C1dValue *config_value;	/* as it was given */
	const void *config;			/* as it was read, NULL: it is not sound */
	int			inputs;
	const int  *input;			/* nodes, or C1D_MODEL_INPUT */
	int			weight_count;
	const C1dTensor *weights;
} C1dNode;

typedef struct C1dGraph
{
	C1dDialect	dialect;		/* of names that are in several */
	bool		decided;		/* a layer has shown it */
	int			count;
	int			room;
	C1dNode    *nodes;
} C1dGraph;

extern bool c1d_graph_start(C1dGraph *graph, int64_t room, C1dArena *arena, C1dError *err);
extern void c1d_graph_expect(C1dGraph *graph, const C1dLayerText *layers, int count);
extern bool c1d_graph_read(C1dGraph *graph, const C1dLayerText *text, C1dArena *arena, C1dError *err);
extern bool c1d_graph_add(C1dGraph *graph, const C1dLayerText *text, C1dArena *arena, C1dError *err);
extern bool c1d_graph_node_infer(const C1dGraph *graph, int i, const C1dShape *input, C1dShape *shapes, C1dError *err);
extern bool c1d_graph_infer(const C1dGraph *graph, const C1dShape *input, C1dShape *shapes, C1dError *err);
extern bool c1d_graph_weights_fit(const C1dGraph *graph, const C1dShape *input, const C1dShape *shapes, C1dError *err);
extern bool c1d_graph_fits(const C1dGraph *graph, const C1dShape *input, C1dArena *arena, C1dError *err);
extern bool c1d_graph_part(const C1dGraph *whole, int first, int last, C1dArena *arena, C1dGraph *part, C1dError *err);
extern bool c1d_graph_declared_input(const C1dGraph *graph, C1dShape *input);
extern int	c1d_graph_find(const C1dGraph *graph, const char *name, C1dError *err);
extern const C1dShape *c1d_graph_source(const C1dGraph *graph, int i, int k, const C1dShape *input, const C1dShape *shapes);
extern const char *c1d_graph_input_name(const C1dGraph *graph, int i, int k);
extern bool c1d_graph_is_chain(const C1dGraph *graph, int i);
extern int	c1d_graph_mask(const C1dGraph *graph, int i);
extern void c1d_graph_blame(const C1dGraph *graph, int i, C1dError *err);

#endif
