/*
 * test/unit/test_graph.c
 *	  Building a model: names, inputs by name, whose fault it is, and models of
 *	  many layers.
 */
#include "model.h"

#include <time.h>

#include "model/check.h"

static bool
named(UnitModel *m, int i, const char *name)
{
	return i < m->graph.count && m->graph.nodes[i].name != NULL && strcmp(m->graph.nodes[i].name, name) == 0;
}

TEST(names)
{
	UnitModel	m;

	unit_model_begin(&m, 8);
	unit_add(&m, "Flatten", 0, NULL, "{'name': 'flatten_2'}");
	unit_add(&m, "Flatten", 0, NULL, "{}");
	unit_add(&m, "Flatten", 0, NULL, "{'name': null}");
	unit_add(&m, "Flatten", 0, NULL, "{'name': ''}");
	unit_add(&m, "MaxPooling1D", 0, NULL, "{}");
	ok(named(&m, 0, "flatten_2") && named(&m, 1, "flatten") && named(&m, 2, "flatten_1"), "unnamed layers are counted as Keras counts");
	ok(named(&m, 3, "flatten_3"), "a name that is taken is left out");
	ok(named(&m, 4, "max_pooling1d"), "each class counts for itself");
	ok(!unit_add(&m, "Flatten", 0, NULL, "{'name': 'flatten_2'}") && m.err.code == C1D_BAD_ARGUMENT && strstr(m.err.message, "\"flatten_2\""),
	   "a name cannot be given twice, and is named");
	ok(c1d_graph_find(&m.graph, "max_pooling1d", &m.err) == 4, "a layer is found by its name");
	m.err.code = C1D_OK;
	ok(c1d_graph_find(&m.graph, "maxpooling", &m.err) == -1 && m.err.code == C1D_BAD_ARGUMENT && strstr(m.err.hint, "max_pooling1d"),
	   "what is not found gets the names there are");
	unit_model_end(&m);
}

TEST(blame)
{
	UnitModel	m;

	unit_model_begin(&m, 3);
	unit_add(&m, "MaxPooling1D", 0, NULL, "{'pool_size': 4}");
	unit_add(&m, "MaxPooling1D", 0, NULL, "{'pool_size': 4, 'name': 'late'}");
	ok(!unit_plan(&m, c1d_shape2(12, 1), C1D_ISA_BASELINE) && m.err.code == C1D_BAD_SHAPE && strstr(m.err.message, "layer 2 \"late\" (MaxPooling1D): "),
	   "an error in shapes names the layer: %s", m.err.message);
	ok(!unit_add(&m, "Dense", 0, NULL, "{'units': 0}") && strstr(m.err.message, "layer 3 \"dense\" (Dense): "), "so does one in a configuration");
	unit_model_end(&m);
	unit_model_begin(&m, 2);
	unit_add(&m, "Flatten", 0, NULL, "{}");
	ok(!unit_add(&m, "Nonsense", 0, NULL, "{}") && strstr(m.err.message, "layer 2: "), "of an unknown layer there is only the number");
	unit_model_end(&m);
	unit_model_begin(&m, 1);
	ok(!unit_add(&m, "Dense", 0, NULL, "{'units': 0}") && !strstr(m.err.message, "layer 1"), "of one layer nobody has to be told which");
	unit_model_end(&m);
}

/* add a layer with inputs by name */
static bool
add_with(UnitModel *m, const char *class_name, const char *config, const char *inputs)
{
	C1dLayerText text = unit_text(&m->arena, class_name, unit_config(&m->arena, "%s", config), 0, NULL);

	text.input_names = unit_config(&m->arena, "%s", inputs);
	m->err.code = C1D_OK;
	return c1d_graph_add(&m->graph, &text, &m->arena, &m->err);
}

TEST(inputs)
{
	UnitModel	m;
	char		many[33 * 12] = "[";

	for (int i = 0; i < 33; i++)
		strcat(many, i ? ", 'input'" : "'input'");
	strcat(many, "]");
	unit_model_begin(&m, 16);
	ok(add_with(&m, "MaxPooling1D", "{'name': 'a'}", "['input']") && m.graph.nodes[0].input[0] == C1D_MODEL_INPUT,
	   "\"input\" is the model's input");
	ok(add_with(&m, "MaxPooling1D", "{'name': 'b'}", "['a']") && m.graph.nodes[1].input[0] == 0, "a name is an earlier layer");
	ok(add_with(&m, "MaxPooling1D", "{'name': 'c'}", "['a']") && m.graph.nodes[2].input[0] == 0, "which several can take");
	ok(add_with(&m, "MaxPooling1D", "{'name': 'd'}", "[]") && m.graph.nodes[3].input[0] == 2, "no name is the layer before");
	ok(add_with(&m, "MaxPooling1D", "{'name': 'input'}", "['input']") && add_with(&m, "Flatten", "{}", "['input']") &&
	   m.graph.nodes[5].input[0] == 4, "a layer may be called \"input\", and then it is meant");
	ok(!add_with(&m, "Flatten", "{'name': 'x'}", "['later']") && m.err.code == C1D_BAD_ARGUMENT && strstr(m.err.message, "\"later\"") &&
	   strstr(m.err.hint, "input, a, b"), "a name that is none is refused, with those there are");
	ok(!add_with(&m, "Flatten", "{'name': 'y'}", "['y']") && m.err.code == C1D_BAD_ARGUMENT, "a layer is not its own input");
	ok(!add_with(&m, "Flatten", "{'name': 'z'}", "[1]") && m.err.code == C1D_BAD_ARGUMENT, "a number is no name");
	ok(!add_with(&m, "Flatten", "{'name': 'u'}", "'a'") && m.err.code == C1D_BAD_ARGUMENT && strstr(m.err.message, "array"),
	   "one name is not an array of names, and not passed over");
	ok(!add_with(&m, "Flatten", "{'name': 'v'}", "['a', 'b']") && m.err.code == C1D_BAD_ARGUMENT && strstr(m.err.message, "1 input"),
	   "a layer of one input takes one");
	ok(!add_with(&m, "Add", "{'name': 'w'}", many) && m.err.code != C1D_OK, "33 inputs are too many for any");
	unit_model_end(&m);
}

TEST(branches)
{
	UnitModel	m;
	C1dGraph	part;

	unit_model_begin(&m, 4);
	add_with(&m, "MaxPooling1D", "{'name': 'a'}", "[]");
	add_with(&m, "MaxPooling1D", "{'name': 'b'}", "['input']");
	add_with(&m, "MaxPooling1D", "{'name': 'c'}", "['b']");
	add_with(&m, "Add", "{'name': 'd'}", "['a', 'c']");
	ok(c1d_graph_is_chain(&m.graph, 0) && !c1d_graph_is_chain(&m.graph, 1) && c1d_graph_is_chain(&m.graph, 2) && !c1d_graph_is_chain(&m.graph, 3),
	   "a layer is in a chain when it takes the one before and nothing else");
	ok(strcmp(c1d_graph_input_name(&m.graph, 1, 0), "input") == 0 && strcmp(c1d_graph_input_name(&m.graph, 3, 0), "a") == 0 &&
	   strcmp(c1d_graph_input_name(&m.graph, 3, 1), "c") == 0, "inputs have names");
	ok(c1d_graph_part(&m.graph, 1, 2, &m.arena, &part, &m.err) && part.count == 2 && part.nodes[0].input[0] == C1D_MODEL_INPUT &&
	   part.nodes[1].input[0] == 0 && strcmp(part.nodes[1].name, "c") == 0, "layers that take one thing are a model, under their own names");
	ok(!c1d_graph_part(&m.graph, 2, 3, &m.arena, &part, &m.err) && m.err.code == C1D_BAD_ARGUMENT && strstr(m.err.detail, "\"d\""),
	   "layers that take two are none, and the one at fault is named");
	unit_model_end(&m);
}

/* the shapes of weights, where those of the layers are not enough */
TEST(fits)
{
	static const float zeros[64];
	const C1dTensor weights[] = {{{2, {3, 4}}, zeros}, {{1, {4}}, zeros}};
	C1dShape	right = c1d_shape2(9, 3),
				wrong = c1d_shape2(9, 2),
				vector = c1d_shape1(3);
	UnitModel	m;

	unit_model_begin(&m, 2);
	unit_add(&m, "MaxPooling1D", 0, NULL, "{}");
	unit_add(&m, "Dense", 2, weights, "{'units': 4}");
	ok(c1d_graph_fits(&m.graph, &right, &m.arena, &m.err), "a model fits an input when every shape works out");
	ok(!c1d_graph_fits(&m.graph, &wrong, &m.arena, &m.err) && m.err.code == C1D_BAD_SHAPE && strstr(m.err.message, "layer 2 \"dense\""),
	   "those of its weights included: %s", m.err.message);
	ok(!c1d_graph_fits(&m.graph, &vector, &m.arena, &m.err) && m.err.code == C1D_BAD_SHAPE && strstr(m.err.message, "layer 1 "),
	   "and those of its layers: %s", m.err.message);
	unit_model_end(&m);
}

TEST(declared_input)
{
	static const struct
	{
		const char *config;
		C1dShape	shape;		/* rank 0 = none */
	}			cases[] = {
		{"{'batch_shape': [null, 6, 2]}", {2, {6, 2}}},
		{"{'batch_input_shape': [32, 6]}", {1, {6}}},
		{"{'batch_shape': {'class_name': '__tuple__', 'items': [null, 6, 2]}}", {2, {6, 2}}},
		{"{'batch_shape': [null, null, 2]}", {0, {0}}},
		{"{'batch_shape': null}", {0, {0}}},
		{"{}", {0, {0}}},
	};
	int			right = 0,
				count = sizeof(cases) / sizeof(*cases);

	for (int i = 0; i < count; i++)
	{
		UnitModel	m;
		C1dShape	shape = {.rank = 0};
		bool		declared;

		unit_model_begin(&m, 1);
		unit_add(&m, "InputLayer", 0, NULL, "%s", cases[i].config);
		declared = c1d_graph_declared_input(&m.graph, &shape);
		right += declared == (cases[i].shape.rank > 0) && (!declared || c1d_shape_equal(&shape, &cases[i].shape));
		unit_model_end(&m);
	}
	ok(right == count, "an input is declared when all of it is: %d of %d", right, count);
}

static double
seconds_since(clock_t start)
{
	return (double) (clock() - start) / CLOCKS_PER_SEC;
}

/*
 * Models come from anywhere: a long one must not take a processor for minutes
 * or gigabytes of memory.  What is allowed here is ten times what is needed.
 */
TEST(many_layers)
{
	enum
	{
		NAMED = 1024, CHECKED = 256
	};
	UnitModel	m;
	C1dError	err;
	clock_t		start = clock();
	C1dLayerText *text = unit_must(malloc(NAMED * sizeof(*text)));
	C1dVerdict *verdicts = unit_must(malloc(NAMED * sizeof(*verdicts)));
	C1dShape	in = c1d_shape2(100, 1);
	C1dShape	expected = c1d_shape2(77, 3);
	bool		added = true;
	size_t		before;

	unit_model_begin(&m, NAMED);
	for (int i = 0; i < NAMED; i++)
		added = added && unit_add(&m, "Flatten", 0, NULL, "{}");
	ok(added && seconds_since(start) < 0.5, "%d unnamed layers get their names in under half a second", NAMED);
	ok(!c1d_graph_start(&m.graph, C1D_MAX_NODES + 1, &m.arena, &m.err) && m.err.code == C1D_LIMIT, "more than %d layers are refused", C1D_MAX_NODES);
	unit_model_end(&m);

	unit_model_begin(&m, 1);
	for (int i = 0; i < CHECKED; i++)
		text[i] = unit_text(&m.arena, "Conv1D", unit_config(&m.arena, "{'filters': 1, 'kernel_size': 1, 'strides': 1}"), 0, NULL);
	before = m.arena.used;
	start = clock();
	ok(c1d_check(text, CHECKED, &in, &expected, &m.arena, verdicts, &err) && verdicts[CHECKED - 1].problem.code == C1D_BAD_SHAPE,
	   "%d layers that end elsewhere are checked", CHECKED);
	ok(seconds_since(start) < 2, "a way to mend them is sought for less than two seconds");
	ok(m.arena.used - before < 16 << 20, "in less than 16 MB");

	for (int i = 0; i < NAMED; i++)
		text[i] = unit_text(&m.arena, "Nonsense", NULL, 0, NULL);
	start = clock();
	ok(c1d_check(text, NAMED, &in, NULL, &m.arena, verdicts, &err) && seconds_since(start) < 0.5,
	   "%d layers of no known class are checked in under half a second", NAMED);
	free(text);
	free(verdicts);
	unit_model_end(&m);
}

RUN(names, blame, inputs, branches, fits, declared_input, many_layers)
