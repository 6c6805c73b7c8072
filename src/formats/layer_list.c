/*
 * src/formats/layer_list.c
 *	  From a tree of values to the texts of layers, in an order in which each
 *	  comes after its inputs.
 *
 * Keras writes a Sequential model as a list, and a Functional one as layers
 * that say where they were called (inbound_nodes.c).  A model that is a layer of another one is read in its place, its names behind its
 * own: "encoder/conv1d".
 */
#include "formats/layer_list.h"

#include <inttypes.h>
#include <string.h>

#include "base/words.h"
#include "formats/inbound_nodes.h"

/* What a layer of a model, or a model in it, is called outside and in the list. */
typedef struct Known
{
	const C1dValue *name;
	C1dValue	output;			/* the name in the list */
} Known;

typedef struct Reading
{
	C1dArena   *arena;
	C1dError   *err;
	C1dLayerText *layers;
	int64_t		count;
	C1dValue	last;			/* name of the layer read last, null = it has none */
} Reading;

/* A model among those that are read into each other. */
typedef struct Scope
{
	const char *prefix;			/* of its layers' names, "" for the outermost */
	bool		outermost;
	C1dValue	input;			/* of an inner model: what it is called with */
	Known	   *known;
	int64_t		known_count;
} Scope;

static bool read_model(Reading *r, const C1dValue *model, Scope *scope, C1dValue *output);

static bool
same(const C1dValue *a, const C1dValue *b)
{
	return a->as.string.length == b->as.string.length &&
		memcmp(a->as.string.bytes, b->as.string.bytes, a->as.string.length) == 0;
}

/* is_model: does a class name stand for a whole model? */
static bool
is_model(const C1dValue *layer)
{
	const C1dValue *class_name = c1d_value_get(layer, "class_name");

	return c1d_value_is(class_name, "Sequential") || c1d_value_is(class_name, "Functional") || c1d_value_is(class_name, "Model");
}

/* layers_of: the list of layers of a model, NULL when there is none */
static const C1dValue *
layers_of(const C1dValue *model)
{
	const C1dValue *config = c1d_value_get(model, "config");
	const C1dValue *layers = c1d_value_get(config, "layers");

	/* Keras before 2.2.5 had no object around those of a Sequential model */
	if (c1d_value_is_list(config) && c1d_value_is(c1d_value_get(model, "class_name"), "Sequential"))
		return config;
	return c1d_value_is_list(layers) ? layers : NULL;
}

/* how_many: the layers of a model and of the models in it */
static int64_t
how_many(const C1dValue *model)
{
	const C1dValue *layers = layers_of(model);
	int64_t		count = 0;

	for (int64_t i = 0; layers != NULL && i < layers->as.list.count; i++)
		count += is_model(&layers->as.list.items[i]) ? how_many(&layers->as.list.items[i]) : 1;
	return count;
}

static const C1dValue *
name_of(const C1dValue *layer)
{
	const C1dValue *name = c1d_value_get(c1d_value_get(layer, "config"), "name");

	return c1d_value_is_string(name) ? name : c1d_value_get(layer, "name");
}

/* inner_name: prefix/name, or the name itself in the outermost model */
static bool
inner_name(Reading *r, const char *prefix, const C1dValue *name, C1dValue *result)
{
	size_t		length = strlen(prefix);
	char	   *bytes;

	*result = *name;
	if (length == 0)
		return true;
	bytes = c1d_alloc(r->arena, length + (size_t) name->as.string.length + 1, r->err);
	if (bytes == NULL)
		return false;
	memcpy(bytes, prefix, length);
	memcpy(bytes + length, name->as.string.bytes, name->as.string.length);
	*result = c1d_value_string(bytes);
	result->as.string.length = (int64_t) length + name->as.string.length;
	return true;
}

/* input_names: the sources of a layer as names in the list, NULL when memory ran out or one is not known */
static const C1dValue *
input_names(Reading *r, const Scope *scope, const C1dValue *name, const C1dSources *s)
{
	C1dValue   *list = c1d_alloc(r->arena, sizeof(C1dValue), r->err);

	if (list == NULL)
		return NULL;
	list->type = C1D_LIST;
	list->as.list.count = s->count;
	list->as.list.items = c1d_alloc_array(r->arena, s->count, sizeof(C1dValue), r->err);
	if (list->as.list.items == NULL)
		return NULL;
	for (int64_t i = 0; i < s->count; i++)
	{
		int64_t		k = scope->known_count - 1;

		while (k >= 0 && !same(scope->known[k].name, s->name[i]))
			k--;
		if (k < 0)
		{
			c1d_fail(r->err, C1D_BAD_ARGUMENT, "input \"%.*s\" is not the name of an earlier layer",
					 c1d_value_echo(s->name[i]), s->name[i]->as.string.bytes);
			c1d_detail(r->err, "Layer \"%.*s\" is called with it.", c1d_value_echo(name), name->as.string.bytes);
			c1d_hint(r->err, "A layer stands behind those that it is called with, as to_json() of Keras lists them.");
			return NULL;
		}
		list->as.list.items[i] = scope->known[k].output;
	}
	return list;
}

/*
 * one_of
 *		The one input, or output, that a Functional model says it has: [["name",
 *		0, 0]], or ["name", 0, 0] since Keras 3.
 */
static bool
one_of(Reading *r, const C1dValue *config, const char *key, const char *what, const C1dValue **name)
{
	const C1dValue *list = c1d_value_get(config, key);
	char		names[300] = "";
	C1dWords	w = c1d_words(names, sizeof(names));
	int64_t		count = 0;

	*name = NULL;
	if (!c1d_value_is_list(list))
		return true;
	if (list->as.list.count > 0 && c1d_value_is_string(&list->as.list.items[0]))
	{
		*name = &list->as.list.items[0];
		return true;
	}
	for (int64_t i = 0; i < list->as.list.count; i++)
	{
		const C1dValue *item = &list->as.list.items[i];

		if (!c1d_value_is_list(item) || item->as.list.count == 0 || !c1d_value_is_string(&item->as.list.items[0]))
			continue;
		*name = &item->as.list.items[0];
		c1d_say(&w, "%s\"%.*s\"", count++ ? ", " : "", c1d_value_echo(*name), (*name)->as.string.bytes);
	}
	if (count <= 1)
		return true;
	c1d_fail(r->err, C1D_UNSUPPORTED, "model has %" PRId64 " %ss, one is possible", count, what);
	c1d_detail(r->err, "Its %ss are %s.", what, names);
	return c1d_hint(r->err, "keras.Model(inputs, outputs) makes a model of the layers between one input and one output.");
}

/* ---- layers ---- */

/* alone: a list of one name */
static const C1dValue *
alone(Reading *r, const C1dValue *name)
{
	C1dValue   *list = c1d_alloc_array(r->arena, 2, sizeof(C1dValue), r->err);

	if (list == NULL)
		return NULL;
	list[1] = *name;
	list[0] = (C1dValue) {.type = C1D_LIST, .as.list = {&list[1], 1}};
	return list;
}

/* read_inner: a model in the place of a layer, which gets the output of from */
static bool
read_inner(Reading *r, const C1dValue *model, const Scope *outer, const C1dValue *name, const C1dValue *from, C1dValue *output)
{
	Scope		scope = {.input = *from};
	C1dValue	prefix;
	char	   *text;

	if (!inner_name(r, outer->prefix, name, &prefix))
		return false;
	text = c1d_alloc(r->arena, (size_t) prefix.as.string.length + 2, r->err);
	if (text == NULL)
		return false;
	memcpy(text, prefix.as.string.bytes, prefix.as.string.length);
	text[prefix.as.string.length] = '/';
	scope.prefix = text;
	return read_model(r, model, &scope, output);
}

/*
 * read_layer
 *		One layer of a model, with the names of its inputs; NULL, or only that of
 *		the layer before: a chain.  A layer of an inner model gets a longer name.
 */
static bool
read_layer(Reading *r, const C1dValue *layer, const Scope *scope, const C1dValue *name, const C1dValue *names, C1dValue *output)
{
	C1dLayerText *text = &r->layers[r->count++];

	if (names != NULL && names->as.list.count == 1 && c1d_value_is_string(&r->last) && same(&names->as.list.items[0], &r->last))
		names = NULL;
	*text = (C1dLayerText) {
		.class_name = c1d_value_get(layer, "class_name"),
		.config = c1d_value_get(layer, "config"),
		.name = name,
		.input_names = names,
	};
	output->type = C1D_NULL;
	if (c1d_value_is_string(name) && !inner_name(r, scope->prefix, name, output))
		return false;
	r->last = *output;
	if (!scope->outermost && c1d_value_is_string(name))
	{
		C1dValue   *config = c1d_alloc(r->arena, sizeof(C1dValue), r->err);

		if (config == NULL || !c1d_value_with(text->config, "name", *output, r->arena, config, r->err))
			return false;
		text->config = config;
	}
	return true;
}

/* is_input: an InputLayer of an inner model, which the outer one stands in for */
static bool
is_input(const Scope *scope, const C1dValue *layer)
{
	return !scope->outermost && c1d_value_is(c1d_value_get(layer, "class_name"), "InputLayer");
}

/* read_sequential: each layer after the one before, the first of an inner model after what that is called with */
static bool
read_sequential(Reading *r, const C1dValue *layers, Scope *scope, C1dValue *output)
{
	bool		first = true;

	*output = scope->outermost ? c1d_value_string("input") : scope->input;
	for (int64_t i = 0; i < layers->as.list.count; i++)
	{
		const C1dValue *layer = &layers->as.list.items[i];
		const C1dValue *name = name_of(layer);
		const C1dValue *names = NULL;
		C1dValue	from = *output;

		if (is_input(scope, layer))
			continue;
		if (is_model(layer) && !(c1d_value_is_string(name) && c1d_value_is_string(&from)))
			return c1d_fail(r->err, C1D_BAD_ARGUMENT, "a model in a model, and the layer before it, must have names");
		if (is_model(layer) && !read_inner(r, layer, scope, name, &from, output))
			return false;
		if (!is_model(layer) &&
			((first && !scope->outermost && (names = alone(r, &from)) == NULL) ||
			 !read_layer(r, layer, scope, name, names, output)))
			return false;
		first = false;
	}
	return true;
}

static bool
read_functional(Reading *r, const C1dValue *model, const C1dValue *layers, Scope *scope, C1dValue *output)
{
	const C1dValue *config = c1d_value_get(model, "config");
	const C1dValue *input,
			   *last;

	if (!one_of(r, config, "input_layers", "input", &input) || !one_of(r, config, "output_layers", "output", &last))
		return false;
	scope->known = c1d_alloc_array(r->arena, layers->as.list.count, sizeof(Known), r->err);
	if (scope->known == NULL)
		return false;
	output->type = C1D_NULL;
	for (int64_t i = 0; i < layers->as.list.count; i++)
	{
		const C1dValue *layer = &layers->as.list.items[i];
		const C1dValue *name = c1d_value_get(layer, "name");
		const C1dValue *names = NULL;
		C1dSources		sources;
		C1dValue	made = scope->input;

		name = c1d_value_is_string(name) ? name : name_of(layer);
		if (!c1d_value_is_string(name))
			return c1d_fail(r->err, C1D_BAD_ARGUMENT, "layer %" PRId64 " of a Functional model has no name", i + 1);
		if (!is_input(scope, layer))
		{
			if (!c1d_sources_of(layer, name, &sources, r->err) ||
				(sources.count > 0 && (names = input_names(r, scope, name, &sources)) == NULL))
				return false;
			if (!is_model(layer) ? !read_layer(r, layer, scope, name, names, &made) :
				!(names != NULL && names->as.list.count == 1 ? read_inner(r, layer, scope, name, &names->as.list.items[0], &made) :
				  c1d_fail(r->err, C1D_UNSUPPORTED, "model \"%.*s\" in a model does not have one input", c1d_value_echo(name), name->as.string.bytes)))
				return false;
		}
		scope->known[scope->known_count].name = name;
		scope->known[scope->known_count++].output = made;
		if (last == NULL || same(last, name))
			*output = made;
	}
	if (scope->outermost && last != NULL && output->type == C1D_STRING && c1d_value_is_string(&r->last) && !same(output, &r->last))
	{
		c1d_fail(r->err, C1D_UNSUPPORTED, "output layer \"%.*s\" is not the last of the model", c1d_value_echo(last), last->as.string.bytes);
		return c1d_detail(r->err, "The last one is \"%.*s\".", c1d_value_echo(&r->last), r->last.as.string.bytes);
	}
	if (last == NULL || output->type != C1D_NULL)
		return true;
	return c1d_fail(r->err, C1D_BAD_ARGUMENT, "output layer \"%.*s\" is not in the model", c1d_value_echo(last), last->as.string.bytes);
}

/* read_model: append the layers of a model; output is the name of its last one */
static bool
read_model(Reading *r, const C1dValue *model, Scope *scope, C1dValue *output)
{
	const C1dValue *layers = layers_of(model);

	if (layers == NULL)
	{
		c1d_fail(r->err, C1D_BAD_ARGUMENT, "model has no list of layers");
		return c1d_hint(r->err, "to_json() of Keras writes \"config\": {\"layers\": [...]}.");
	}
	if (c1d_value_is(c1d_value_get(model, "class_name"), "Sequential"))
		return read_sequential(r, layers, scope, output);
	return read_functional(r, model, layers, scope, output);
}

/* plain: an array of objects, each with a class_name and perhaps more */
static void
plain(const C1dValue *array, C1dLayerText *layers)
{
	for (int64_t i = 0; i < array->as.list.count; i++)
	{
		const C1dValue *item = &array->as.list.items[i];

		layers[i].object = item;
		layers[i].class_name = c1d_value_get(item, "class_name");
		layers[i].config = c1d_value_get(item, "config");
		layers[i].name = c1d_value_get(item, "name");
		layers[i].input_names = c1d_value_get(item, "inputs");
	}
}

/*
 * c1d_layer_list
 *		The layers in a tree: an array of {"class_name", "config"}, or what
 *		to_json() of a Keras model of one input and one output writes.
 *
 * The texts point into the tree and into the arena.  What is wrong with a layer
 * by itself is left for others to find.  Errors: C1D_BAD_ARGUMENT when this is
 * no such tree, C1D_UNSUPPORTED.
 */
bool
c1d_layer_list(const C1dValue *root, C1dArena *arena, C1dLayerText **layers, int64_t *count, C1dError *err)
{
	const C1dValue *class_name = c1d_value_get(root, "class_name");
	Scope		scope = {.prefix = "", .outermost = true};
	Reading		r = {.arena = arena, .err = err};
	C1dValue	output = {.type = C1D_NULL};

	if (root->type != C1D_LIST && !is_model(root))
	{
		if (c1d_value_is_string(class_name))
		{
			c1d_fail(err, C1D_UNSUPPORTED, "model of class \"%.*s\" is not supported", c1d_value_echo(class_name), class_name->as.string.bytes);
			return c1d_hint(err, "A Sequential or Functional model, or an array of layers, is.");
		}
		c1d_fail(err, C1D_BAD_ARGUMENT, "layers must be an array of objects with class_name and config");
		return c1d_hint(err, "layers_agg(class_name, config ORDER BY position) makes it from a table; to_json() of a Keras model will do, too.");
	}
	*count = root->type == C1D_LIST ? root->as.list.count : how_many(root);
	if (root->type != C1D_LIST && *count > C1D_MAX_NODES)
	{
		c1d_fail(err, C1D_LIMIT, "model has too many layers");
		return c1d_detail(err, "%" PRId64 " layers were given, at most %d are possible.", *count, C1D_MAX_NODES);
	}
	r.layers = *layers = c1d_alloc_array(arena, *count, sizeof(C1dLayerText), err);
	if (r.layers == NULL)
		return false;
	if (root->type == C1D_LIST)
	{
		plain(root, r.layers);
		return true;
	}
	if (!read_model(&r, root, &scope, &output))
		return false;
	*count = r.count;
	return true;
}
