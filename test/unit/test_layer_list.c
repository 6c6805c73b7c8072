/*
 * test/unit/test_layer_list.c
 *	  Layers as JSON: arrays, what Keras 2 and 3 write of models with branches and
 *	  of models in models, and trees that nobody would write.
 */
#include "config.h"

#include "formats/layer_list.h"

typedef struct Read
{
	UnitBlock  *blocks;
	C1dArena	arena;
	bool		good;
	C1dLayerText *layers;
	int64_t		count;
	C1dError	err;
} Read;

static void
read_tree(Read *r, const char *json)
{
	memset(r, 0, sizeof(*r));
	r->arena = unit_arena(&r->blocks);
	r->err.code = C1D_OK;
	r->good = c1d_layer_list(unit_config(&r->arena, "%s", json), &r->arena, &r->layers, &r->count, &r->err);
}

/* a layer as one word: name<input,input> */
static const char *
described(const Read *r, int i, char text[200])
{
	const C1dLayerText *layer = &r->layers[i];
	const C1dValue *name = c1d_value_get(layer->config, "name");
	int			used = 0;

	name = name != NULL ? name : layer->name;
	used += snprintf(text, 200, "%.*s", name == NULL ? 1 : (int) name->as.string.length, name == NULL ? "?" : name->as.string.bytes);
	for (int64_t k = 0; layer->input_names != NULL && k < layer->input_names->as.list.count; k++)
		used += snprintf(text + used, 200 - used, "%c%.*s", k ? ',' : '<', (int) layer->input_names->as.list.items[k].as.string.length,
						 layer->input_names->as.list.items[k].as.string.bytes);
	if (layer->input_names != NULL)
		snprintf(text + used, 200 - used, ">");
	return text;
}

static bool
reads_as(const char *json, const char *wanted)
{
	Read		r;
	char		all[1000] = "";
	char		text[200];
	bool		same;

	read_tree(&r, json);
	for (int i = 0; r.good && i < r.count; i++)
	{
		strcat(all, i ? " " : "");
		strcat(all, described(&r, i, text));
	}
	same = r.good && strcmp(all, wanted) == 0;
	if (!same)
		printf("# wanted %s, got %s\n", wanted, r.good ? all : r.err.message);
	unit_release(&r.blocks);
	return same;
}

TEST(forms)
{
	ok(reads_as("[{'class_name': 'A', 'name': 'a'}, {'class_name': 'B', 'config': {'name': 'b'}, 'inputs': ['a', 'input']}, 5, null]", "a b<a,input> ? ?"),
	   "an array of layers, whatever is in it");
	ok(reads_as("{'class_name': 'Sequential', 'config': {'layers': [{'class_name': 'A', 'config': {'name': 'a'}}, {'class_name': 'B'}]}}", "a ?") &&
	   reads_as("{'class_name': 'Sequential', 'config': [{'class_name': 'A', 'config': {'name': 'a'}}]}", "a"), "a Sequential model, and one of the first Keras 2");
	ok(reads_as("{'class_name': 'Functional', 'config': {'layers': ["
				"{'class_name': 'InputLayer', 'name': 'in', 'config': {'name': 'in'}, 'inbound_nodes': []},"
				"{'class_name': 'A', 'name': 'a', 'config': {'name': 'a'}, 'inbound_nodes': [[['in', 0, 0, {}]]]},"
				"{'class_name': 'B', 'name': 'b', 'config': {'name': 'b'}, 'inbound_nodes': [[['in', 0, 0, {}]]]},"
				"{'class_name': 'Add', 'name': 'c', 'config': {'name': 'c'}, 'inbound_nodes': [[['a', 0, 0, {}], ['b', 0, 0, {}]]]}],"
				"'input_layers': [['in', 0, 0]], 'output_layers': [['c', 0, 0]]}}", "in a b<in> c<a,b>"),
	   "a Functional model of Keras 2: what takes the layer before is a chain");
	ok(reads_as("{'class_name': 'Functional', 'config': {'layers': ["
				"{'class_name': 'InputLayer', 'name': 'in', 'config': {'name': 'in'}, 'inbound_nodes': []},"
				"{'class_name': 'A', 'name': 'a', 'config': {'name': 'a'}, 'inbound_nodes': [{'args': [{'class_name': '__keras_tensor__', 'config': {'keras_history': ['in', 0, 0]}}], 'kwargs': {}}]},"
				"{'class_name': 'Add', 'name': 'c', 'config': {'name': 'c'}, 'inbound_nodes': [{'args': [[{'class_name': '__keras_tensor__', 'config': {'keras_history': ['a', 0, 0]}}, "
				"{'class_name': '__keras_tensor__', 'config': {'keras_history': ['in', 0, 0]}}]], 'kwargs': {'mask': null}}]}],"
				"'input_layers': ['in', 0, 0], 'output_layers': ['c', 0, 0]}}", "in a c<a,in>"),
	   "one of Keras 3");
	ok(reads_as("{'class_name': 'Sequential', 'config': {'layers': [{'class_name': 'A', 'config': {'name': 'a'}}, "
				"{'class_name': 'Sequential', 'config': {'name': 'm', 'layers': [{'class_name': 'InputLayer', 'config': {'name': 'x'}}, "
				"{'class_name': 'B', 'config': {'name': 'a'}}, {'class_name': 'Sequential', 'config': {'name': 'n', 'layers': [{'class_name': 'C', 'config': {'name': 'a'}}]}}]}}, "
				"{'class_name': 'D', 'config': {'name': 'd'}}]}}", "a m/a m/n/a d"),
	   "models in models are opened, their layers called after them");
}

TEST(refusals)
{
	static const struct
	{
		const char *json;
		C1dCode		code;
		const char *says;
	}			cases[] = {
		{"5", C1D_BAD_ARGUMENT, "array"}, {"null", C1D_BAD_ARGUMENT, "array"}, {"{}", C1D_BAD_ARGUMENT, "array"},
		{"{'class_name': 'Ensemble'}", C1D_UNSUPPORTED, "\"Ensemble\""},
		{"{'class_name': 'Functional'}", C1D_BAD_ARGUMENT, "no list of layers"},
		{"{'class_name': 'Sequential', 'config': {'layers': 3}}", C1D_BAD_ARGUMENT, "no list of layers"},
		{"{'class_name': 'Functional', 'config': {'layers': [], 'input_layers': [['left', 0, 0], ['right', 0, 0]]}}", C1D_UNSUPPORTED, "2 inputs"},
		{"{'class_name': 'Model', 'config': {'layers': [], 'output_layers': [['a', 0, 0], ['b', 0, 0], ['c', 0, 0]]}}", C1D_UNSUPPORTED, "3 outputs"},
		{"{'class_name': 'Model', 'config': {'layers': [], 'output_layers': [['a', 0, 0]]}}", C1D_BAD_ARGUMENT, "\"a\" is not in the model"},
		{"{'class_name': 'Model', 'config': {'layers': [{'class_name': 'A'}]}}", C1D_BAD_ARGUMENT, "no name"},
		{"{'class_name': 'Model', 'config': {'layers': [{'class_name': 'A', 'name': 'a', 'inbound_nodes': [[['b', 0, 0]]]}]}}", C1D_BAD_ARGUMENT, "\"b\""},
		{"{'class_name': 'Model', 'config': {'layers': [{'class_name': 'A', 'name': 'a', 'inbound_nodes': 7}]}}", C1D_BAD_ARGUMENT, "inbound_nodes of layer \"a\""},
		{"{'class_name': 'Model', 'config': {'layers': [{'class_name': 'A', 'name': 'a', 'inbound_nodes': [[['b', 0, 0]], [['b', 0, 0]]]}]}}", C1D_UNSUPPORTED, "2 times"},
		{"{'class_name': 'Sequential', 'config': {'layers': [{'class_name': 'Sequential', 'config': {'layers': []}}]}}", C1D_BAD_ARGUMENT, "must have names"},
		{"{'class_name': 'Model', 'config': {'layers': [{'class_name': 'A', 'name': 'a'}, {'class_name': 'B', 'name': 'b'}], 'output_layers': [['a', 0, 0]]}}", C1D_UNSUPPORTED, "not the last"},
	};
	int			wrong = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		Read		r;

		read_tree(&r, cases[i].json);
		if (r.good || r.err.code != cases[i].code || strstr(r.err.message, cases[i].says) == NULL)
		{
			printf("# %s: %s\n", cases[i].json, r.good ? "not refused" : r.err.message);
			wrong++;
		}
		unit_release(&r.blocks);
	}
	ok(wrong == 0, "%d trees are refused, each for its reason", (int) (sizeof(cases) / sizeof(*cases)));

	Read		r;

	read_tree(&r, "{'class_name': 'Model', 'config': {'layers': [{'class_name': 'A', 'name': 'a', 'inbound_nodes': [[['b', 0, 0]]]}]}}");
	ok(!r.good && strstr(r.err.detail, "\"a\"") != NULL, "an input that is not known comes with the layer that wants it");
	unit_release(&r.blocks);
}

/* ---- trees that nobody would write ---- */

static C1dValue hostile(C1dArena *arena, int depth);

static C1dValue
word(void)
{
	static const char *const words[] = {"class_name", "config", "layers", "name", "inbound_nodes", "args", "keras_history", "input_layers", "output_layers",
	"items", "Functional", "Sequential", "Model", "InputLayer", "Add", "Dense", "a", "b", "input", ""};

	return c1d_value_string(words[unit_between(0, sizeof(words) / sizeof(*words) - 1)]);
}

static C1dValue
hostile(C1dArena *arena, int depth)
{
	C1dValue	value = {.type = C1D_NULL};
	C1dError	err;

	switch (depth > 0 ? unit_between(0, 8) : unit_between(0, 3))
	{
		case 0:
			return c1d_value_int(unit_between(-2, 3));
		case 1:
		case 2:
			return word();
		case 3:
			return value;
		case 4:
		case 5:
			value.type = C1D_LIST;
			value.as.list.count = unit_between(0, 4);
			value.as.list.items = unit_must(c1d_alloc_array(arena, value.as.list.count, sizeof(C1dValue), &err));
			for (int64_t i = 0; i < value.as.list.count; i++)
				value.as.list.items[i] = hostile(arena, depth - 1);
			return value;
		default:
			for (int64_t i = unit_between(1, 6); i > 0; i--)
			{
				C1dValue	before = value;
				C1dValue	key = word();
				bool		list = key.as.string.bytes[0] == 'l' || strstr(key.as.string.bytes, "_layers") != NULL || strstr(key.as.string.bytes, "nodes") != NULL;
				C1dValue	item = strcmp(key.as.string.bytes, "class_name") == 0 || strcmp(key.as.string.bytes, "name") == 0 ? word() : hostile(arena, depth - 1);

				for (int again = 0; list && item.type != C1D_LIST && again < 5; again++)
					item = hostile(arena, depth - 1);
				if (!c1d_value_with(&before, key.as.string.bytes, item, arena, &value, &err))
					abort();
			}
			return value;
	}
}

TEST(hostile_trees)
{
	int64_t		good = 0,
				refused = 0,
				wrong = 0;

	for (int i = 0; i < 60000; i++)
	{
		UnitBlock  *blocks = NULL;
		C1dArena	arena = unit_arena(&blocks);
		C1dError	err = {0};
		C1dValue	layers = {.type = C1D_LIST};
		C1dValue	object = {.type = C1D_NULL},
					config,
					root;
		C1dLayerText *texts;
		int64_t		count = -1;

		layers.as.list.count = unit_between(0, 5);
		layers.as.list.items = unit_must(c1d_alloc_array(&arena, layers.as.list.count, sizeof(C1dValue), &err));
		for (int64_t k = 0; k < layers.as.list.count; k++)
			layers.as.list.items[k] = hostile(&arena, 7);
		config = hostile(&arena, 3);
		if (!c1d_value_with(&config, "layers", layers, &arena, &object, &err) ||
			!c1d_value_with(NULL, "config", object, &arena, &config, &err) ||
			!c1d_value_with(&config, "class_name", c1d_value_string(i & 1 ? "Functional" : "Sequential"), &arena, &root, &err))
			abort();
		if (c1d_layer_list(&root, &arena, &texts, &count, &err))
		{
			good++;
			wrong += count < 0;
		}
		else
		{
			refused++;
			wrong += err.code == C1D_OK || err.message[0] == '\0';
		}
		unit_release(&blocks);
	}
	ok(wrong == 0 && good > 1000 && refused > 1000, "of trees that nobody would write %lld are read and %lld refused, with a message", (long long) good, (long long) refused);
}

RUN(forms, refusals, hostile_trees)
