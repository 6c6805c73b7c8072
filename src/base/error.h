/*
 * src/base/error.h
 *	  Errors of the core: values that a caller passes down and reads back.
 *
 * Nothing in the core reports, logs or jumps.  A function that can fail
 * returns bool and fills a C1dError; src/pg/error.c turns that into ereport.
 * Texts follow the server's style: the message is lower-case without a full
 * stop, detail and hint are whole sentences.
 */
#ifndef C1D_ERROR_H
#define C1D_ERROR_H

#include <stdbool.h>
#include <stddef.h>

typedef enum C1dCode
{
	C1D_OK = 0,
	C1D_BAD_TEXT,				/* 22P02: not the text of our type */
	C1D_BAD_BINARY,				/* 22P03: not the bytes of our type */
	C1D_BAD_ARGUMENT,			/* 22023: an argument out of its range */
	C1D_BAD_SHAPE,				/* 22000: two values disagree in shape */
	C1D_OUT_OF_RANGE,			/* 22003: a number outside float4 */
	C1D_LIMIT,					/* 54000: a size over a limit */
	C1D_UNSUPPORTED,			/* 0A000: known to exist, not supported here */
	C1D_NO_MEMORY,				/* 53200: the allocator gave nothing */
	C1D_CORRUPT					/* XX001: a stored value fails its own checks */
} C1dCode;

typedef struct C1dError
{
	C1dCode		code;
	char		message[256];
	char		detail[768];
	char		hint[768];
} C1dError;

/* Input echoed in a message is cut to this many bytes. */
#define C1D_ECHO 64

#define C1D_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

extern bool c1d_fail(C1dError *err, C1dCode code, const char *message,...) C1D_PRINTF(3, 4);
extern bool c1d_detail(C1dError *err, const char *detail,...) C1D_PRINTF(2, 3);
extern bool c1d_hint(C1dError *err, const char *hint,...) C1D_PRINTF(2, 3);

#endif
