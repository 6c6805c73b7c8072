/*
 * src/pg/settings.h
 *	  What the user can set: conv1d.*.
 */
#ifndef C1D_PG_SETTINGS_H
#define C1D_PG_SETTINGS_H

#include "pg/pg.h"

#include "kernels/isa.h"

extern void settings_init(void);
extern size_t c1d_max_memory(void);
extern int	c1d_progress_interval(void);
extern int	c1d_threads(void);
extern C1dTuning c1d_tuning(void);

#endif
