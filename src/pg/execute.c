/*
 * src/pg/execute.c
 *	  Runs of a plan: memory checked, results allocated, interrupts served; many
 *	  rows at once on several threads.
 *
 * A thread runs whole rows: a row's sums are those of predict() on that row,
 * so the number of threads changes no bit.  What threads touch is allocated
 * before they begin, and errors are raised after they are done.
 */
#include "pg/execute.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "kernels/parallel.h"

/* Multiply-adds that are worth a thread more: about as long as starting it. */
#define THREAD_COST 5e6

/* Inputs and outputs of a batch, a thread: about what its second cache holds. */
#define CACHE_BYTES ((double) 2 * 1024 * 1024)

/* More, up to this in all, where so few rows are not worth the threads. */
#define BATCH_BYTES ((double) 16 * 1024 * 1024)

/* The rows of a batch that a thread has at least, memory permitting. */
#define ROWS_A_THREAD 4

/* What belongs to a share of a batch; apart from the others' cache lines. */
typedef struct Lane
{
	C1dRun		run;
	float	   *work;
	char		padding[128 - sizeof(C1dRun) - sizeof(float *)];
} Lane;

typedef struct Batch
{
	const C1dPlan *plan;
	const float *const *x;
	float *const *y;
	Lane	   *lane;
	const volatile sig_atomic_t *interrupt;
} Batch;

static void
release_threads(XactEvent event, void *arg)
{
	(void) arg;
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
		case XACT_EVENT_PREPARE:
			c1d_parallel_release();
			break;
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			break;
	}
}

/* execute_init: once, when the module is loaded. */
void
execute_init(void)
{
	RegisterXactCallback(release_threads, NULL);
}

static double
shape_bytes(const C1dShape *shape)
{
	return (double) c1d_shape_elements(shape) * sizeof(float);
}

static double
work_bytes(const C1dPlan *plan)
{
	return (double) plan->work_floats * sizeof(float);
}

/* check_memory: refuse what would exceed conv1d.max_memory. */
static void
check_memory(double needed, const char *parts, const char *hint)
{
	if (needed > (double) c1d_max_memory())
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("model run needs more memory than allowed"),
				 errdetail("%s take %.0f kB; conv1d.max_memory is %.0f kB.",
						   parts, needed / 1024, (double) c1d_max_memory() / 1024),
				 errhint("%s", hint)));
}

/*
 * check_work_memory
 *		Refuse a plan whose buffers would exceed conv1d.max_memory, before
 *		anything is allocated.
 */
void
check_work_memory(const C1dPlan *plan)
{
	check_memory(work_bytes(plan) + shape_bytes(&plan->output), "Buffers and output",
				 "Raise conv1d.max_memory, or cut the series into windows.");
}

/*
 * execute
 *		Run a plan whose input shape is that of x; work holds plan->work_floats.
 *
 * The core looks at InterruptPending about once a millisecond and comes back;
 * if the interrupt was nothing that ends the query, the run goes on.
 */
Tensor *
execute(const C1dPlan *plan, const Tensor *x, float *work)
{
	Tensor	   *y = tensor_of_checked(&plan->output);
	const float *from = TENSOR_DATA(unconstify(Tensor *, x));
	float	   *to = TENSOR_DATA(y);
	C1dRun		run = {0};

	while (!c1d_run(plan, &run, from, to, work, &InterruptPending))
		CHECK_FOR_INTERRUPTS();
	return y;
}

/*
 * batch_rows
 *		How many rows make a good batch for the plan: enough to be worth the
 *		threads, few enough to find the inputs in a cache, and within
 *		conv1d.max_memory.
 *		At least 1, which execute_batch() may still refuse.
 */
int64
batch_rows(const C1dPlan *plan)
{
	double		row = shape_bytes(&plan->input) + shape_bytes(&plan->output);
	double		threads = c1d_threads();
	double		worth = threads > 1 ? 4 * threads * THREAD_COST / plan->cost : 0;
	double		rows = Max(Min(Max(threads * CACHE_BYTES, worth * row), BATCH_BYTES) / row, threads * ROWS_A_THREAD);
	double		room = ((double) c1d_max_memory() - threads * work_bytes(plan)) / row;

	return (int64) Max(Min(rows, room), 1);
}

/*
 * run_row: one row of a batch, or the rest of it, by one thread.
 */
static bool
run_row(void *arg, int share, int64_t row)
{
	const Batch *batch = arg;
	Lane	   *lane = &batch->lane[share];

	if (!c1d_run(batch->plan, &lane->run, batch->x[row], batch->y[row], lane->work, batch->interrupt))
		return false;
	lane->run = (C1dRun) {0};
	return true;
}

/*
 * threads_for
 *		How many threads a batch is worth, of those that conv1d.threads allows
 *		and whose work memory fits beside the rows.
 */
static int
threads_for(const C1dPlan *plan, int64 count, double rows_bytes)
{
	double		threads = Min(c1d_threads(), count);

	threads = Min(threads, plan->cost * count / THREAD_COST);
	if (plan->work_floats > 0)
		threads = Min(threads, ((double) c1d_max_memory() - rows_bytes) / work_bytes(plan));
	return threads < 2 ? 1 : (int) threads;
}

/* The work memory of the threads, which stays as long as they do. */
static Kept lanes;

/*
 * run_batch
 *		Run a plan on count rows, whose memory of rows_bytes is checked together
 *		with that of the threads.
 */
static void
run_batch(const C1dPlan *plan, const float *const *x, float *const *y, int64 count, double rows_bytes)
{
	MemoryContext temporary = AllocSetContextCreate(CurrentMemoryContext, "conv1d batch", ALLOCSET_SMALL_SIZES);
	int			threads = threads_for(plan, count, rows_bytes);
	Size		stride = ((Size) plan->work_floats * sizeof(float) / sizeof(Lane) + 1) * sizeof(Lane);
	Batch		batch = {.plan = plan, .x = x, .y = y};
	C1dWork		work = {.item = run_row, .arg = &batch, .items = count, .shares = threads};
	Size		size = threads * stride + C1D_ALIGN;
	char	   *memory;

	check_memory(rows_bytes + threads * work_bytes(plan), "Rows of the batch and buffers",
				 "Raise conv1d.max_memory, or take fewer rows at once.");
	work.share = MemoryContextAllocZero(temporary, threads * sizeof(C1dShare));
	batch.lane = MemoryContextAllocZero(temporary, threads * sizeof(Lane));
	memory = size > KEPT_MOST ? large_alloc(temporary, size) : kept_room(&lanes, size);
	memory += C1D_ALIGN - (uintptr_t) memory % C1D_ALIGN;
	for (int i = 0; i < threads; i++)
		batch.lane[i].work = (float *) (memory + i * stride);

	/* where interrupts are held off, looking at the flag would only cost time */
	if (InterruptHoldoffCount == 0 && QueryCancelHoldoffCount == 0 && CritSectionCount == 0)
		batch.interrupt = &InterruptPending;
	while (!c1d_parallel(&work, batch.interrupt))
		CHECK_FOR_INTERRUPTS();
	if (work.threads < threads)
		ereport(DEBUG1,
				(errmsg_internal("conv1d: batch of " INT64_FORMAT " rows ran on %d threads instead of %d",
								 count, work.threads, threads)));
	MemoryContextDelete(temporary);
}

/*
 * execute_batch
 *		Run a plan on count inputs of its shape; y[i] becomes the output of x[i],
 *		in memory of blocks.
 *
 * Memory: count times input and output, and a plan's work memory for each
 * thread; more than conv1d.max_memory is 54000 (batch_rows() says how many rows
 * are well within it).
 */
void
execute_batch(const C1dPlan *plan, Tensor *const *x, Tensor **y, int64 count, Blocks *blocks)
{
	double		rows_bytes = count * (shape_bytes(&plan->input) + shape_bytes(&plan->output));
	Size		size = TENSOR_HEADER(plan->output.rank) + (Size) c1d_shape_elements(&plan->output) * sizeof(float);
	const float **from;
	float	  **to;

	/* before the outputs are allocated */
	check_memory(rows_bytes + work_bytes(plan), "Rows of the batch and buffers",
				 "Raise conv1d.max_memory, or take fewer rows at once.");
	from = MemoryContextAllocHuge(CurrentMemoryContext, Max(count, 1) * sizeof(*from));
	to = MemoryContextAllocHuge(CurrentMemoryContext, Max(count, 1) * sizeof(*to));
	for (int64 i = 0; i < count; i++)
	{
		y[i] = blocks_take(blocks, size);
		tensor_set_header(y[i], &plan->output);
		from[i] = TENSOR_DATA(x[i]);
		to[i] = TENSOR_DATA(y[i]);
	}
	run_batch(plan, from, to, count, rows_bytes);
	pfree(from);
	pfree(to);
}

/*
 * execute_views
 *		The same for inputs and outputs that lie anywhere: x[i] and y[i] point to
 *		the floats of a row.  Inputs may overlap, outputs not; a row takes
 *		input_floats beside its output.
 */
void
execute_views(const C1dPlan *plan, const float *const *x, float *const *y, int64 count, int64 input_floats)
{
	run_batch(plan, x, y, count, count * ((double) input_floats * sizeof(float) + shape_bytes(&plan->output)));
}
