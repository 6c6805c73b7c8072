/*
 * src/pg/model_parts.c
 *	  Models from rows, and rows from models: model_agg, model_layers,
 *	  model_summary, submodel.
 */
#include "pg/model.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/attrs.h"
#include "pg/rows.h"

/* The rows that model_agg has seen. */
typedef struct LayerRows
{
	MemoryContext context;
	C1dLayerText *rows;
	int			count;
	int			room;
} LayerRows;

/*
 * keep_weights
 *		The tensors of an array as views, copied into the current context.
 */
static C1dTensor *
keep_weights(Datum datum, int position, int *count)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	Datum	   *elements;
	bool	   *nulls;
	int16		length;
	bool		by_value;
	char		align;
	C1dTensor  *views;

	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align, &elements, &nulls, count);
	views = palloc(Max(*count, 1) * sizeof(C1dTensor));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("weight %d of layer %d is null", i + 1, position)));
		views[i] = tensor_view((Tensor *) PG_DETOAST_DATUM_COPY(PointerGetDatum(tensor_from_datum(elements[i]))));
	}
	return views;
}

/* a text as a value of its own */
static const C1dValue *
keep_value(C1dValue value)
{
	C1dValue   *kept = palloc(sizeof(C1dValue));

	*kept = value;
	return kept;
}

/* the names of an array, as a list that stays */
static const C1dValue *
keep_names(Datum datum, int position)
{
	C1dValue	list = value_from_names(datum);

	for (int64 i = 0; i < list.as.list.count; i++)
		if (list.as.list.items[i].type == C1D_NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("input %d of layer %d is null", (int) i + 1, position)));
	return keep_value(list);
}

/*
 * model_agg_step(internal, class_name text, config jsonb, weights tensor1d[]
 * [, inputs text[]])
 *		Transition: keep the row.  A null config has no attributes, null weights
 *		are none, null or no inputs are the layer before; a null class_name is
 *		refused.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(model_agg_step);
Datum
model_agg_step(PG_FUNCTION_ARGS)
{
	MemoryContext context,
				old;
	LayerRows  *layers;
	C1dLayerText *row;

	tensor_no_aggregate(fcinfo, &context, "model_agg_step");
	layers = PG_ARGISNULL(0) ? NULL : (LayerRows *) PG_GETARG_POINTER(0);
	old = MemoryContextSwitchTo(context);
	if (layers == NULL)
	{
		layers = palloc0(sizeof(LayerRows));
		layers->context = context;
		layers->room = 16;
		layers->rows = palloc(layers->room * sizeof(C1dLayerText));
	}
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("class_name of layer %d must not be null", layers->count + 1)));
	if (layers->count == layers->room)
	{
		layers->room *= 2;
		layers->rows = repalloc(layers->rows, layers->room * sizeof(C1dLayerText));
	}
	row = &layers->rows[layers->count];
	memset(row, 0, sizeof(*row));
	row->class_name = keep_value(value_from_text(PG_GETARG_TEXT_P_COPY(1)));
	row->config = PG_ARGISNULL(2) ? NULL : keep_value(value_from_jsonb(PG_GETARG_JSONB_P_COPY(2)));
	if (!PG_ARGISNULL(3))
		row->weights = keep_weights(PG_GETARG_DATUM(3), layers->count + 1, &row->weight_count);
	if (PG_NARGS() > 4 && !PG_ARGISNULL(4))
		row->input_names = keep_names(PG_GETARG_DATUM(4), layers->count + 1);
	layers->count++;
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(layers);
}

/* model_agg_final(internal) -> conv1d_model: read every layer, check its weights. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(model_agg_final);
Datum
model_agg_final(PG_FUNCTION_ARGS)
{
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	LayerRows  *layers;
	C1dGraph	graph;
	C1dShape	input;
	C1dError	err;

	tensor_no_aggregate(fcinfo, NULL, "model_agg_final");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	layers = (LayerRows *) PG_GETARG_POINTER(0);
	if (!c1d_graph_start(&graph, layers->count, &arena, &err))
		c1d_throw(&err);
	c1d_graph_expect(&graph, layers->rows, layers->count);
	for (int i = 0; i < layers->count; i++)
		if (!c1d_graph_add(&graph, &layers->rows[i], &arena, &err))
			c1d_throw(&err);

	/* a model that says what it takes must also work on that */
	if (c1d_graph_declared_input(&graph, &input) && !c1d_graph_fits(&graph, &input, &arena, &err))
		c1d_throw(&err);
	PG_RETURN_POINTER(model_from_graph(&graph));
}

/*
 * model_layers(conv1d_model) -> (position, name, class_name, config, weights,
 * inputs)
 *		The rows that model_agg makes this very model of.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(model_layers);
Datum
model_layers(PG_FUNCTION_ARGS)
{
	ResultRows	rows = result_rows(fcinfo);
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	Oid			tensor_type = get_element_type(TupleDescAttr(rows.description, 4)->atttypid);
	C1dGraph	graph;

	model_read(PG_GETARG_MODEL(0), &arena, &graph);
	for (int i = 0; i < graph.count; i++)
	{
		const C1dNode *node = &graph.nodes[i];
		Datum		values[6];
		bool		nulls[6] = {false};
		Datum	   *tensors = palloc(Max(node->weight_count, 1) * sizeof(Datum));
		Datum		names[C1D_MAX_INPUTS];
		StringInfoData config;

		initStringInfo(&config);
		value_to_json(&config, node->config_value);
		for (int k = 0; k < node->weight_count; k++)
			tensors[k] = PointerGetDatum(tensor_from_view(&node->weights[k]));
		values[0] = Int32GetDatum(i + 1);
		values[1] = text_datum(node->name);
		values[2] = text_datum(c1d_layer_full_name(node->class));
		values[3] = DirectFunctionCall1(jsonb_in, CStringGetDatum(config.data));
		nulls[3] = node->config_value->type == C1D_NULL;
		values[4] = PointerGetDatum(construct_array(tensors, node->weight_count, tensor_type, -1, false, TYPALIGN_INT));
		for (int k = 0; k < node->inputs; k++)
			names[k] = text_datum(c1d_graph_input_name(&graph, i, k));
		nulls[5] = c1d_graph_is_chain(&graph, i);
		values[5] = PointerGetDatum(construct_array(names, node->inputs, TEXTOID, -1, false, TYPALIGN_INT));
		result_row(&rows, values, nulls);
	}
	return (Datum) 0;
}

/*
 * model_summary(conv1d_model, input_shape int[]) -> (position, name,
 * class_name, output_shape, params)
 *		Shapes for the given input, or else for the one that the model declares;
 *		null when there is neither.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(model_summary);
Datum
model_summary(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dGraph	graph;
	C1dShape	input,
			   *shapes;
	C1dError	err;
	bool		known = true;

	rows = result_rows(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	model_read(PG_GETARG_MODEL(0), &arena, &graph);
	if (!PG_ARGISNULL(1))
		input = tensor_shape_from_array(PG_GETARG_DATUM(1));
	else
		known = c1d_graph_declared_input(&graph, &input);
	shapes = palloc(Max(graph.count, 1) * sizeof(C1dShape));
	if (known && !c1d_graph_infer(&graph, &input, shapes, &err))
		c1d_throw(&err);
	for (int i = 0; i < graph.count; i++)
	{
		const C1dNode *node = &graph.nodes[i];
		Datum		values[5];
		bool		nulls[5] = {false};
		int64		params = 0;

		for (int k = 0; k < node->weight_count; k++)
			params += c1d_shape_elements(&node->weights[k].shape);
		values[0] = Int32GetDatum(i + 1);
		values[1] = text_datum(node->name);
		values[2] = text_datum(c1d_layer_full_name(node->class));
		nulls[3] = !known;
		values[3] = known ? shape_datum(&shapes[i]) : (Datum) 0;
		values[4] = Int64GetDatum(params);
		result_row(&rows, values, nulls);
	}
	return (Datum) 0;
}

/*
 * submodel(conv1d_model, from_layer text, to_layer text) -> conv1d_model
 *		The layers from one name to another, both included.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(submodel);
Datum
submodel(PG_FUNCTION_ARGS)
{
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	char	   *from = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *to = text_to_cstring(PG_GETARG_TEXT_PP(2));
	C1dGraph	whole,
				part;
	C1dError	err;
	int			first,
				last;

	model_read(PG_GETARG_MODEL(0), &arena, &whole);
	first = c1d_graph_find(&whole, from, &err);
	last = first < 0 ? -1 : c1d_graph_find(&whole, to, &err);
	if (last < 0)
		c1d_throw(&err);
	if (last < first)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("layer \"%.64s\" does not come before \"%.64s\"", from, to),
				 errdetail("They are layers %d and %d.", first + 1, last + 1)));
	if (!c1d_graph_part(&whole, first, last, &arena, &part, &err))
		c1d_throw(&err);
	PG_RETURN_POINTER(model_from_graph(&part));
}
