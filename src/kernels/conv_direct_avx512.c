/*
 * src/kernels/conv_direct_avx512.c
 *	  The kernels of convolution that are no matrix product, for AVX-512.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx512.h"
#include "kernels/conv_direct_body.h"

#else
/* an empty translation unit is not allowed */
typedef int c1d_conv_direct_avx512_is_for_x86_64;
#endif
