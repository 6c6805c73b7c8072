/*
 * test/bench/core/model.c
 *	  Models, parts of them, and how many series a second they do.
 *
 * A model comes as the bytes of a conv1d_model.  What is asked for once is kept,
 * its plans too: the second question costs no planning.
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/native.h"

/*
 * So many bytes of different inputs and outputs go through each thread in turn:
 * a row of a table is in no cache nearer than the second.
 */
#define BATCH_BYTES ((int64_t) 1 << 20)

typedef struct Model
{
	char		name[64];
	C1dArena	arena;
	C1dGraph	graph;
	C1dShape   *shapes;			/* of the outputs of all layers */
	C1dShape	input;
	struct Model *next;
} Model;

typedef struct Planned
{
	const Model *model;
	int			first;
	int			last;
	C1dTuning	tuning;
	C1dPlan		plan;
	double		error;
	struct Planned *next;
} Planned;

/* One thread's series. */
typedef struct Batch
{
	const C1dPlan *plan;
	int64_t		series;
	int64_t		at;
	float	   *x;
	float	   *y;
	float	   *work;
} Batch;

static Model *models;
static Planned *planned;

/* Memory of plans lives as long as the program. */
static void *
block(void *owner, size_t size)
{
	(void) owner;
	return malloc(size);
}

static float *
floats(int64_t count)
{
	float	   *p = aligned_alloc(C1D_ALIGN, ((size_t) count * sizeof(float) / C1D_ALIGN + 1) * C1D_ALIGN);

	if (p == NULL)
		abort();
	return p;
}

/* fill: floats in (-1, 1) of a linear congruential generator. */
static void
fill(float *x, int64_t count, uint64_t state)
{
	for (int64_t i = 0; i < count; i++)
	{
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		x[i] = (float) ((double) (int32_t) (state >> 32) / 2147483648.0);
	}
}

static char *
contents(const char *file, int64_t *size)
{
	FILE	   *f = fopen(file, "rb");
	char	   *bytes = NULL;
	long		end;

	if (f != NULL && fseek(f, 0, SEEK_END) == 0 && (end = ftell(f)) > 0 && fseek(f, 0, SEEK_SET) == 0 &&
		(bytes = malloc((size_t) end)) != NULL && fread(bytes, 1, (size_t) end, f) == (size_t) end)
		*size = end;
	else
	{
		free(bytes);
		bytes = NULL;
	}
	if (f != NULL)
		fclose(f);
	return bytes;
}

/*
 * bench_load
 *		Read a model for inputs of (length, channels) and give it a name.
 */
bool
bench_load(const char *name, const char *file, int64_t length, int64_t channels, C1dError *err)
{
	Model	   *model = calloc(1, sizeof(*model));
	int64_t		size = 0;
	char	   *bytes = contents(file, &size);

	if (model == NULL)
		abort();
	if (bytes == NULL)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "cannot read %s", file);
	snprintf(model->name, sizeof(model->name), "%s", name);
	model->arena = (C1dArena) {.block = block};
	model->input = (C1dShape) {.rank = 2, .dim = {length, channels}};
	if (!c1d_native_read(bytes, size, &model->arena, &model->graph, err))
		return false;
	model->shapes = c1d_alloc_array(&model->arena, model->graph.count, sizeof(C1dShape), err);
	if (model->shapes == NULL || !c1d_graph_infer(&model->graph, &model->input, model->shapes, err))
		return false;
	model->next = models;
	models = model;
	return true;
}

static void
batch_begin(Batch *batch, const C1dPlan *plan, int seed)
{
	int64_t		in = c1d_shape_elements(&plan->input),
				out = c1d_shape_elements(&plan->output);

	*batch = (Batch) {.plan = plan, .series = BATCH_BYTES / (int64_t) sizeof(float) / (in + out)};
	if (batch->series < 2)
		batch->series = 2;
	batch->x = floats(in * batch->series);
	batch->y = floats(out * batch->series);
	batch->work = floats(plan->work_floats);
	fill(batch->x, in * batch->series, (uint64_t) seed);
	memset(batch->y, 0, (size_t) (out * batch->series) * sizeof(float));
	memset(batch->work, 0, (size_t) plan->work_floats * sizeof(float));
}

static void
batch_end(Batch *batch)
{
	free(batch->x);
	free(batch->y);
	free(batch->work);
}

static void
batch_work(void *arg, int64_t count)
{
	Batch	   *batch = arg;
	const C1dPlan *plan = batch->plan;
	int64_t		in = c1d_shape_elements(&plan->input),
				out = c1d_shape_elements(&plan->output);

	for (; count > 0; count--)
	{
		C1dRun		run = {0};

		c1d_run(plan, &run, batch->x + in * batch->at, batch->y + out * batch->at, batch->work, NULL);
		if (++batch->at == batch->series)
			batch->at = 0;
	}
}

/* difference: of two plans on one series, relative to the largest output. */
static double
difference(const C1dPlan *plan, const C1dPlan *reference)
{
	int64_t		out = c1d_shape_elements(&plan->output);
	double		largest = 0,
				worst = 0;
	Batch		a,
				b;

	batch_begin(&a, plan, 1);
	batch_begin(&b, reference, 1);
	batch_work(&a, 1);
	batch_work(&b, 1);
	for (int64_t i = 0; i < out; i++)
	{
		double		d = fabs((double) a.y[i] - b.y[i]);

		worst = d > worst || isnan(d) ? d : worst;
		largest = fmax(largest, fabs(b.y[i]));
	}
	batch_end(&a);
	batch_end(&b);
	return worst / largest;
}

static bool
same_tuning(const C1dTuning *a, const C1dTuning *b)
{
	return a->isa == b->isa && a->plain == b->plain && a->winograd == b->winograd;
}

/* find_plan: the plan for a case, made when it is first asked for; NULL = err says why. */
static Planned *
find_plan(const BenchCase *what, C1dError *err)
{
	const C1dTuning simple = {.isa = C1D_ISA_BASELINE, .plain = true};
	Model	   *model = models;
	Planned    *p,
			   *reference;
	C1dGraph	part;
	const C1dShape *input;

	while (model != NULL && strcmp(model->name, what->model) != 0)
		model = model->next;
	if (model == NULL || what->first < 0 || what->first > what->last || what->last >= model->graph.count)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "no such layers of model %s", what->model);
		return NULL;
	}
	for (p = planned; p != NULL; p = p->next)
		if (p->model == model && p->first == what->first && p->last == what->last && same_tuning(&p->tuning, &what->tuning))
			return p;
	input = what->first == 0 ? &model->input : &model->shapes[what->first - 1];
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		abort();
	*p = (Planned) {.model = model, .first = what->first, .last = what->last, .tuning = what->tuning};
	if (!c1d_graph_part(&model->graph, what->first, what->last, &model->arena, &part, err) ||
		!c1d_plan_make(&part, input, &p->tuning, &model->arena, &p->plan, err))
		return NULL;
	if (!same_tuning(&what->tuning, &simple))
	{
		BenchCase	plain = *what;

		plain.tuning = simple;
		reference = find_plan(&plain, err);
		if (reference == NULL)
			return NULL;
		p->error = difference(&p->plan, &reference->plan);
	}
	p->next = planned;
	planned = p;
	return p;
}

/*
 * bench_model
 *		Series a second, of all threads together.  error becomes the largest
 *		difference to the plain plan of the baseline, relative to the largest
 *		output.
 */
bool
bench_model(const BenchCase *what, int threads, double seconds, double *rate, double *error, C1dError *err)
{
	Planned    *p = find_plan(what, err);
	Batch		batches[BENCH_MAX_THREADS];
	void	   *args[BENCH_MAX_THREADS] = {NULL};

	if (p == NULL)
		return false;
	for (int i = 0; i < threads; i++)
	{
		batch_begin(&batches[i], &p->plan, i + 1);
		args[i] = &batches[i];
	}
	*rate = bench_rate(batch_work, args, threads, seconds);
	*error = p->error;
	for (int i = 0; i < threads; i++)
		batch_end(&batches[i]);
	return true;
}
