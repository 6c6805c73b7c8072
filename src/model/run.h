/*
 * src/model/run.h
 *	  Running a plan.
 */
#ifndef C1D_RUN_H
#define C1D_RUN_H

#include <signal.h>

#include "model/plan.h"

/* Where a run stands; zero it before the first call. */
typedef struct C1dRun
{
	int			step;
	int64_t		row;
} C1dRun;

extern bool c1d_run(const C1dPlan *plan, C1dRun *run, const float *x, float *y, float *work,
					const volatile sig_atomic_t *interrupt);

#endif
