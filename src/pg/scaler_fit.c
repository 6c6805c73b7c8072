/*
 * src/pg/scaler_fit.c
 *	  Fitting a minmax_scaler in SQL, merging two, and scaling with one.
 *
 * A scaler is also the state of its own aggregate, so it crosses workers and
 * shards as a plain value.  A feature that has seen no number yet has a
 * minimum of NaN; partial results merge by the numbers that are there, so the
 * order of merging never matters.
 */
#include "pg/scaler.h"

#include <math.h>

#include "common/int.h"

#include "pg/settings.h"

/* see: one more number of a feature; NaN is a gap and does not count */
static inline void
see(Scaler *scaler, int64 feature, double number)
{
	double	   *data_min = &scaler->bounds[feature];
	double	   *data_max = &scaler->bounds[scaler->features + feature];

	number += 0.0;				/* no negative zero */
	if (!(number >= *data_min))
		*data_min = isnan(number) ? *data_min : number;
	if (!(number <= *data_max))
		*data_max = isnan(number) ? *data_max : number;
}

/* count_samples: at the most there is, the count stays */
static void
count_samples(Scaler *scaler, int64 more)
{
	if (pg_add_s64_overflow(scaler->samples_seen, more, &scaler->samples_seen))
		scaler->samples_seen = PG_INT64_MAX;
}

/*
 * same_width
 *		Two parts of one aggregate, or two scalers to be merged, must have the
 *		same features.
 */
static void
same_width(int64 wanted, int64 got)
{
	if (wanted != got)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("cannot fit one scaler on " INT64_FORMAT " and on " INT64_FORMAT " features", wanted, got),
				 errhint("Fit one scaler for each kind of series: GROUP BY channels(x).")));
}

/*
 * fitting
 *		The state to go on with: the one from before, or a new one of so many
 *		features with the arguments feature_min, feature_max, clip from 2 on.
 *		Between calls it lives in the aggregate's context and is changed in
 *		place.
 */
static Scaler *
fitting(FunctionCallInfo fcinfo, int64 features)
{
	MemoryContext context,
				old;
	Scaler	   *state;
	double		low = 0,
				high = 1;
	bool		clip = false;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("minmax_fit_step cannot be called outside an aggregate")));
	if (PG_NARGS() >= 4)
	{
		if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || (PG_NARGS() > 4 && PG_ARGISNULL(4)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("feature_min, feature_max and clip must not be null")));
		low = PG_GETARG_FLOAT8(2);
		high = PG_GETARG_FLOAT8(3);
		clip = PG_NARGS() > 4 && PG_GETARG_BOOL(4);
	}
	if (!PG_ARGISNULL(0))
	{
		state = PG_GETARG_SCALER(0);
		same_width(state->features, features);
		if (state->low != low || state->high != high || (bool) state->clip != clip)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("feature_min, feature_max and clip must be the same for every row")));
		return state;
	}
	old = MemoryContextSwitchTo(context);
	state = scaler_new(features, low, high, clip);
	MemoryContextSwitchTo(old);
	return state;
}

static void __attribute__((noreturn))
infinite(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("cannot fit a scaler on infinity"),
			 errhint("Leave such values out with WHERE or FILTER.")));
}

/*
 * minmax_fit_step(minmax_scaler, x tensor1d [, feature_min, feature_max [, clip]])
 *		Transition: every step of x is a sample.  A null x does not count.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_fit_step);
Datum
minmax_fit_step(PG_FUNCTION_ARGS)
{
	Tensor	   *x;
	C1dShape	shape;
	Scaler	   *state;
	const float *data;
	int64		rows;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	x = PG_GETARG_TENSOR(1);
	shape = tensor_shape(x);
	state = fitting(fcinfo, c1d_shape_channels(&shape));
	data = TENSOR_DATA(x);
	rows = c1d_shape_elements(&shape) / state->features;
	for (int64 r = 0; r < rows; r++)
		for (int64 c = 0; c < state->features; c++)
		{
			float		number = data[r * state->features + c];

			if (isinf(number))
				infinite();
			see(state, c, number);
		}
	count_samples(state, rows);
	PG_FREE_IF_COPY(x, 1);
	PG_RETURN_POINTER(state);
}

/* minmax_fit_step(minmax_scaler, value float8): one feature, a number a row */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_fit_number_step);
Datum
minmax_fit_number_step(PG_FUNCTION_ARGS)
{
	Scaler	   *state;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = fitting(fcinfo, 1);
	if (isinf(PG_GETARG_FLOAT8(1)))
		infinite();
	see(state, 0, PG_GETARG_FLOAT8(1));
	count_samples(state, 1);
	PG_RETURN_POINTER(state);
}

/*
 * minmax_merge(a minmax_scaler, b minmax_scaler) -> minmax_scaler
 *		The scaler that has seen what both have seen; the same feature range and
 *		clip in both.  Null has seen nothing.  Also the combine function of
 *		minmax_fit.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_merge);
Datum
minmax_merge(PG_FUNCTION_ARGS)
{
	Scaler	   *a,
			   *b,
			   *both;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(PG_ARGISNULL(0) ? 1 : 0));
	a = PG_GETARG_SCALER(0);
	b = PG_GETARG_SCALER(1);
	same_width(a->features, b->features);
	if (a->low != b->low || a->high != b->high || a->clip != b->clip)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("cannot merge scalers of different feature ranges"),
				 errdetail("They scale to %g .. %g%s and to %g .. %g%s.",
						   a->low, a->high, a->clip ? " clipped" : "", b->low, b->high, b->clip ? " clipped" : "")));
	both = palloc(VARSIZE(a));
	memcpy(both, a, VARSIZE(a));
	for (int64 i = 0; i < b->features; i++)
	{
		see(both, i, b->bounds[i]);
		see(both, i, b->bounds[b->features + i]);
	}
	count_samples(both, b->samples_seen);
	PG_RETURN_POINTER(both);
}

static Datum
scale(FunctionCallInfo fcinfo, bool inverse)
{
	C1dScaler	core = scaler_core(PG_GETARG_SCALER(0));
	Tensor	   *x = PG_GETARG_TENSOR(1);
	C1dShape	shape = tensor_shape(x);
	C1dError	err;
	Tensor	   *y;

	if (!c1d_scaler_fits(&core, &shape, inverse, &err))
		c1d_throw(&err);
	y = tensor_new(&shape);
	c1d_scaler_apply(&core, c1d_tuning().isa, inverse, TENSOR_DATA(x), TENSOR_DATA(y), c1d_shape_elements(&shape) / core.features);
	PG_RETURN_TENSOR(y);
}

/* minmax_transform(minmax_scaler, x (timesteps, features)) -> the shape of x */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_transform);
Datum
minmax_transform(PG_FUNCTION_ARGS)
{
	return scale(fcinfo, false);
}

/* minmax_inverse_transform(minmax_scaler, x (timesteps, features)) -> the shape of x */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_inverse_transform);
Datum
minmax_inverse_transform(PG_FUNCTION_ARGS)
{
	return scale(fcinfo, true);
}
