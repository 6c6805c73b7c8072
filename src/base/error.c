/*
 * src/base/error.c
 *	  Filling a C1dError.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

/*
 * c1d_fail
 *		Set code and message, clear detail and hint; always returns false, so
 *		that a caller can write "return c1d_fail(...)".
 */
bool
c1d_fail(C1dError *err, C1dCode code, const char *message,...)
{
	va_list		args;

	err->code = code;
	err->aspect = C1D_OF_NOTHING;
	err->wanted = 0;
	err->detail[0] = err->hint[0] = '\0';
	va_start(args, message);
	vsnprintf(err->message, sizeof(err->message), message, args);
	va_end(args);
	return false;
}

/*
 * c1d_about
 *		Say of an error already set by c1d_fail() what of the input does not suit;
 *		returns false.
 */
bool
c1d_about(C1dError *err, C1dAspect aspect, int64_t wanted)
{
	err->aspect = aspect;
	err->wanted = wanted;
	return false;
}

/*
 * c1d_detail
 *		Add the detail to an error already set by c1d_fail(); returns false.
 */
bool
c1d_detail(C1dError *err, const char *detail,...)
{
	va_list		args;

	va_start(args, detail);
	vsnprintf(err->detail, sizeof(err->detail), detail, args);
	va_end(args);
	return false;
}

/*
 * c1d_hint
 *		Add the hint to an error already set by c1d_fail(); returns false.
 */
bool
c1d_hint(C1dError *err, const char *hint,...)
{
	va_list		args;

	va_start(args, hint);
	vsnprintf(err->hint, sizeof(err->hint), hint, args);
	va_end(args);
	return false;
}
