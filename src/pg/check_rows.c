/*
 * src/pg/check_rows.c
 *	  Shape checks where the layers are rows: check_layer as a window function,
 *	  and a trigger that keeps broken models out of a table.
 */
#include "pg/attrs.h"

#include "access/htup_details.h"
#include "catalog/partition.h"
#include "catalog/pg_operator.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "pg/check.h"
#include "pg/rows.h"
#include "pg/tensor.h"

/* What check_layer has seen of a model so far. */
typedef struct CheckState
{
	C1dArena	arena;
	C1dCheck	check;
	C1dVerdict	last;
} CheckState;

/* a layer of a row of class_name, config, inputs; the values are copied into the current context */
static C1dLayerText *
layer_of_row(const Datum row[3], const bool null[3])
{
	C1dLayerText *layer = palloc0(sizeof(C1dLayerText));
	C1dValue   *values = palloc0(3 * sizeof(C1dValue));

	if (!null[0])
	{
		values[0] = value_from_text(DatumGetTextPCopy(row[0]));
		layer->class_name = &values[0];
	}
	if (!null[1])
	{
		values[1] = value_to_check(DatumGetJsonbPCopy(row[1]));
		layer->config = &values[1];
	}
	if (!null[2])
	{
		values[2] = value_from_names(row[2]);
		layer->input_names = &values[2];
	}
	return layer;
}

/*
 * check_layer_step(internal, input_shape int[], class_name text, config jsonb
 * [, inputs text[]])
 *		Transition: the next layer.  input_shape counts at the first one; null
 *		means that only configurations are checked.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(check_layer_step);
Datum
check_layer_step(PG_FUNCTION_ARGS)
{
	MemoryContext context,
				old;
	CheckState *state;
	C1dLayerText *layer;
	Datum		row[3] = {0};
	bool		null[3];
	C1dError	err;

	tensor_no_aggregate(fcinfo, &context, "check_layer_step");
	old = MemoryContextSwitchTo(context);
	if (PG_ARGISNULL(0))
	{
		C1dShape	input = {0};

		if (!PG_ARGISNULL(1))
			input = tensor_shape_from_array(PG_GETARG_DATUM(1));
		state = palloc0(sizeof(CheckState));
		state->arena = c1d_arena_in(context);
		if (!c1d_check_start(&state->check, &input, 32, &state->arena, &err))
			c1d_throw(&err);
	}
	else
		state = (CheckState *) PG_GETARG_POINTER(0);
	for (int i = 0; i < 3; i++)
	{
		null[i] = PG_NARGS() <= i + 2 || PG_ARGISNULL(i + 2);
		if (!null[i])
			row[i] = PG_GETARG_DATUM(i + 2);
	}
	layer = layer_of_row(row, null);
	if (!c1d_check_layer(&state->check, layer, &state->arena, &state->last, &err))
		c1d_throw(&err);
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(state);
}

/* check_layer_final(internal) -> layer_check: the verdict on the layer that came last */
PGDLLEXPORT PG_FUNCTION_INFO_V1(check_layer_final);
Datum
check_layer_final(PG_FUNCTION_ARGS)
{
	const C1dVerdict *v;
	TupleDesc	description;
	Datum		values[5] = {0};
	bool		nulls[5] = {false};

	tensor_no_aggregate(fcinfo, NULL, "check_layer_final");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	v = &((CheckState *) PG_GETARG_POINTER(0))->last;
	verdict_columns(v, values, nulls);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(description), values, nulls)));
}

/* What the trigger was told when it was created. */
typedef struct TriggerColumns
{
	const char *model;
	const char *position;
	const char *class_name;
	const char *config;
	C1dShape	input;			/* rank 0: the model says so itself, or nobody does */
	const char *inputs;			/* NULL = every layer takes the one before */
} TriggerColumns;

static void
trigger_columns(const TriggerData *data, TriggerColumns *columns)
{
	char	  **arguments = data->tg_trigger->tgargs;

	if (data->tg_trigger->tgnargs < 4 || data->tg_trigger->tgnargs > 6)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("check_layers_trigger needs the names of four columns"),
				 errhint("check_layers_trigger('model', 'position', 'class_name', 'config'), the input shape as a fifth argument if the models do not begin with an InputLayer, and the column of inputs as a sixth if they have branches.")));
	*columns = (TriggerColumns) {arguments[0], arguments[1], arguments[2], arguments[3], {0}, NULL};
	if (data->tg_trigger->tgnargs == 6)
		columns->inputs = arguments[5];
	for (int i = 0; i < data->tg_trigger->tgnargs; i++)
		if (i != 4 && SPI_fnumber(data->tg_relation->rd_att, arguments[i]) <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of relation \"%s\" does not exist",
							arguments[i], RelationGetRelationName(data->tg_relation))));
	if (data->tg_trigger->tgnargs >= 5 && arguments[4][0] != '\0')
	{
		Oid			input;
		Oid			param;

		getTypeInputInfo(INT4ARRAYOID, &input, &param);
		columns->input = tensor_shape_from_array(OidInputFunctionCall(input, arguments[4], param, -1));
	}
}

/* table_name: where all the layers of a model are, that is, not in one partition only */
static const char *
table_name(Relation relation)
{
	Oid			table = RelationGetRelid(relation);

	if (relation->rd_rel->relispartition)
		table = llast_oid(get_partition_ancestors(table));
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)), get_rel_name(table));
}

/* equality: the operator by which a type compares itself, as SQL writes it under any search_path */
static const char *
equality(Oid type)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR);
	HeapTuple	row;
	Form_pg_operator operator;
	const char *name;

	if (!OidIsValid(entry->eq_opr))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("could not identify an equality operator for type %s", format_type_be(type)),
				 errhint("check_layers_trigger finds the rows of a model by it; name models by a text or a number.")));
	row = SearchSysCache1(OPEROID, ObjectIdGetDatum(entry->eq_opr));
	if (!HeapTupleIsValid(row))
		elog(ERROR, "cache lookup failed for operator %u", entry->eq_opr);
	operator = (Form_pg_operator) GETSTRUCT(row);
	name = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(operator->oprnamespace)), NameStr(operator->oprname));
	ReleaseSysCache(row);
	return name;
}

/*
 * check_model
 *		Read the rows of one model and raise the first problem.  The rows are
 *		compared as their type compares, so that an index serves; model is the
 *		value id in words.
 */
static void
check_model(const TriggerData *data, const TriggerColumns *columns, Datum id, Oid type, const char *model)
{
	StringInfoData query;
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dLayerText *layers;
	C1dVerdict *verdicts;
	C1dError	err;
	int			count;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s::pg_catalog.text, %s::pg_catalog.jsonb, %s::pg_catalog.text[] FROM %s",
					 quote_identifier(columns->class_name), quote_identifier(columns->config),
					 columns->inputs == NULL ? "NULL" : quote_identifier(columns->inputs),
					 table_name(data->tg_relation));
	appendStringInfo(&query, " WHERE %s %s $1 ORDER BY %s",
					 quote_identifier(columns->model), equality(type), quote_identifier(columns->position));
	if (SPI_execute_with_args(query.data, 1, &type, &id, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the layers of a model");
	count = (int) SPI_processed;
	layers = palloc0(Max(count, 1) * sizeof(C1dLayerText));
	for (int i = 0; i < count; i++)
	{
		Datum		row[3];
		bool		null[3];

		for (int k = 0; k < 3; k++)
			row[k] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, k + 1, &null[k]);
		layers[i] = *layer_of_row(row, null);
	}
	verdicts = palloc0(Max(count, 1) * sizeof(C1dVerdict));
	if (!c1d_check(layers, count, &columns->input, NULL, &arena, verdicts, &err))
		c1d_throw(&err);
	for (int i = 0; i < count; i++)
		if (verdicts[i].problem.code != C1D_OK)
		{
			C1dError   *problem = &verdicts[i].problem;
			char	   *message;

			if (verdicts[i].name == NULL)
				message = psprintf("model \"%.64s\": layer %d: %s", model, i + 1, problem->message);
			else
				message = psprintf("model \"%.64s\": layer %d \"%.*s\" (%.*s): %s", model, i + 1, C1D_ECHO, verdicts[i].name,
								   (int) layers[i].class_name->as.string.length, layers[i].class_name->as.string.bytes, problem->message);
			strlcpy(problem->message, message, sizeof(problem->message));
			c1d_throw(problem);
		}
}

/*
 * check_layers_trigger('model', 'position', 'class_name', 'config' [, input
 * [, 'inputs']])
 *		Constraint trigger, best DEFERRABLE INITIALLY DEFERRED: a transaction that
 *		leaves a broken model behind cannot commit.
 *
 * Shapes are checked when the model begins with an InputLayer that states all
 * of its shape, or when the trigger was given one; configurations always.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(check_layers_trigger);
Datum
check_layers_trigger(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	TriggerColumns columns;
	HeapTuple	rows[2];
	char	   *models[2] = {NULL, NULL};
	int			column;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("check_layers_trigger must be fired AFTER, FOR EACH ROW")));
	trigger_columns(data, &columns);
	column = SPI_fnumber(data->tg_relation->rd_att, columns.model);
	rows[0] = data->tg_trigtuple;
	rows[1] = TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : NULL;
	SPI_connect();
	for (int i = 0; i < 2; i++)
	{
		TupleDesc	description = data->tg_relation->rd_att;
		bool		null;

		if (rows[i] != NULL)
			models[i] = SPI_getvalue(rows[i], description, column);
		if (models[i] != NULL && (i == 0 || models[0] == NULL || strcmp(models[0], models[1]) != 0))
			check_model(data, &columns, SPI_getbinval(rows[i], description, column, &null),
						SPI_gettypeid(description, column), models[i]);
	}
	SPI_finish();
	return PointerGetDatum(NULL);
}
