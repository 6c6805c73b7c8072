/*
 * src/pg/predict_windows.c
 *	  predict_windows_agg: a model on every window of one long series.
 *
 * Windows are views into the series, never copied; element i of the result is
 * the output for the window that begins at step 1 + (i - 1) * step, as
 * windows() numbers them.  The last steps that do not fill a window are not
 * scored.  Steps that no later window needs are forgotten, so a series of any
 * length passes through.
 */
#include "pg/scoring.h"
#include "pg/tensor_rows.h"

typedef struct Windows
{
	Scoring		scoring;
	int64		window;			/* steps */
	int64		step;
	int64		channels;
	int64		begin;			/* step of the series that series[0] is, from 0 */
	int64		have;			/* steps from there on */
	int64		next;			/* step where the next window begins */
	float	   *series;
	int64		room;			/* steps */
} Windows;

static void
check_size(const char *name, int64 size, int64 before)
{
	if (size < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of predict_windows_agg() must be at least 1, not %lld", name, (long long) size)));
	if (size != before)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of predict_windows_agg() must be the same for all rows", name),
				 errdetail("It was %lld and is %lld.", (long long) before, (long long) size)));
}

/* forget: the steps that no window to come needs. */
static void
forget(Windows *windows)
{
	int64		gone = Min(windows->next - windows->begin, windows->have);

	if (gone == 0)
		return;
	windows->begin += gone;
	windows->have -= gone;
	memmove(windows->series, windows->series + gone * windows->channels,
			(Size) (windows->have * windows->channels) * sizeof(float));
}

/* complete: how many windows are there from the next one on? */
static int64
complete(const Windows *windows)
{
	int64		steps = windows->begin + windows->have - windows->next;

	return steps < windows->window ? 0 : (steps - windows->window) / windows->step + 1;
}

/* first_window: the floats of the next one. */
static const float *
first_window(const Windows *windows)
{
	return windows->series + (windows->next - windows->begin) * windows->channels;
}

/* run_windows: those that are complete. */
static void
run_windows(Windows *windows)
{
	int64		count = complete(windows);
	int64		stride = windows->step * windows->channels;
	const float **x = MemoryContextAllocHuge(CurrentMemoryContext, (Size) count * sizeof(float *));

	for (int64 i = 0; i < count; i++)
	{
		tensor_list_row(&windows->scoring.results, false);
		x[i] = first_window(windows) + i * stride;
	}
	scoring_run(&windows->scoring, x, Min(stride, windows->window * windows->channels), count);
	pfree(x);
	windows->next += count * windows->step;
}

/*
 * append
 *		Steps of the series, as many at once as fit beside those of the batch.
 */
static void
append(Windows *windows, const Rows *rows)
{
	int64		batch_steps = windows->window + (windows->scoring.batch - 1) * windows->step;
	int64		done = 0;

	while (done < rows->steps)
	{
		int64		steps;

		forget(windows);
		if (windows->have == 0 && windows->begin < windows->next)
		{
			/* between two windows that do not touch */
			steps = Min(windows->next - windows->begin, rows->steps - done);
			windows->begin += steps;
			done += steps;
			continue;
		}
		steps = Min(rows->steps - done, batch_steps - windows->have);
		if (windows->have + steps > windows->room)
		{
			int64		room = Max(windows->have + steps, Min(windows->room * 2, batch_steps));
			Size		size = (Size) (room * windows->channels) * sizeof(float);

			windows->series = windows->series == NULL ? MemoryContextAllocHuge(windows->scoring.results.context, size) :
				repalloc_huge(windows->series, size);
			windows->room = room;
		}
		memcpy(windows->series + windows->have * windows->channels, rows->data + done * windows->channels,
			   (Size) (steps * windows->channels) * sizeof(float));
		windows->have += steps;
		done += steps;
		if (windows->have == batch_steps)
			run_windows(windows);
	}
}

/* begin: take up the arguments of the first row. */
static void
begin(Windows *windows, FunctionCallInfo fcinfo, int64 channels)
{
	Scoring    *scoring = &windows->scoring;
	C1dShape	input;

	windows->window = PG_GETARG_INT32(3);
	windows->step = PG_GETARG_INT32(4);
	windows->channels = channels;
	check_size("window", windows->window, windows->window);
	check_size("step", windows->step, windows->step);
	input = c1d_shape2(windows->window, channels);
	tensor_check_shape(&input);
	scoring_begin(scoring, PG_GETARG_DATUM(1), &input);

	/* what lies between windows that do not touch takes room, too */
	if (windows->step > windows->window)
		scoring->batch = Max(scoring->batch * windows->window / windows->step, 1);
}

/*
 * push: the transition (internal, model, value, window, step).
 *
 * A row whose model or value is NULL is left out, as tensor1d_agg() does.
 */
static Datum
push(FunctionCallInfo fcinfo, RowsFrom from)
{
	MemoryContext context;
	Windows    *windows;
	Rows		rows;

	tensor_no_aggregate(fcinfo, &context, "predict_windows_agg_transition");
	if (PG_ARGISNULL(3) || PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("window and step of predict_windows_agg() must not be NULL")));
	windows = PG_ARGISNULL(0) ? MemoryContextAllocZero(context, sizeof(Windows)) : (Windows *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(windows);

	from(fcinfo, 2, &rows);
	windows->scoring.results.context = context;
	windows->scoring.results.owner = "predict_windows_agg()";
	if (!windows->scoring.begun)
		begin(windows, fcinfo, rows.channels);
	check_size("window", PG_GETARG_INT32(3), windows->window);
	check_size("step", PG_GETARG_INT32(4), windows->step);
	scoring_same_model(&windows->scoring, PG_GETARG_DATUM(1));
	rows_check_channels(&rows, windows->channels,
						Min(windows->begin + windows->have, C1D_MAX_ELEMENTS / windows->channels - rows.steps));
	append(windows, &rows);
	PG_RETURN_POINTER(windows);
}

#define TRANSITION(name, from) \
	PGDLLEXPORT PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return push(fcinfo, from); \
	}

TRANSITION(predict_windows_agg_number, rows_from_number)
TRANSITION(predict_windows_agg_array, rows_from_array)
TRANSITION(predict_windows_agg_tensor, rows_from_tensor)

/*
 * predict_windows_agg_final(internal) -> tensor1d[], empty when there is no
 * whole window, NULL without rows
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(predict_windows_agg_final);
Datum
predict_windows_agg_final(PG_FUNCTION_ARGS)
{
	Windows    *windows;

	tensor_no_aggregate(fcinfo, NULL, "predict_windows_agg_final");
	windows = PG_ARGISNULL(0) ? NULL : (Windows *) PG_GETARG_POINTER(0);
	if (windows == NULL || !windows->scoring.begun)
		PG_RETURN_NULL();
	if (complete(windows) > 0)
		run_windows(windows);
	return scoring_array(&windows->scoring, fcinfo, NULL, 0);
}
