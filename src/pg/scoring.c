/*
 * src/pg/scoring.c
 *	  One model, many inputs of one shape, in batches.
 *
 * The final function of an aggregate does not get the model, so the state has
 * to keep it, and a hash aggregate has a state for each of its groups.  A toast
 * pointer is a few bytes, stays valid as long as the query, and is copied; so
 * is a small model.  Of a large one that is not stored the plan is held, which
 * groups share.
 */
#include "pg/scoring.h"

#include "utils/datum.h"

/* A model of so many bytes is copied into each group. */
#define SMALL_MODEL 2048

/*
 * scoring_begin
 *		Take up the model and the shape of its inputs; results.context and
 *		results.owner are set.  Raises what planning the model raises.
 */
void
scoring_begin(Scoring *scoring, Datum model, const C1dShape *input)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(model);
	MemoryContext context = scoring->results.context;
	const KeptPlan *cached;

	model_known_fingerprint(model, scoring->fingerprint);
	scoring->input = *input;
	if (VARATT_IS_EXTERNAL_ONDISK(value) || (!VARATT_IS_EXTERNAL(value) && VARSIZE_ANY(value) <= SMALL_MODEL))
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		scoring->model = datumCopy(model, false, -1);
		MemoryContextSwitchTo(old);
		cached = plan_for(model, input);
	}
	else
		cached = scoring->held = plan_hold(model, input, context);
	scoring->batch = batch_rows(&cached->plan);
	scoring->results.shape = cached->plan.output;
	tensor_check_shape(&scoring->results.shape);
	scoring->begun = true;
}

/* scoring_same_model: refuse another model in one group. */
void
scoring_same_model(const Scoring *scoring, Datum model)
{
	char		fingerprint[C1D_FINGERPRINT];

	model_known_fingerprint(model, fingerprint);
	if (memcmp(fingerprint, scoring->fingerprint, C1D_FINGERPRINT) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s takes one model for all rows of a group", scoring->results.owner),
				 errhint("GROUP BY the model, or call predict() for each row.")));
}

/* What a batch reads and writes. */
typedef struct Rows
{
	int64		count;
	const float **x;
	float	  **y;
} Rows;

static Rows
rows_at(const float *first, int64 stride, int64 count)
{
	Rows		rows = {.count = count};

	rows.x = MemoryContextAllocHuge(CurrentMemoryContext, (Size) (count + 1) * sizeof(*rows.x));
	rows.y = MemoryContextAllocHuge(CurrentMemoryContext, (Size) (count + 1) * sizeof(*rows.y));
	for (int64 i = 0; i < count; i++)
		rows.x[i] = first + i * stride;
	return rows;
}

static void
run(const Scoring *scoring, const Rows *rows, int64 stride)
{
	const KeptPlan *cached = scoring->held ? scoring->held : plan_for(scoring->model, &scoring->input);

	execute_views(&cached->plan, rows->x, rows->y, rows->count, Min(stride, c1d_shape_elements(&scoring->input)));
	pfree(rows->x);
	pfree(rows->y);
}

/*
 * scoring_run
 *		Run the model on count inputs, each stride floats after the one before,
 *		and append the outputs to the results.
 */
void
scoring_run(Scoring *scoring, const float *first, int64 stride, int64 count)
{
	Rows		rows = rows_at(first, stride, count);

	tensor_list_extend(&scoring->results, count, rows.y);
	run(scoring, &rows, stride);
}

/*
 * scoring_array
 *		The results and, after them, the outputs for count inputs more, as
 *		tensor1d[]; the state stays as it is.
 */
Datum
scoring_array(const Scoring *scoring, FunctionCallInfo fcinfo, const float *first, int64 stride, int64 count)
{
	Rows		rows = rows_at(first, stride, count);
	Datum		array = tensor_list_array(&scoring->results, fcinfo, count, rows.y);

	if (count > 0)
		run(scoring, &rows, stride);
	return array;
}
