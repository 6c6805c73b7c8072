/*
 * src/pg/row_batch_run.c
 *	  A model on the rows of a batch, shape by shape.
 */
#include "pg/row_batch.h"

#include "pg/plan_cache.h"

/* So many rows keep several processors busy even when they exceed the budget. */
#define FEW 16

/*
 * batch_fit
 *		How many rows to read next: what fits in budget, but enough to keep the
 *		processors busy while that is a small part of conv1d.max_memory.
 */
int64
batch_fit(int64 most_rows, Size budget, double bytes_a_row)
{
	double		rows = budget / Max(bytes_a_row, 1.0);

	if (rows < FEW)
		rows = Max(rows, Min(FEW, c1d_max_memory() / 4 / Max(bytes_a_row, 1.0)));
	return (int64) Max(1.0, Min(rows, (double) most_rows));
}

/* A row to be run, and where it stands in the batch. */
typedef struct Slot
{
	Tensor	   *x;
	int64		index;
} Slot;

static int
compare_shapes(const Slot *a, const Slot *b)
{
	if (a->x->rank != b->x->rank)
		return a->x->rank < b->x->rank ? -1 : 1;
	for (int i = 0; i < a->x->rank; i++)
		if (a->x->dim[i] != b->x->dim[i])
			return a->x->dim[i] < b->x->dim[i] ? -1 : 1;
	return 0;
}

static int
compare_slots(const void *a, const void *b)
{
	const Slot *left = a;
	const Slot *right = b;
	int			order = compare_shapes(left, right);

	return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

/*
 * shape_fits
 *		Does the model take this shape?  Without a graph the plan will tell.
 */
static bool
shape_fits(RowBatch *batch, const Slot *slots, int64 count)
{
	C1dShape	shape = tensor_shape(slots[0].x);
	C1dShape   *shapes;
	C1dError	err;

	if (batch->graph == NULL)
		return true;
	shapes = palloc0(batch->graph->count * sizeof(C1dShape));
	if (c1d_graph_infer(batch->graph, &shape, shapes, &err))
	{
		pfree(shapes);
		return true;
	}
	pfree(shapes);
	if (batch->refused == 0 || slots[0].index < batch->refused_first)
	{
		batch->refused_first = slots[0].index;
		batch->refusal = err;
	}
	batch->refused += count;
	return false;
}

/*
 * batch_score
 *		The outputs of all rows.  Rows of one shape run together, whatever stands
 *		between them; an error names the first row of its shape.
 *
 * No code of a user runs between plan_for and the end of a run, so the plan
 * stays what it is.
 */
void
batch_score(RowBatch *batch, const Model *model)
{
	ErrorContextCallback callback = {.callback = batch_say_row, .arg = batch, .previous = error_context_stack};
	MemoryContext old = MemoryContextSwitchTo(batch->context);
	Slot	   *slots = MemoryContextAllocHuge(batch->context, (batch->count + 1) * sizeof(Slot));
	Tensor	  **x = MemoryContextAllocHuge(batch->context, (batch->count + 1) * sizeof(Tensor *));
	Tensor	  **y = MemoryContextAllocHuge(batch->context, (batch->count + 1) * sizeof(Tensor *));
	int64		slot_count = 0;
	int64		at_once;
	int64		end;

	for (int64 i = 0; i < batch->count; i++)
		if (batch->x[i] != NULL)
			slots[slot_count++] = (Slot) {batch->x[i], i};
	qsort(slots, slot_count, sizeof(Slot), compare_slots);

	error_context_stack = &callback;
	for (int64 start = 0; start < slot_count; start = end)
	{
		C1dShape	shape = tensor_shape(slots[start].x);
		const KeptPlan *cached;

		for (end = start; end < slot_count && compare_shapes(&slots[start], &slots[end]) == 0; end++)
			x[end - start] = slots[end].x;
		if (!shape_fits(batch, &slots[start], end - start))
			continue;
		batch_name_row(batch, slots[start].index);
		cached = plan_for(PointerGetDatum(model), &shape);
		batch->named = NULL;
		for (int64 at = start; at < end; at += at_once)
		{
			at_once = Min(batch_rows(&cached->plan), end - at);
			execute_batch(&cached->plan, x + (at - start), y + (at - start), at_once, &batch->tensors);
		}
		for (int64 i = start; i < end; i++)
		{
			batch->y[slots[i].index] = y[i - start];
			batch->bytes += VARSIZE(y[i - start]);
		}
	}
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(old);
}
