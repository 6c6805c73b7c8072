/*
 * src/pg/execute.c
 *	  One run: memory checked, result allocated, interrupts served.
 */
#include "pg/execute.h"

#include "miscadmin.h"

/*
 * check_work_memory
 *		Refuse a plan whose buffers would exceed conv1d.max_memory, before
 *		anything is allocated.
 */
void
check_work_memory(const C1dPlan *plan)
{
	double		needed = ((double) plan->work_floats + c1d_shape_elements(&plan->output)) * sizeof(float);

	if (needed > (double) c1d_max_memory())
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("model run needs more memory than allowed"),
				 errdetail("Buffers and output take %.0f kB; conv1d.max_memory is %.0f kB.",
						   needed / 1024, (double) c1d_max_memory() / 1024),
				 errhint("Raise conv1d.max_memory, or cut the series into windows.")));
}

/*
 * execute
 *		Run a plan whose input shape is that of x; work holds plan->work_floats.
 *
 * The core looks at InterruptPending about once a millisecond and comes back;
 * if the interrupt was nothing that ends the query, the run goes on.
 */
Tensor *
execute(const C1dPlan *plan, const Tensor *x, float *work)
{
	Tensor	   *y = tensor_new(&plan->output);
	C1dRun		run = {0};

	while (!c1d_run(plan, &run, tensor_view(x).data, TENSOR_DATA(y), work, &InterruptPending))
		CHECK_FOR_INTERRUPTS();
	return y;
}

/*
 * execute_batch
 *		Run a plan on count inputs of its shape; y[i] becomes the output of x[i],
 *		in the current memory context.
 */
void
execute_batch(const C1dPlan *plan, Tensor *const *x, Tensor **y, int64 count, float *work)
{
	for (int64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		y[i] = execute(plan, x[i], work);
	}
}
