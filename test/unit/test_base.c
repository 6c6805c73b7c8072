/*
 * test/unit/test_base.c
 *	  Arenas, shapes and errors: what every other room relies on.
 */
#include "model.h"

TEST(pieces)
{
	UnitBlock  *blocks = NULL;
	C1dArena	arena = unit_arena(&blocks);
	C1dError	err;
	unsigned char *piece[2000];
	size_t		size[2000];
	int			aligned = 0,
				zeroed = 0,
				whole = 0;

	for (int i = 0; i < 2000; i++)
	{
		bool		zero = true;

		size[i] = (size_t) unit_between(0, unit_between(0, 9) ? 300 : 20000);
		piece[i] = unit_must(c1d_alloc(&arena, size[i], &err));
		aligned += (uintptr_t) piece[i] % C1D_ALIGN == 0;
		for (size_t k = 0; k < size[i]; k++)
			zero = zero && piece[i][k] == 0;
		zeroed += zero;
		memset(piece[i], i & 255, size[i]);
	}
	for (int i = 0; i < 2000; i++)
	{
		bool		kept = true;

		for (size_t k = 0; k < size[i]; k++)
			kept = kept && piece[i][k] == (i & 255);
		whole += kept;
	}
	ok(aligned == 2000, "every piece starts on a boundary of %d bytes", C1D_ALIGN);
	ok(zeroed == 2000, "every piece is zero");
	ok(whole == 2000, "no piece touches another");
	unit_release(&blocks);
}

TEST(limits)
{
	int			kept = 0,
				refused = 0;
	UnitBlock  *blocks = NULL;
	C1dArena	arena = unit_arena(&blocks);
	C1dError	err = {0};

	for (size_t limit = 1; limit < 40000; limit += 777)
	{
		arena = unit_arena(&blocks);
		arena.limit = limit;
		err.code = C1D_OK;
		while (c1d_alloc(&arena, (size_t) unit_between(0, 5000), &err) != NULL)
			;
		kept += arena.used <= limit;
		refused += err.code == C1D_LIMIT && err.message[0] != '\0' && err.detail[0] != '\0';
		unit_release(&blocks);
	}
	ok(kept == refused && kept == 52, "an arena never takes more than its limit, and says so: %d of 52 limits", kept);

	arena = unit_arena(&blocks);
	ok(c1d_alloc(&arena, SIZE_MAX, &err) == NULL && err.code == C1D_LIMIT, "no arena gives SIZE_MAX bytes");
	ok(c1d_alloc(&arena, SIZE_MAX / 2 + 1, &err) == NULL && err.code == C1D_LIMIT, "nor half of it and one more");
	ok(c1d_alloc_array(&arena, -1, 1, &err) == NULL && err.code == C1D_LIMIT, "nor an array of -1");
	ok(c1d_alloc_array(&arena, INT64_MAX, 1 << 20, &err) == NULL && err.code == C1D_LIMIT, "nor one whose size has no number");
	ok(c1d_alloc_array(&arena, 0, 8, &err) != NULL && c1d_alloc(&arena, 0, &err) != NULL, "nothing is a piece, too");
	unit_release(&blocks);
}

TEST(shapes)
{
	static const struct
	{
		C1dShape	shape;
		C1dCode		code;
	}			cases[] = {
		{{1, {1}}, C1D_OK},
		{{1, {C1D_MAX_ELEMENTS}}, C1D_OK},
		{{4, {512, 512, 512, 1}}, C1D_OK},
		{{0, {0}}, C1D_BAD_SHAPE},
		{{5, {1, 1, 1, 1}}, C1D_BAD_SHAPE},
		{{-1, {1}}, C1D_BAD_SHAPE},
		{{1, {0}}, C1D_BAD_SHAPE},
		{{2, {5, -1}}, C1D_BAD_SHAPE},
		{{2, {INT64_MIN, INT64_MIN}}, C1D_BAD_SHAPE},
		{{1, {C1D_MAX_ELEMENTS + 1}}, C1D_LIMIT},
		{{2, {C1D_MAX_ELEMENTS, 2}}, C1D_LIMIT},
		{{2, {INT64_MAX, INT64_MAX}}, C1D_LIMIT},
		{{4, {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX}}, C1D_LIMIT},
		{{4, {1 << 30, 1 << 30, 1 << 30, 1 << 30}}, C1D_LIMIT},
		{{4, {1, 1, INT64_C(1) << 33, INT64_C(1) << 33}}, C1D_LIMIT},
	};
	int			right = 0,
				count = sizeof(cases) / sizeof(*cases);
	char		text[C1D_SHAPE_TEXT];
	C1dShape	a = c1d_shape2(98, 32);
	C1dShape	largest = {4, {INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN}};

	for (int i = 0; i < count; i++)
	{
		C1dError	err = {0};
		bool		possible = c1d_shape_check(&cases[i].shape, &err);

		right += possible == (cases[i].code == C1D_OK) && err.code == cases[i].code;
	}
	ok(right == count, "%d of %d shapes are possible or not, however large their sizes", right, count);
	ok(strcmp(c1d_shape_text(&a, text), "(98,32)") == 0, "a shape is written as (98,32)");
	ok(strlen(c1d_shape_text(&largest, text)) < C1D_SHAPE_TEXT, "any shape has room in its text");
	ok(c1d_shape_equal(&a, &(C1dShape) {2, {98, 32}}) && !c1d_shape_equal(&a, &(C1dShape) {2, {32, 98}}) &&
	   !c1d_shape_equal(&a, &(C1dShape) {3, {98, 32, 1}}), "shapes are equal when rank and all sizes are");
}

TEST(errors)
{
	C1dError	err;
	static char longest[2000];

	memset(longest, 'x', sizeof(longest) - 1);
	ok(!c1d_fail(&err, C1D_BAD_SHAPE, "%s", longest) && strlen(err.message) == sizeof(err.message) - 1, "a message is cut to its room");
	ok(!c1d_detail(&err, "%s", longest) && strlen(err.detail) == sizeof(err.detail) - 1, "so is a detail");
	ok(!c1d_hint(&err, "%s", longest) && strlen(err.hint) == sizeof(err.hint) - 1, "so is a hint");
	ok(!c1d_fail(&err, C1D_LIMIT, "other") && err.code == C1D_LIMIT && err.detail[0] == '\0' && err.hint[0] == '\0',
	   "another error has nothing of the one before");
}

RUN(pieces, limits, shapes, errors)
