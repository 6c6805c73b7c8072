/*
 * src/kernels/activation_avx2.c
 *	  The activations and softmax for AVX2 with FMA.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx2.h"
#include "kernels/activation_body.h"
#include "kernels/softmax_body.h"

ISA_BEGIN
ACTIVATION_DEFINE
SOFTMAX_DEFINE
ISA_END

#else
/* an empty translation unit is not allowed */
typedef int c1d_activation_avx2_is_for_x86_64;
#endif
