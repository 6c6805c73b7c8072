/*
 * src/model/run.c
 *	  The walk over a plan's steps.
 */
#include "model/run.h"

#include <string.h>

static float *
at(const C1dPlace *place, const float *x, float *y, float *work)
{
	switch (place->where)
	{
		case C1D_AT_INPUT:
			return (float *) x;		/* only read: no step writes to its input */
		case C1D_AT_OUTPUT:
			return y;
		case C1D_AT_WORK:
			break;
	}
	return work + place->offset;
}

/*
 * c1d_run
 *		Compute y from x, both of the plan's shapes, with plan->work_floats of
 *		work memory.
 *
 * When *interrupt is set (NULL: never looked at), returns false after the
 * chunk at hand, at most about a millisecond later; called again with the
 * same arguments it goes on where it stopped, and every call does at least
 * one chunk.  Cannot fail otherwise.
 */
bool
c1d_run(const C1dPlan *plan, C1dRun *run, const float *x, float *y, float *work,
		const volatile sig_atomic_t *interrupt)
{
	if (plan->steps == 0)
	{
		memcpy(y, x, c1d_shape_elements(&plan->output) * sizeof(float));
		return true;
	}
	while (run->step < plan->steps)
	{
		const C1dStep *step = &plan->step[run->step];
		const float *in[C1D_MAX_INPUTS];
		int64_t		end = run->row + step->chunk;

		if (end > step->rows)
			end = step->rows;
		for (int k = 0; k < step->site.inputs; k++)
			in[k] = at(&step->from[k], x, y, work);
		step->ops->forward(&step->site, in, at(&step->to, x, y, work), work + plan->scratch, run->row, end);
		run->row = end;
		if (end == step->rows)
		{
			run->step++;
			run->row = 0;
		}
		if (interrupt != NULL && *interrupt && run->step < plan->steps)
			return false;
	}
	return true;
}
