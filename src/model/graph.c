/*
 * src/model/graph.c
 *	  A model's shapes, its parts, and where an error happened.
 */
#include "model/graph.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * c1d_graph_blame
 *		Put layer i in front of an error's message: layer 3 "conv1d" (Conv1D).
 *		Where there is only one layer, nobody has to be told which.
 */
void
c1d_graph_blame(const C1dGraph *graph, int i, C1dError *err)
{
	const C1dNode *node = &graph->nodes[i];
	int			position = i + 1;
	char		message[sizeof(err->message)];

	if (graph->room == 1)
		return;
	memcpy(message, err->message, sizeof(message));
	if (node->class == NULL)
		snprintf(err->message, sizeof(err->message), "layer %d: %.200s", position, message);
	else
		snprintf(err->message, sizeof(err->message), "layer %d \"%.*s\" (%s): %.120s",
				 position, C1D_ECHO, node->name, node->class->class_name, message);
}

/* c1d_graph_start: an empty graph with room for so many nodes. */
bool
c1d_graph_start(C1dGraph *graph, int64_t room, C1dArena *arena, C1dError *err)
{
	if (room > C1D_MAX_NODES)
	{
		c1d_fail(err, C1D_LIMIT, "model has too many layers");
		return c1d_detail(err, "%" PRId64 " layers were given, at most %d are possible.", room, C1D_MAX_NODES);
	}
	graph->dialect = C1D_KERAS;
	graph->decided = false;
	graph->count = 0;
	graph->room = (int) room;
	graph->nodes = c1d_alloc_array(arena, room, sizeof(C1dNode), err);
	return graph->nodes != NULL;
}

/* c1d_graph_source: the shape of input k of node i. */
const C1dShape *
c1d_graph_source(const C1dGraph *graph, int i, int k, const C1dShape *input, const C1dShape *shapes)
{
	int			from = graph->nodes[i].input[k];

	return from == C1D_MODEL_INPUT ? input : &shapes[from];
}

/* c1d_graph_input_name: what input k of node i is called. */
const char *
c1d_graph_input_name(const C1dGraph *graph, int i, int k)
{
	int			from = graph->nodes[i].input[k];

	return from == C1D_MODEL_INPUT ? "input" : graph->nodes[from].name;
}

/* c1d_graph_is_chain: does node i just take the output of the one before? */
bool
c1d_graph_is_chain(const C1dGraph *graph, int i)
{
	const C1dNode *node = &graph->nodes[i];

	return node->inputs == 1 &&
		(node->input[0] == i - 1 || (node->class != NULL && node->class->ops == &c1d_input_ops));
}

/*
 * c1d_graph_node_infer
 *		The output shape of node i, when the shapes of its inputs are known.
 */
bool
c1d_graph_node_infer(const C1dGraph *graph, int i, const C1dShape *input, C1dShape *shapes, C1dError *err)
{
	const C1dNode *node = &graph->nodes[i];
	C1dShape	in[C1D_MAX_INPUTS];

	for (int k = 0; k < node->inputs; k++)
		in[k] = *c1d_graph_source(graph, i, k, input, shapes);
	return c1d_layer_infer(node->class, node->config, in, node->inputs, &shapes[i], err);
}

/*
 * c1d_graph_infer
 *		The output shape of every node for this input.
 *
 * shapes has room for graph->count.  On failure the error names the layer.
 */
bool
c1d_graph_infer(const C1dGraph *graph, const C1dShape *input, C1dShape *shapes, C1dError *err)
{
	/* a shape that a model declares for itself has not been looked at yet */
	if (!c1d_shape_check(input, err))
		return false;
	for (int i = 0; i < graph->count; i++)
		if (!c1d_graph_node_infer(graph, i, input, shapes, err))
		{
			c1d_graph_blame(graph, i, err);
			return false;
		}
	return true;
}

/*
 * c1d_graph_weights_fit
 *		Do all weights have the shapes that their layers need on this input?
 *		shapes are those of c1d_graph_infer().
 */
bool
c1d_graph_weights_fit(const C1dGraph *graph, const C1dShape *input, const C1dShape *shapes, C1dError *err)
{
	for (int i = 0; i < graph->count; i++)
	{
		const C1dNode *node = &graph->nodes[i];

		if (!c1d_layer_check_weights(node->class, node->config, c1d_graph_source(graph, i, 0, input, shapes),
									 node->weights, node->weight_count, err))
		{
			c1d_graph_blame(graph, i, err);
			return false;
		}
	}
	return true;
}

/*
 * c1d_graph_fits
 *		Do all shapes work out for this input, those of the weights included?
 */
bool
c1d_graph_fits(const C1dGraph *graph, const C1dShape *input, C1dArena *arena, C1dError *err)
{
	C1dShape   *shapes = c1d_alloc_array(arena, graph->count, sizeof(C1dShape), err);

	return shapes != NULL && c1d_graph_infer(graph, input, shapes, err) &&
		c1d_graph_weights_fit(graph, input, shapes, err);
}

/*
 * other_source
 *		One of the nodes first .. last that takes something from before first that
 *		those before it do not; -1 = all of them take one thing.
 */
static int
other_source(const C1dGraph *graph, int first, int last)
{
	bool		known = false;
	int			source = C1D_MODEL_INPUT;

	for (int i = first; i <= last; i++)
		for (int k = 0; k < graph->nodes[i].inputs; k++)
		{
			int			from = graph->nodes[i].input[k];

			if (from >= first)
				continue;
			if (known && from != source)
				return i;
			known = true;
			source = from;
		}
	return -1;
}

/* several_sources: the error for such a part, and where one that has it begins that takes one thing */
static bool
several_sources(const C1dGraph *graph, int first, int last, C1dError *err)
{
	int			other = other_source(graph, first, last);
	int			earlier = first;

	c1d_fail(err, C1D_BAD_ARGUMENT, "the layers from \"%.*s\" on take more than one input", C1D_ECHO, graph->nodes[first].name);
	c1d_detail(err, "Layer %d \"%.*s\" takes one that the others do not.", other + 1, C1D_ECHO, graph->nodes[other].name);
	while (earlier > 0 && other_source(graph, earlier, last) >= 0)
		earlier--;
	return c1d_hint(err, "Begin at \"%.*s\": the layers from there on take one.", C1D_ECHO, graph->nodes[earlier].name);
}

/*
 * c1d_graph_part
 *		The nodes first .. last as a graph of their own, under their own names.
 *
 * What they take from before first becomes the input; that must be one thing.
 */
bool
c1d_graph_part(const C1dGraph *whole, int first, int last, C1dArena *arena, C1dGraph *part, C1dError *err)
{
	if (other_source(whole, first, last) >= 0)
		return several_sources(whole, first, last, err);
	if (!c1d_graph_start(part, last - first + 1, arena, err))
		return false;
	for (int i = first; i <= last; i++)
	{
		C1dNode    *node = &part->nodes[part->count];
		C1dValue   *config = c1d_alloc(arena, sizeof(C1dValue), err);
		int		   *input = c1d_alloc_array(arena, whole->nodes[i].inputs, sizeof(int), err);

		if (config == NULL || input == NULL ||
			!c1d_value_with(whole->nodes[i].config_value, "name", c1d_value_string(whole->nodes[i].name), arena, config, err))
			return false;
		*node = whole->nodes[i];
		node->config_value = config;
		node->input = input;
		for (int k = 0; k < node->inputs; k++)
			input[k] = whole->nodes[i].input[k] >= first ? whole->nodes[i].input[k] - first : C1D_MODEL_INPUT;
		part->count++;
	}
	return true;
}

/*
 * c1d_graph_declared_input
 *		The shape that the model itself says it takes, if it says all of it:
 *		batch_shape or batch_input_shape of its first layer.
 */
bool
c1d_graph_declared_input(const C1dGraph *graph, C1dShape *input)
{
	const C1dValue *shape;

	if (graph->count == 0)
		return false;
	shape = c1d_value_get(graph->nodes[0].config_value, "batch_shape");
	if (shape == NULL || shape->type == C1D_NULL)
		shape = c1d_value_get(graph->nodes[0].config_value, "batch_input_shape");
	if (c1d_value_get(shape, "items") != NULL)
		shape = c1d_value_get(shape, "items");
	if (shape == NULL || shape->type != C1D_LIST || shape->as.list.count < 2 || shape->as.list.count > C1D_MAX_RANK + 1)
		return false;
	input->rank = (int) shape->as.list.count - 1;
	for (int i = 0; i < input->rank; i++)
	{
		const C1dValue *item = &shape->as.list.items[i + 1];

		if (item->type != C1D_INT || item->as.integer < 1)
			return false;
		input->dim[i] = item->as.integer;
	}
	return true;
}
