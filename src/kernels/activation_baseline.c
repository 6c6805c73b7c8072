/*
 * src/kernels/activation_baseline.c
 *	  The activations and softmax that run on any machine.
 */
#include "kernels/simd_baseline.h"
#include "kernels/activation_body.h"
#include "kernels/softmax_body.h"

ACTIVATION_DEFINE
SOFTMAX_DEFINE
