/*
 * src/pg/attrs.h
 *	  Configurations between jsonb, SQL arguments and the core.
 */
#ifndef C1D_PG_ATTRS_H
#define C1D_PG_ATTRS_H

#include "pg/pg.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "base/value.h"

#define C1D_MAX_ARGUMENTS 12

/* Named SQL arguments on their way to becoming an object. */
typedef struct Arguments
{
	C1dMember	members[C1D_MAX_ARGUMENTS];
	int			count;
} Arguments;

extern C1dValue value_from_jsonb(Jsonb *jsonb);
extern C1dValue value_to_check(Jsonb *jsonb);
extern void value_to_json(StringInfo out, const C1dValue *value);
extern void value_check_encoding(const C1dValue *value);
extern C1dValue value_from_text(text *string);
extern C1dValue value_from_names(Datum array);

extern void argument_int(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key);
extern void argument_double(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key);
extern void argument_bool(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key);
extern void argument_enum(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key);
extern void argument_ints(FunctionCallInfo fcinfo, int n, Arguments *arguments, const char *key);
extern void argument_number(Arguments *arguments, const char *key, int64 number);
extern void argument_real(Arguments *arguments, const char *key, double number);
extern void argument_flag(Arguments *arguments, const char *key, bool flag);
extern C1dValue arguments_object(Arguments *arguments);

#endif
