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
#include <stdint.h>

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

/* What does not suit a layer: where a repair has to begin. */
typedef enum C1dAspect
{
	C1D_OF_NOTHING = 0,			/* the configuration by itself, or nothing that can be told */
	C1D_OF_KEY,					/* a key that the layer does not know; wanted is its place */
	C1D_OF_RANK,				/* how many axes */
	C1D_OF_STEPS,				/* too few along an axis */
	C1D_OF_CHANNELS,			/* the last axis; wanted is what it should be, 0 = a multiple */
	C1D_OF_FEATURES,			/* the axis that Linear goes along; wanted likewise */
	C1D_OF_ELEMENTS,			/* their number; wanted likewise */
	C1D_OF_BRANCHES				/* one input against another */
} C1dAspect;

typedef struct C1dError
{
	C1dCode		code;
	C1dAspect	aspect;
	int64_t		wanted;
	char		message[256];
	char		detail[768];
	char		hint[768];
} C1dError;

/* Input echoed in a message is cut to this many bytes. */
#define C1D_ECHO 64

#define C1D_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

extern bool c1d_fail(C1dError *err, C1dCode code, const char *message,...) C1D_PRINTF(3, 4);
extern bool c1d_detail(C1dError *err, const char *detail,...) C1D_PRINTF(2, 3);
extern bool c1d_about(C1dError *err, C1dAspect aspect, int64_t wanted);
extern bool c1d_hint(C1dError *err, const char *hint,...) C1D_PRINTF(2, 3);

#endif
