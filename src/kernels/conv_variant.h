/*
 * src/kernels/conv_variant.h
 *	  The kernels that conv.c drives: what one is given, and which there are.
 */
#ifndef C1D_KERNEL_CONV_VARIANT_H
#define C1D_KERNEL_CONV_VARIANT_H

#include <stdint.h>

#include "kernels/isa.h"

/*
 * Rows of one group's filters, all with the same taps:
 *
 *	c[r][n] = bias[n] + sum over lines l, taps t, floats q of
 *		a[r * a_row + l * a_line + t * a_tap + q] *
 *		kernel row (skip + l * line_rows + t * inner + q) of filter n
 *
 * with relu and merge as in gemm.h.  Panels hold panel_rows kernel rows of
 * each filter, packed as the variant wants them; a depthwise kernel takes all
 * groups at once, filter n reading channel n / (filters a channel).  With pool
 * 2, only for a variant that pools, row r of c is the maximum of the rows 2r
 * and 2r + 1 above.
 *
 * A variant that takes edges is given the series in a, and the first window
 * begins start floats further: maybe before it, as the last one may end behind
 * it.  What is not among the a_floats is left out.  Rows low .. high - 1 of c
 * have all of their windows on the series.  There is one group and one line.
 */
typedef struct C1dConvCall
{
	const float *a;
	int64_t		a_row;
	int64_t		a_tap;
	int64_t		taps;
	int64_t		inner;
	int64_t		lines;			/* 0 stands for 1 */
	int64_t		a_line;
	const float *panels;
	int64_t		panel_rows;
	int64_t		skip;
	int64_t		line_rows;
	const float *bias;
	float	   *c;
	int64_t		c_row;
	int64_t		rows;			/* of c */
	int64_t		filters;
	int64_t		padded;			/* of several groups: filters and those that fill the last panel */
	int64_t		multiplier;		/* depthwise: filters a channel */
	bool		relu;
	bool		merge;
	int			pool;			/* 1 or 2 */
	int64_t		start;
	int64_t		a_floats;
	int64_t		low;
	int64_t		high;
	bool		tame;			/* as in C1dConvWeights */
} C1dConvCall;

typedef enum C1dConvWay
{
	C1D_BY_GEMM,				/* tiles of rows and filters: gemm.h */
	C1D_BY_NARROW,				/* windows of few floats: conv_narrow_body.h */
	C1D_BY_SLIDE,				/* one channel, very few filters, stride 1: conv_slide_body.h */
	C1D_BY_DOT,					/* few filters: conv_dot_body.h */
	C1D_BY_DEPTHWISE			/* a group for every channel: conv_depthwise_body.h */
} C1dConvWay;

typedef struct C1dConvVariant
{
	const char *name;
	C1dConvWay	way;
	C1dIsa		isa;
	int			pool;			/* the greatest pool in its store */
	bool		edges;			/* takes them */
	void		(*run) (C1dIsa isa, const C1dConvCall *call);
} C1dConvVariant;

/* Every variant of this machine's architecture. */
extern const C1dConvVariant c1d_conv_variants[];
extern const int c1d_conv_variant_count;

/* The most floats of a window by C1D_BY_NARROW. */
#define C1D_NARROW 8

/* Of numbers up to this, so many products and another number cannot add up to an infinity. */
#define C1D_TAME 1e18f

extern void c1d_conv_gemm(C1dIsa isa, const C1dConvCall *call);

/* The others, an instruction set each: conv_direct_<isa>.c. */
#define CONV_DIRECT(isa) \
extern void c1d_conv_narrow__##isa(C1dIsa set, const C1dConvCall *call); \
extern void c1d_conv_slide__##isa(C1dIsa set, const C1dConvCall *call); \
extern void c1d_conv_dot__##isa(C1dIsa set, const C1dConvCall *call); \
extern void c1d_conv_depthwise__##isa(C1dIsa set, const C1dConvCall *call);
CONV_DIRECT(baseline)
#if defined(__x86_64__)
CONV_DIRECT(avx2)
CONV_DIRECT(avx512)
#endif
#undef CONV_DIRECT

#endif
