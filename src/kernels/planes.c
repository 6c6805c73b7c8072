/*
 * src/kernels/planes.c
 *	  Choosing the instructions for planes.
 */
#include "kernels/planes.h"

/* c1d_plane_pick: fill steps floats of a plane.  Cannot fail, as none of these. */
void
c1d_plane_pick(C1dIsa isa, const C1dPick *pick, float *plane, int64_t steps)
{
	static C1dPlanePick *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_plane_pick);

	variants[isa] (pick, plane, steps);
}

void
c1d_planes_through(C1dIsa isa, const C1dPlanes *planes)
{
	static C1dPlanesThrough *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_planes_through);

	variants[isa] (planes);
}

void
c1d_planes_weave(C1dIsa isa, const C1dWoven *woven)
{
	static C1dPlanesWeave *const variants[C1D_ISAS] = C1D_VARIANTS(c1d_planes_weave);

	variants[isa] (woven);
}
