/*
 * src/layers/phases.h
 *	  Convolutions whose outputs take turns: every so many steps the same taps
 *	  meet the input.  Each of these phases is an ordinary convolution.
 */
#ifndef C1D_PHASES_H
#define C1D_PHASES_H

#include "layers/conv_config.h"
#include "layers/indirect.h"

/* The outputs at positions q * stride + remainder of the whole. */
typedef struct C1dPhase
{
	int64_t		remainder[C1D_AXES];
	C1dConvGeometry geometry;
	C1dConvLayout layout;		/* while it is prepared */
	C1dConvWeights weights;
	C1dIndirect indirect;
} C1dPhase;

typedef struct C1dPhases
{
	int			axes;			/* 1 for series, 2 for images */
	int64_t		stride[C1D_AXES];	/* so many phases an axis */
	int64_t		crop[C1D_AXES];	/* positions cut off before */
	int64_t		groups;
	int64_t		filters;
	int64_t		width;			/* output steps of a line */
	C1dPhase   *phase;			/* those that any tap reaches */
	int64_t		count;
	C1dConvWeights weights;		/* the panels are each phase's own */
	int64_t		workspace;		/* floats */
} C1dPhases;

extern C1dPhases *c1d_repeated_phases(const LayerSite *site, const C1dConvGeometry *geometry, const C1dConvLayout *layout,
									  const float *bias, C1dArena *arena, C1dError *err);
extern bool c1d_phase_pack(const LayerSite *site, C1dPhases *phases, C1dPhase *phase, C1dArena *arena, C1dError *err);
extern bool c1d_phases_finish(const LayerSite *site, C1dPhases *phases, const float *bias, C1dArena *arena, C1dError *err);
extern void c1d_phases_forward(const C1dPhases *phases, const float *x, float *y, float *work, int64_t begin, int64_t end);
extern void c1d_phases_describe(const C1dPhases *phases, const char *what, C1dStepText *text);

#endif
