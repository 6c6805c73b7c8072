/*
 * src/model/graph.c
 *	  Building a model layer by layer, and its shapes.
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
	if (node->name == NULL)
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
	graph->count = 0;
	graph->room = (int) room;
	graph->nodes = c1d_alloc_array(arena, room, sizeof(C1dNode), err);
	return graph->nodes != NULL;
}

static int
find(const C1dGraph *graph, const char *name)
{
	for (int i = 0; i < graph->count; i++)
		if (strcmp(graph->nodes[i].name, name) == 0)
			return i;
	return -1;
}

/*
 * name_node
 *		The name in the configuration, or the next free one of the class, as
 *		Keras counts: conv1d, conv1d_1, conv1d_2.
 */
static bool
name_node(C1dGraph *graph, C1dNode *node, C1dArena *arena, C1dError *err)
{
	const C1dValue *given = c1d_value_get(node->config_value, "name");
	char	   *name;
	size_t		room = strlen(node->class->default_name) + 16;

	if (given != NULL && given->type == C1D_STRING && given->as.string.length > 0)
	{
		node->name = c1d_value_copy_string(given, arena, err);
		if (node->name == NULL || find(graph, node->name) < 0)
			return node->name != NULL;
		return c1d_fail(err, C1D_BAD_ARGUMENT, "two layers are named \"%.*s\"", C1D_ECHO, node->name);
	}
	node->name = name = c1d_alloc(arena, room, err);
	if (name == NULL)
		return false;
	snprintf(name, room, "%s", node->class->default_name);
	for (int i = 1; find(graph, name) >= 0; i++)
		snprintf(name, room, "%s_%d", node->class->default_name, i);
	return true;
}

/*
 * c1d_graph_read
 *		Read a layer's class, name and configuration into the next node.
 *
 * On failure the error is the layer's own, and the node has a name when the
 * class was known; the node counts only when it is sound.
 */
bool
c1d_graph_read(C1dGraph *graph, const C1dLayerText *text, C1dArena *arena, C1dError *err)
{
	C1dNode    *node = &graph->nodes[graph->count];

	memset(node, 0, sizeof(*node));
	node->class = c1d_layer_class(text->class_name, err);
	if (node->class == NULL)
		return false;
	node->config_value = text->config;
	node->input = graph->count - 1;
	node->weight_count = text->weight_count;
	node->weights = text->weights;
	if (!name_node(graph, node, arena, err) ||
		!c1d_layer_parse(node->class, text->config, arena, &node->config, err))
		return false;
	graph->count++;
	return true;
}

/*
 * c1d_graph_add
 *		Append a layer that takes the output of the one before.
 *
 * The graph keeps pointers to the configuration and to the weights, which are
 * checked as far as that can be done without knowing the input.  Errors name
 * the layer.
 */
bool
c1d_graph_add(C1dGraph *graph, const C1dLayerText *text, C1dArena *arena, C1dError *err)
{
	int			i = graph->count;
	const C1dNode *node = &graph->nodes[i];

	if (c1d_graph_read(graph, text, arena, err) &&
		c1d_layer_check_weights(node->class, node->config, NULL, text->weights, text->weight_count, err))
		return true;
	c1d_graph_blame(graph, i, err);
	return false;
}

/*
 * c1d_graph_infer
 *		The output shape of every node for this input.
 *
 * shapes has room for graph->count.  On failure the error names the layer and
 * *failed is its index; the shapes before it are filled in.
 */
bool
c1d_graph_infer(const C1dGraph *graph, const C1dShape *input, C1dShape *shapes, int *failed, C1dError *err)
{
	for (int i = 0; i < graph->count; i++)
	{
		const C1dNode *node = &graph->nodes[i];
		const C1dShape *in = node->input == C1D_MODEL_INPUT ? input : &shapes[node->input];

		if (!c1d_layer_infer(node->class, node->config, in, 1, &shapes[i], err))
		{
			*failed = i;
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
	int			failed;

	if (shapes == NULL || !c1d_graph_infer(graph, input, shapes, &failed, err))
		return false;
	for (int i = 0; i < graph->count; i++)
	{
		const C1dNode *node = &graph->nodes[i];
		const C1dShape *in = node->input == C1D_MODEL_INPUT ? input : &shapes[node->input];

		if (!c1d_layer_check_weights(node->class, node->config, in, node->weights, node->weight_count, err))
		{
			c1d_graph_blame(graph, i, err);
			return false;
		}
	}
	return true;
}

/*
 * c1d_graph_part
 *		The nodes first .. last as a graph of their own, under their own names.
 */
bool
c1d_graph_part(const C1dGraph *whole, int first, int last, C1dArena *arena, C1dGraph *part, C1dError *err)
{
	if (!c1d_graph_start(part, last - first + 1, arena, err))
		return false;
	for (int i = first; i <= last; i++)
	{
		const C1dNode *node = &whole->nodes[i];
		C1dValue   *config = c1d_alloc(arena, sizeof(C1dValue), err);

		if (config == NULL ||
			!c1d_value_with(node->config_value, "name", c1d_value_string(node->name), arena, config, err))
			return false;
		part->nodes[part->count] = *node;
		part->nodes[part->count].config_value = config;
		part->nodes[part->count].input = part->count - 1;
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

/* c1d_graph_find: the index of a layer's name, -1 and C1D_BAD_ARGUMENT when there is none. */
int
c1d_graph_find(const C1dGraph *graph, const char *name, C1dError *err)
{
	int			found = find(graph, name);
	char		known[512] = "";
	size_t		used = 0;

	if (found >= 0)
		return found;
	for (int i = 0; i < graph->count && used < sizeof(known); i++)
		used += snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", graph->nodes[i].name);
	c1d_fail(err, C1D_BAD_ARGUMENT, "model has no layer \"%.*s\"", C1D_ECHO, name);
	c1d_hint(err, "Its layers: %s.", known);
	return -1;
}
