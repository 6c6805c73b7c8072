/*
 * src/kernels/planes.h
 *	  A series as planes, a channel each, whose neighbouring floats are
 *	  neighbouring steps: the lanes of a vector are steps, however few channels
 *	  there are.
 */
#ifndef C1D_KERNEL_PLANES_H
#define C1D_KERNEL_PLANES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/isa.h"

/* A plane has this many floats behind those that are asked for, to be written as one likes. */
#define C1D_PLANE_SLACK 16

/* What a plane is filled with: every step-th float, the first at first. */
typedef struct C1dPick
{
	const float *x;
	int64_t		count;			/* floats of x */
	int64_t		first;			/* may lie before x, and the last behind it: zeros */
	int64_t		step;
} C1dPick;

/*
 * From the planes of a window to those of taps, through channels that are never
 * stored.  A channel is a row of weights: its bias, a weight for each float of
 * the window, and one for each tap.
 *
 *	channel[n][i] = bias[n] + sum over k < window of weight[n][k] * in[k][i]
 *	out[t][i] = sum over n of tap[n][t] * channel[n][i]
 *
 * with relu in between, and with pool p > 1 the greatest of the channel for p
 * windows, whose planes follow each other, a NaN being the greatest.  The sums
 * are added up in the order of k and of n.  Whole vectors are read and written,
 * also beyond the steps.
 */
typedef struct C1dPlanes
{
	const float *in;
	int64_t		in_row;			/* floats from plane to plane */
	int64_t		window;			/* 1 .. C1D_PLANE_WINDOW */
	int			pool;			/* at least 1 */
	const float *weight;
	int64_t		channels;
	bool		relu;
	float	   *out;
	int64_t		out_row;
	int64_t		taps;			/* 1 .. C1D_PLANE_TAPS */
	int64_t		steps;
} C1dPlanes;

#define C1D_PLANE_WINDOW 8
#define C1D_PLANE_TAPS 8

/* One of the planes that are added up to a result: of its steps i, i + shift is taken. */
typedef struct C1dShifted
{
	int64_t		plane;
	int64_t		shift;
} C1dShifted;

/*
 * Planes added up and put in turns: for results r < results and i of begin ..
 * end - 1,
 *
 *	y[i * results + r] = bias[r] + sum over terms first[r] .. first[r + 1] - 1
 *		of in[term.plane][i + term.shift]
 *
 * but only y[low] .. y[high - 1] are written.  The planes begin with step at;
 * whole vectors of them are read.
 */
typedef struct C1dWoven
{
	const float *in;
	int64_t		in_row;
	int64_t		at;
	const C1dShifted *terms;
	const int  *first;			/* results + 1 */
	const float *bias;
	int			results;		/* up to C1D_WOVEN */
	float	   *y;
	int64_t		begin;
	int64_t		end;
	int64_t		low;
	int64_t		high;
} C1dWoven;

#define C1D_WOVEN 32

typedef void C1dPlanePick(const C1dPick *pick, float *plane, int64_t steps);
typedef void C1dPlanesThrough(const C1dPlanes *planes);
typedef void C1dPlanesWeave(const C1dWoven *woven);

C1D_DECLARE(C1dPlanePick, c1d_plane_pick);
C1D_DECLARE(C1dPlanesThrough, c1d_planes_through);
C1D_DECLARE(C1dPlanesWeave, c1d_planes_weave);

extern void c1d_plane_pick(C1dIsa isa, const C1dPick *pick, float *plane, int64_t steps);
extern void c1d_planes_through(C1dIsa isa, const C1dPlanes *planes);
extern void c1d_planes_weave(C1dIsa isa, const C1dWoven *woven);

#endif
