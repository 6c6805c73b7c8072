/*
 * src/formats/tensor_text.h
 *	  Tensor text, "[[1,2],[3,4]]": hostile bytes -> shape + floats.
 *
 * Two passes, so that the caller can allocate exactly once between them:
 * scan settles the shape, read converts the numbers.  Both work in steps of
 * bounded length and return C1D_TEXT_MORE in between, for the caller to look
 * whether the user has lost patience.  Nothing is allocated, nothing recurses.
 *
 *		c1d_tensor_text_begin(&text, bytes, length);
 *		while ((state = c1d_tensor_text_scan(&text, &err)) == C1D_TEXT_MORE) ...
 *		data = room for c1d_shape_elements(&text.shape) floats
 *		while ((state = c1d_tensor_text_read(&text, data, &err)) == C1D_TEXT_MORE) ...
 *
 * Called by src/pg/tensor.c (input function) and, for single numbers, by the
 * casts from numeric and jsonb.
 */
#ifndef C1D_TENSOR_TEXT_H
#define C1D_TENSOR_TEXT_H

#include "base/shape.h"

typedef enum C1dTextState
{
	C1D_TEXT_FAILED,			/* the C1dError is filled */
	C1D_TEXT_MORE,				/* call again */
	C1D_TEXT_DONE
} C1dTextState;

/* What the scan expects next. */
typedef enum C1dTextExpect
{
	C1D_EXPECT_VALUE,			/* '[' or a number */
	C1D_EXPECT_NUMBER_END,		/* we are inside a number */
	C1D_EXPECT_MORE,			/* ',' or ']' */
	C1D_EXPECT_END				/* nothing but space */
} C1dTextExpect;

typedef struct C1dTensorText
{
	const char *start;
	const char *end;
	const char *at;				/* where scan stands */
	const char *number;			/* where read stands */
	C1dTextExpect expect;
	int			depth;			/* brackets open */
	int64_t		count[C1D_MAX_RANK];	/* members so far of each open bracket */
	int64_t		elements;		/* numbers seen by scan */
	int64_t		done;			/* numbers converted by read */
	C1dShape	shape;			/* settled when scan is done */
} C1dTensorText;

extern void c1d_tensor_text_begin(C1dTensorText *text, const char *bytes, int64_t length);
extern C1dTextState c1d_tensor_text_scan(C1dTensorText *text, C1dError *err);
extern C1dTextState c1d_tensor_text_read(C1dTensorText *text, float *data, C1dError *err);
extern bool c1d_text_number(const char *bytes, int64_t length, float *value, C1dError *err);

#endif
