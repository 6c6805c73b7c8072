/*
 * test/unit/test_infer.c
 *	  What infer says is what forward writes: every layer of random models, run
 *	  by itself into exactly the floats of its inferred shape, writes all of
 *	  them, nothing beside them, and nothing that depends on what was there
 *	  before; and so does the plan of the whole model.
 *
 * The memory around an output, and the output before it is written, is filled
 * with one pattern and then with another.  A float that was not written, or that
 * was made of what lay there, differs between the two.
 */
#include "encoder.h"

/* Keep little of what was freed: fresh pages for each case take most of the time. */
extern const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "quarantine_size_mb=4";
}

#define GUARD 16
#define MOST_FLOATS 400			/* of a value */

/* Floats between guards, all filled with one byte; grows as it has to. */
typedef struct Filled
{
	float	   *floats;
	int64_t		room;
	int64_t		count;
	int			byte;
} Filled;

static float *
fill(Filled *f, int64_t count, int byte)
{
	if (f->room < count)
	{
		free(f->floats);
		f->room = 2 * count;
		f->floats = unit_floats(GUARD + f->room + GUARD);
	}
	f->count = count;
	f->byte = byte;
	memset(f->floats, byte, (size_t) (GUARD + count + GUARD) * sizeof(float));
	return f->floats + GUARD;
}

/* intact: the guards hold what they were filled with */
static bool
intact(const Filled *f)
{
	const unsigned char *bytes = (const unsigned char *) f->floats;
	size_t		guard = GUARD * sizeof(float);
	size_t		size = (size_t) f->count * sizeof(float);

	for (size_t i = 0; i < guard; i++)
		if (bytes[i] != f->byte || bytes[guard + size + i] != f->byte)
			return false;
	return true;
}

/* Two runs over memory with different bytes, and what they wrote. */
typedef struct Twice
{
	Filled		y[2];
	Filled		work[2];
} Twice;

static const int patterns[2] = {0xa5, 0x5a};

static void
begin(Twice *t)
{
	memset(t, 0, sizeof(*t));
	for (int i = 0; i < 2; i++)
	{
		fill(&t->y[i], MOST_FLOATS, patterns[i]);
		fill(&t->work[i], MOST_FLOATS, patterns[i]);
	}
}

static void
end(Twice *t)
{
	for (int i = 0; i < 2; i++)
	{
		free(t->y[i].floats);
		free(t->work[i].floats);
	}
}

/* same: both wrote every float, and the same ones; nothing beside them */
static bool
same(const Twice *t)
{
	return intact(&t->y[0]) && intact(&t->y[1]) && intact(&t->work[0]) && intact(&t->work[1]) &&
		unit_same_bits(t->y[0].floats + GUARD, t->y[1].floats + GUARD, t->y[0].count);
}

typedef struct Seen
{
	int64_t		stacks;
	int64_t		layers;
	int64_t		bytes;			/* of outputs */
	int64_t		wrong;
	int64_t		plans_wrong;
} Seen;

/* weigh: random weights for a node */
static void
weigh(C1dNode *node, const C1dShape *in, C1dArena *arena)
{
	C1dWeightSpec specs[C1D_MAX_WEIGHTS];
	C1dError	err;
	int			count = node->class->ops->weights == NULL ? 0 : node->class->ops->weights(node->config, in, specs);
	C1dTensor  *weights = unit_must(c1d_alloc_array(arena, count + 1, sizeof(C1dTensor), &err));

	for (int w = 0; w < count; w++)
	{
		int64_t		elements = c1d_shape_elements(&specs[w].shape);
		float	   *data = unit_must(c1d_alloc_array(arena, elements, sizeof(float), &err));

		for (int64_t k = 0; k < elements; k++)
			data[k] = unit_float();
		weights[w] = (C1dTensor) {specs[w].shape, data};
	}
	node->weights = weights;
	node->weight_count = count;
}

/*
 * run_layer
 *		One layer, twice, in two parts; false when what it writes is not its
 *		inferred shape less so many floats (0, but for the test of the test).
 */
static bool
run_layer(const C1dNode *node, const C1dShape *in, const C1dShape *out, const float *x, C1dArena *arena, int64_t less, Twice *t, Seen *seen)
{
	const C1dTuning tuning = {.isa = c1d_isa_best(), .winograd = true};
	const LayerOps *ops = node->class->ops;
	LayerSite	site = {.config = node->config, .inputs = 1, .in = in, .out = *out, .weights = node->weights, .tuning = &tuning};
	int64_t		floats = c1d_shape_elements(out);
	int64_t		rows,
				scratch;
	C1dError	err;

	if (ops->prepare != NULL && !ops->prepare(&site, arena, &site.prepared, &err))
		abort();
	site.weights = NULL;
	rows = c1d_site_rows(ops, &site);
	scratch = ops->workspace == NULL ? 0 : ops->workspace(&site);
	for (int i = 0; i < 2; i++)
	{
		float	   *y = fill(&t->y[i], floats - less, patterns[i]);
		float	   *work = fill(&t->work[i], scratch, patterns[i]);
		int64_t		half = i == 0 ? rows : rows / 2;

		if (half > 0)
			ops->forward(&site, &x, y, work, 0, half);
		if (half < rows)
			ops->forward(&site, &x, y, work, half, rows);
	}
	seen->bytes += floats * (int64_t) sizeof(float);
	return same(t);
}

/* run_stack: every layer alone, each on what the one before really wrote; then all in a plan. */
static void
run_stack(const UnitEncoder *e, Twice *t, Seen *seen)
{
	UnitModel	m;
	float	   *x = unit_random_floats(c1d_shape_elements(&e->in), false);
	float	   *input = unit_floats(c1d_shape_elements(&e->in));
	const C1dShape *in = &e->in;

	memcpy(input, x, (size_t) c1d_shape_elements(&e->in) * sizeof(float));
	unit_model_begin(&m, e->count);
	c1d_graph_expect(&m.graph, e->text, e->count);
	seen->stacks++;
	for (int i = 0; i < e->count; i++)
	{
		C1dNode    *node = &m.graph.nodes[i];

		if (!c1d_graph_read(&m.graph, &e->text[i], &m.arena, &m.err))
			abort();
		weigh(node, in, &m.arena);
		seen->layers++;
		if (node->class->ops->forward != NULL)
		{
			if (!run_layer(node, in, &e->shape[i], x, &m.arena, 0, t, seen) && seen->wrong++ < 5)
			{
				char		a[C1D_SHAPE_TEXT],
							b[C1D_SHAPE_TEXT];

				printf("# %s %s -> %s ", node->class->class_name, c1d_shape_text(in, a), c1d_shape_text(&e->shape[i], b));
				unit_value_print(e->text[i].config);
				printf("\n");
			}
			free(x);
			x = unit_floats(c1d_shape_elements(&e->shape[i]));
			memcpy(x, t->y[0].floats + GUARD, (size_t) c1d_shape_elements(&e->shape[i]) * sizeof(float));
		}
		in = &e->shape[i];
	}
	if (!unit_plan(&m, e->in, c1d_isa_best()))
		abort();
	for (int i = 0; i < 2; i++)
	{
		C1dRun		run = {0};

		if (!c1d_run(&m.plan, &run, input, fill(&t->y[i], c1d_shape_elements(in), patterns[i]),
					 fill(&t->work[i], m.plan.work_floats, patterns[i]), NULL))
			abort();
	}
	if ((!c1d_shape_equal(&m.plan.output, in) || !same(t)) && seen->plans_wrong++ < 5)
	{
		char		text[C1D_SHAPE_TEXT];

		printf("# the plan of %s", c1d_shape_text(&e->in, text));
		for (int i = 0; i < e->count; i++)
		{
			printf(" -> %s ", m.graph.nodes[i].class->class_name);
			unit_value_print(e->text[i].config);
		}
		printf("\n");
	}
	free(input);
	free(x);
	unit_model_end(&m);
}

TEST(random_stacks)
{
	static const char *const names[] = {"Keras", "torch", "SQL", "all dialects"};

	for (int dialect = 0; dialect <= C1D_SQL + 1; dialect++)
	{
		Seen		seen = {0};
		Twice		t;

		begin(&t);
		for (int i = 0; i < 26000; i++)
		{
			UnitEncoder e;

			unit_encoder(&e, N(1, 4), dialect, 24, MOST_FLOATS);
			run_stack(&e, &t, &seen);
			unit_release(&e.blocks);
		}
		end(&t);
		ok(seen.wrong == 0, "%s: %lld stacks of %lld layers write the %lld bytes that their shapes say, each of them, and no other",
		   names[dialect], (long long) seen.stacks, (long long) seen.layers, (long long) seen.bytes);
		ok(seen.plans_wrong == 0, "%s: so do the plans of them", names[dialect]);
	}
}

/* A shape that is a float too small, or too large, would be seen. */
TEST(a_wrong_shape_is_seen)
{
	int64_t		cases = 0,
				small = 0,
				large = 0;
	Twice		t;

	begin(&t);
	for (int i = 0; i < 2000; i++)
	{
		UnitEncoder e;
		UnitModel	m;
		Seen		seen = {0};
		const C1dNode *node;
		float	   *x;

		unit_encoder(&e, 1, i % 3, 24, MOST_FLOATS);
		x = unit_random_floats(c1d_shape_elements(&e.in), false);
		unit_model_begin(&m, 1);
		node = &m.graph.nodes[0];
		if (!c1d_graph_read(&m.graph, &e.text[0], &m.arena, &m.err))
			abort();
		if (node->class->ops->forward != NULL)
		{
			weigh(&m.graph.nodes[0], &e.in, &m.arena);
			cases++;

			/* the float that does not count is the first of the guard */
			small += !run_layer(node, &e.in, &e.shape[0], x, &m.arena, 1, &t, &seen);

			/* a float that counts and is not written keeps what was there */
			if (!run_layer(node, &e.in, &e.shape[0], x, &m.arena, 0, &t, &seen))
				abort();
			large += !unit_same_bits(t.y[0].floats + GUARD, t.y[1].floats + GUARD, t.y[0].count + 1);
		}
		free(x);
		unit_model_end(&m);
		unit_release(&e.blocks);
	}
	end(&t);
	ok(cases > 1000 && small == cases, "each of %lld layers that writes a float more than it is said to is found", (long long) cases);
	ok(large == cases, "and each that is said to write a float more than it does");
}

RUN(random_stacks, a_wrong_shape_is_seen)
