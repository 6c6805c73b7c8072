/*
 * src/kernels/transpose.c
 *	  Rows become columns, a square at a time, so that what is read and what is
 *	  written both stay in the cache.
 */
#include "kernels/transpose.h"

#define SIDE 8

/*
 * c1d_transpose
 *		y, rows of columns floats that start y_step apart, from x, columns rows
 *		that start x_step apart: y(r, c) = x(c, r).  No overlap.  Cannot fail.
 */
void
c1d_transpose(const float *restrict x, int64_t x_step, float *restrict y, int64_t y_step, int64_t rows, int64_t columns)
{
	for (int64_t top = 0; top < rows; top += SIDE)
		for (int64_t left = 0; left < columns; left += SIDE)
		{
			const float *from = x + left * x_step + top;
			float	   *to = y + top * y_step + left;

			if (rows - top >= SIDE && columns - left >= SIDE)
			{
				for (int r = 0; r < SIDE; r++)
					for (int c = 0; c < SIDE; c++)
						to[r * y_step + c] = from[c * x_step + r];
				continue;
			}
			for (int64_t r = 0; r < SIDE && r < rows - top; r++)
				for (int64_t c = 0; c < SIDE && c < columns - left; c++)
					to[r * y_step + c] = from[c * x_step + r];
		}
}
