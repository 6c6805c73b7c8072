/*
 * src/kernels/elements.h
 *	  The bodies of all kernels but the matrix products; included once a set of
 *	  instructions, after its simd_<isa>.h.
 */
#include "kernels/simd.h"
#include "kernels/simd_lanes.h"
#include "kernels/simd_math.h"

#include "kernels/activation_body.h"
#include "kernels/finite_body.h"
#include "kernels/linear_body.h"
#include "kernels/merge_body.h"
#include "kernels/mix_body.h"
#include "kernels/norm_body.h"
#include "kernels/part_body.h"
#include "kernels/planes_body.h"
#include "kernels/pool_body.h"
#include "kernels/prelu_body.h"
#include "kernels/softmax_body.h"
