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

/*
 * c1d_graph_expect
 *		Decide how names that several dialects have are to be read: as the first
 *		layer does whose name is in one only.
 */
void
c1d_graph_expect(C1dGraph *graph, const C1dLayerText *layers, int count)
{
	C1dDialect	dialect;

	for (int i = 0; i < count; i++)
		if (c1d_layer_dialect(layers[i].class_name, &dialect) && dialect != C1D_SQL)
		{
			graph->dialect = dialect;
			graph->decided = true;
			return;
		}
}

static int
find(const C1dGraph *graph, const char *name)
{
	for (int i = 0; i < graph->count; i++)
		if (graph->nodes[i].name != NULL && strcmp(graph->nodes[i].name, name) == 0)
			return i;
	return -1;
}

/*
 * name_node
 *		The name in the configuration, or beside it, or the next free one of the
 *		class, as Keras counts: conv1d, conv1d_1, conv1d_2.
 */
static bool
name_node(C1dGraph *graph, const C1dLayerText *text, C1dNode *node, C1dArena *arena, C1dError *err)
{
	const char *base = node->class == NULL ? "layer" : node->class->default_name;
	const C1dValue *given = c1d_value_get(text->config, "name");
	size_t		room = strlen(base) + 16;
	int			same = 0;
	char	   *name;

	if (given == NULL || given->type != C1D_STRING)
		given = text->name;
	if (given != NULL && given->type == C1D_STRING && given->as.string.length > 0)
	{
		node->name = c1d_value_copy_string(given, arena, err);
		if (node->name == NULL || find(graph, node->name) < 0)
			return node->name != NULL;
		c1d_fail(err, C1D_BAD_ARGUMENT, "two layers are named \"%.*s\"", C1D_ECHO, node->name);
		return c1d_hint(err, "Give one of them another \"name\" in its configuration.");
	}
	node->name = name = c1d_alloc(arena, room, err);
	if (name == NULL)
		return false;

	/* those that were named here before have taken the first free numbers */
	for (int i = 0; i < graph->count; i++)
		same += graph->nodes[i].numbered && (graph->nodes[i].class == NULL ? node->class == NULL :
											 node->class != NULL &&
											 strcmp(graph->nodes[i].class->default_name, base) == 0);
	node->numbered = true;
	do
	{
		snprintf(name, room, same == 0 ? "%s" : "%s_%d", base, same);
		same++;
	} while (find(graph, name) >= 0);
	return true;
}

/* known_names: the names of a graph, for a hint */
static const char *
known_names(const C1dGraph *graph, char *text, size_t room)
{
	size_t		used = 0;

	text[0] = '\0';
	for (int i = 0; i < graph->count && used < room; i++)
		used += snprintf(text + used, room - used, "%s%s", i ? ", " : "", graph->nodes[i].name);
	return text;
}

/*
 * named_input
 *		The node of that name; "input" is the model's input when no layer is
 *		called so.
 */
static bool
named_input(const C1dGraph *graph, const C1dValue *name, int *at, C1dArena *arena, C1dError *err)
{
	const char *wanted;
	char		known[512];

	if (name->type != C1D_STRING)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "inputs of a layer must be names");
	wanted = c1d_value_copy_string(name, arena, err);
	if (wanted == NULL)
		return false;
	*at = find(graph, wanted);
	if (*at >= 0)
		return true;
	*at = C1D_MODEL_INPUT;
	if (strcmp(wanted, "input") == 0)
		return true;
	c1d_fail(err, C1D_BAD_ARGUMENT, "input \"%.*s\" is not the name of an earlier layer", C1D_ECHO, wanted);
	return c1d_hint(err, "Names so far: input%s%s.", graph->count ? ", " : "", known_names(graph, known, sizeof(known)));
}

/*
 * connect
 *		Find the inputs of the next node.
 */
static bool
connect(const C1dGraph *graph, const C1dLayerText *text, C1dNode *node, C1dArena *arena, C1dError *err)
{
	int64_t		count = text->input_count;
	int		   *input;

	if (text->input_names != NULL && text->input_names->type == C1D_LIST && text->input_names->as.list.count > 0)
		count = text->input_names->as.list.count;
	else if (text->input_at == NULL)
		count = 0;
	if (count > C1D_MAX_INPUTS)
	{
		c1d_fail(err, C1D_LIMIT, "layer has too many inputs");
		return c1d_detail(err, "%" PRId64 " were given, at most %d are possible.", count, C1D_MAX_INPUTS);
	}
	node->input = input = c1d_alloc_array(arena, count == 0 ? 1 : count, sizeof(int), err);
	if (input == NULL)
		return false;
	node->inputs = count == 0 ? 1 : (int) count;
	input[0] = graph->count - 1;
	for (int i = 0; i < count; i++)
	{
		if (text->input_at != NULL)
			input[i] = text->input_at[i];
		else if (!named_input(graph, &text->input_names->as.list.items[i], &input[i], arena, err))
			return false;
	}

	/* an input layer stands at the model's input, wherever it is listed */
	if (node->class != NULL && node->class->ops == &c1d_input_ops)
	{
		node->inputs = 1;
		input[0] = C1D_MODEL_INPUT;
	}
	return true;
}

/* right_inputs: does the class take that many? */
static bool
right_inputs(const C1dNode *node, C1dError *err)
{
	int			least = node->class->ops->least_inputs ? node->class->ops->least_inputs : 1;
	int			most = node->class->ops->most_inputs ? node->class->ops->most_inputs : 1;

	if (node->inputs >= least && node->inputs <= most)
		return true;
	if (least == most)
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s takes %d input%s, not %d", node->class->class_name, least, least == 1 ? "" : "s", node->inputs);
	else
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s takes %d inputs or more, not %d", node->class->class_name, least, node->inputs);
	if (most == 1)
		return false;
	return c1d_hint(err, "Name the inputs of the layer, for instance \"inputs\": [\"conv1d\", \"conv1d_1\"].");
}

/*
 * parse
 *		Read the configuration of the next node.
 *
 * A name of Keras and torch whose model shows no dialect is Keras's; if Keras
 * would refuse the configuration and torch would not, it is torch's, and so
 * are the names after it.
 */
static bool
parse(C1dGraph *graph, C1dNode *node, const C1dLayerText *text, C1dArena *arena, C1dError *err)
{
	const LayerClass *other;
	C1dError	ignored;

	if (c1d_layer_parse(node->class, text->config, arena, &node->config, err))
		return true;
	if (graph->decided || node->class->dialect != C1D_KERAS)
		return false;
	other = c1d_layer_class(text->class_name, C1D_TORCH, &ignored);
	if (other->dialect != C1D_TORCH || !c1d_layer_parse(other, text->config, arena, &node->config, &ignored))
		return false;
	node->class = other;
	graph->dialect = C1D_TORCH;
	graph->decided = true;
	return true;
}

/*
 * c1d_graph_read
 *		Read a layer's class, name, inputs and configuration into the next node.
 *
 * On failure the error is the layer's own; the node is counted all the same,
 * so that those after it can be read, but it is not sound: its class or its
 * config is NULL.
 */
bool
c1d_graph_read(C1dGraph *graph, const C1dLayerText *text, C1dArena *arena, C1dError *err)
{
	C1dNode    *node = &graph->nodes[graph->count];
	C1dError	unknown = {0};
	bool		good;

	memset(node, 0, sizeof(*node));
	node->class = c1d_layer_class(text->class_name, graph->dialect, &unknown);
	node->config_value = text->config;
	node->weight_count = text->weight_count;
	node->weights = text->weights;
	good = name_node(graph, text, node, arena, err) &&
		connect(graph, text, node, arena, err);
	if (node->inputs == 0)
		node->class = NULL;
	if (good && node->class == NULL)
	{
		*err = unknown;
		good = false;
	}
	good = good && right_inputs(node, err) && parse(graph, node, text, arena, err);
	if (!good)
		node->config = NULL;
	graph->count++;
	return good;
}

/*
 * c1d_graph_add
 *		Append a layer that must be sound.
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
 * c1d_graph_fits
 *		Do all shapes work out for this input, those of the weights included?
 */
bool
c1d_graph_fits(const C1dGraph *graph, const C1dShape *input, C1dArena *arena, C1dError *err)
{
	C1dShape   *shapes = c1d_alloc_array(arena, graph->count, sizeof(C1dShape), err);

	if (shapes == NULL || !c1d_graph_infer(graph, input, shapes, err))
		return false;
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
 * c1d_graph_part
 *		The nodes first .. last as a graph of their own, under their own names.
 *
 * What they take from before first becomes the input; that must be one thing.
 */
bool
c1d_graph_part(const C1dGraph *whole, int first, int last, C1dArena *arena, C1dGraph *part, C1dError *err)
{
	bool		known = false;
	int			source = C1D_MODEL_INPUT;

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
		{
			int			from = whole->nodes[i].input[k];

			input[k] = from >= first ? from - first : C1D_MODEL_INPUT;
			if (from >= first)
				continue;
			if (known && from != source)
			{
				c1d_fail(err, C1D_BAD_ARGUMENT, "the layers from \"%.*s\" on take more than one input",
						 C1D_ECHO, whole->nodes[first].name);
				return c1d_detail(err, "Layer %d \"%.*s\" takes one that the others do not.",
								  i + 1, C1D_ECHO, whole->nodes[i].name);
			}
			known = true;
			source = from;
		}
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
	char		known[512];

	if (found >= 0)
		return found;
	c1d_fail(err, C1D_BAD_ARGUMENT, "model has no layer \"%.*s\"", C1D_ECHO, name);
	c1d_hint(err, "Its layers: %s.", known_names(graph, known, sizeof(known)));
	return -1;
}
