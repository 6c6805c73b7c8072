/*
 * test/unit/numbers.h
 *	  Kinds of numbers that a kernel is tried with.
 */
#ifndef C1D_UNIT_NUMBERS_H
#define C1D_UNIT_NUMBERS_H

#include "model.h"

typedef enum Kind
{
	WHOLE,						/* sums of which are exact */
	REAL,
	STRANGE,					/* NaN and infinities among whole numbers, here and there -0 */
	KINDS
} Kind;

/* make_strange: of so many and one, on average, one a NaN or an infinity */
__attribute__((unused))
static void
make_strange(float *at, int64_t count, int64_t many)
{
	static const float strange[] = {NAN, INFINITY, -INFINITY};

	for (int64_t i = 0; i < count; i++)
		if (unit_between(0, many) == 0)
			at[i] = strange[unit_between(0, 2)];
}

#endif
