/*
 * src/model/repair.h
 *	  The search for changes that mend a list of layers.
 *
 * repair_*.c propose, by what is wrong; repair.c tries every proposal on the
 * whole list, and keeps those that help.
 */
#ifndef C1D_REPAIR_H
#define C1D_REPAIR_H

#include "model/check.h"

#define C1D_MOST_FOUND 24

/* Layers read in all trials of a check together: a fraction of a second. */
#define C1D_MOST_READS 30000

typedef struct C1dRepair
{
	C1dCheck   *check;
	int			at;				/* the layer at fault, as given; as many as there are = the model's end */
	int			position;		/* its place in the list now */
	const C1dTrial *view;		/* the list without the change, but with base */
	C1dChange	base;			/* goes before every change that is tried */
	const C1dShape *in;			/* of the layer at fault, rank 0 = unknown; or where the model ends */
	const C1dError *problem;
	C1dArena   *arena;
	C1dError   *err;			/* memory ran out */
	bool		named;			/* some layers name their inputs */
	bool		numbered;		/* some layers number their inputs */
	int			given;			/* layers that are known of */
	int			found;
	int			whole;			/* of these mend all of it */
	C1dChange	change[C1D_MOST_FOUND];
} C1dRepair;

/* repair.c: proposals */
extern C1dEdit c1d_edit_set(int at, const char *key, C1dValue value);
extern C1dEdit c1d_edit_out(int at, const char *key);
extern C1dEdit c1d_edit_class(int at, const char *class_name);
extern C1dEdit c1d_edit_put(C1dRepair *r, int at, int branch, const char *class_name, const C1dValue *config);
extern C1dEdit c1d_edit_take_out(int at);
extern C1dEdit c1d_edit_input(C1dShape shape);
extern C1dValue c1d_repair_ints(C1dRepair *r, int count, const int64_t *numbers);
extern const C1dValue *c1d_repair_config(C1dRepair *r, const C1dValue *before, const char *key, C1dValue value);
extern bool c1d_repair_enough(const C1dRepair *r);
extern bool c1d_try(C1dRepair *r, const C1dEdit *edits, int count, const char *note);
extern bool c1d_try_one(C1dRepair *r, C1dEdit edit);
extern int	c1d_reach(C1dRepair *r, const C1dChange *change);

/* repair.c: what there is */
extern int64_t c1d_repair_int(const C1dRepair *r, int position, const char *key, int64_t otherwise);
extern bool c1d_repair_windowed(const C1dRepair *r, int position);
extern bool *c1d_repair_before(C1dRepair *r, int position);
extern void c1d_repair_padding(C1dRepair *r, int position, const C1dEdit *after, int after_count);
extern void c1d_repair_input_for(C1dRepair *r, int64_t elements);
extern bool c1d_repair_width(C1dRepair *r, int position, int64_t wanted);

/* repair_*.c: proposals by what is wrong */
extern void c1d_repair_config_fault(C1dRepair *r);
extern void c1d_repair_rank(C1dRepair *r);
extern void c1d_repair_steps(C1dRepair *r);
extern void c1d_repair_channels(C1dRepair *r);
extern void c1d_repair_elements(C1dRepair *r);
extern void c1d_repair_branches(C1dRepair *r);
extern void c1d_repair_declared(C1dRepair *r);
extern void c1d_repair_end(C1dRepair *r);

/* cause.c: which layers before made the input what it is */
extern void c1d_cause(C1dRepair *r, C1dVerdict *verdict);

/* what check.c calls */
extern bool c1d_repair(C1dCheck *check, int at, const C1dShape *in, C1dVerdict *verdict, C1dArena *arena, C1dError *err);

#endif
