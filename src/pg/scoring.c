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

/* run: count rows, a batch at a time; a row takes input_floats beside its output */
static void
run(const Scoring *scoring, const float *const *x, float *const *y, int64 count, int64 input_floats)
{
	const KeptPlan *cached = scoring->held ? scoring->held : plan_for(scoring->model, &scoring->input);

	for (int64 at = 0; at < count; at += scoring->batch)
		execute_views(&cached->plan, x + at, y + at, Min(scoring->batch, count - at), input_floats);
}

/* outputs_for: room for the addresses of count outputs */
static float **
outputs_for(int64 count)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, (Size) (count + 1) * sizeof(float *));
}

/*
 * scoring_run
 *		Run the model on count inputs and append the outputs to the results.
 *		Inputs may overlap, input_floats is what each takes by itself.
 */
void
scoring_run(Scoring *scoring, const float *const *x, int64 input_floats, int64 count)
{
	float	  **y = outputs_for(count);

	tensor_list_extend(&scoring->results, count, y);
	run(scoring, x, y, count, input_floats);
	pfree(y);
}

/*
 * scoring_array
 *		The results and, after them, the outputs for count inputs more, as
 *		tensor1d[]; the state stays as it is.
 */
Datum
scoring_array(const Scoring *scoring, FunctionCallInfo fcinfo, const float *const *x, int64 count)
{
	float	  **y = outputs_for(count);
	Datum		array = tensor_list_array(&scoring->results, fcinfo, count, y);

	if (count > 0)
		run(scoring, x, y, count, c1d_shape_elements(&scoring->input));
	pfree(y);
	return array;
}
