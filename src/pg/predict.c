/*
 * src/pg/predict.c
 *	  predict(): a model on a row.
 */
#include "pg/plan_cache.h"

/*
 * predict(model conv1d_model, x tensor1d) -> the model's output
 *
 * IMMUTABLE: the model is a value.  Errors: those of the shapes, with the layer.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(predict);
Datum
predict(PG_FUNCTION_ARGS)
{
	Tensor	   *x = PG_GETARG_TENSOR(1);
	C1dShape	shape = tensor_shape(x);
	const CachedPlan *cached = plan_for(PG_GETARG_DATUM(0), &shape);
	Tensor	   *y = execute(&cached->plan, x, cached->work);

	PG_FREE_IF_COPY(x, 1);
	PG_RETURN_TENSOR(y);
}
