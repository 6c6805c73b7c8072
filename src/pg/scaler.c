/*
 * src/pg/scaler.c
 *	  minmax_scaler as a type: the value in memory, text and binary I/O.
 */
#include "pg/scaler.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/jsonb.h"

#include "pg/attrs.h"

#define SCALER_VERSION 1
#define SCALER_SIZE(features) (offsetof(Scaler, bounds) + 2 * (Size) (features) * sizeof(double))

/* A varlena of more than this cannot be. */
#define MOST_FEATURES ((int64) (1 << 24))

/* scaler_new: a scaler that has seen nothing yet. */
Scaler *
scaler_new(int64 features, double low, double high, bool clip)
{
	Scaler	   *scaler;
	C1dError	err;

	if (!c1d_scaler_range(low, high, &err))
		c1d_throw(&err);
	if (features > MOST_FEATURES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("minmax_scaler cannot have more than " INT64_FORMAT " features", MOST_FEATURES)));
	scaler = palloc0(SCALER_SIZE(features));
	SET_VARSIZE(scaler, SCALER_SIZE(features));
	scaler->version = SCALER_VERSION;
	scaler->clip = clip;
	scaler->features = (int32) features;
	scaler->low = low + 0.0;	/* no negative zero: JSON has none */
	scaler->high = high + 0.0;
	for (int64 i = 0; i < 2 * features; i++)
		scaler->bounds[i] = get_float8_nan();
	return scaler;
}

/* scaler_from_datum: detoast and check a stored value. */
Scaler *
scaler_from_datum(Datum datum)
{
	Scaler	   *scaler = (Scaler *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(scaler) >= offsetof(Scaler, bounds) && scaler->version > SCALER_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("minmax_scaler value of version %d is not supported", scaler->version)));
	if (VARSIZE(scaler) < offsetof(Scaler, bounds) || scaler->version != SCALER_VERSION ||
		scaler->features < 1 || scaler->features > MOST_FEATURES ||
		VARSIZE(scaler) != SCALER_SIZE(scaler->features))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("corrupt minmax_scaler value")));
	return scaler;
}

/*
 * scaler_core
 *		The same scaler as the core knows it, with what is derived; it points
 *		into the value.
 */
C1dScaler
scaler_core(const Scaler *scaler)
{
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dScaler	core = {
		.features = scaler->features,
		.low = scaler->low,
		.high = scaler->high,
		.clip = scaler->clip,
		.samples_seen = scaler->samples_seen,
		.data_min = scaler->bounds,
		.data_max = scaler->bounds + scaler->features,
	};
	C1dError	err;

	if (!c1d_scaler_derive(&core, &arena, &err))
		c1d_throw(&err);
	return core;
}

static void
append_number(StringInfo out, double number)
{
	char		text[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (isnan(number))
		appendStringInfoString(out, "\"NaN\"");
	else if (isinf(number))
		appendStringInfoString(out, number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
	else
	{
		double_to_shortest_decimal_buf(number, text);
		appendStringInfoString(out, text);
	}
}

static void
append_numbers(StringInfo out, const char *key, const double *numbers, int64 count)
{
	appendStringInfo(out, ", \"%s\": [", key);
	for (int64 i = 0; i < count; i++)
	{
		if (i)
			appendStringInfoString(out, ", ");
		append_number(out, numbers[i]);
	}
	appendStringInfoChar(out, ']');
}

/*
 * minmax_scaler_in(cstring)
 *		JSON with scikit-learn's attribute names; what is derived may be left out.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_scaler_in);
Datum
minmax_scaler_in(PG_FUNCTION_ARGS)
{
	Datum		jsonb;
	C1dValue	object;
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dAttrs	attrs = {.class_name = "minmax_scaler", .object = &object, .arena = &arena};
	C1dScaler	core = {0};
	C1dError	err;
	Scaler	   *scaler;

	if (PG_GETARG_CSTRING(0)[strspn(PG_GETARG_CSTRING(0), " \t\r\n")] != '{')
	{
		c1d_fail(&err, C1D_BAD_TEXT, "invalid input syntax for type minmax_scaler");
		c1d_hint(&err, "It is a JSON object with \"data_min_\" and \"data_max_\"; minmax_fit(x) makes one from a table.");
		return c1d_throw_soft(fcinfo, &err);
	}
	if (!c1d_call_input(fcinfo, jsonb_in, PG_GETARG_CSTRING(0), &jsonb))
		PG_RETURN_NULL();
	object = value_from_jsonb(DatumGetJsonbP(jsonb));
	if (!c1d_scaler_parse(&attrs, &core, &err) || !c1d_attrs_close(&attrs, &err))
	{
		err.code = C1D_BAD_TEXT;
		return c1d_throw_soft(fcinfo, &err);
	}
	scaler = scaler_new(core.features, core.low, core.high, core.clip);
	scaler->samples_seen = core.samples_seen;
	memcpy(scaler->bounds, core.data_min, core.features * sizeof(double));
	memcpy(scaler->bounds + core.features, core.data_max, core.features * sizeof(double));
	PG_RETURN_POINTER(scaler);
}

/* minmax_scaler_out(minmax_scaler) -> cstring: JSON, lossless */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_scaler_out);
Datum
minmax_scaler_out(PG_FUNCTION_ARGS)
{
	C1dScaler	core = scaler_core(PG_GETARG_SCALER(0));
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "{\"feature_range\": [");
	append_number(&out, core.low);
	appendStringInfoString(&out, ", ");
	append_number(&out, core.high);
	appendStringInfo(&out, "], \"clip\": %s, \"n_samples_seen_\": " INT64_FORMAT,
					 core.clip ? "true" : "false", (int64) core.samples_seen);
	append_numbers(&out, "data_min_", core.data_min, core.features);
	append_numbers(&out, "data_max_", core.data_max, core.features);
	append_numbers(&out, "scale_", core.scale, core.features);
	append_numbers(&out, "min_", core.offset, core.features);
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/* minmax_scaler_send(minmax_scaler) -> bytea: version, clip, features, samples, range, bounds */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_scaler_send);
Datum
minmax_scaler_send(PG_FUNCTION_ARGS)
{
	Scaler	   *scaler = PG_GETARG_SCALER(0);
	C1dScaler	core = scaler_core(scaler);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbyte(&out, SCALER_VERSION);
	pq_sendbyte(&out, core.clip);
	pq_sendint32(&out, (int32) core.features);
	pq_sendint64(&out, core.samples_seen);
	pq_sendfloat8(&out, core.low);
	pq_sendfloat8(&out, core.high);
	for (int64 i = 0; i < core.features; i++)
		pq_sendfloat8(&out, core.data_min[i]);
	for (int64 i = 0; i < core.features; i++)
		pq_sendfloat8(&out, core.data_max[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static void __attribute__((noreturn))
bad_binary(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid minmax_scaler: %s", what)));
}

/* canonical: a number as its text would bring it back: one NaN, one zero */
static bool
canonical(double number)
{
	double		only = isnan(number) ? get_float8_nan() : number + 0.0;

	return memcmp(&only, &number, sizeof(double)) == 0;
}

/* minmax_scaler_recv(internal) -> minmax_scaler */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_scaler_recv);
Datum
minmax_scaler_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			version,
				clip;
	int32		features;
	int64		samples;
	double		low,
				high;
	Scaler	   *scaler;

	if (message->len - message->cursor < 30)
		bad_binary("it is shorter than its header");
	version = pq_getmsgbyte(message);
	if (version > SCALER_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("minmax_scaler value of version %d is not supported", version)));
	clip = pq_getmsgbyte(message);
	features = pq_getmsgint(message, 4);
	samples = pq_getmsgint64(message);
	low = pq_getmsgfloat8(message);
	high = pq_getmsgfloat8(message);
	if (version != SCALER_VERSION || clip > 1 || features < 1 || features > MOST_FEATURES || samples < 0)
		bad_binary("its header is impossible");
	if (message->len - message->cursor != 16 * (int64) features)
		bad_binary("its length does not agree with its number of features");
	if (!isfinite(low) || !isfinite(high) || low >= high || !canonical(low) || !canonical(high))
		bad_binary("its feature range does not rise");
	scaler = scaler_new(features, low, high, clip);
	scaler->samples_seen = samples;
	for (int64 i = 0; i < 2 * (int64) features; i++)
		scaler->bounds[i] = pq_getmsgfloat8(message);
	for (int32 i = 0; i < features; i++)
	{
		double		data_min = scaler->bounds[i];
		double		data_max = scaler->bounds[features + i];

		if (!canonical(data_min) || !canonical(data_max))
			bad_binary("a number is not in the form that it is stored in");
		if (isinf(data_min) || isinf(data_max) || data_min > data_max || isnan(data_min) != isnan(data_max))
			bad_binary("a minimum exceeds its maximum, or is not finite");
	}
	PG_RETURN_POINTER(scaler);
}

/* minmax_scaler -> jsonb: the configuration of the layers MinMaxScaler and MinMaxInverse */
PGDLLEXPORT PG_FUNCTION_INFO_V1(minmax_scaler_to_jsonb);
Datum
minmax_scaler_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, minmax_scaler_out(fcinfo));
}
