/*
 * src/pg/rows.c
 *	  Set-returning functions in materialize mode.
 */
#include "pg/rows.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

/*
 * result_rows
 *		Start the result of a set-returning function; afterwards the function
 *		adds rows and returns (Datum) 0.
 */
ResultRows
result_rows(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;
	ResultRows	rows;

	if (info == NULL || !IsA(info, ReturnSetInfo) || !(info->allowedModes & SFRM_Materialize))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	old = MemoryContextSwitchTo(info->econtext->ecxt_per_query_memory);
	if (get_call_result_type(fcinfo, NULL, &rows.description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	/* the executor frees what we return, and needs its own in the next call */
	if (rows.description == info->expectedDesc)
		rows.description = CreateTupleDescCopy(rows.description);
	rows.store = tuplestore_begin_heap((info->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
	MemoryContextSwitchTo(old);
	info->returnMode = SFRM_Materialize;
	info->setResult = rows.store;
	info->setDesc = rows.description;
	return rows;
}

/* result_row: one more row; values and nulls are in the order of the columns. */
void
result_row(ResultRows *rows, const Datum *values, const bool *nulls)
{
	tuplestore_putvalues(rows->store, rows->description, (Datum *) values, (bool *) nulls);
}

/* shape_datum: a shape as int[]. */
Datum
shape_datum(const C1dShape *shape)
{
	Datum		dims[C1D_MAX_RANK];

	for (int i = 0; i < shape->rank; i++)
		dims[i] = Int32GetDatum((int32) shape->dim[i]);
	return PointerGetDatum(construct_array(dims, shape->rank, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

Datum
text_datum(const char *string)
{
	return PointerGetDatum(cstring_to_text(string));
}

/*
 * problem_columns
 *		A core error as the columns problem, detail and hint; null where it says
 *		nothing.
 */
void
problem_columns(const C1dError *problem, Datum values[3], bool nulls[3])
{
	const char *texts[3] = {problem->message, problem->detail, problem->hint};

	for (int i = 0; i < 3; i++)
	{
		nulls[i] = problem->code == C1D_OK || texts[i][0] == '\0';
		if (!nulls[i])
			values[i] = text_datum(c1d_printable(texts[i]));
	}
}
