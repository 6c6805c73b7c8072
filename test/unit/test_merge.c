/*
 * test/unit/test_merge.c
 *	  Layers of several inputs against their definition, element by element,
 *	  and in models with branches.
 *
 * Each operation is a rounding of float32 arithmetic that the reference does
 * in the same order, so all is exact.
 */
#include "model.h"

#define MOST 4

static const char *const elementwise[] = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"};

typedef struct Merge
{
	UnitBlock  *blocks;
	C1dArena	arena;
	const LayerClass *class;
	LayerSite	site;
	C1dTuning	tuning;
	C1dShape	in[MOST];
	float	   *x[MOST];
	C1dError	err;
} Merge;

/* begin: read and place the layer for the inputs in m->in. */
static bool
begin(Merge *m, const char *class_name, const C1dValue *config)
{
	C1dValue	name = c1d_value_string(class_name);

	m->class = c1d_layer_class(&name, C1D_KERAS, &m->err);
	m->site.in = m->in;
	m->tuning.isa = unit_isa();
	m->site.tuning = &m->tuning;
	for (int k = 0; k < m->site.inputs; k++)
		m->x[k] = unit_random_floats(c1d_shape_elements(&m->in[k]), false);
	return m->class != NULL &&
		c1d_layer_parse(m->class, config, &m->arena, &m->site.config, &m->err) &&
		c1d_layer_infer(m->class, m->site.config, m->in, m->site.inputs, &m->site.out, &m->err) &&
		(m->class->ops->prepare == NULL ||
		 m->class->ops->prepare(&m->site, &m->arena, &m->site.prepared, &m->err));
}

static void
end(Merge *m)
{
	for (int k = 0; k < m->site.inputs; k++)
		free(m->x[k]);
	unit_release(&m->blocks);
}

/* forward: in chunks of random size; NULL when something else was written */
static float *
forward(const Merge *m)
{
	int64_t		count = c1d_shape_elements(&m->site.out);
	int64_t		rows = c1d_site_rows(m->class->ops, &m->site);
	float	   *y = unit_guarded(count);

	for (int64_t from = 0, to; from < rows; from = to)
	{
		to = unit_between(from + 1, rows);
		m->class->ops->forward(&m->site, (const float *const *) m->x, y, NULL, from, to);
	}
	if (unit_intact(y, count) && unit_written(y, count))
		return y;
	unit_unguard(y);
	return NULL;
}

/* element: of an input that is stretched to the output */
static float
element(const C1dShape *in, const float *x, const C1dShape *out, int64_t at)
{
	int64_t		from = 0,
				step = 1;

	for (int i = 0; i < out->rank; i++)
	{
		int64_t		size = i < in->rank ? in->dim[in->rank - 1 - i] : 1;
		int64_t		length = out->dim[out->rank - 1 - i];

		from += size == 1 ? 0 : at % length * step;
		at /= length;
		step *= size;
	}
	return x[from];
}

static float
merged(const char *name, float a, float b)
{
	switch (name[1])
	{
		case 'd':				/* Add */
		case 'v':				/* Average */
			return a + b;
		case 'u':				/* Subtract, Multiply */
			return name[0] == 'S' ? a - b : a * b;
		case 'a':				/* Maximum */
			return isnan(a) || isnan(b) ? NAN : a > b ? a : b;
	}
	return isnan(a) || isnan(b) ? NAN : a < b ? a : b;
}

static bool
try_elementwise(const char *name)
{
	Merge		m = {.site.inputs = name[0] == 'S' ? 2 : (int) unit_between(2, MOST)};
	C1dShape	whole = {.rank = (int) unit_between(1, 4)};
	float	   *y;
	bool		good = true;

	m.arena = unit_arena(&m.blocks);
	for (int i = 0; i < whole.rank; i++)
		whole.dim[i] = unit_between(1, 6);
	for (int k = 0; k < m.site.inputs; k++)
	{
		int			less = k == 0 || unit_between(0, 1) ? 0 : (int) unit_between(0, whole.rank - 1);

		m.in[k].rank = whole.rank - less;
		for (int i = 0; i < m.in[k].rank; i++)
			m.in[k].dim[i] = unit_between(0, 2) ? whole.dim[i + less] : 1;
	}
	good = begin(&m, name, NULL);
	if (good && unit_between(0, 1))
		m.x[1][0] = NAN;
	y = good ? forward(&m) : NULL;
	good = y != NULL;
	for (int64_t i = 0; good && i < c1d_shape_elements(&m.site.out); i++)
	{
		float		value = element(&m.in[0], m.x[0], &m.site.out, i);

		for (int k = 1; k < m.site.inputs; k++)
			value = merged(name, value, element(&m.in[k], m.x[k], &m.site.out, i));
		if (strcmp(name, "Average") == 0)
			value /= (float) m.site.inputs;
		good = unit_off(y[i], value, 1) == 0;
	}
	unit_unguard(y);
	end(&m);
	return good;
}

TEST(any_shapes)
{
	for (size_t i = 0; i < sizeof(elementwise) / sizeof(*elementwise); i++)
	{
		bool		good = true;

		for (int k = 0; k < 500; k++)
			good = try_elementwise(elementwise[i]) && good;
		ok(good, "%s of stretched inputs is its definition, in any chunks", elementwise[i]);
	}
}

static bool
try_concatenate(void)
{
	Merge		m = {.site.inputs = (int) unit_between(2, MOST)};
	int			rank = (int) unit_between(1, 4);
	int			axis = (int) unit_between(0, rank - 1);
	int64_t		inner = 1;
	const C1dValue *config;
	float	   *y;
	bool		good;

	m.arena = unit_arena(&m.blocks);
	for (int i = 0; i < rank; i++)
	{
		int64_t		size = unit_between(1, 5);

		for (int k = 0; k < m.site.inputs; k++)
			m.in[k].dim[i] = i == axis ? unit_between(1, 5) : size;
		inner *= i > axis ? size : 1;
	}
	for (int k = 0; k < m.site.inputs; k++)
		m.in[k].rank = rank;
	config = unit_config(&m.arena, "{'axis': %d}", unit_between(0, 1) ? axis + 1 : axis - rank);
	good = begin(&m, "Concatenate", config);
	y = good ? forward(&m) : NULL;
	good = y != NULL;
	for (int64_t i = 0; good && i < c1d_shape_elements(&m.site.out); i++)
	{
		int64_t		place = i / inner % m.site.out.dim[axis];
		int64_t		outer = i / inner / m.site.out.dim[axis];
		int			k = 0;

		while (place >= m.in[k].dim[axis])
			place -= m.in[k++].dim[axis];
		good = y[i] == m.x[k][(outer * m.in[k].dim[axis] + place) * inner + i % inner];
	}
	unit_unguard(y);
	end(&m);
	return good;
}

TEST(concatenate)
{
	bool		good = true;

	for (int k = 0; k < 1000; k++)
		good = try_concatenate() && good;
	ok(good, "Concatenate is its definition along any axis, in any chunks");
}

TEST(refusals)
{
	static const struct
	{
		const char *name;
		const char *config;
		C1dShape	a;
		C1dShape	b;
		C1dCode		code;
	}			cases[] = {
		{"Add", "{}", {2, {4, 2}}, {2, {5, 2}}, C1D_BAD_SHAPE},
		{"Add", "{}", {2, {4, 2}}, {1, {3}}, C1D_BAD_SHAPE},
		{"Add", "{'axis': 1}", {2, {4, 2}}, {2, {4, 2}}, C1D_UNSUPPORTED},
		{"Multiply", "{}", {2, {4, 2}}, {2, {4, 3}}, C1D_BAD_SHAPE},
		{"Concatenate", "{}", {2, {4, 2}}, {2, {5, 2}}, C1D_BAD_SHAPE},
		{"Concatenate", "{'axis': 1}", {2, {4, 2}}, {2, {4, 3}}, C1D_BAD_SHAPE},
		{"Concatenate", "{}", {2, {4, 2}}, {1, {2}}, C1D_BAD_SHAPE},
		{"Concatenate", "{'axis': 3}", {2, {4, 2}}, {2, {4, 2}}, C1D_BAD_ARGUMENT},
		{"Concatenate", "{'axis': 0}", {2, {4, 2}}, {2, {4, 2}}, C1D_BAD_ARGUMENT},
		{"Add", "{}", {4, {8192, 1, 8192, 1}}, {4, {1, 8192, 1, 8192}}, C1D_LIMIT},
		{"Dot", "{'axes': 1}", {2, {4, 2}}, {2, {4, 2}}, C1D_UNSUPPORTED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		Merge		m = {.site.inputs = 2, .in = {cases[i].a, cases[i].b}};
		bool		good;

		m.arena = unit_arena(&m.blocks);
		good = begin(&m, cases[i].name, unit_config(&m.arena, "%s", cases[i].config));
		ok(!good && m.err.code == cases[i].code, "%s %s: %s", cases[i].name, cases[i].config, m.err.message);
		end(&m);
	}
}

/* add: a layer of a model, with its inputs by number */
static bool
add(UnitModel *m, const char *class_name, const char *config, int inputs, const int *input)
{
	C1dLayerText text = unit_text(&m->arena, class_name, unit_config(&m->arena, "%s", config), 0, NULL);

	text.input_count = inputs;
	text.input_at = input;
	return c1d_graph_add(&m->graph, &text, &m->arena, &m->err);
}

TEST(branches)
{
	/* d + max + d with d = x - max, where max is (2, 5): 2 x - max */
	const float x[] = {1, 5, 2, 4};
	const int	top[] = {C1D_MODEL_INPUT};
	const int	difference[] = {C1D_MODEL_INPUT, 0};
	const int	both[] = {1, 0, 1};
	UnitModel	m;
	float	   *y;
	bool		good;

	unit_model_begin(&m, 3);
	good = add(&m, "GlobalMaxPooling1D", "{}", 1, top) &&
		add(&m, "Subtract", "{}", 2, difference) &&
		add(&m, "Add", "{}", 3, both) &&
		unit_plan(&m, c1d_shape2(2, 2), unit_isa());
	y = good ? unit_output(&m.plan, x, 1) : NULL;
	ok(y != NULL && y[0] == 0 && y[1] == 5 && y[2] == 2 && y[3] == 3,
	   "a value is read by two layers, one of them twice");
	unit_unguard(y);
	unit_model_end(&m);

	unit_model_begin(&m, 1);
	ok(!add(&m, "Add", "{}", 1, top) && m.err.code == C1D_BAD_ARGUMENT && m.err.hint[0] != '\0', "a merge of one input: %s", m.err.message);
	unit_model_end(&m);
	unit_model_begin(&m, 1);
	ok(!add(&m, "Subtract", "{}", 3, both) && m.err.code == C1D_BAD_ARGUMENT, "a difference of three: %s", m.err.message);
	unit_model_end(&m);
}

TEST(idle_branch)
{
	/* the output is the input, and a layer beside it computes what nobody reads */
	const float x[] = {1, 5, 2, 4};
	const int	top[] = {C1D_MODEL_INPUT};
	UnitModel	m;
	float	   *y;
	bool		good;

	unit_model_begin(&m, 2);
	good = add(&m, "Activation", "{'activation': 'tanh'}", 1, top) &&
		add(&m, "Dropout", "{'rate': 0.5}", 1, top) &&
		unit_plan(&m, c1d_shape2(2, 2), unit_isa());
	y = good ? unit_output(&m.plan, x, 0) : NULL;
	ok(y != NULL && unit_same_bits(x, y, 4), "a model whose output is its input gives the input");
	unit_unguard(y);
	unit_model_end(&m);
}

RUN(any_shapes, concatenate, refusals, branches, idle_branch)
