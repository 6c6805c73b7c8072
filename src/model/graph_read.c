/*
 * src/model/graph_read.c
 *	  Building a model layer by layer: names, inputs, classes, configurations.
 */
#include "model/graph.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

/* hash_of: FNV-1a of a name */
static uint32_t
hash_of(const char *name)
{
	uint32_t	hash = 2166136261;

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char) *name) * 16777619;
	return hash;
}

static int
find(const C1dGraph *graph, const char *name)
{
	uint32_t	hash = hash_of(name);

	for (int i = 0; i < graph->count; i++)
		if (graph->nodes[i].name_hash == hash && graph->nodes[i].name != NULL && strcmp(graph->nodes[i].name, name) == 0)
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
		if (node->name == NULL)
			return false;
		node->name_hash = hash_of(node->name);
		if (find(graph, node->name) < 0)
			return true;
		c1d_fail(err, C1D_BAD_ARGUMENT, "two layers are named \"%.*s\"", C1D_ECHO, node->name);
		return c1d_hint(err, "Give one of them another \"name\" in its configuration.");
	}
	node->name = name = c1d_alloc(arena, room, err);
	if (name == NULL)
		return false;

	/* those that were named here before have taken the first free numbers */
	for (int i = 0; i < graph->count; i++)
		same += graph->nodes[i].numbered && (graph->nodes[i].class == NULL ? node->class == NULL :
											 node->class != NULL && graph->nodes[i].class->default_name[0] == base[0] &&
											 strcmp(graph->nodes[i].class->default_name, base) == 0);
	node->numbered = true;
	do
	{
		snprintf(name, room, same == 0 ? "%s" : "%s_%d", base, same);
		same++;
	} while (find(graph, name) >= 0);
	node->name_hash = hash_of(name);
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
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "inputs of a layer must be names");
		return c1d_hint(err, "Name the inputs of the layer, for instance \"inputs\": [\"conv1d\", \"conv1d_1\"].");
	}
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

	if (text->input_names != NULL && text->input_names->type != C1D_LIST && text->input_names->type != C1D_NULL)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "inputs of a layer must be an array of names");
		return c1d_hint(err, "Name the inputs of the layer, for instance \"inputs\": [\"conv1d\", \"conv1d_1\"].");
	}
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
		return c1d_hint(err, "A layer such as Concatenate or Add before it makes one of several.");
	return c1d_hint(err, "Name the inputs of the layer, for instance \"inputs\": [\"conv1d\", \"conv1d_1\"].");
}

/*
 * known_keys
 *		A key beside "class_name" that says nothing to us is a mistake: a
 *		configuration that was forgotten to be put under "config".
 */
static bool
known_keys(const C1dLayerText *text, C1dError *err)
{
	static const char *const known[] = {
		"class_name", "config", "weights", "inputs", "name", "position",
		"module", "registered_name", "build_config", "compile_config", "inbound_nodes", "shared_object_id",
	};
	int64_t		count = text->object == NULL || text->object->type != C1D_OBJECT ? 0 : text->object->as.object.count;

	for (int64_t i = 0; i < count; i++)
	{
		const C1dMember *member = &text->object->as.object.members[i];
		size_t		k = 0;

		while (k < sizeof(known) / sizeof(*known) &&
			   (member->key_length != (int64_t) strlen(known[k]) ||
				memcmp(member->key, known[k], member->key_length) != 0))
			k++;
		if (k < sizeof(known) / sizeof(*known))
			continue;
		c1d_fail(err, C1D_UNSUPPORTED, "a layer has no key \"%.*s\"",
				 (int) (member->key_length < C1D_ECHO ? member->key_length : C1D_ECHO), member->key);
		return c1d_hint(err, "Arguments of the layer belong into \"config\".");
	}
	return true;
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
	good = good && known_keys(text, err) && right_inputs(node, err) && parse(graph, node, text, arena, err);
	if (!good)
		node->config = NULL;
	graph->count++;
	return good;
}

/*
 * size_hint
 *		The error has no hint: is there a size in the configuration that, set to
 *		one of the weights', makes them fit it?
 */
static void
size_hint(const C1dNode *node, C1dArena *arena, C1dError *err)
{
	static const char *const keys[] = {
		"units", "filters", "kernel_size", "depth_multiplier", "out_features", "in_features", "out_channels", "in_channels",
		"num_features", "num_channels", "num_parameters", "normalized_shape",
	};

	for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
		for (int i = 0; i < node->weight_count && c1d_value_get(node->config_value, keys[k]) != NULL; i++)
			for (int d = 0; d < node->weights[i].shape.rank; d++)
			{
				int64_t		size = node->weights[i].shape.dim[d];
				C1dValue	changed;
				const void *config;
				C1dError	ignored;

				if (!c1d_value_with(node->config_value, keys[k], c1d_value_int(size), arena, &changed, &ignored) ||
					!c1d_layer_parse(node->class, &changed, arena, &config, &ignored) ||
					!c1d_layer_check_weights(node->class, config, NULL, node->weights, node->weight_count, &ignored))
					continue;
				c1d_hint(err, "The weights are for \"%s\": %" PRId64 ": set that, or give weights of the shape needed.", keys[k], size);
				return;
			}
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

	if (c1d_graph_read(graph, text, arena, err))
	{
		if (c1d_layer_check_weights(node->class, node->config, NULL, text->weights, text->weight_count, err))
			return true;
		if (err->hint[0] == '\0')
			size_hint(node, arena, err);
	}
	c1d_graph_blame(graph, i, err);
	return false;
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
