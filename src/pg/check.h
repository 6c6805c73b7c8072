/*
 * src/pg/check.h
 *	  Verdicts of the checker as columns.
 */
#ifndef C1D_PG_CHECK_H
#define C1D_PG_CHECK_H

#include "pg/pg.h"

#include "model/check.h"

extern void verdict_columns(const C1dVerdict *verdict, Datum values[5], bool nulls[5]);

#endif
