/*
 * test/unit/test_plan.c
 *	  Plans of random models: values never overlap, work memory is what the plan
 *	  says, layers that only reshape cost nothing and change nothing, and every
 *	  failure to get memory is an error and nothing else.
 *
 * The reference runs each layer by itself, with every value in memory of its
 * own; a plan must give the same bits.
 */
#include "stack.h"

/*
 * run_alone
 *		The outputs of all nodes, each malloc'ed; NULL at a node that failed.
 */
static void
run_alone(const C1dGraph *graph, const C1dShape *input, const C1dShape *shapes, const float *x, C1dIsa isa,
		  C1dArena *arena, float **values)
{
	const C1dTuning tuning = {.isa = isa, .plain = true};

	for (int i = 0; i < graph->count; i++)
	{
		const C1dNode *node = &graph->nodes[i];
		const float *sources[C1D_MAX_INPUTS];
		C1dShape	in[C1D_MAX_INPUTS];
		C1dError	err;
		LayerSite	site = {.config = node->config, .inputs = node->inputs, .in = in, .out = shapes[i], .weights = node->weights, .tuning = &tuning};
		float	   *work;

		values[i] = unit_floats(c1d_shape_elements(&shapes[i]));
		for (int k = 0; k < node->inputs; k++)
		{
			in[k] = *c1d_graph_source(graph, i, k, input, shapes);
			sources[k] = node->input[k] == C1D_MODEL_INPUT ? x : values[node->input[k]];
		}
		if (node->class->ops->forward == NULL)
		{
			memcpy(values[i], sources[0], (size_t) c1d_shape_elements(&shapes[i]) * sizeof(float));
			continue;
		}
		if (node->class->ops->prepare != NULL && !node->class->ops->prepare(&site, arena, &site.prepared, &err))
			abort();
		work = unit_floats(node->class->ops->workspace == NULL ? 0 : node->class->ops->workspace(&site));
		node->class->ops->forward(&site, sources, values[i], work, 0, c1d_site_rows(node->class->ops, &site));
		free(work);
	}
}

/* the floats of all values, as a plan that never reused memory would need them */
static int64_t
all_floats(const UnitStack *s)
{
	int64_t		all = 0;

	for (int i = 0; i < s->count; i++)
		all += (c1d_shape_elements(&s->shape[i]) + 15) / 16 * 16;
	return all;
}

typedef struct Seen
{
	int64_t		models;
	int64_t		layers;
	int64_t		different;
	int64_t		fused;			/* layers that share the step of another */
	int64_t		far;			/* differs by more than rounding where weights are summed or scaled */
	int64_t		chunked;		/* differently */
	int64_t		larger;			/* memory for values than all of them together */
	double		work;			/* floats for values, and those of all values */
	double		all;
} Seen;

/*
 * rounds_otherwise
 *		Does a plan compute with other weights than its layers have, or add up in
 *		another order?
 */
static bool
rounds_otherwise(const C1dGraph *graph, const C1dPlan *plan)
{
	for (int i = 0; i < plan->steps; i++)
	{
		const C1dFusion *fusion = &plan->step[i].site.fusion;
		C1dStepText text;

		c1d_step_describe(graph, &plan->step[i], &text);
		if (fusion->scale != NULL || fusion->repeat != 0 || fusion->first != NULL ||
			strstr(text.kernel, "winograd") != NULL || strstr(text.kernel, "split") != NULL)
			return true;
	}
	return false;
}

/*
 * is_near
 *		Rounding that goes through a dozen layers; a normalization may divide by
 *		next to nothing, so the largest value of each output is the measure.
 */
static bool
is_near(const float *a, const float *b, int64_t count)
{
	double		most = 0,
				off = 0;

	for (int64_t i = 0; i < count; i++)
	{
		most = fmax(most, fabs(b[i]));
		off = fmax(off, fabs((double) a[i] - b[i]));
	}
	return off <= 1e-3 * most + 1e-5;
}

static void
check_stack(UnitStack *s, C1dIsa isa, Seen *seen)
{
	float	   *x = unit_random_floats(c1d_shape_elements(&s->in), false);
	float	   *values[UNIT_LAYERS];
	float	   *y,
			   *again;
	C1dShape	shapes[UNIT_LAYERS];
	C1dPlan		plain;
	bool		rounded;
	int64_t		count;

	seen->models++;
	seen->layers += s->count;
	if (!c1d_graph_infer(&s->m.graph, &s->in, shapes, &s->m.err) || !unit_plan(&s->m, s->in, isa))
	{
		printf("# %s\n", s->m.err.message);
		seen->different++;
		free(x);
		return;
	}
	run_alone(&s->m.graph, &s->in, shapes, x, isa, &s->m.arena, values);
	for (int i = 0; i < s->m.plan.steps; i++)
		seen->fused += s->m.plan.step[i].layers - 1;
	rounded = rounds_otherwise(&s->m.graph, &s->m.plan);
	y = unit_output(&s->m.plan, x, 0);
	again = unit_output(&s->m.plan, x, unit_between(1, 3));
	count = c1d_shape_elements(&shapes[s->count - 1]);
	if (y != NULL && rounded && !is_near(y, values[s->count - 1], count) && seen->far++ < 5)
		unit_describe(s, "is far from its layers");
	if (rounded)
	{
		float	   *other = NULL;

		if (c1d_plan_make(&s->m.graph, &s->in, &(C1dTuning) {.isa = isa, .plain = true}, &s->m.arena, &plain, &s->m.err))
			other = unit_output(&plain, x, 0);
		unit_unguard(again);
		again = other == NULL || y == NULL ? NULL : unit_output(&s->m.plan, x, unit_between(1, 3));
		if (again != NULL && !unit_same_bits(y, again, count))
			seen->chunked++;
		unit_unguard(again);
		unit_unguard(y);
		y = other;
		again = other == NULL ? NULL : unit_output(&plain, x, unit_between(1, 3));
	}
	if (y == NULL || !c1d_shape_equal(&s->m.plan.output, &shapes[s->count - 1]) ||
		!unit_same_bits(y, values[s->count - 1], count))
	{
		if (seen->different++ < 5)
			unit_describe(s, y == NULL ? "writes where it must not" : "differs from its layers");
	}
	else if (again == NULL || !unit_same_bits(y, again, count))
	{
		if (seen->chunked++ < 5)
			unit_describe(s, "differs when it is interrupted");
	}
	seen->larger += s->m.plan.scratch > all_floats(s);
	seen->work += (double) s->m.plan.scratch;
	seen->all += (double) all_floats(s);
	for (int i = 0; i < s->count; i++)
		free(values[i]);
	unit_unguard(y);
	unit_unguard(again);
	free(x);
}

TEST(random_models)
{
	for (int branches = 0; branches <= 1; branches++)
		for (int isa = 0; isa < C1D_ISAS; isa++)
		{
			Seen		seen = {0};
			const char *what = branches ? "models with branches" : "chains";

			if (!c1d_isa_available((C1dIsa) isa))
			{
				ok(true, "%s # SKIP this machine has no %s", what, c1d_isa_names[isa]);
				continue;
			}
			for (int i = 0; i < 2000; i++)
			{
				UnitStack	s;

				unit_stack(&s, N(1, UNIT_LAYERS), branches);
				check_stack(&s, (C1dIsa) isa, &seen);
				unit_model_end(&s.m);
			}
			ok(seen.different == 0, "%s: %lld %s of %lld layers give the bits of their layers run alone, and stay in their memory",
			   c1d_isa_names[isa], (long long) seen.models, what, (long long) seen.layers);
			ok(seen.far == 0 && seen.fused > 100, "%s: %lld layers of %s share a step with another, and differ from it alone by rounding at most",
			   c1d_isa_names[isa], (long long) seen.fused, what);
			ok(seen.chunked == 0, "%s: %s interrupted after every few rows give the same bits", c1d_isa_names[isa], what);
			ok(seen.larger == 0 && seen.work < seen.all, "%s: %s never take more memory for values than all of them together, on average %.0f %% of it",
			   c1d_isa_names[isa], what, 100 * seen.work / seen.all);
		}
}

/* ---- phases ---- */

/*
 * same_places
 *		Are NaN and infinities where the other has them, and all else near it?
 */
static bool
same_places(const float *a, const float *b, int64_t count, double most)
{
	for (int64_t i = 0; i < count; i++)
		if (isfinite(a[i]) != isfinite(b[i]) || isnan(a[i]) != isnan(b[i]) ||
			(isfinite(a[i]) ? fabs((double) a[i] - b[i]) > 1e-5 * most : !isnan(a[i]) && a[i] != b[i]))
			return false;
	return true;
}

/*
 * check_phases
 *		Two wide layers whose phases have a Winograd form, against the same layers
 *		computed plainly, over a series in which some numbers may not be finite.
 */
static bool
check_phases(const char *class_name, const char *config, C1dIsa isa, bool finite)
{
	C1dShape	in = c1d_shape2(50, 48);
	C1dShape	kernel_shape = c1d_shape3(5, 48, 48);
	C1dTensor	weights[2] = {{kernel_shape, unit_random_floats(5 * 48 * 48, false)}, {c1d_shape1(48), unit_random_floats(48, false)}};
	float	   *x = unit_random_floats(50 * 48, false);
	bool		upsampled = strcmp(class_name, "Conv1D") == 0;
	UnitModel	m;
	C1dPlan		plain;
	C1dStepText text = {0};
	bool		good = false;

	if (!finite)
	{
		x[20 * 48 + 3] = NAN;
		x[44 * 48] = -INFINITY;
	}
	unit_model_begin(&m, 2);
	if ((!upsampled || unit_add(&m, "UpSampling1D", 0, NULL, "{}")) && unit_add(&m, class_name, 2, weights, "%s", config) &&
		unit_plan(&m, in, isa) &&
		c1d_plan_make(&m.graph, &in, &(C1dTuning) {.isa = isa, .plain = true}, &m.arena, &plain, &m.err))
	{
		float	   *y = unit_output(&m.plan, x, 0);
		float	   *again = unit_output(&m.plan, x, 7);
		float	   *want = unit_output(&plain, x, 0);
		int64_t		count = c1d_shape_elements(&m.plan.output);

		c1d_step_describe(&m.graph, &m.plan.step[0], &text);
		good = m.plan.steps == 1 && y != NULL && again != NULL && want != NULL && strstr(text.kernel, isa == C1D_ISA_AMX ? "split" : "winograd") != NULL &&
			unit_same_bits(y, again, count) && same_places(y, want, count, 60);
		unit_unguard(y);
		unit_unguard(again);
		unit_unguard(want);
	}
	if (!good)
		printf("# %s %s: %s %s\n", class_name, config, text.kernel, m.err.code == C1D_OK ? "" : m.err.message);
	unit_model_end(&m);
	free((void *) weights[0].data);
	free((void *) weights[1].data);
	free(x);
	return good;
}

TEST(phases_by_indirect_ways)
{
	static const char *const cases[][2] = {
		{"Conv1D", "{'filters': 48, 'kernel_size': 5, 'padding': 'same', 'activation': 'relu'}"},
		{"Conv1D", "{'filters': 48, 'kernel_size': 5, 'padding': 'valid'}"},
		{"Conv1DTranspose", "{'filters': 48, 'kernel_size': 5, 'strides': 2, 'padding': 'same'}"},
		{"Conv1DTranspose", "{'filters': 48, 'kernel_size': 5, 'strides': 2, 'padding': 'valid', 'activation': 'relu'}"},
		{"Conv1DTranspose", "{'filters': 48, 'kernel_size': 5, 'strides': 1, 'padding': 'same', 'activation': 'tanh'}"},
	};

	for (int isa = 0; isa < C1D_ISAS; isa++)
		for (size_t i = 0; c1d_isa_available((C1dIsa) isa) && i < sizeof(cases) / sizeof(*cases); i++)
			for (int finite = 0; finite <= 1; finite++)
				ok(check_phases(cases[i][0], cases[i][1], (C1dIsa) isa, finite), "%s: %s %s by phases is what it is plainly%s",
				   c1d_isa_names[isa], cases[i][0], cases[i][1], finite ? "" : ", with NaN and infinities in their places");
}

/* ---- layers that only give another shape ---- */

/* planned: the output of layers given as text, NULL when it fails */
static float *
planned(UnitModel *m, const C1dLayerText *text, int count, C1dShape in, const float *x)
{
	for (int i = 0; i < count; i++)
		if (!c1d_graph_add(&m->graph, &text[i], &m->arena, &m->err))
			return NULL;
	return unit_plan(m, in, C1D_ISA_BASELINE) ? unit_output(&m->plan, x, 0) : NULL;
}

/*
 * A Flatten and a Reshape back, or an InputLayer, put at any place of a chain:
 * same bits, same work, same number of steps.
 */
TEST(reshapes_change_nothing)
{
	int64_t		models = 0,
				places = 0,
				wrong = 0,
				costly = 0;

	for (int i = 0; i < 300; i++)
	{
		UnitStack	s;
		UnitModel	plain;
		float	   *x,
				   *y;

		unit_stack(&s, N(1, 6), false);
		for (int k = 0; k < s.count; k++)
			s.text[k].input_at = NULL;
		x = unit_random_floats(c1d_shape_elements(&s.in), false);
		unit_model_begin(&plain, s.count);
		y = planned(&plain, s.text, s.count, s.in, x);
		models++;
		for (int place = 0; y != NULL && place <= s.count; place++)
		{
			C1dLayerText text[UNIT_LAYERS + 3];
			const C1dShape *shape = place == 0 ? &s.in : &s.shape[place - 1];
			UnitModel	m;
			char		target[128];
			int			used = 0;
			float	   *other;

			for (int d = 0; d < shape->rank; d++)
				used += sprintf(target + used, "%s%lld", d ? ", " : "", (long long) shape->dim[d]);
			unit_model_begin(&m, s.count + 3);
			memcpy(text, s.text, place * sizeof(*text));
			text[place] = unit_text(&m.arena, "Flatten", NULL, 0, NULL);
			text[place + 1] = unit_text(&m.arena, "Reshape", unit_config(&m.arena, "{'target_shape': [%s]}", target), 0, NULL);
			text[place + 2] = unit_text(&m.arena, "Reshape", unit_config(&m.arena, "{'target_shape': [%s]}", target), 0, NULL);
			memcpy(text + place + 3, s.text + place, (s.count - place) * sizeof(*text));
			other = planned(&m, text, s.count + 3, s.in, x);
			places++;
			wrong += other == NULL || !c1d_shape_equal(&m.plan.output, &plain.plan.output) ||
				!unit_same_bits(other, y, c1d_shape_elements(&plain.plan.output));
			costly += m.plan.steps != plain.plan.steps || m.plan.work_floats != plain.plan.work_floats || m.plan.cost != plain.plan.cost;
			unit_unguard(other);
			unit_model_end(&m);
		}
		wrong += y == NULL;
		unit_unguard(y);
		free(x);
		unit_model_end(&plain);
		unit_model_end(&s.m);
	}
	ok(wrong == 0, "Flatten and Reshape back change no bit at %lld places of %lld models", (long long) places, (long long) models);
	ok(costly == 0, "and cost neither a step nor memory");
}

TEST(only_reshapes)
{
	const float x[] = {1, 2, 3, 4, 5, 6};
	static const char *const layers[][2] = {
		{"InputLayer", "{}"}, {"Flatten", "{}"}, {"Reshape", "{'target_shape': [2, 3]}"}, {"Reshape", "{'target_shape': [1, -1]}"},
		{"Flatten", "{'name': 'last'}"},
	};

	for (int count = 0; count <= 5; count++)
	{
		UnitModel	m;
		float	   *y;
		bool		added = true;

		unit_model_begin(&m, 5);
		for (int i = 0; i < count; i++)
			added = added && unit_add(&m, layers[i][0], 0, NULL, "%s", layers[i][1]);
		added = added && unit_plan(&m, c1d_shape2(3, 2), C1D_ISA_BASELINE);
		y = added ? unit_output(&m.plan, x, 1) : NULL;
		ok(y != NULL && unit_same_bits(x, y, 6) && m.plan.steps == 0 && m.plan.work_floats == 0,
		   "a model of %d layers that only reshape gives its input without a step", count);
		unit_unguard(y);
		unit_model_end(&m);
	}
}

/* ---- parts ---- */

TEST(parts_make_the_whole)
{
	int64_t		cuts = 0,
				wrong = 0;

	for (int i = 0; i < 300; i++)
	{
		UnitStack	s;
		float	   *x,
				   *whole;

		unit_stack(&s, N(2, 6), false);
		for (int k = 1; k < s.count; k++)
			if (s.m.graph.nodes[k].input[0] != k - 1)
				s.count = s.m.graph.count = k;
		x = unit_random_floats(c1d_shape_elements(&s.in), false);
		whole = c1d_plan_make(&s.m.graph, &s.in, &(C1dTuning) {.isa = C1D_ISA_BASELINE, .plain = true}, &s.m.arena, &s.m.plan, &s.m.err) ? unit_output(&s.m.plan, x, 0) : NULL;
		for (int last = 0; last + 1 < s.count; last++)
		{
			C1dGraph	part;
			C1dPlan		plan;
			float	   *middle = NULL,
					   *end = NULL;

			if (c1d_graph_part(&s.m.graph, 0, last, &s.m.arena, &part, &s.m.err) &&
				c1d_plan_make(&part, &s.in, &(C1dTuning) {.isa = C1D_ISA_BASELINE, .plain = true}, &s.m.arena, &plan, &s.m.err))
				middle = unit_output(&plan, x, 0);
			if (middle != NULL && c1d_graph_part(&s.m.graph, last + 1, s.count - 1, &s.m.arena, &part, &s.m.err) &&
				c1d_plan_make(&part, &s.shape[last], &(C1dTuning) {.isa = C1D_ISA_BASELINE, .plain = true}, &s.m.arena, &plan, &s.m.err))
				end = unit_output(&plan, middle, 0);
			cuts++;
			wrong += end == NULL || whole == NULL || !unit_same_bits(end, whole, c1d_shape_elements(&s.m.plan.output));
			unit_unguard(middle);
			unit_unguard(end);
		}
		unit_unguard(whole);
		free(x);
		unit_model_end(&s.m);
	}
	ok(wrong == 0 && cuts > 300, "the two parts of a model, one after the other, are the model: %lld cuts", (long long) cuts);
}

/* ---- memory ---- */

TEST(memory_runs_out)
{
	int64_t		tried[2] = {0},
				failed[2] = {0},
				wrong = 0;

	for (int i = 0; i < 24; i++)
	{
		UnitStack	s;
		C1dError	err;

		unit_stack(&s, N(1, 8), i & 1);
		for (int limited = 0; limited <= 1; limited++)
			for (int advance = 0; advance < UNIT_ADVANCES; advance++)
			{
				bool		made = false;

				for (int blocks = 1; !made; blocks++)
				{
					UnitScarce	scarce;
					C1dArena	arena;
					C1dGraph	graph;
					C1dPlan		plan;
					C1dCode		code = limited ? C1D_LIMIT : C1D_NO_MEMORY;

					made = unit_scarce(&arena, &scarce, blocks, limited ? (size_t) blocks * 8192 : 0, advance, &err) &&
						unit_rebuild(&s, &arena, &graph, &err) &&
						c1d_plan_make(&graph, &s.in, &(C1dTuning) {.isa = C1D_ISA_BASELINE}, &arena, &plan, &err);
					tried[limited]++;
					if (!made)
					{
						failed[limited]++;
						wrong += err.code != code || err.message[0] == '\0' || err.detail[0] == '\0';
					}
					else
						wrong += limited && arena.used > arena.limit;
					unit_release(&scarce.blocks);
				}
			}
		unit_model_end(&s.m);
	}
	ok(wrong == 0 && failed[0] > 1000, "%lld of %lld attempts met an allocator without memory: each time that is the error",
	   (long long) failed[0], (long long) tried[0]);
	ok(wrong == 0 && failed[1] > 1000, "%lld of %lld attempts met a limit: each time that is the error, and it was never exceeded",
	   (long long) failed[1], (long long) tried[1]);
}

RUN(random_models, phases_by_indirect_ways, reshapes_change_nothing, only_reshapes, parts_make_the_whole, memory_runs_out)
