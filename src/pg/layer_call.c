/*
 * src/pg/layer_call.c
 *	  Running one layer for one SQL call.
 */
#include "pg/layer_call.h"

/*
 * run_layer
 *		Run one layer on input; everything but the result is freed at once.
 */
Datum
run_layer(LayerCall *call, const char *class_name, const Tensor *input)
{
	MemoryContext old = CurrentMemoryContext;
	MemoryContext temporary = AllocSetContextCreate(old, "conv1d layer", ALLOCSET_DEFAULT_SIZES);
	C1dArena	arena = c1d_arena_in(temporary);
	C1dShape	shape = tensor_shape(input);
	C1dValue	name = c1d_value_string(class_name);
	C1dValue	config = arguments_object(&call->arguments);
	C1dLayerText text = {
		.class_name = &name, .config = &config,
		.weight_count = call->weight_count, .weights = call->weights,
	};
	C1dTuning	tuning = c1d_tuning();
	C1dGraph	graph;
	C1dPlan		plan;
	C1dError	err;
	float	   *work;
	Tensor	   *result;

	if (!c1d_graph_start(&graph, 1, &arena, &err) ||
		!c1d_graph_add(&graph, &text, &arena, &err) ||
		!c1d_plan_make(&graph, &shape, &tuning, &arena, &plan, &err))
		c1d_throw(&err);
	check_work_memory(&plan);
	work = c1d_alloc_array(&arena, plan.work_floats, sizeof(float), &err);
	if (work == NULL)
		c1d_throw(&err);
	result = execute(&plan, input, work);
	MemoryContextDelete(temporary);
	PG_RETURN_TENSOR(result);
}
