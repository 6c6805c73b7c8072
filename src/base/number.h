/*
 * src/base/number.h
 *	  Whole numbers: divisions that round towards one side, and common factors.
 */
#ifndef C1D_NUMBER_H
#define C1D_NUMBER_H

#include <stdint.h>

/* c1d_ceil_div, c1d_floor_div: the integers next to a / b, above and below, for b > 0. */
static inline int64_t
c1d_ceil_div(int64_t a, int64_t b)
{
	return a > 0 ? (a - 1) / b + 1 : -(-a / b);
}

static inline int64_t
c1d_floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a - 1) / b + 1);
}

/* c1d_gcd: the greatest number that divides both, which are positive. */
static inline int64_t
c1d_gcd(int64_t a, int64_t b)
{
	while (b != 0)
	{
		int64_t		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* c1d_square_side: the shorter side of the rectangle of so many that is nearest to a square; 1 = a line. */
static inline int64_t
c1d_square_side(int64_t count)
{
	int64_t		side = 1;

	for (int64_t f = 2; f * f <= count; f++)
		if (count % f == 0)
			side = f;
	return side;
}

#endif
