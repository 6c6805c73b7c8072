/*
 * src/pg/tensor_json.c
 *	  tensor1d <-> jsonb, as nested arrays of numbers.
 *
 * JSON has no NaN and no infinity; they travel as the strings "NaN",
 * "Infinity" and "-Infinity", as PostgreSQL's to_jsonb() writes them.
 */
#include "pg/tensor.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "formats/tensor_text.h"

/* json_number: a float as the JSON value that reads back to the same bits. */
static JsonbValue
json_number(float value)
{
	JsonbValue	json;

	if (isfinite(value))
	{
		char		text[FLOAT_SHORTEST_DECIMAL_LEN];

		float_to_shortest_decimal_buf(value, text);
		json.type = jbvNumeric;
		json.val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
															   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	}
	else
	{
		const char *word = isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

		json.type = jbvString;
		json.val.string.val = pstrdup(word);
		json.val.string.len = (int) strlen(word);
	}
	return json;
}

/* A JSON value that is being made; its result is NULL until it is whole. */
#if PG_VERSION_NUM >= 190000
typedef JsonbInState JsonBuild;
#else
typedef struct JsonBuild
{
	JsonbValue *result;
	JsonbParseState *state;
} JsonBuild;
#endif

static void
push(JsonBuild *build, JsonbIteratorToken token, JsonbValue *value)
{
#if PG_VERSION_NUM >= 190000
	pushJsonbValue(build, token, value);
#else
	build->result = pushJsonbValue(&build->state, token, value);
#endif
}

/* tensor1d_to_jsonb(x) */
PGDLLEXPORT PG_FUNCTION_INFO_V1(tensor1d_to_jsonb);
Datum
tensor1d_to_jsonb(PG_FUNCTION_ARGS)
{
	C1dTensor	x = tensor_view(PG_GETARG_TENSOR(0));
	int64		elements = c1d_shape_elements(&x.shape);
	JsonBuild	build = {0};
	int64		index[C1D_MAX_RANK] = {0};

	for (int axis = 0; axis < x.shape.rank; axis++)
		push(&build, WJB_BEGIN_ARRAY, NULL);
	for (int64 i = 0; i < elements; i++)
	{
		JsonbValue	number = json_number(x.data[i]);
		int			axis;

		TENSOR_POLL(i);
		push(&build, WJB_ELEM, &number);
		for (axis = x.shape.rank - 1; axis >= 0 && ++index[axis] == x.shape.dim[axis]; axis--)
		{
			index[axis] = 0;
			push(&build, WJB_END_ARRAY, NULL);
		}
		if (axis >= 0)
			while (++axis < x.shape.rank)
				push(&build, WJB_BEGIN_ARRAY, NULL);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(build.result));
}

static void __attribute__((noreturn))
no_tensor(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("jsonb value is no tensor1d"),
			 errdetail("%s", detail)));
}

/* from_element: one member of the innermost arrays. */
static float
from_element(const JsonbValue *json)
{
	float		value;
	C1dError	err;

	if (json->type == jbvNumeric)
	{
		char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(json->val.numeric)));

		if (!c1d_text_number(text, (int64) strlen(text), &value, &err))
			c1d_throw(&err);
		pfree(text);
		return value;
	}
	if (json->type == jbvNull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("jsonb value with null is no tensor1d"),
				 errhint("A gap is written as the string \"NaN\".")));
	if (json->type == jbvString &&
		c1d_text_number(json->val.string.val, json->val.string.len, &value, &err) && !isfinite(value))
		return value;
	no_tensor("Elements are numbers or \"NaN\", \"Infinity\", \"-Infinity\".");
}

/*
 * jsonb_to_tensor1d(json)
 *		An array knows its length where it begins, so the shape is settled on the
 *		way to the first number.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(jsonb_to_tensor1d);
Datum
jsonb_to_tensor1d(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	C1dShape	shape = {0};
	int			depth = 0;
	int64		done = 0;
	Tensor	   *result = NULL;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		if (token == WJB_END_ARRAY)
			depth--;
		else if (token == WJB_BEGIN_ARRAY && !value.val.array.rawScalar)
		{
			int			size = value.val.array.nElems;

			if (depth == C1D_MAX_RANK)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("jsonb value is nested too deeply for tensor1d"),
						 errdetail("A tensor has 1 to %d dimensions.", C1D_MAX_RANK)));
			if (size == 0)
				no_tensor("An array is empty.");
			if (result == NULL)
				shape.dim[depth] = size;
			else if (depth >= shape.rank || shape.dim[depth] != size)
				no_tensor("Arrays of the same level must have the same number of members.");
			depth++;
		}
		else if (token == WJB_ELEM && depth > 0)
		{
			if (result == NULL)
			{
				shape.rank = depth;
				result = tensor_new(&shape);
			}
			if (depth != shape.rank)
				no_tensor("Arrays of the same level must have the same number of members.");
			TENSOR_POLL(done);
			TENSOR_DATA(result)[done++] = from_element(&value);
		}
		else
			no_tensor("A tensor is nested arrays of numbers.");
	}
	PG_RETURN_TENSOR(result);
}
