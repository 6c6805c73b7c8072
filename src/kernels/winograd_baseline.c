/*
 * src/kernels/winograd_baseline.c
 *	  The Winograd transforms that run on any machine.
 */
#include "kernels/simd_baseline.h"
#include "kernels/winograd_body.h"
