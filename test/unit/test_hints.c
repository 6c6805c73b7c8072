/*
 * test/unit/test_hints.c
 *	  Hints of a single layer, as a call of it raises them: each way out that a
 *	  hint names is taken here, by a reader of its text, and the layer is checked
 *	  again.
 */
#include "model.h"

#include "model/check.h"

typedef struct Way
{
	const char *what;
	int64_t		taken;
	int64_t		wrong;
} Way;

enum
{
	SMALLER, DILATION, SAME, LONGER, EXTRA, NO_EXTRA, PADS, CUT, SHAPE, AXIS, WAYS
};

static Way	ways[WAYS] = {
	[SMALLER] = {"a smaller window", 0, 0},
	[DILATION] = {"a smaller dilation", 0, 0},
	[SAME] = {"padding \"same\"", 0, 0},
	[LONGER] = {"a longer input", 0, 0},
	[EXTRA] = {"another output_padding", 0, 0},
	[NO_EXTRA] = {"no output_padding", 0, 0},
	[PADS] = {"smaller pads", 0, 0},
	[CUT] = {"a smaller cut", 0, 0},
	[SHAPE] = {"another shape", 0, 0},
	[AXIS] = {"another axis", 0, 0},
};

/* A layer that fails on an input, as text. */
typedef struct Failure
{
	C1dArena   *arena;
	C1dLayerText layer;
	C1dShape	in;
	C1dError	problem;
} Failure;

/* passes: does the layer, perhaps after another one, take that input? */
static bool
passes(const Failure *f, const C1dLayerText *before, const C1dValue *config, C1dShape in)
{
	C1dLayerText layers[2] = {before != NULL ? *before : f->layer, f->layer};
	C1dVerdict	verdicts[2];
	C1dError	err;
	int			count = before != NULL ? 2 : 1;

	layers[count - 1].config = config;
	return c1d_check(layers, count, &in, NULL, f->arena, verdicts, &err) && verdicts[0].problem.code == C1D_OK &&
		verdicts[count - 1].problem.code == C1D_OK;
}

static const C1dValue *
with(const Failure *f, const C1dValue *config, const char *key, C1dValue value)
{
	C1dError	err;
	C1dValue   *changed = unit_must(c1d_alloc(f->arena, sizeof(*changed), &err));

	if (!c1d_value_with(config, key, value, f->arena, changed, &err))
		abort();
	return changed;
}

static C1dValue
list(const Failure *f, const int64_t *items, int count)
{
	C1dError	err;
	C1dValue	value = {.type = C1D_LIST};

	value.as.list.items = unit_must(c1d_alloc_array(f->arena, count, sizeof(C1dValue), &err));
	value.as.list.count = count;
	for (int i = 0; i < count; i++)
		value.as.list.items[i] = c1d_value_int(items[i]);
	return value;
}

static void
take(const Failure *f, int way, bool helped)
{
	char		text[C1D_SHAPE_TEXT];

	ways[way].taken++;
	if (!helped && ways[way].wrong++ < 3)
		printf("# %s of \"%s\" does not help %.*s on %s: %s\n", ways[way].what, f->problem.hint,
			   (int) f->layer.class_name->as.string.length, f->layer.class_name->as.string.bytes,
			   c1d_shape_text(&f->in, text), f->problem.message);
}

static bool
set_int(const Failure *f, const char *key, int64_t number)
{
	return passes(f, NULL, with(f, f->layer.config, key, c1d_value_int(number)), f->in);
}

/* set_sides: all of it on one side, or on the other */
static bool
set_sides(const Failure *f, const char *key, int64_t both)
{
	return passes(f, NULL, with(f, f->layer.config, key, list(f, (int64_t[]) {both, 0}, 2)), f->in) &&
		passes(f, NULL, with(f, f->layer.config, key, list(f, (int64_t[]) {0, both}, 2)), f->in);
}

/* shapes: every "[1, 2]" in the hint as the target of a Reshape: the layer itself, or one before it */
static void
take_shapes(const Failure *f)
{
	bool		itself = c1d_value_is(f->layer.class_name, "Reshape");

	for (const char *at = strchr(f->problem.hint, '['); at != NULL; at = strchr(at + 1, '['))
	{
		int64_t		sizes[C1D_MAX_RANK];
		int			count = 0;
		const char *digits = at + 1;

		while (count < C1D_MAX_RANK)
		{
			char	   *end;

			sizes[count] = strtoll(digits, &end, 10);
			if (end == digits)
				break;
			count++;
			digits = end + (*end == ',');
			if (*end == ']')
				break;
		}
		if (count == 0)
			continue;
		if (itself)
			take(f, SHAPE, passes(f, NULL, with(f, f->layer.config, "target_shape", list(f, sizes, count)), f->in));
		else
		{
			const C1dValue *config = with(f, NULL, "target_shape", list(f, sizes, count));
			C1dLayerText reshape = unit_text(f->arena, "Reshape", config, 0, NULL);

			take(f, SHAPE, passes(f, &reshape, f->layer.config, f->in));
		}
	}
}

/* number_after: the number that follows these words in the hint */
static bool
number_after(const Failure *f, const char *words, int64_t *number)
{
	const char *at = strstr(f->problem.hint, words);
	long long	read;

	if (at == NULL || sscanf(at + strlen(words), "%lld", &read) != 1)
		return false;
	*number = read;
	return true;
}

/* take_ways: every way of a hint */
static void
take_ways(const Failure *f)
{
	const char *hint = f->problem.hint;
	const C1dValue nothing = {.type = C1D_NULL};
	int64_t		n;

	if (strstr(hint, " or less") && number_after(f, "kernel_size ", &n))
		take(f, SMALLER, set_int(f, "kernel_size", n));
	else if (strstr(hint, " or less") && number_after(f, "pool_size ", &n))
		take(f, SMALLER, set_int(f, "pool_size", n));
	if (number_after(f, "dilation of at most ", &n))
		take(f, DILATION, set_int(f, "dilation_rate", n));
	if (strstr(hint, "padding \"same\""))
		take(f, SAME, passes(f, NULL, with(f, with(f, f->layer.config, "pads", nothing), "padding", c1d_value_string("same")), f->in));
	if (number_after(f, "input of at least ", &n))
		take(f, LONGER, passes(f, NULL, f->layer.config, c1d_shape2(n, f->in.dim[1])));
	if (number_after(f, "output_padding of 0 to ", &n))
		take(f, EXTRA, set_int(f, "output_padding", 0) && set_int(f, "output_padding", n));
	if (strstr(hint, "eave output_padding out") || strstr(hint, "or leave it out"))
		take(f, NO_EXTRA, passes(f, NULL, with(f, f->layer.config, "output_padding", nothing), f->in));
	if (number_after(f, "pads that add up to at most ", &n))
		take(f, PADS, set_sides(f, "pads", n));
	if (number_after(f, "Cut at most ", &n))
		take(f, CUT, set_sides(f, "cropping", n));
	if (number_after(f, "use 1 to ", &n))
		take(f, AXIS, set_int(f, "axis", 1) && set_int(f, "axis", n) && set_int(f, "axis", -1));
	take_shapes(f);
}

/* draw: a layer and an input that often do not fit, for one reason. */
static const char *
draw(char config[256], C1dShape *in)
{
	int			size = (int) unit_between(1, 9);
	int			stride = (int) unit_between(1, 4);
	int			dilation = (int) unit_between(1, 3);
	int			before = (int) unit_between(0, 4);
	int			after = (int) unit_between(0, 4);
	const char *padding = unit_between(0, 1) ? "valid" : "same";

	*in = c1d_shape2(unit_between(1, 8), unit_between(1, 6));
	switch (unit_between(0, 9))
	{
		case 0:
			sprintf(config, "{'filters': 1, 'kernel_size': %d, 'dilation_rate': %d}", size, dilation);
			return "Conv1D";
		case 1:
			sprintf(config, "{'filters': 1, 'kernel_size': %d, 'strides': %d, 'dilation_rate': %d, 'pads': [%d, %d]}", size, stride, dilation,
					before, after);
			return "conv1d";
		case 2:
			sprintf(config, "{'filters': 1, 'kernel_size': %d, 'strides': %d, 'padding': '%s', 'output_padding': %d}", size, stride, padding, after);
			return "Conv1DTranspose";
		case 3:
			if (unit_between(0, 1))
				sprintf(config, "{'filters': 1, 'kernel_size': %d, 'strides': %d, 'pads': [%d, %d]}", size, stride, before, after);
			else
				sprintf(config, "{'filters': 1, 'kernel_size': %d, 'strides': %d, 'pads': 0, 'output_padding': %d}", size, stride, after);
			return "conv1d_transpose";
		case 4:
			sprintf(config, "{'pool_size': %d, 'strides': %d}", size, stride);
			return unit_between(0, 1) ? "MaxPooling1D" : "AveragePooling1D";
		case 5:
			sprintf(config, "{'pool_size': %d, 'strides': %d, 'dilation_rate': %d, 'pads': [%d, %d], 'ceil_mode': %s}", size, stride, dilation,
					before * size / 8, after * size / 8, unit_between(0, 1) ? "true" : "false");
			return "max_pool1d";
		case 6:
			sprintf(config, "{'cropping': [%d, %d]}", before, after);
			return "Cropping1D";
		case 7:
			sprintf(config, unit_between(0, 1) ? "{'target_shape': [%d, %d]}" : "{'target_shape': [%d, %d, %d]}", (int) unit_between(1, 6), size, stride);
			return "Reshape";
		case 8:
			sprintf(config, "{'axis': %d}", (int) unit_between(-4, 4));
			return "Softmax";
		default:
			*in = unit_between(0, 1) ? c1d_shape1(unit_between(1, 64)) : c1d_shape3(unit_between(1, 4), unit_between(1, 4), unit_between(1, 4));
			strcpy(config, "{'filters': 1, 'kernel_size': 1}");
			return "Conv1D";
	}
}

TEST(ways_out)
{
	int64_t		failures = 0,
				hinted = 0;

	for (int i = 0; i < 20000; i++)
	{
		UnitBlock  *blocks = NULL;
		C1dArena	arena = unit_arena(&blocks);
		Failure		f = {.arena = &arena};
		char		config[256];
		const char *class_name = draw(config, &f.in);
		C1dGraph	graph;
		C1dShape	shape;
		C1dError	err;

		f.layer = unit_text(&arena, class_name, unit_config(&arena, "%s", config), 0, NULL);
		if (!c1d_graph_start(&graph, 1, &arena, &err))
			abort();
		f.problem.code = C1D_OK;
		if (c1d_graph_read(&graph, &f.layer, &arena, &f.problem))
			c1d_graph_infer(&graph, &f.in, &shape, &f.problem);
		if (f.problem.code != C1D_OK)
		{
			failures++;
			hinted += f.problem.hint[0] != '\0';
			take_ways(&f);
		}
		unit_release(&blocks);
	}
	ok(hinted > failures * 9 / 10, "of %lld layers that fail %lld have a hint", (long long) failures, (long long) hinted);
	for (int i = 0; i < WAYS; i++)
		ok(ways[i].taken > 0 && ways[i].wrong == 0, "%s, as a hint has it, helps: %lld of %lld", ways[i].what,
		   (long long) (ways[i].taken - ways[i].wrong), (long long) ways[i].taken);
}

RUN(ways_out)
