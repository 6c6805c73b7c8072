/*
 * src/pg/execute.h
 *	  Running a plan on a tensor, or on many, inside the server.
 */
#ifndef C1D_PG_EXECUTE_H
#define C1D_PG_EXECUTE_H

#include "pg/tensor.h"

#include "model/run.h"
#include "pg/settings.h"

extern void execute_init(void);
extern void check_work_memory(const C1dPlan *plan);
extern Tensor *execute(const C1dPlan *plan, const Tensor *x, float *work);
extern int64 batch_rows(const C1dPlan *plan);
extern void execute_batch(const C1dPlan *plan, Tensor *const *x, Tensor **y, int64 count, Blocks *blocks);
extern void execute_views(const C1dPlan *plan, const float *const *x, float *const *y, int64 count, int64 input_floats);

#endif
