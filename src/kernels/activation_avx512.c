/*
 * src/kernels/activation_avx512.c
 *	  The activations and softmax for AVX-512.
 */
#if defined(__x86_64__)

#include "kernels/simd_avx512.h"
#include "kernels/activation_body.h"
#include "kernels/softmax_body.h"

ISA_BEGIN
ACTIVATION_DEFINE
SOFTMAX_DEFINE
ISA_END

#else
/* an empty translation unit is not allowed */
typedef int c1d_activation_avx512_is_for_x86_64;
#endif
