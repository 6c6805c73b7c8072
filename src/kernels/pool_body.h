/*
 * src/kernels/pool_body.h
 *	  The one body of pooling; included by elements.h.
 */
#include "kernels/pool.h"

ISA_BEGIN

/*
 * load_apart
 *		The first count of VL floats that are step apart; more of them follow
 *		when count exceeds VL.
 */
SIMD_INLINE Vec
load_apart(const float *p, int64_t step, int64_t count)
{
	float		all[VL] = {0};

	if (step == 1)
		return vec_load_some(p, count);
	if (step == 2 && count > VL)
		return vec_evens(vec_load(p), vec_load(p + VL));
	for (int l = 0; l < VL && l < count; l++)
		all[l] = p[l * step];
	return vec_load(all);
}

/*
 * pool_floats
 *		count outputs beside each other whose inputs are step apart.
 */
SIMD_INLINE void
pool_floats(const C1dPoolTaps *p, const float *x, int64_t step, float *y, int64_t count, const bool mean)
{
	for (; count > 0; count -= VL, x += VL * step, y += VL)
	{
		Vec			pooled = mean ? (Vec) {0} : load_apart(x, step, count);

		for (int64_t l = 0; l < p->lines; l++)
			for (int64_t t = 0; t < p->taps; t++)
			{
				Vec			next = load_apart(x + l * p->line_step + t * p->tap_step, step, count);

				pooled = mean ? pooled + next : vec_pool(pooled, next);
			}
		vec_store_some(y, count, mean ? pooled / p->divisor : pooled);
	}
}

/*
 * pool_rows
 *		Rows whose floats lie as the outputs do are one long row, and so are those
 *		of one float.
 */
SIMD_INLINE void
pool_rows(const C1dPoolTaps *p, float *y, int64_t rows, const bool mean)
{
	if (p->row_step == p->channels || rows == 1)
		pool_floats(p, p->x, 1, y, rows * p->channels, mean);
	else if (p->channels == 1 && p->row_step == 2)
		pool_floats(p, p->x, 2, y, rows, mean);
	else if (p->channels == 1)
		pool_floats(p, p->x, p->row_step, y, rows, mean);
	else
		for (int64_t r = 0; r < rows; r++)
			pool_floats(p, p->x + r * p->row_step, 1, y + r * p->channels, p->channels, mean);
}

void
ISA_NAME(c1d_max_rows) (const C1dPoolTaps *taps, float *y, int64_t rows)
{
	pool_rows(taps, y, rows, false);
}

void
ISA_NAME(c1d_mean_rows) (const C1dPoolTaps *taps, float *y, int64_t rows)
{
	pool_rows(taps, y, rows, true);
}

ISA_END
