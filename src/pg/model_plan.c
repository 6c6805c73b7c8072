/*
 * src/pg/model_plan.c
 *	  model_plan(): how a model would be computed.
 */
#include "pg/model.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "model/plan.h"
#include "pg/rows.h"
#include "pg/settings.h"

/* the names of the layers that share a step */
static Datum
layer_names(const C1dGraph *graph, const C1dStep *step)
{
	Datum	   *names = palloc(step->layers * sizeof(Datum));

	for (int i = 0; i < step->layers; i++)
		names[i] = text_datum(graph->nodes[step->layer[i]].name);
	return PointerGetDatum(construct_array(names, step->layers, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * model_plan(model conv1d_model, input_shape int[]) -> (step, layers, kernel,
 * tile, output_shape, mflop, bytes)
 *		One row a step, under the settings of now.  mflop counts a
 *		multiplication and an addition of the layers as they are written, in
 *		millions; bytes are the step's inputs, weights and output, each once.
 *		Without input_shape, the one that the model declares.  Errors: those of
 *		the shapes, with the layer; 22023 when no shape is known.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(model_plan);
Datum
model_plan(PG_FUNCTION_ARGS)
{
	ResultRows	rows = result_rows(fcinfo);
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dTuning	tuning = c1d_tuning();
	C1dGraph	graph;
	C1dPlan		plan;
	C1dShape	input;
	C1dError	err;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	model_read(PG_GETARG_MODEL(0), &arena, &graph);
	if (!PG_ARGISNULL(1))
		input = tensor_shape_from_array(PG_GETARG_DATUM(1));
	else if (!c1d_graph_declared_input(&graph, &input))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model does not declare the shape of its input"),
				 errhint("Give it as input_shape: model_plan(model, '{256,1}').")));
	if (!c1d_plan_make(&graph, &input, &tuning, &arena, &plan, &err))
		c1d_throw(&err);
	for (int i = 0; i < plan.steps; i++)
	{
		const C1dStep *step = &plan.step[i];
		C1dStepText text;
		Datum		values[7];
		bool		nulls[7] = {false};

		c1d_step_describe(&graph, step, &text);
		values[0] = Int32GetDatum(i + 1);
		values[1] = layer_names(&graph, step);
		values[2] = text_datum(text.kernel);
		values[3] = text_datum(text.tile);
		nulls[3] = text.tile[0] == '\0';
		values[4] = shape_datum(step->layers > 1 ? &step->site.fusion.out : &step->site.out);
		values[5] = Float8GetDatum(2 * step->cost / 1e6);
		values[6] = Int64GetDatum((int64) c1d_step_bytes(&graph, step));
		result_row(&rows, values, nulls);
	}
	return (Datum) 0;
}
