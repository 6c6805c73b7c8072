/*
 * src/pg/plan_cache.h
 *	  Plans that a backend keeps, by the content of their model.
 */
#ifndef C1D_PG_PLAN_CACHE_H
#define C1D_PG_PLAN_CACHE_H

#include "pg/execute.h"
#include "pg/model.h"

/* A plan with the work memory that single runs use. */
typedef struct KeptPlan
{
	C1dPlan		plan;
	float	   *work;
} KeptPlan;

extern const KeptPlan *plan_for(Datum model, const C1dShape *input);
extern const KeptPlan *plan_for_layer(Datum model, const C1dShape *input, const char *layer);
extern const KeptPlan *plan_hold(Datum model, const C1dShape *input, MemoryContext context);
extern void model_known_fingerprint(Datum model, char fingerprint[C1D_FINGERPRINT]);
extern void plan_cache_init(void);
extern void plan_cache_counts(int64 *plans, int64 *bytes, int64 *made);

#endif
