/*
 * test/unit/test_indirect_models.c
 *	  Models of wide convolutions, which are computed by indirect ways, against
 *	  the same models layer by layer and directly.
 *
 * Random chains: convolutions with strides, dilation and groups, transposed
 * ones, over repeated steps, pooled, normalized, and stacks whose dilation
 * doubles.  The series have gaps.  Chunks and threads must not change a bit.
 */
#include "stack.h"

#include "kernels/parallel.h"

#define MODELS 30				/* of each instruction set */
#define ROWS 3					/* of a batch */
#define THREADS 2
#define MOST_STEPS 200			/* of a series */
#define NEAR 1e-5				/* of the largest output, for each layer */

/* What a plan may do with a convolution, that must have been met. */
typedef enum Sort
{
	ALONE,
	POOLED,
	SCALED,						/* by a normalization */
	FOLDED,						/* repeated steps */
	POLYPHASE,
	SORTS
} Sort;

typedef struct Seen
{
	int64_t		models;
	int64_t		layers;
	int64_t		sorts[SORTS];	/* steps by an indirect way */
	int64_t		gaps;			/* outputs that are not finite */
	int64_t		values;
	int64_t		misplaced;		/* models with such where they do not belong, or without where they do */
	int64_t		far;
	int64_t		chunked;		/* differently */
	int64_t		threaded;		/* differently */
	double		worst;			/* error, of the largest output */
} Seen;

/* weigh: weights that keep numbers of their size, and a variance above 0 */
static int
weigh(const C1dNode *node, const C1dShape *in, C1dArena *arena, C1dTensor **weights)
{
	int			count = unit_weights(node, in, arena, weights);

	for (int i = 0; i < count; i++)
	{
		const C1dShape *shape = &(*weights)[i].shape;
		float	   *data = (float *) (*weights)[i].data;
		int64_t		elements = c1d_shape_elements(shape);
		double		size = shape->rank > 1 ? sqrt(3.0 * (double) shape->dim[shape->rank - 1] / (double) elements) : 0.25;

		for (int64_t k = 0; k < elements; k++)
			data[k] = i == 3 ? 1 + 0.5f * data[k] : i == 0 && shape->rank == 1 ? 1 + 0.25f * data[k] : data[k] * (float) size;
	}
	return count;
}

/* add: false when it does not fit, or leaves too few or too many steps */
__attribute__((format(printf, 3, 4)))
static bool
add(UnitStack *s, const char *class_name, const char *format,...)
{
	C1dArena   *arena = &s->m.arena;
	const C1dShape *in = s->count == 0 ? &s->in : &s->shape[s->count - 1];
	C1dNode    *node = &s->m.graph.nodes[s->count];
	const C1dValue *config;
	C1dLayerText text;
	C1dTensor  *weights;
	C1dError	err;
	va_list		args;

	va_start(args, format);
	config = unit_config_list(arena, format, args);
	va_end(args);
	text = unit_text(arena, class_name, config, 0, NULL);
	if (s->count == UNIT_LAYERS || !c1d_graph_read(&s->m.graph, &text, arena, &err) ||
		!c1d_graph_node_infer(&s->m.graph, s->count, &s->in, s->shape, &err) ||
		s->shape[s->count].dim[0] < 20 || s->shape[s->count].dim[0] > MOST_STEPS)
	{
		s->m.graph.count = s->count;
		return false;
	}
	node->weight_count = weigh(node, in, arena, &weights);
	node->weights = weights;
	s->count++;
	return true;
}

static void
add_conv(UnitStack *s, int dilation, const char *padding)
{
	int			groups = c1d_shape_channels(s->count == 0 ? &s->in : &s->shape[s->count - 1]) % 2 == 0 && N(0, 5) == 0 ? 2 : 1;

	add(s, "Conv1D", "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'dilation_rate': %d, 'groups': %d, 'padding': '%s', 'activation': '%s', 'use_bias': %s}",
		2 * N(20, 34), N(2, 6), dilation == 1 && N(0, 3) == 0 ? 2 : 1, dilation, groups, padding,
		(const char *[]) {"linear", "relu", "relu", "tanh"}[N(0, 3)], N(0, 1) ? "true" : "false");
}

/* draw: a chain of up to a dozen layers */
static void
draw(UnitStack *s)
{
	static const char *const paddings[] = {"valid", "same", "causal"};
	bool		doubling = N(0, 4) == 0;

	memset(s, 0, sizeof(*s));
	unit_model_begin(&s->m, UNIT_LAYERS);
	s->in = c1d_shape2(N(50, 160), 2 * N(18, 34));
	for (int i = 0; i < 4; i++)
	{
		if (doubling)
			add_conv(s, 1 << i, "causal");
		else if (N(0, 3) == 0)
			add(s, "Conv1DTranspose", "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'padding': '%s', 'activation': '%s'}",
				N(40, 68), N(3, 8), N(1, 3), paddings[N(0, 1)], N(0, 1) ? "linear" : "relu");
		else
		{
			int			kind = N(0, 5);

			if (kind == 0)
				add(s, "UpSampling1D", "{'size': %d}", N(2, 3));
			else if (kind == 1)
				add(s, "Upsample", "{'scale_factor': %d}", N(2, 3));
			add_conv(s, N(0, 2) ? 1 : N(2, 9), paddings[N(0, 2)]);
		}
		if (N(0, 2) == 0)
			add(s, "BatchNormalization", "{}");
		if (N(0, 2) == 0)
			add(s, "Activation", "{'activation': 'relu'}");
		if (!doubling && N(0, 1))
			add(s, "MaxPooling1D", "{'pool_size': %d}", N(0, 1) ? 2 : N(2, 5));
	}
	if (s->count == 0)
		add_conv(s, 1, "same");
}

/* series: ROWS of them, every second with gaps */
static float *
series(const C1dShape *in)
{
	static const float others[] = {NAN, NAN, INFINITY, -INFINITY};
	int64_t		floats = c1d_shape_elements(in);
	float	   *x = unit_floats(ROWS * floats);

	for (int64_t i = 0; i < ROWS * floats; i++)
		x[i] = (float) (1.7 * unit_float());
	for (int r = 1; r < ROWS; r += 2)
		for (int gaps = N(1, 2); gaps > 0; gaps--)
			x[r * floats + unit_between(0, floats - 1)] = others[N(0, 3)];
	return x;
}

/* A batch, its rows shared out among threads as predict_agg() does it. */
typedef struct Batch
{
	const C1dPlan *plan;
	const float *x;
	float	   *y;
	float	   *work[THREADS];
} Batch;

static bool
run_row(void *arg, int share, int64_t item)
{
	Batch	   *b = arg;
	C1dRun		run = {0};

	return c1d_run(b->plan, &run, b->x + item * c1d_shape_elements(&b->plan->input),
				   b->y + item * c1d_shape_elements(&b->plan->output), b->work[share], NULL);
}

/* in_threads: the outputs of all rows */
static float *
in_threads(const C1dPlan *plan, const float *x)
{
	int64_t		floats = c1d_shape_elements(&plan->output);
	C1dShare	share[THREADS] = {{0}};
	Batch		b = {.plan = plan, .x = x, .y = unit_floats(ROWS * floats)};
	C1dWork		work = {.item = run_row, .arg = &b, .items = ROWS, .shares = THREADS, .share = share};

	for (int i = 0; i < THREADS; i++)
		b.work[i] = unit_floats(plan->work_floats);
	if (!c1d_parallel(&work, NULL))
		abort();
	for (int i = 0; i < THREADS; i++)
		free(b.work[i]);
	return b.y;
}

/* count_ways: what the steps by indirect ways are for */
static void
count_ways(const UnitStack *s, Seen *seen)
{
	for (int i = 0; i < s->m.plan.steps; i++)
	{
		const C1dStep *step = &s->m.plan.step[i];
		C1dStepText text;

		c1d_step_describe(&s->m.graph, step, &text);
		if (strstr(text.kernel, s->m.plan.tuning->isa == C1D_ISA_AMX ? "split" : "winograd") == NULL)
			continue;
		seen->sorts[FOLDED] += strncmp(text.kernel, "folded", 6) == 0;
		seen->sorts[POLYPHASE] += strncmp(text.kernel, "polyphase", 9) == 0;
		seen->sorts[POOLED] += step->site.fusion.pool != 0;
		seen->sorts[SCALED] += step->site.fusion.scale != NULL;
		seen->sorts[ALONE] += step->layers == 1;
	}
}

/* compare: are gaps where they belong, and all else near what it should be? */
static void
compare(const float *y, const float *want, int64_t floats, int layers, Seen *seen)
{
	double		largest = 0,
				off = 0;
	bool		placed = true;

	for (int64_t i = 0; i < floats; i++)
	{
		placed = placed && isfinite(y[i]) == isfinite(want[i]) && isnan(y[i]) == isnan(want[i]) && (!isinf(want[i]) || y[i] == want[i]);
		seen->gaps += !isfinite(want[i]);
		if (!isfinite(want[i]))
			continue;
		largest = fmax(largest, fabs(want[i]));
		off = fmax(off, fabs((double) y[i] - want[i]));
	}
	seen->values += floats;
	seen->misplaced += !placed;
	if (largest > 0)
	{
		seen->worst = fmax(seen->worst, off / largest);
		seen->far += off > NEAR * layers * largest;
	}
}

static void
check_model(UnitStack *s, C1dIsa isa, Seen *seen)
{
	float	   *x = series(&s->in);
	float	   *batch;
	C1dPlan		plain;
	int64_t		in = c1d_shape_elements(&s->in);
	int64_t		floats;

	seen->models++;
	seen->layers += s->count;
	if (!unit_plan(&s->m, s->in, isa) ||
		!c1d_plan_make(&s->m.graph, &s->in, &(C1dTuning) {.isa = c1d_isa_vectors(isa), .plain = true}, &s->m.arena, &plain, &s->m.err))
		abort();
	count_ways(s, seen);
	floats = c1d_shape_elements(&plain.output);
	batch = in_threads(&s->m.plan, x);
	for (int r = 0; r < ROWS; r++)
	{
		float	   *want = unit_output(&plain, x + r * in, 0);
		float	   *y = unit_output(&s->m.plan, x + r * in, 0);
		float	   *chunks = unit_output(&s->m.plan, x + r * in, N(1, 40));

		if (want == NULL || y == NULL || chunks == NULL)
			abort();
		compare(y, want, floats, s->count, seen);
		seen->chunked += !unit_same_bits(y, chunks, floats);
		seen->threaded += !unit_same_bits(y, batch + r * floats, floats);
		unit_unguard(want);
		unit_unguard(y);
		unit_unguard(chunks);
	}
	if (seen->misplaced + seen->far + seen->chunked + seen->threaded == 1)
		unit_describe(s, "is the first that is wrong");
	free(batch);
	free(x);
}

TEST(wide_models)
{
	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		const char *name = c1d_isa_names[isa];
		Seen		seen = {0};
		int			met = 0;

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "wide models # SKIP this machine has no %s", name);
			continue;
		}
		for (int i = 0; i < MODELS; i++)
		{
			UnitStack	s;

			draw(&s);
			check_model(&s, (C1dIsa) isa, &seen);
			unit_model_end(&s.m);
		}
		for (Sort sort = ALONE; sort < SORTS; sort++)
			met += seen.sorts[sort] > 0;
		ok(seen.far == 0, "%s: %lld wide models of %lld layers are off their layers computed directly by %.2g of the largest output",
		   name, (long long) seen.models, (long long) seen.layers, seen.worst);
		ok(seen.misplaced == 0 && seen.gaps > seen.values / 50 && seen.gaps < seen.values / 2,
		   "%s: NaN and infinities are where they belong (%.0f %% of the outputs)", name, 100.0 * (double) seen.gaps / (double) seen.values);
		ok(seen.chunked == 0 && seen.threaded == 0, "%s: in chunks, and in threads, they have the same bits", name);
		ok(met == SORTS, "%s: %lld, %lld, %lld, %lld and %lld steps alone, pooled, scaled, folded and in phases went an indirect way", name,
		   (long long) seen.sorts[ALONE], (long long) seen.sorts[POOLED], (long long) seen.sorts[SCALED],
		   (long long) seen.sorts[FOLDED], (long long) seen.sorts[POLYPHASE]);
	}
	c1d_parallel_release();
}

RUN(wide_models)
