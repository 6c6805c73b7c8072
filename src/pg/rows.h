/*
 * src/pg/rows.h
 *	  Returning a set of rows, all at once.
 */
#ifndef C1D_PG_ROWS_H
#define C1D_PG_ROWS_H

#include "pg/pg.h"

#include "access/tupdesc.h"
#include "utils/tuplestore.h"

#include "base/shape.h"

typedef struct ResultRows
{
	TupleDesc	description;
	Tuplestorestate *store;
} ResultRows;

extern ResultRows result_rows(FunctionCallInfo fcinfo);
extern void result_row(ResultRows *rows, const Datum *values, const bool *nulls);
extern Datum shape_datum(const C1dShape *shape);
extern Datum text_datum(const char *string);
extern void problem_columns(const C1dError *problem, Datum values[3], bool nulls[3]);

#endif
