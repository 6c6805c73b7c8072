/*
 * test/unit/test_tensor_text.c
 *	  Tensor text: what it accepts, what it refuses, and that no bytes at all
 *	  make it read past its end (every text is a heap copy of exactly its
 *	  length, so the address sanitizer sees one byte too many).
 */
#include "unit.h"

#include "formats/tensor_text.h"

#define LIST(...) (const float[]) {__VA_ARGS__}

/*
 * parse
 *		Run both passes over length bytes; returns the code, and on C1D_OK the
 *		shape and the elements (malloc'ed).
 */
static C1dCode
parse_bytes(const char *bytes, size_t length, C1dShape *shape, float **data, C1dError *err)
{
	char	   *copy = malloc(length ? length : 1);
	C1dTensorText text;
	C1dTextState state;

	memcpy(copy, bytes, length);
	*data = NULL;
	err->code = C1D_OK;
	c1d_tensor_text_begin(&text, copy, (int64_t) length);
	while ((state = c1d_tensor_text_scan(&text, err)) == C1D_TEXT_MORE)
		;
	if (state == C1D_TEXT_DONE && c1d_shape_check(&text.shape, err))
	{
		*shape = text.shape;
		*data = malloc((size_t) c1d_shape_elements(shape) * sizeof(float));
		while ((state = c1d_tensor_text_read(&text, *data, err)) == C1D_TEXT_MORE)
			;
		if (state == C1D_TEXT_FAILED)
		{
			free(*data);
			*data = NULL;
		}
	}
	free(copy);
	return err->code;
}

/* shown: the beginning of a text as one line of printable characters. */
static const char *
shown(const char *text)
{
	static char line[61];
	int			i;

	for (i = 0; i < 60 && text[i]; i++)
		line[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	line[i] = '\0';
	return line;
}

/* accepts: the text is a tensor of this shape and these elements, bit for bit. */
static void
accepts(const char *bytes, const char *shape_text, int n, const float *expected)
{
	C1dShape	shape;
	C1dError	err;
	float	   *data;
	char		text[C1D_SHAPE_TEXT] = "";
	C1dCode		code = parse_bytes(bytes, strlen(bytes), &shape, &data, &err);
	bool		good = code == C1D_OK;

	if (good)
		good = strcmp(c1d_shape_text(&shape, text), shape_text) == 0 &&
			c1d_shape_elements(&shape) == n && memcmp(data, expected, (size_t) n * sizeof(float)) == 0;
	ok(good, "%s is %s", shown(bytes), shape_text);
	free(data);
}

/* refuses: the text is refused with this code and says no more than it may. */
static void
refuses(const char *bytes, C1dCode expected)
{
	C1dShape	shape;
	C1dError	err;
	float	   *data;
	C1dCode		code = parse_bytes(bytes, strlen(bytes), &shape, &data, &err);

	ok(code == expected && strlen(err.message) < 64 + C1D_ECHO,
	   "%s is refused with code %d", shown(bytes), expected);
	free(data);
}

TEST(accepted)
{
	accepts("[1]", "(1)", 1, LIST(1));
	accepts("[1,2.5,-3]", "(3)", 3, LIST(1, 2.5f, -3));
	accepts(" [ [ 1 , 2 ] ,\n[3,\t4]\r\n] ", "(2,2)", 4, LIST(1, 2, 3, 4));
	accepts("[[[1],[2]],[[3],[4]],[[5],[6]]]", "(3,2,1)", 6, LIST(1, 2, 3, 4, 5, 6));
	accepts("[[[[7,8]]]]", "(1,1,1,2)", 2, LIST(7, 8));
	accepts("[+1,.5,5.,1e2,1E+2,1e-2,-0,00012]", "(8)", 8, LIST(1, .5f, 5, 100, 100, 0.01f, -0.0f, 12));
	accepts("[Infinity,-inf,+INF]", "(3)", 3, LIST(INFINITY, -INFINITY, INFINITY));
	accepts("[NaN,nan]", "(2)", 2, LIST(NAN, NAN));
	accepts("[0e999999999999999999999,0.000]", "(2)", 2, LIST(0, 0));
	accepts("[1e-45,3.4028235e38,1.17549435e-38]", "(3)", 3, LIST(1.4e-45f, 3.4028235e38f, 1.17549435e-38f));
	/* next to a boundary between two floats: 16777217 lies halfway */
	accepts("[16777217,16777217.0000000000000000000000000001,16777216.9999999999999999]", "(3)", 3,
			LIST(16777216, 16777218, 16777216));
}

/* Integers around the width of the accumulator of the quick way. */
TEST(long_integers)
{
	accepts("[18446744073709551617,1844674407370955161,99999999999999999999]", "(3)", 3, LIST(18446744073709551616.0f, 1844674407370955161.0f, 1e20f));
	accepts("[9007199254740992,9007199254740993,0.000000000000000001,-00000000000000012]", "(4)", 4,
			LIST(9007199254740992.0f, 9007199254740992.0f, 1e-18f, -12));
	accepts("[1e+38,1e-05,1.5E+10,1e+5,1e005]", "(5)", 5, LIST(1e38f, 1e-05f, 1.5e10f, 1e5f, 1e5f));
}

TEST(refused)
{
	static const char *const malformed[] = {
		"", " ", "[]", "[", "]", "[[", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "1", "1,2", "{1}", "[1]]", "[1]x", "[1] 2",
		"[1][2]", "[[1,2],[3]]", "[[1],[2,3]]", "[[1],2]", "[1,[2]]", "[[[1]],[2]]", "[[1],[[2]]]", "[[1,2],[3,[4]]]",
		"[1 2]", "[1,2;3]", "[\"1\"]", "[null]", "[true]", "[[]]", "[[],[]]", "[1[2]]", "[[1]2]", "[[1][2]]"
	};
	static const char *const numbers[] = {
		"[0x1p3]", "[0x10]", "[1e]", "[1e+]", "[e5]", "[.]", "[+]", "[-]", "[--1]", "[1.2.3]", "[1e5.5]", "[nan(1)]",
		"[-nan]", "[infinit]", "[infinityy]", "[1_000]", "[1f]", "[1e5x]", "[\xff\xfe]", "[1\x01]"
	};
	static const char *const range[] = {
		"[1e39]", "[-1e39]", "[1e-50]", "[-1e-50]", "[3.4028236e38]", "[1e999999999999999999999]", "[1e-999999999999999999999]",
		"[7e-46]"
	};

	for (size_t i = 0; i < sizeof(malformed) / sizeof(*malformed); i++)
		refuses(malformed[i], C1D_BAD_TEXT);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		refuses(numbers[i], C1D_BAD_TEXT);
	for (size_t i = 0; i < sizeof(range) / sizeof(*range); i++)
		refuses(range[i], C1D_OUT_OF_RANGE);
	refuses("[[[[[1]]]]]", C1D_LIMIT);
}

/* big: a text of one character n times, between two others. */
static char *
big(const char *before, const char *unit, size_t n, const char *after)
{
	size_t		length = strlen(unit);
	char	   *text = malloc(strlen(before) + n * length + strlen(after) + 1);
	char	   *at = text;

	at += sprintf(at, "%s", before);
	for (size_t i = 0; i < n; i++, at += length)
		memcpy(at, unit, length);
	strcpy(at, after);
	return text;
}

TEST(large)
{
	const size_t million = 1000000;
	char	   *text;
	C1dShape	shape;
	C1dError	err;
	float	   *data;

	text = big("", "[", million, "");
	refuses(text, C1D_LIMIT);
	free(text);
	text = big("[", "1,", million, "");
	refuses(text, C1D_BAD_TEXT);
	free(text);
	text = big("[", "[1,2],", million, "[3,4]]");
	ok(parse_bytes(text, strlen(text), &shape, &data, &err) == C1D_OK &&
	   shape.rank == 2 && shape.dim[0] == 1000001 && shape.dim[1] == 2 && data[2000001] == 4 && data[1] == 2,
	   "a million pairs");
	free(data);
	free(text);
	text = big("[0.", "0", million, "123e1000003]");
	ok(parse_bytes(text, strlen(text), &shape, &data, &err) == C1D_OK && data[0] == 123,
	   "a million zeros, taken back by the exponent");
	free(data);
	free(text);
	text = big("[", "9", million, "e-1000000]");
	ok(parse_bytes(text, strlen(text), &shape, &data, &err) == C1D_OK && data[0] == 1, "a million nines");
	free(data);
	free(text);
	text = big("[", "9", million, "]");
	refuses(text, C1D_OUT_OF_RANGE);
	free(text);
	text = big("[16777217.", "0", million, "1]");
	ok(parse_bytes(text, strlen(text), &shape, &data, &err) == C1D_OK && data[0] == 16777218,
	   "the millionth digit decides the rounding");
	free(data);
	free(text);
}

/* Every beginning of a text is refused, whatever is missing. */
TEST(truncated)
{
	const char *text = "[[[1.5e-3,-2],[NaN,Infinity]],[[5,6.25],[+7,8]]]";
	int			refusals = 0;

	for (size_t length = 0; length < strlen(text); length++)
	{
		C1dShape	shape;
		C1dError	err;
		float	   *data;

		refusals += parse_bytes(text, length, &shape, &data, &err) == C1D_BAD_TEXT;
		free(data);
	}
	ok(refusals == (int) strlen(text), "all %d truncations are refused", refusals);
}

/* Numbers of every kind of length and exponent, against the C library. */
TEST(like_strtof)
{
	int			wrong = 0;

	for (int i = 0; i < 300000; i++)
	{
		char		text[80];
		float		value;
		float		expected;
		C1dError	err;
		uint32_t	bits = (uint32_t) unit_random();

		switch (i % 4)
		{
			case 0:				/* any float, in digits that may be too few or too many */
				memcpy(&expected, &bits, sizeof(bits));
				if (!isfinite(expected))
					continue;
				snprintf(text, sizeof(text), "%.*e", (int) unit_between(0, 30), expected);
				break;
			case 1:				/* the middle between two neighbours, and just beside it */
				memcpy(&expected, &bits, sizeof(bits));
				if (!(fabsf(expected) > 1e-30f && fabsf(expected) < 1e30f))
					continue;
				snprintf(text, sizeof(text), "%.*e", (int) unit_between(14, 40),
						 ((double) expected + (double) nextafterf(expected, INFINITY)) / 2);
				break;
			case 2:
				snprintf(text, sizeof(text), "%lld.%llde%d", (long long) (unit_random() >> unit_between(1, 63)),
						 (long long) (unit_random() >> unit_between(1, 63)), (int) unit_between(-60, 40));
				break;
			default:
				snprintf(text, sizeof(text), "%.*f", (int) unit_between(0, 12), unit_float() * 1000);
		}
		expected = strtof(text, NULL);
		if (c1d_text_number(text, (int64_t) strlen(text), &value, &err))
			wrong += memcmp(&value, &expected, sizeof(value)) != 0;
		else
			wrong += err.code != C1D_OUT_OF_RANGE || (!isinf(expected) && expected != 0);
	}
	ok(wrong == 0, "300000 numbers are those of strtof (%d are not)", wrong);
}

/* 100000 texts, each a good one with a few bytes changed, added or removed. */
TEST(mutations)
{
	static const char *const seeds[] = {
		"[1,2,3]", "[[1,2],[3,4]]", "[[[1.5],[NaN]],[[-inf],[1e-3]]]", "[[[[1,2],[3,4]]]]", "[1e38,1e-38,Infinity]"
	};
	static const char alphabet[] = "[],0123456789.eE+-nNaAiIfF \t\n\xff\x80\"{}x";
	int			good = 0;
	int			strange = 0;

	for (int i = 0; i < 100000; i++)
	{
		char		text[64];
		size_t		length = strlen(strcpy(text, seeds[unit_random() % 5]));
		C1dShape	shape;
		C1dError	err;
		float	   *data;

		for (int64_t change = unit_between(1, 4); change > 0 && length > 0; change--)
		{
			size_t		at = unit_random() % length;
			char		byte = alphabet[unit_random() % (sizeof(alphabet) - 1)];

			if (unit_random() % 3 == 0)
				memmove(text + at, text + at + 1, length-- - at);
			else if (unit_random() % 2 == 0 && length < sizeof(text) - 1)
			{
				memmove(text + at + 1, text + at, ++length - at);
				text[at] = byte;
			}
			else
				text[at] = byte;
		}
		switch (parse_bytes(text, length, &shape, &data, &err))
		{
			case C1D_OK:
				good++;
				break;
			case C1D_BAD_TEXT:
			case C1D_OUT_OF_RANGE:
			case C1D_LIMIT:
				break;
			default:
				strange++;
		}
		free(data);
	}
	ok(strange == 0 && good > 1000, "100000 mutations: %d still good, the rest refused by the book", good);
}

RUN(accepted, long_integers, refused, large, truncated, like_strtof, mutations)
