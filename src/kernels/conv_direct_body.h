/*
 * src/kernels/conv_direct_body.h
 *	  The kernels of convolution that are no matrix product; included after a
 *	  simd_<isa>.h.
 */
#include "kernels/conv_depthwise_body.h"
#include "kernels/conv_dot_body.h"
#include "kernels/conv_narrow_body.h"
#include "kernels/conv_slide_body.h"

ISA_BEGIN

#define CONV_DIRECT(way) CONV_DIRECT_AS(way, ISA_SUFFIX)
#define CONV_DIRECT_AS(way, isa) CONV_DIRECT_NAMED(way, isa)
#define CONV_DIRECT_NAMED(way, isa) \
void \
c1d_conv_##way##__##isa(C1dIsa set, const C1dConvCall *call) \
{ \
	(void) set; \
	way##_rows(call); \
}

CONV_DIRECT(narrow)
CONV_DIRECT(slide)
CONV_DIRECT(dot)
CONV_DIRECT(depthwise)

ISA_END
