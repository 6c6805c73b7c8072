/*
 * src/formats/tensor_text.c
 *	  Structure of tensor text: brackets, commas, shape.  The numbers between
 *	  them are tensor_text_number.c's.
 *
 * scan walks a four-state automaton over single characters and counts; a
 * number is any run of characters that is no bracket, comma or space.  What
 * scan accepted is a regular nest of depth 1 to C1D_MAX_RANK, so read only
 * hops from number to number.
 */
#include "formats/tensor_text.h"

#include <inttypes.h>
#include <string.h>

/* One step of scan is this many bytes, one step of read this many numbers. */
#define SCAN_STEP 1048576
#define READ_STEP 65536

/* What each character is; 0: part of a number, rightly or not. */
enum
{
	SPACE = 1,
	COMMA,
	OPEN,
	CLOSE
};

static const unsigned char kind_of[256] = {
	[' '] = SPACE, ['\t'] = SPACE, ['\n'] = SPACE, ['\v'] = SPACE, ['\f'] = SPACE, ['\r'] = SPACE,
	[','] = COMMA, ['['] = OPEN, [']'] = CLOSE
};

#define KIND(c) kind_of[(unsigned char) (c)]

/*
 * malformed
 *		Fill in the error for bytes that are no tensor; the caller adds the
 *		detail.  The beginning of the literal is shown.
 */
static void
malformed(const C1dTensorText *text, C1dError *err)
{
	int64_t		length = text->end - text->start;

	c1d_fail(err, C1D_BAD_TEXT, "malformed tensor1d literal: \"%.*s\"",
			 (int) (length < C1D_ECHO ? length : C1D_ECHO), text->start);
}

static C1dTextState
expected(const C1dTensorText *text, const char *what, C1dError *err)
{
	malformed(text, err);
	if (text->at == text->end)
		c1d_detail(err, "Expected %s, found the end of the literal.", what);
	else
		c1d_detail(err, "Expected %s at byte %" PRId64 ", found \"%.1s\".",
				   what, (int64_t) (text->at - text->start) + 1,
				   (unsigned char) *text->at < 0x80 ? text->at : "?");
	return C1D_TEXT_FAILED;
}

static C1dTextState
ragged(const C1dTensorText *text, C1dError *err)
{
	malformed(text, err);
	c1d_detail(err, "At byte %" PRId64 " the nesting or the number of members differs from what came before.",
			   (int64_t) (text->at - text->start) + 1);
	c1d_hint(err, "Brackets of the same level must have the same number of members; a gap in a series is written NaN.");
	return C1D_TEXT_FAILED;
}

void
c1d_tensor_text_begin(C1dTensorText *text, const char *bytes, int64_t length)
{
	memset(text, 0, sizeof(*text));
	text->start = text->at = text->number = bytes;
	text->end = bytes + length;
	text->expect = C1D_EXPECT_VALUE;
}

/* open_bracket: '[' where a value may stand. */
static C1dTextState
open_bracket(C1dTensorText *text, C1dError *err)
{
	if (text->depth == C1D_MAX_RANK)
	{
		c1d_fail(err, C1D_LIMIT, "tensor1d literal is nested too deeply");
		c1d_detail(err, "A tensor has 1 to %d dimensions.", C1D_MAX_RANK);
		return C1D_TEXT_FAILED;
	}
	if (text->shape.rank && text->depth == text->shape.rank)
		return ragged(text, err);
	text->count[text->depth++] = 0;
	return C1D_TEXT_MORE;
}

/* begin_number: the first character of a number where a value may stand. */
static C1dTextState
begin_number(C1dTensorText *text, C1dError *err)
{
	if (text->depth == 0)
		return expected(text, "\"[\"", err);
	if (text->shape.rank == 0)
		text->shape.rank = text->depth;
	else if (text->depth != text->shape.rank)
		return ragged(text, err);
	if (++text->elements > C1D_MAX_ELEMENTS)
	{
		c1d_fail(err, C1D_LIMIT, "tensor is too large");
		c1d_detail(err, "The literal has more than %" PRId64 " numbers.", C1D_MAX_ELEMENTS);
		return C1D_TEXT_FAILED;
	}
	text->count[text->depth - 1]++;
	text->expect = C1D_EXPECT_NUMBER_END;
	return C1D_TEXT_MORE;
}

/* after_value: ',' or ']' behind a number or a closed bracket. */
static C1dTextState
after_value(C1dTensorText *text, C1dError *err)
{
	int64_t    *dim;

	if (KIND(*text->at) == COMMA)
	{
		text->expect = C1D_EXPECT_VALUE;
		return C1D_TEXT_MORE;
	}
	if (KIND(*text->at) != CLOSE)
		return expected(text, "\",\" or \"]\"", err);

	/* the first bracket of a level settles its dimension */
	dim = &text->shape.dim[text->depth - 1];
	if (*dim == 0)
		*dim = text->count[text->depth - 1];
	else if (*dim != text->count[text->depth - 1])
		return ragged(text, err);
	if (--text->depth == 0)
		text->expect = C1D_EXPECT_END;
	else
	{
		text->count[text->depth - 1]++;
		text->expect = C1D_EXPECT_MORE;
	}
	return C1D_TEXT_MORE;
}

/*
 * c1d_tensor_text_scan
 *		Check the structure of the next bytes and settle text->shape.
 *
 * The numbers themselves are not looked at.  Errors: C1D_BAD_TEXT, C1D_LIMIT.
 */
C1dTextState
c1d_tensor_text_scan(C1dTensorText *text, C1dError *err)
{
	const char *stop = text->end - text->at > SCAN_STEP ? text->at + SCAN_STEP : text->end;
	C1dTextState state = C1D_TEXT_MORE;

	for (; text->at < stop; text->at++)
	{
		int			kind = KIND(*text->at);

		if (text->expect == C1D_EXPECT_NUMBER_END)
		{
			if (!kind)
				continue;
			text->expect = C1D_EXPECT_MORE;
		}
		if (kind == SPACE)
			continue;
		if (text->expect == C1D_EXPECT_MORE)
			state = after_value(text, err);
		else if (text->expect == C1D_EXPECT_END)
			state = expected(text, "the end of the literal", err);
		else if (kind == OPEN)
			state = open_bracket(text, err);
		else if (kind)
			state = expected(text, text->depth ? "\"[\" or a number" : "\"[\"", err);
		else
			state = begin_number(text, err);
		if (state != C1D_TEXT_MORE)
			return state;
	}
	if (text->at < text->end)
		return C1D_TEXT_MORE;
	if (text->expect == C1D_EXPECT_END)
		return C1D_TEXT_DONE;
	return expected(text, text->expect == C1D_EXPECT_VALUE ?
					(text->depth ? "\"[\" or a number" : "\"[\"") : "\",\" or \"]\"", err);
}

/*
 * c1d_tensor_text_read
 *		Convert the next numbers of a text that scan accepted; data has room for
 *		all elements of text->shape.  Errors: C1D_BAD_TEXT, C1D_OUT_OF_RANGE.
 */
C1dTextState
c1d_tensor_text_read(C1dTensorText *text, float *data, C1dError *err)
{
	int64_t		stop = text->elements - text->done > READ_STEP ? text->done + READ_STEP : text->elements;

	while (text->done < stop)
	{
		const char *first = text->number;
		const char *behind;

		while (KIND(*first))
			first++;
		for (behind = first + 1; behind < text->end && !KIND(*behind);)
			behind++;
		if (!c1d_text_number(first, behind - first, &data[text->done], err))
			return C1D_TEXT_FAILED;
		text->number = behind;
		text->done++;
	}
	return text->done < text->elements ? C1D_TEXT_MORE : C1D_TEXT_DONE;
}
