/*
 * src/kernels/repeat.c
 *	  Steps of a series, each several times.
 */
#include "kernels/repeat.h"

#include <string.h>

/* few floats are copied one by one: a call would take longer */
#define FEW 16

/* c1d_repeat: y (length * times, channels) from x (length, channels). */
void
c1d_repeat(const float *restrict x, float *restrict y, int64_t length, int64_t channels, int64_t times)
{
	if (times == 1)
		memcpy(y, x, length * channels * sizeof(float));
	else if (channels == 1 && times == 2)
		for (int64_t t = 0; t < length; t++)
			y[2 * t] = y[2 * t + 1] = x[t];
	else
		for (int64_t t = 0; t < length; t++, x += channels)
			for (int64_t k = 0; k < times; k++, y += channels)
			{
				if (channels > FEW)
					memcpy(y, x, channels * sizeof(float));
				else
					for (int64_t c = 0; c < channels; c++)
						y[c] = x[c];
			}
}
