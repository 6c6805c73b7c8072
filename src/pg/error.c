/*
 * src/pg/error.c
 *	  Core error -> ereport, and nothing else.
 */
#include "pg/pg.h"

#include "mb/pg_wchar.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#endif

/* c1d_sqlstate: the table "Errors" of docs/errors.md. */
int
c1d_sqlstate(C1dCode code)
{
	switch (code)
	{
		case C1D_OK:
			break;
		case C1D_BAD_TEXT:
			return ERRCODE_INVALID_TEXT_REPRESENTATION;
		case C1D_BAD_BINARY:
			return ERRCODE_INVALID_BINARY_REPRESENTATION;
		case C1D_BAD_ARGUMENT:
			return ERRCODE_INVALID_PARAMETER_VALUE;
		case C1D_BAD_SHAPE:
			return ERRCODE_DATA_EXCEPTION;
		case C1D_OUT_OF_RANGE:
			return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
		case C1D_LIMIT:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case C1D_UNSUPPORTED:
			return ERRCODE_FEATURE_NOT_SUPPORTED;
		case C1D_NO_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
		case C1D_CORRUPT:
			return ERRCODE_DATA_CORRUPTED;
	}
	return ERRCODE_INTERNAL_ERROR;
}

/*
 * c1d_printable
 *		A text of the core as the client can get it.  User input is echoed by
 *		the byte, so a character may be cut in half; then every byte of a
 *		multibyte character becomes a question mark.
 */
const char *
c1d_printable(const char *text)
{
	char	   *copy;

	if (pg_verify_mbstr(GetDatabaseEncoding(), text, strlen(text), true))
		return text;
	copy = pstrdup(text);
	for (char *c = copy; *c; c++)
		if (IS_HIGHBIT_SET(*c))
			*c = '?';
	return copy;
}

/*
 * c1d_throw
 *		Raise a core error.
 */
void
c1d_throw(const C1dError *err)
{
	ereport(ERROR,
			(errcode(c1d_sqlstate(err->code)),
			 errmsg("%s", c1d_printable(err->message)),
			 err->detail[0] ? errdetail("%s", c1d_printable(err->detail)) : 0,
			 err->hint[0] ? errhint("%s", c1d_printable(err->hint)) : 0));
	pg_unreachable();
}

/*
 * c1d_throw_soft
 *		The same for an input function: since 16 the caller may have asked to
 *		be told instead (pg_input_is_valid, COPY ... ON_ERROR).
 */
Datum
c1d_throw_soft(FunctionCallInfo fcinfo, const C1dError *err)
{
#if PG_VERSION_NUM >= 160000
	if (fcinfo->context != NULL && IsA(fcinfo->context, ErrorSaveContext))
		errsave(fcinfo->context,
				(errcode(c1d_sqlstate(err->code)),
				 errmsg("%s", c1d_printable(err->message)),
				 err->detail[0] ? errdetail("%s", c1d_printable(err->detail)) : 0,
				 err->hint[0] ? errhint("%s", c1d_printable(err->hint)) : 0));
	else
#endif
		c1d_throw(err);
	PG_RETURN_NULL();
}

/*
 * c1d_call_input
 *		Call the input function of another type from within one of ours.
 *
 * False means that it failed and that our caller, who asked for soft errors,
 * has been told: return null then.
 */
bool
c1d_call_input(FunctionCallInfo fcinfo, PGFunction input, char *text, Datum *result)
{
#if PG_VERSION_NUM >= 160000
	return DirectInputFunctionCallSafe(input, text, InvalidOid, -1, fcinfo->context, result);
#else
	(void) fcinfo;
	*result = DirectFunctionCall3(input, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	return true;
#endif
}
