/*
 * src/pg/model_from_query.c
 *	  A model named by a query, where SQL takes no sub-select: the arguments of
 *	  CALL and EXECUTE.
 */
#include "pg/model.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/*
 * model_from_query(query text) -> conv1d_model
 *		The one value of the one row that the query returns.
 *
 * Unlike a sub-select it raises an error when there is no row, or no model.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(model_from_query);
Datum
model_from_query(PG_FUNCTION_ARGS)
{
	char	   *query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid			model_type = get_func_rettype(fcinfo->flinfo->fn_oid);
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext own;
	Datum		value;
	bool		null;
	Model	   *model;

	SPI_connect();
	if (SPI_execute(query, true, 2) != SPI_OK_SELECT || SPI_tuptable->tupdesc->natts != 1 ||
		getBaseType(SPI_gettypeid(SPI_tuptable->tupdesc, 1)) != model_type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the query does not return a model"),
				 errdetail("It must be a SELECT of one column of type conv1d_model.")));
	if (SPI_processed > 1)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("the query returns more than one model"),
				 errhint("Choose one with WHERE, or the newest with ORDER BY and LIMIT 1.")));
	value = SPI_processed == 1 ? SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null) : (Datum) 0;
	if (SPI_processed == 0 || null)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("the query returns no model"),
				 errhint("Does the query that names the model find its row?")));
	own = MemoryContextSwitchTo(caller);
	model = (Model *) PG_DETOAST_DATUM_COPY(value);
	MemoryContextSwitchTo(own);
	SPI_finish();
	PG_RETURN_POINTER(model);
}
