/*
 * src/pg/check.c
 *	  Shape checks in SQL: check_layers, layers_agg, layer_output_shape and the
 *	  length functions, all over the layers' own infer().
 */
#include "pg/attrs.h"

#include <limits.h>

#include "utils/builtins.h"
#include "utils/json.h"

#include "formats/layer_list.h"
#include "pg/check.h"
#include "pg/rows.h"
#include "pg/tensor.h"

/* require_input_and_layers: the first two arguments must not be null. */
void
require_input_and_layers(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be null", PG_ARGISNULL(0) ? "input_shape" : "layers"),
				 PG_ARGISNULL(0) ? 0 : errhint("layers_agg over no rows is null: is there a model of that name?")));
}

/*
 * layers_from_jsonb
 *		The layers in a jsonb, in whatever form check_layers takes them; there is
 *		at least one.  Their texts stay inside the jsonb.
 */
C1dLayerText *
layers_from_jsonb(Jsonb *jsonb, C1dArena *arena, int *count)
{
	C1dValue	root = value_to_check(jsonb);
	C1dLayerText *layers;
	int64_t		found = 0;
	C1dError	err;

	if (!c1d_layer_list(&root, arena, &layers, &found, &err))
		c1d_throw(&err);
	if (found == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("layers must not be empty")));
	*count = (int) Min(found, INT_MAX);
	return layers;
}

/* what a layer is called where it may be nothing at all */
static Datum
class_name_datum(const C1dValue *class_name, bool *null)
{
	*null = class_name == NULL || class_name->type != C1D_STRING;
	if (*null)
		return (Datum) 0;
	return PointerGetDatum(cstring_to_text_with_len(class_name->as.string.bytes, class_name->as.string.length));
}

/*
 * verdict_columns
 *		output_shape, params, problem, detail and hint; null where there is
 *		nothing to say.  Shapes that hold under an assumption say so in the detail.
 */
void
verdict_columns(const C1dVerdict *v, Datum values[5], bool nulls[5])
{
	nulls[0] = v->out.rank == 0;
	if (!nulls[0])
		values[0] = shape_datum(&v->out);
	nulls[1] = v->params < 0;
	values[1] = Int64GetDatum(v->params);
	problem_columns(&v->problem, &values[2], &nulls[2]);
	if (v->assuming == NULL)
		return;
	values[3] = text_datum(nulls[3] ? c1d_printable(v->assuming) :
						   psprintf("%s %s", c1d_printable(v->problem.detail), c1d_printable(v->assuming)));
	nulls[3] = false;
}

/*
 * check_layers(input_shape int[], layers jsonb, expected_output int[]) ->
 * (position, name, class_name, input_shape, output_shape, params, problem,
 * detail, hint)
 *		A row for each layer; a bad layer is a row with a problem, never an
 *		error.  Nothing to check is an error, so that it does not look clean.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(check_layers);
Datum
check_layers(PG_FUNCTION_ARGS)
{
	ResultRows	rows = result_rows(fcinfo);
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dLayerText *layers;
	C1dVerdict *verdicts;
	int			count;
	C1dShape	input,
				expected;
	C1dError	err;

	require_input_and_layers(fcinfo);
	input = tensor_shape_from_array(PG_GETARG_DATUM(0));
	if (!PG_ARGISNULL(2))
		expected = tensor_shape_from_array(PG_GETARG_DATUM(2));
	layers = layers_from_jsonb(PG_GETARG_JSONB_P(1), &arena, &count);
	verdicts = c1d_alloc_array(&arena, count, sizeof(C1dVerdict), &err);
	if (verdicts == NULL ||
		!c1d_check(layers, count, &input, PG_ARGISNULL(2) ? NULL : &expected, &arena, verdicts, &err))
		c1d_throw(&err);
	for (int i = 0; i < count; i++)
	{
		const C1dVerdict *v = &verdicts[i];
		Datum		values[9] = {0};
		bool		nulls[9] = {false};

		values[0] = Int32GetDatum(i + 1);
		nulls[1] = v->name == NULL;
		if (!nulls[1])
			values[1] = text_datum(v->name);
		values[2] = class_name_datum(layers[i].class_name, &nulls[2]);
		nulls[3] = v->in.rank == 0;
		if (!nulls[3])
			values[3] = shape_datum(&v->in);
		verdict_columns(v, &values[4], &nulls[4]);
		result_row(&rows, values, nulls);
	}
	return (Datum) 0;
}

/*
 * infer_one
 *		The output shape of one layer; raises its error.
 */
static C1dShape
infer_one(const C1dValue *class_name, const C1dValue *config, const C1dShape *input)
{
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dLayerText text = {.class_name = class_name, .config = config};
	C1dGraph	graph;
	C1dShape	output;
	C1dError	err;

	if (!c1d_graph_start(&graph, 1, &arena, &err) ||
		!c1d_graph_read(&graph, &text, &arena, &err) ||
		!c1d_graph_infer(&graph, input, &output, &err))
		c1d_throw(&err);
	return output;
}

/*
 * layer_output_shape(input_shape int[], class_name text, config jsonb) -> int[]
 *		Raises the layer's error.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(layer_output_shape);
Datum
layer_output_shape(PG_FUNCTION_ARGS)
{
	C1dValue	class_name,
				config;
	C1dShape	input,
				output;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	input = tensor_shape_from_array(PG_GETARG_DATUM(0));
	class_name = value_from_text(PG_GETARG_TEXT_PP(1));
	if (!PG_ARGISNULL(2))
		config = value_from_jsonb(PG_GETARG_JSONB_P(2));
	output = infer_one(&class_name, PG_ARGISNULL(2) ? NULL : &config, &input);
	return shape_datum(&output);
}

/* the length that a layer makes of a series of one channel */
static Datum
output_length(FunctionCallInfo fcinfo, const char *class_name, Arguments *arguments)
{
	C1dValue	name = c1d_value_string(class_name);
	C1dValue	config = arguments_object(arguments);
	C1dShape	input = c1d_shape2(PG_GETARG_INT32(0), 1);
	C1dShape	output;

	if (input.dim[0] < 1 || input.dim[0] > C1D_MAX_ELEMENTS)
		ereport(ERROR,
				(errcode(input.dim[0] < 1 ? ERRCODE_INVALID_PARAMETER_VALUE : ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("length must be 1 to " INT64_FORMAT ", not %d", C1D_MAX_ELEMENTS, PG_GETARG_INT32(0))));
	output = infer_one(&name, &config, &input);
	PG_RETURN_INT32((int32) output.dim[0]);
}

/* conv1d_output_length(length, kernel_size, strides, padding, dilation_rate, pads) -> int */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_output_length);
Datum
conv1d_output_length(PG_FUNCTION_ARGS)
{
	Arguments	arguments = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	argument_number(&arguments, "filters", 1);
	argument_int(fcinfo, 1, &arguments, "kernel_size");
	argument_int(fcinfo, 2, &arguments, "strides");
	argument_enum(fcinfo, 3, &arguments, "padding");
	argument_int(fcinfo, 4, &arguments, "dilation_rate");
	if (!PG_ARGISNULL(5))
		argument_ints(fcinfo, 5, &arguments, "pads");
	return output_length(fcinfo, "conv1d", &arguments);
}

/*
 * conv1d_transpose_output_length(length, kernel_size, strides, padding,
 * output_padding, dilation_rate, pads) -> int
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_transpose_output_length);
Datum
conv1d_transpose_output_length(PG_FUNCTION_ARGS)
{
	Arguments	arguments = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	argument_number(&arguments, "filters", 1);
	argument_int(fcinfo, 1, &arguments, "kernel_size");
	argument_int(fcinfo, 2, &arguments, "strides");
	argument_enum(fcinfo, 3, &arguments, "padding");
	if (!PG_ARGISNULL(4))
		argument_int(fcinfo, 4, &arguments, "output_padding");
	argument_int(fcinfo, 5, &arguments, "dilation_rate");
	if (!PG_ARGISNULL(6))
		argument_ints(fcinfo, 6, &arguments, "pads");
	return output_length(fcinfo, "conv1d_transpose", &arguments);
}

/*
 * pool1d_output_length(length, pool_size, strides, padding, dilation_rate,
 * ceil_mode, pads) -> int
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(pool1d_output_length);
Datum
pool1d_output_length(PG_FUNCTION_ARGS)
{
	Arguments	arguments = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	argument_int(fcinfo, 1, &arguments, "pool_size");
	if (!PG_ARGISNULL(2))
		argument_int(fcinfo, 2, &arguments, "strides");
	argument_enum(fcinfo, 3, &arguments, "padding");
	argument_int(fcinfo, 4, &arguments, "dilation_rate");
	argument_bool(fcinfo, 5, &arguments, "ceil_mode");
	if (!PG_ARGISNULL(6))
		argument_ints(fcinfo, 6, &arguments, "pads");
	return output_length(fcinfo, "max_pool1d", &arguments);
}

/* the names of inputs, as a JSON array; none at all where they are the layer before */
static void
append_inputs(StringInfo layers, Datum array)
{
	C1dValue	inputs = value_from_names(array);

	if (inputs.as.list.count == 0)
		return;
	appendStringInfoString(layers, ", \"inputs\": ");
	value_to_json(layers, &inputs);
}

/*
 * layers_agg_step(internal, class_name text, config jsonb [, inputs text[]])
 *		Transition: the array's text so far, without the closing bracket.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(layers_agg_step);
Datum
layers_agg_step(PG_FUNCTION_ARGS)
{
	MemoryContext context,
				old;
	StringInfo	layers;

	tensor_no_aggregate(fcinfo, &context, "layers_agg_step");
	if (PG_ARGISNULL(0))
	{
		old = MemoryContextSwitchTo(context);
		layers = makeStringInfo();
		MemoryContextSwitchTo(old);
		appendStringInfoChar(layers, '[');
	}
	else
	{
		layers = (StringInfo) PG_GETARG_POINTER(0);
		appendStringInfoString(layers, ", ");
	}
	appendStringInfoString(layers, "{\"class_name\": ");
	if (PG_ARGISNULL(1))
		appendStringInfoString(layers, "null");
	else
		escape_json(layers, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	appendStringInfoString(layers, ", \"config\": ");
	if (PG_ARGISNULL(2))
		appendStringInfoString(layers, "null");
	else
	{
		Jsonb	   *config = PG_GETARG_JSONB_P(2);

		(void) JsonbToCString(layers, &config->root, VARSIZE(config));
	}
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		append_inputs(layers, PG_GETARG_DATUM(3));
	appendStringInfoChar(layers, '}');
	PG_RETURN_POINTER(layers);
}

/* layers_agg_final(internal) -> jsonb */
PGDLLEXPORT PG_FUNCTION_INFO_V1(layers_agg_final);
Datum
layers_agg_final(PG_FUNCTION_ARGS)
{
	tensor_no_aggregate(fcinfo, NULL, "layers_agg_final");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(psprintf("%s]", ((StringInfo) PG_GETARG_POINTER(0))->data)));
}
