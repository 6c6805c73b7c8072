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
extern C1dIsa c1d_isa_setting(void);

#endif
