/*
 * src/kernels/softmax_body.h
 *	  The one body of softmax; included by elements.h.
 *
 * A line is what is worked on at once: up to VL numbers beside each other.
 * Along one slice, number i is in lane i % VL whatever part of the work asks for
 * it, so the sum of a lane, and then of all lanes, has the same bits however the
 * work is cut.  Across slices, each has a lane of its own.
 */
#include <math.h>

#include "kernels/softmax.h"

ISA_BEGIN

/* max: the first or the second; NaN wins */
SIMD_INLINE Vec
line_max(Vec max, Vec v)
{
	return vec_select((v > max) | (v != v), v, max);
}

/* exp: the exponentials, which are added in double; or what they are of */
SIMD_INLINE Vec
line_exp(Wide sum[2], Vec x, Vec max, bool logarithm)
{
	Vec			shifted = x - max;
	Vec			e = vec_exp(shifted);
	Half		halves[2];

	memcpy(halves, &e, sizeof(e));
	sum[0] += wide_of(halves[0]);
	sum[1] += wide_of(halves[1]);
	return logarithm ? shifted : e;
}

/* one: the most of all lanes */
SIMD_INLINE float
lanes_max(Vec v)
{
	UNROLL(4)
	for (int by = VL / 2; by > 0; by /= 2)
		v = line_max(v, vec_turn(v, by));
	return v[0];
}

/* finish: a quotient, or a logarithm, rounded once */
SIMD_INLINE Half
finish(Half e, double by, bool logarithm)
{
	Wide		wide = wide_of(e);

	return half_of(logarithm ? wide - by : wide * by);
}

/* along: parts of one slice */
SIMD_INLINE void
softmax_along(C1dSoftmax *state, const float *x, float *y, int64_t count, bool logarithm, int64_t begin, int64_t end)
{
	Vec			max = vec_splat(-INFINITY);
	Wide		sum[2] = {{0}};
	int64_t		at = begin;
	int64_t		stop = end < count ? end : count;
	double		by;

	if (begin > 0)
	{
		max = vec_load(state->max);
		memcpy(sum, state->sum, sizeof(sum));
	}
	while (at < stop)
	{
		int64_t		line = at - at % VL;
		int			last = stop - line < VL ? (int) (stop - line) : VL;

		max = line_max(max, vec_load_lanes(x + line, (int) (at - line), last, -INFINITY));
		at = line + last;
	}
	if (end > count && begin <= count)
		max = vec_splat(lanes_max(max));
	stop = end - count < count ? end - count : count;
	for (at -= count; at < stop;)
	{
		int64_t		line = at - at % VL;
		int			first = (int) (at - line);
		int			last = stop - line < VL ? (int) (stop - line) : VL;

		vec_store_lanes(y + line, first, last,
						line_exp(sum, vec_load_lanes(x + line, first, last, -INFINITY), max, logarithm));
		at = line + last;
	}
	vec_store(state->max, max);
	memcpy(state->sum, sum, sizeof(sum));
	stop = end - 2 * count;
	at -= count;
	if (at >= stop)
		return;
	by = logarithm ? log(wide_total(sum[0] + sum[1])) : 1 / wide_total(sum[0] + sum[1]);
	for (; at < stop; at += VL / 2)
		half_store_some(y + at, stop - at, finish(half_load_some(y + at, stop - at), by, logarithm));
}

/* across: parts of up to VL slices, the first of them in lane from of the state */
SIMD_INLINE void
softmax_across(C1dSoftmax *state, const C1dSoftmaxPart *p, int from)
{
	const int64_t count = p->count;
	const int	lanes = p->lanes - from < VL ? p->lanes - from : VL;
	const float *x = p->x + from;
	float	   *y = p->y + from;
	int64_t		at = p->begin;
	Vec			max = at == 0 ? vec_splat(-INFINITY) : vec_load(state->max + from);
	Wide		sum[2] = {{0}};

	if (at > count)
		memcpy(sum, state->sum + from, sizeof(sum));
	for (; at < p->end && at < count; at++)
		max = line_max(max, vec_load_lanes(x + at * p->step, 0, lanes, -INFINITY));
	for (; at < p->end && at < 2 * count; at++)
		vec_store_lanes(y + (at - count) * p->step, 0, lanes,
						line_exp(sum, vec_load_lanes(x + (at - count) * p->step, 0, lanes, -INFINITY), max, p->logarithm));
	vec_store(state->max + from, max);
	memcpy(state->sum + from, sum, sizeof(sum));
	if (at == p->end)
		return;
	for (int half = 0; half < 2; half++)
	{
		int64_t		left = lanes - half * (VL / 2);
		Wide		by = 1.0 / sum[half];

		if (p->logarithm)
			for (int l = 0; l < VL / 2; l++)
				by[l] = log(sum[half][l]);
		for (int64_t i = at - 2 * count; left > 0 && i < p->end - 2 * count; i++)
		{
			float	   *out = y + i * p->step + half * (VL / 2);
			Wide		e = wide_of(half_load_some(out, left));

			half_store_some(out, left, half_of(p->logarithm ? e - by : e * by));
		}
	}
}

void
ISA_NAME(c1d_softmax_part) (C1dSoftmax *state, const C1dSoftmaxPart *p)
{
	if (p->step == 1)
		softmax_along(state, p->x, p->y, p->count, p->logarithm, p->begin, p->end);
	else
		for (int from = 0; from < p->lanes; from += VL)
			softmax_across(state, p, from);
}

/*
 * softmax_row
 *		A whole slice in place, to the same bits as in parts; its last line stays
 *		in a register.
 */
SIMD_INLINE void
softmax_row(float *y, int64_t count, bool logarithm)
{
	int64_t		full = (count - 1) / VL * VL;
	int			rest = (int) (count - full);
	Vec			tail = vec_load_lanes(y + full, 0, rest, -INFINITY);
	Vec			max = tail;
	Wide		sum[2] = {{0}};
	Half		halves[2];
	double		by;

	for (int64_t at = 0; at < full; at += VL)
		max = line_max(max, vec_load(y + at));
	max = vec_splat(lanes_max(max));
	for (int64_t at = 0; at < full; at += VL)
		vec_store(y + at, line_exp(sum, vec_load(y + at), max, logarithm));
	tail = line_exp(sum, tail, max, logarithm);
	by = logarithm ? log(wide_total(sum[0] + sum[1])) : 1 / wide_total(sum[0] + sum[1]);
	for (int64_t at = 0; at < full; at += VL / 2)
		half_store_some(y + at, VL / 2, finish(half_load_some(y + at, VL / 2), by, logarithm));
	memcpy(halves, &tail, sizeof(tail));
	halves[0] = finish(halves[0], by, logarithm);
	halves[1] = finish(halves[1], by, logarithm);
	memcpy(&tail, halves, sizeof(tail));
	vec_store_lanes(y + full, 0, rest, tail);
}

void
ISA_NAME(c1d_softmax) (float *y, int64_t rows, int64_t channels, bool logarithm)
{
	for (int64_t r = 0; r < rows; r++)
		softmax_row(y + r * channels, channels, logarithm);
}

ISA_END
