/*
 * src/kernels/conv_direct_baseline.c
 *	  The kernels of convolution that are no matrix product, on any machine.
 */
#include "kernels/simd_baseline.h"
#include "kernels/conv_direct_body.h"
