/*
 * src/pg/predict.c
 *	  predict(): a model on a row.
 */
#include "pg/plan_cache.h"

#include "utils/builtins.h"

/*
 * predict(model conv1d_model, x tensor1d) -> the model's output
 *
 * IMMUTABLE: the model is a value.  Errors: those of the shapes, with the layer.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(predict);
Datum
predict(PG_FUNCTION_ARGS)
{
	Tensor	   *x = tensor_from_datum_kept(PG_GETARG_DATUM(1));
	C1dShape	shape = tensor_shape(x);
	const KeptPlan *cached = plan_for(PG_GETARG_DATUM(0), &shape);

	PG_RETURN_TENSOR(execute(&cached->plan, x, cached->work));
}

/*
 * predict_layer(model conv1d_model, x tensor1d, output text) -> the output of
 * the layer of that name
 *
 * Layers after it are not run.  Errors: those of predict(), 22023 with the names
 * that there are.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(predict_layer);
Datum
predict_layer(PG_FUNCTION_ARGS)
{
	Tensor	   *x = tensor_from_datum_kept(PG_GETARG_DATUM(1));
	char	   *layer = text_to_cstring(PG_GETARG_TEXT_PP(2));
	C1dShape	shape = tensor_shape(x);
	const KeptPlan *cached = plan_for_layer(PG_GETARG_DATUM(0), &shape, layer);
	Tensor	   *y = execute(&cached->plan, x, cached->work);

	pfree(layer);
	PG_RETURN_TENSOR(y);
}
