/*
 * src/pg/scoring.h
 *	  An aggregate that runs one model on many inputs of one shape, in batches.
 *
 * Used by predict_agg.c and predict_windows.c; its results are a TensorList.
 */
#ifndef C1D_PG_SCORING_H
#define C1D_PG_SCORING_H

#include "pg/plan_cache.h"
#include "pg/tensor_list.h"

typedef struct Scoring
{
	bool		begun;			/* the rest is known but for the results' context */
	char		fingerprint[C1D_FINGERPRINT];
	Datum		model;			/* our copy, unless the plan is held */
	const KeptPlan *held;
	C1dShape	input;
	int64		batch;			/* rows that make a good one */
	TensorList	results;
} Scoring;

extern void scoring_begin(Scoring *scoring, Datum model, const C1dShape *input);
extern void scoring_same_model(const Scoring *scoring, Datum model);
extern void scoring_run(Scoring *scoring, const float *const *x, int64 input_floats, int64 count);
extern Datum scoring_array(const Scoring *scoring, FunctionCallInfo fcinfo, const float *const *x, int64 count);

#endif
