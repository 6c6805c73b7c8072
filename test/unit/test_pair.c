/*
 * test/unit/test_pair.c
 *	  Two convolutions in one step against the same layers computed plainly,
 *	  each with what joins its step: lengths that straddle tiles, every padding,
 *	  NaN and infinities, any chunk; and what must not become a pair.
 */
#include "numbers.h"
#include "stack.h"

/* same_places: are NaN and infinities where the other has them, and all else near it? */
static bool
same_places(const float *a, const float *b, int64_t count)
{
	double		most = 0;

	for (int64_t i = 0; i < count; i++)
		most = isfinite(b[i]) ? fmax(most, fabs(b[i])) : most;
	for (int64_t i = 0; i < count; i++)
		if (isfinite(a[i]) != isfinite(b[i]) || isnan(a[i]) != isnan(b[i]) ||
			(isfinite(a[i]) ? fabs((double) a[i] - b[i]) > 1e-5 * most + 1e-6 : !isnan(a[i]) && a[i] != b[i]))
			return false;
	return true;
}

/*
 * put
 *		A layer on top of node from, with random weights, some of which may be
 *		strange; false when it does not fit.
 */
__attribute__((format(printf, 5, 6)))
static bool
put(UnitStack *s, int from, bool strange, const char *class_name, const char *format,...)
{
	C1dArena   *arena = &s->m.arena;
	const C1dShape *in = from == C1D_MODEL_INPUT ? &s->in : &s->shape[from];
	C1dNode    *node = &s->m.graph.nodes[s->count];
	int		   *input_at = unit_must(c1d_alloc_array(arena, 1, sizeof(int), &s->m.err));
	const C1dValue *config;
	C1dLayerText text;
	C1dTensor  *weights;
	va_list		args;

	va_start(args, format);
	config = unit_config_list(arena, format, args);
	va_end(args);
	*input_at = from;
	text = unit_text(arena, class_name, config, 0, NULL);
	text.input_count = 1;
	text.input_at = input_at;
	if (!c1d_graph_read(&s->m.graph, &text, arena, &s->m.err) ||
		!c1d_graph_node_infer(&s->m.graph, s->count, &s->in, s->shape, &s->m.err))
		return false;
	node->weight_count = unit_weights(node, in, arena, &weights);
	node->weights = weights;

	/* a variance is positive */
	if (strcmp(class_name, "BatchNormalization") == 0)
		for (int64_t i = 0; i < weights[3].shape.dim[0]; i++)
			((float *) weights[3].data)[i] = fabsf(weights[3].data[i]) + 0.1f;
	for (int w = 0; strange && w < node->weight_count; w++)
		make_strange((float *) weights[w].data, c1d_shape_elements(&weights[w].shape), 60);
	s->count++;
	return true;
}

/* What is drawn for a pair, besides its numbers. */
typedef enum Strange
{
	FINITE,
	INPUT,						/* NaN and infinities in the series */
	FIRST,						/* in the weights of the first layer */
	SECOND,
	STRANGE_PLACES
} Strange;

/* draw: two convolutions that can be a pair, and what joins them; false when the series is too short */
static bool
draw(UnitStack *s, Strange strange)
{
	int			channels = N(0, 3) ? 1 : N(1, 4);
	int			filters = N(0, 1) ? 1 : N(1, 4);
	int			size = N(1, 8 / filters);
	int			times = 1;
	const char *relu = N(0, 1) ? "relu" : "linear";

	memset(s, 0, sizeof(*s));
	unit_model_begin(&s->m, UNIT_LAYERS);
	s->in = c1d_shape2(N(0, 9) ? N(1, 150) : N(300, 1500), channels);
	if (!(N(0, 2) ?
		  put(s, -1, strange == FIRST, "Conv1D", "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'padding': '%s', 'activation': '%s'}",
			  N(2, 40), N(1, 8 / channels), N(1, 4), (const char *[]) {"valid", "same", "causal"}[N(0, 2)], relu) :
		  put(s, -1, strange == FIRST, "conv1d", "{'filters': %d, 'kernel_size': %d, 'dilation_rate': %d, 'strides': %d, 'pads': [%d, %d], 'use_bias': false}",
			  N(2, 40), N(1, 8 / channels), N(1, 5), N(1, 2), N(0, 9), N(0, 9))))
		return false;
	if (strcmp(relu, "linear") == 0 && N(0, 2) == 0 && !put(s, s->count - 1, false, "BatchNormalization", "{}"))
		return false;
	if (strcmp(relu, "linear") == 0 && N(0, 2) == 0 && !put(s, s->count - 1, false, "Activation", "{'activation': 'relu'}"))
		return false;
	if (N(0, 2) == 0)
	{
		times = N(2, 4);
		if ((N(0, 1) && !put(s, s->count - 1, false, "MaxPooling1D", "{'pool_size': 2}")) ||
			!put(s, s->count - 1, false, "UpSampling1D", "{'size': %d}", times))
			return false;
	}
	if (N(0, 1))
	{
		if (!put(s, s->count - 1, strange == SECOND, "conv1d_transpose",
				 "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'dilation_rate': %d, 'pads': [%d, %d], 'output_padding': %d}",
				 filters, size, N(1, 3), N(1, 4), N(0, 2), N(0, 2), 0))
			return false;
	}
	else if (!put(s, s->count - 1, strange == SECOND, "conv1d", "{'filters': %d, 'kernel_size': %d, 'dilation_rate': %d, 'pads': [%d, %d]}",
				  filters, size, times > 1 ? 1 : N(1, 9), N(0, 9), N(0, 9)))
		return false;
	if (N(0, 2) == 0 && !put(s, s->count - 1, false, "BatchNormalization", "{}"))
		return false;
	return N(0, 2) || put(s, s->count - 1, false, "Activation", "{'activation': '%s'}", N(0, 1) ? "relu" : "tanh");
}

/* paired: is it one step, of two layers? */
static bool
paired(UnitStack *s)
{
	C1dStepText text;

	if (s->m.plan.steps != 1)
		return false;
	c1d_step_describe(&s->m.graph, &s->m.plan.step[0], &text);
	return strcmp(text.kernel, "paired planes") == 0;
}

typedef struct Seen
{
	int64_t		models;
	int64_t		pairs;
	int64_t		far;
	int64_t		chunked;
} Seen;

/* check: a model against its plain plan; of another series with a mistake */
static void
check(UnitStack *s, C1dIsa isa, Strange strange, bool mistake, Seen *seen)
{
	int64_t		count = c1d_shape_elements(&s->in);
	float	   *x = unit_random_floats(count, false);
	float	   *y,
			   *again,
			   *want;
	C1dPlan		plain;

	if (strange == INPUT)
		make_strange(x, count, 60);
	if (!unit_plan(&s->m, s->in, isa) ||
		!c1d_plan_make(&s->m.graph, &s->in, &(C1dTuning) {.isa = isa, .plain = true}, &s->m.arena, &plain, &s->m.err))
		abort();
	want = unit_output(&plain, x, 0);
	if (mistake)
		x[unit_between(0, count - 1)] += 1;
	y = unit_output(&s->m.plan, x, 0);
	again = unit_output(&s->m.plan, x, unit_between(1, 100));
	count = c1d_shape_elements(&plain.output);
	seen->models++;
	seen->pairs += paired(s);
	if (y == NULL || !c1d_shape_equal(&s->m.plan.output, &plain.output) || !same_places(y, want, count))
	{
		if (seen->far++ < 5 && !mistake)
			unit_describe(s, y == NULL ? "writes where it must not" : "is far from its layers");
	}
	seen->chunked += y == NULL || again == NULL || !unit_same_bits(y, again, count);
	unit_unguard(y);
	unit_unguard(again);
	unit_unguard(want);
	free(x);
}

/* check_many: so many models that can be drawn */
static void
check_many(int models, C1dIsa isa, Strange strange, bool mistake, Seen *seen)
{
	while (seen->models < models)
	{
		UnitStack	s;

		if (draw(&s, strange))
			check(&s, isa, strange, mistake, seen);
		unit_model_end(&s.m);
	}
}

TEST(pairs_are_their_layers)
{
	static const char *const where[STRANGE_PLACES] = {
		"", ", of series with NaN and infinities", ", with such weights in the first layer", ", with such weights in the second",
	};

	for (int isa = 0; isa < C1D_ISAS; isa++)
		for (int strange = 0; c1d_isa_available((C1dIsa) isa) && strange < STRANGE_PLACES; strange++)
		{
			Seen		seen = {0};

			check_many(1500, (C1dIsa) isa, (Strange) strange, false, &seen);
			ok(seen.far == 0, "%s: %lld models of two layers, %lld of them in one step, are what they are plainly%s",
			   c1d_isa_names[isa], (long long) seen.models, (long long) seen.pairs, where[strange]);
			ok(seen.chunked == 0, "%s: and have the same bits in any chunks", c1d_isa_names[isa]);
			ok(isa == C1D_ISA_BASELINE ? seen.pairs == 0 : strange == FIRST ? seen.pairs < seen.models : seen.pairs > seen.models * 3 / 4,
			   "%s: %s", c1d_isa_names[isa], isa == C1D_ISA_BASELINE ? "none is a pair" : strange == FIRST ? "not all are pairs" : "most are pairs");
		}
}

/* What passes between two layers and is looked at elsewhere is computed. */
TEST(what_is_no_pair)
{
	static const char *const cases[][3] = {
		{"{'filters': 8, 'kernel_size': 3, 'activation': 'relu'}", "{'filters': 1, 'kernel_size': 3}", NULL},
		{"{'filters': 8, 'kernel_size': 9}", "{'filters': 1, 'kernel_size': 3}", "a window of nine floats"},
		{"{'filters': 8, 'kernel_size': 3}", "{'filters': 1, 'kernel_size': 9}", "nine taps"},
		{"{'filters': 8, 'kernel_size': 3}", "{'filters': 3, 'kernel_size': 3}", "three taps of three filters"},
		{"{'filters': 8, 'kernel_size': 3, 'activation': 'tanh'}", "{'filters': 1, 'kernel_size': 3}", "tanh between"},
		{"{'filters': 8, 'kernel_size': 3}", "{'filters': 1, 'kernel_size': 3, 'strides': 2}", "strides of the second"},
		{"{'filters': 8, 'kernel_size': 3}", "{'filters': 1, 'kernel_size': 3, 'dilation_rate': 40}", "taps that are far apart"},
		{"{'filters': 1, 'kernel_size': 3}", "{'filters': 1, 'kernel_size': 3}", "one channel between"},
	};

	if (c1d_isa_best() == C1D_ISA_BASELINE)
	{
		ok(true, "pairs # SKIP this machine has none");
		return;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int looked_at = 0; looked_at <= (i == 0); looked_at++)
		{
			UnitStack	s = {.in = c1d_shape2(100, 1)};

			unit_model_begin(&s.m, UNIT_LAYERS);
			if (!put(&s, -1, false, "Conv1D", "%s", cases[i][0]) || !put(&s, 0, false, "Conv1D", "%s", cases[i][1]) ||
				(looked_at && !put(&s, 0, false, "Flatten", "{}")) || !unit_plan(&s.m, s.in, c1d_isa_best()))
				abort();
			ok(paired(&s) == (cases[i][2] == NULL && !looked_at), "%s",
			   looked_at ? "an output that is looked at elsewhere keeps two layers apart" : cases[i][2] == NULL ? "two layers are one step" : cases[i][2]);
			unit_model_end(&s.m);
		}
}

/* The test would notice a float of the series that is another. */
TEST(a_mistake_is_seen)
{
	Seen		seen = {0};

	check_many(300, c1d_isa_best(), FINITE, true, &seen);
	ok(seen.far > 200, "%lld of %lld models with a mistake are far from their layers", (long long) seen.far, (long long) seen.models);
}

RUN(pairs_are_their_layers, what_is_no_pair, a_mistake_is_seen)
