/*
 * src/pg/attrs.c
 *	  jsonb -> value tree -> JSON text, and SQL arguments -> value tree.
 */
#include "pg/attrs.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/numeric.h"
#include "utils/syscache.h"

/*
 * value_from_numeric
 *		A whole number within int64 becomes an integer, everything else a double.
 */
static C1dValue
value_from_numeric(Numeric numeric, bool soft)
{
	C1dValue	value = {0};
	char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(numeric)));
	double		real;
	char	   *end;

	errno = 0;
	value.type = C1D_INT;
	value.as.integer = strtoll(text, &end, 10);
	if (errno == 0 && *end == '\0')
		return value;

	errno = 0;
	real = strtod(text, NULL);
	if (!isfinite(real) && !soft)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a number of the configuration is out of range for type double precision")));
	if (c1d_value_is_real(real) || !isfinite(real))
	{
		value.type = C1D_REAL;
		value.as.real = real;
	}
	else
		value.as.integer = (int64) real;
	return value;
}

/*
 * room_for
 *		Memory for the members of a list or object; refuses what would not fit.
 */
static void *
room_for(int count, Size size)
{
	if (count > (int) (MaxAllocSize / size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("list of %d values is too long", count),
				 errdetail("At most %d are possible.", (int) (MaxAllocSize / size))));
	return palloc0(Max(count, 1) * size);
}

static C1dValue
value_from_scalar(const JsonbValue *scalar, bool soft)
{
	C1dValue	value = {0};

	switch (scalar->type)
	{
		case jbvBool:
			value.type = C1D_BOOL;
			value.as.boolean = scalar->val.boolean;
			break;
		case jbvNumeric:
			value = value_from_numeric(scalar->val.numeric, soft);
			break;
		case jbvString:
			value.type = C1D_STRING;
			value.as.string.bytes = scalar->val.string.val;
			value.as.string.length = scalar->val.string.len;
			break;
		default:
			value.type = C1D_NULL;
			break;
	}
	return value;
}

/* What is only checked may be a model in a model in a model: each puts three levels around its layers, and those have 16. */
#define CHECKED_DEPTH (C1D_VALUE_DEPTH + 3 * 16)

/*
 * value_from_iterator
 *		The container that the iterator has just begun, or a scalar.
 */
static C1dValue
value_from_iterator(JsonbIterator **iterator, JsonbIteratorToken token, JsonbValue *current, int depth, bool soft)
{
	C1dValue	value = {0};
	int64		count = 0;

	if (token == WJB_ELEM || token == WJB_VALUE)
		return value_from_scalar(current, soft);
	if (depth > CHECKED_DEPTH && soft)
	{
		/* an empty list, which no attribute can be */
		for (int open = 1; open > 0;)
		{
			token = JsonbIteratorNext(iterator, current, false);
			open += token == WJB_BEGIN_ARRAY || token == WJB_BEGIN_OBJECT;
			open -= token == WJB_END_ARRAY || token == WJB_END_OBJECT;
		}
		value.type = C1D_LIST;
		return value;
	}
	if (depth > C1D_VALUE_DEPTH && !soft)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("configuration is nested too deeply"),
				 errdetail("At most %d levels are possible.", C1D_VALUE_DEPTH)));
	if (token == WJB_BEGIN_ARRAY)
	{
		value.type = C1D_LIST;
		value.as.list.items = room_for(current->val.array.nElems, sizeof(C1dValue));
		while ((token = JsonbIteratorNext(iterator, current, false)) != WJB_END_ARRAY)
			value.as.list.items[count++] = value_from_iterator(iterator, token, current, depth + 1, soft);
		value.as.list.count = count;
		return value;
	}
	value.type = C1D_OBJECT;
	value.as.object.members = room_for(current->val.object.nPairs, sizeof(C1dMember));
	while ((token = JsonbIteratorNext(iterator, current, false)) != WJB_END_OBJECT)
	{
		C1dMember  *member = &value.as.object.members[count++];

		member->key = current->val.string.val;
		member->key_length = current->val.string.len;
		token = JsonbIteratorNext(iterator, current, false);
		member->value = value_from_iterator(iterator, token, current, depth + 1, soft);
	}
	value.as.object.count = count;
	return value;
}

static C1dValue
value_from_root(Jsonb *jsonb, bool soft)
{
	JsonbIterator *iterator = JsonbIteratorInit(&jsonb->root);
	JsonbValue	current;
	JsonbIteratorToken token = JsonbIteratorNext(&iterator, &current, false);

	if (!JB_ROOT_IS_SCALAR(jsonb))
		return value_from_iterator(&iterator, token, &current, 0, soft);
	(void) JsonbIteratorNext(&iterator, &current, false);
	return value_from_scalar(&current, soft);
}

/*
 * value_from_jsonb
 *		The tree of a jsonb.  Its strings stay inside the jsonb.
 */
C1dValue
value_from_jsonb(Jsonb *jsonb)
{
	return value_from_root(jsonb, false);
}

/*
 * value_to_check
 *		The same, raising nothing: what cannot be in a configuration, a number
 *		outside double or too deep a nest, becomes what no layer accepts.
 */
C1dValue
value_to_check(Jsonb *jsonb)
{
	return value_from_root(jsonb, true);
}

/*
 * value_to_json
 *		Append the tree as JSON; jsonb_in gives the same tree back.
 */
void
value_to_json(StringInfo out, const C1dValue *value)
{
	char		number[DOUBLE_SHORTEST_DECIMAL_LEN];

	switch (value->type)
	{
		case C1D_NULL:
			appendStringInfoString(out, "null");
			break;
		case C1D_BOOL:
			appendStringInfoString(out, value->as.boolean ? "true" : "false");
			break;
		case C1D_INT:
			appendStringInfo(out, INT64_FORMAT, (int64) value->as.integer);
			break;
		case C1D_REAL:
			double_to_shortest_decimal_buf(value->as.real, number);
			appendStringInfoString(out, number);
			break;
		case C1D_STRING:
			escape_json(out, pnstrdup(value->as.string.bytes, value->as.string.length));
			break;
		case C1D_LIST:
			for (int64 i = 0; i < value->as.list.count; i++)
			{
				appendStringInfoString(out, i ? ", " : "[");
				value_to_json(out, &value->as.list.items[i]);
			}
			appendStringInfoString(out, value->as.list.count ? "]" : "[]");
			break;
		case C1D_OBJECT:
			for (int64 i = 0; i < value->as.object.count; i++)
			{
				const C1dMember *member = &value->as.object.members[i];

				appendStringInfoString(out, i ? ", " : "{");
				escape_json(out, pnstrdup(member->key, member->key_length));
				appendStringInfoString(out, ": ");
				value_to_json(out, &member->value);
			}
			appendStringInfoString(out, value->as.object.count ? "}" : "{}");
			break;
	}
}

/*
 * value_check_encoding
 *		Refuse texts from outside that are not valid in this database's encoding.
 */
void
value_check_encoding(const C1dValue *value)
{
	if (value == NULL)
		return;
	if (value->type == C1D_STRING)
		pg_verifymbstr(value->as.string.bytes, value->as.string.length, false);
	for (int64 i = 0; value->type == C1D_LIST && i < value->as.list.count; i++)
		value_check_encoding(&value->as.list.items[i]);
	for (int64 i = 0; value->type == C1D_OBJECT && i < value->as.object.count; i++)
	{
		pg_verifymbstr(value->as.object.members[i].key, value->as.object.members[i].key_length, false);
		value_check_encoding(&value->as.object.members[i].value);
	}
}

C1dValue
value_from_text(text *string)
{
	C1dValue	value = {.type = C1D_STRING};

	value.as.string.bytes = VARDATA_ANY(string);
	value.as.string.length = VARSIZE_ANY_EXHDR(string);
	return value;
}

/*
 * value_from_names
 *		The elements of a text[] as a list, which has copies of them; null is null.
 */
C1dValue
value_from_names(Datum array)
{
	C1dValue	list = {.type = C1D_LIST};
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	deconstruct_array(DatumGetArrayTypePCopy(array), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	list.as.list.items = palloc0(Max(count, 1) * sizeof(C1dValue));
	list.as.list.count = count;
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			list.as.list.items[i] = value_from_text(DatumGetTextPP(elements[i]));
	return list;
}

/*
 * required
 *		The argument must not be null.  Arguments for which null says something
 *		are tested before they come here.
 */
static Datum
required(FunctionCallInfo fcinfo, int n, const char *key)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be null", key)));
	return PG_GETARG_DATUM(n);
}

static C1dValue *
next_argument(Arguments *arguments, const char *key)
{
	C1dMember  *member = &arguments->members[arguments->count++];

	Assert(arguments->count <= C1D_MAX_ARGUMENTS);
	memset(member, 0, sizeof(*member));
	member->key = key;
	member->key_length = strlen(key);
	return &member->value;
}

void
argument_number(Arguments *arguments, const char *key, int64 number)
{
	*next_argument(arguments, key) = c1d_value_int(number);
}

void
argument_real(Arguments *arguments, const char *key, double number)
{
	C1dValue   *value = next_argument(arguments, key);

	value->type = C1D_REAL;
	value->as.real = number;
}

void
argument_flag(Arguments *arguments, const char *key, bool flag)
{
	C1dValue   *value = next_argument(arguments, key);

	value->type = C1D_BOOL;
	value->as.boolean = flag;
}

void
argument_int(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key)
{
	argument_number(arguments, key, DatumGetInt32(required(fcinfo, n, key)));
}

void
argument_double(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key)
{
	argument_real(arguments, key, DatumGetFloat8(required(fcinfo, n, key)));
}

void
argument_bool(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key)
{
	argument_flag(arguments, key, DatumGetBool(required(fcinfo, n, key)));
}

/*
 * argument_enum
 *		One of our enums, by its label.
 */
void
argument_enum(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key)
{
	Oid			oid = DatumGetObjectId(required(fcinfo, n, key));
	HeapTuple	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(oid));

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid internal value for enum: %u", oid)));
	*next_argument(arguments, key) =
		c1d_value_string(pstrdup(NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel)));
	ReleaseSysCache(tuple);
}

/*
 * argument_ints
 *		A one-dimensional int[] without nulls, as a list.
 */
void
argument_ints(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key)
{
	ArrayType  *array = DatumGetArrayTypeP(required(fcinfo, n, key));
	C1dValue   *value = next_argument(arguments, key);
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const int32 *numbers = (const int32 *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a list of integers without null", key)));
	value->type = C1D_LIST;
	value->as.list.count = count;
	value->as.list.items = palloc(Max(count, 1) * sizeof(C1dValue));
	for (int i = 0; i < count; i++)
		value->as.list.items[i] = c1d_value_int(numbers[i]);
}

/* arguments_object: the object they make; it points into arguments. */
C1dValue
arguments_object(Arguments *arguments)
{
	C1dValue	value = {.type = C1D_OBJECT};

	value.as.object.members = arguments->members;
	value.as.object.count = arguments->count;
	return value;
}
