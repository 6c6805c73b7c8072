/*
 * src/pg/predict_agg.c
 *	  predict_agg: a model on the rows of a group, in batches on several threads.
 *
 * Element i of the result is predict(model, x) of the i-th row, NULL where that
 * is NULL, so that it stands beside array_agg() of other columns with the same
 * ORDER BY.  Either inputs or outputs wait for the end of the group, whichever
 * are smaller.
 */
#include "pg/scoring.h"

typedef struct Scores
{
	Scoring		scoring;
	Blocks		inputs;
	const float **pending;		/* inputs that were not yet run */
	int64		pending_rows;
	int64		pending_room;
} Scores;

static void __attribute__((noreturn))
mixed_shapes(const C1dShape *before, const C1dShape *now)
{
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT];

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("predict_agg() got inputs of shape %s and of shape %s",
					c1d_shape_text(before, a), c1d_shape_text(now, b)),
			 errdetail("All rows of a group must have the same shape."),
			 errhint("GROUP BY shape(x), or call predict() for each row.")));
}

/*
 * runs_at_once
 *		Are outputs smaller than inputs?  Then a batch is run as soon as it is
 *		full, and its inputs' memory is that of the next.  Otherwise the inputs
 *		wait, and all outputs are written where the array has them.
 */
static bool
runs_at_once(const Scoring *scoring)
{
	return c1d_shape_elements(&scoring->results.shape) < c1d_shape_elements(&scoring->input);
}

/* keep: one input more, which lies in scores->inputs */
static void
keep(Scores *scores, const Tensor *x)
{
	if (scores->pending_rows == scores->pending_room)
	{
		scores->pending_room = Max(2 * scores->pending_room, 4);
		if (scores->pending == NULL)
			scores->pending = MemoryContextAlloc(scores->inputs.context, (Size) scores->pending_room * sizeof(float *));
		else
			scores->pending = repalloc_huge(scores->pending, (Size) scores->pending_room * sizeof(float *));
	}
	scores->pending[scores->pending_rows++] = tensor_view(x).data;
}

static void
run_pending(Scores *scores)
{
	Scoring    *scoring = &scores->scoring;

	scoring_run(scoring, scores->pending, c1d_shape_elements(&scoring->input), scores->pending_rows);
	scores->pending_rows = 0;
	blocks_reuse(&scores->inputs);
}

/*
 * predict_agg_transition(internal, model conv1d_model, x tensor1d) -> internal
 *
 * Errors: those of predict(), 22000 for another shape than before, 22023 for
 * another model, 54000 when the result would be too large.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(predict_agg_transition);
Datum
predict_agg_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Scores	   *scores;
	Scoring    *scoring;
	Tensor	   *x;
	C1dShape	shape;

	tensor_no_aggregate(fcinfo, &context, "predict_agg_transition");
	scores = PG_ARGISNULL(0) ? MemoryContextAllocZero(context, sizeof(Scores)) : (Scores *) PG_GETARG_POINTER(0);
	scoring = &scores->scoring;
	scoring->results.context = context;
	scoring->results.owner = "predict_agg()";
	scores->inputs.context = context;
	scores->inputs.borrows = true;
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		tensor_list_row(&scoring->results, true);
		PG_RETURN_POINTER(scores);
	}

	x = tensor_copy_of_datum(PG_GETARG_DATUM(2), &scores->inputs);
	shape = tensor_shape(x);
	if (!scoring->begun)
		scoring_begin(scoring, PG_GETARG_DATUM(1), &shape);
	scoring_same_model(scoring, PG_GETARG_DATUM(1));
	if (!c1d_shape_equal(&shape, &scoring->input))
		mixed_shapes(&scoring->input, &shape);
	tensor_list_row(&scoring->results, false);
	keep(scores, x);
	if (scores->pending_rows == scoring->batch && runs_at_once(scoring))
		run_pending(scores);
	PG_RETURN_POINTER(scores);
}

/* predict_agg_final(internal) -> tensor1d[], NULL without rows */
PGDLLEXPORT PG_FUNCTION_INFO_V1(predict_agg_final);
Datum
predict_agg_final(PG_FUNCTION_ARGS)
{
	Scores	   *scores;

	tensor_no_aggregate(fcinfo, NULL, "predict_agg_final");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	scores = (Scores *) PG_GETARG_POINTER(0);

	/* over a window frame rows go on coming, and none shall be run twice */
	if (scores->pending_rows > 0 && AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_WINDOW)
		run_pending(scores);
	return scoring_array(&scores->scoring, fcinfo, scores->pending, scores->pending_rows);
}
