/*
 * src/kernels/gemm_baseline.c
 *	  The tiles that run on any machine.
 */
#include "kernels/simd_baseline.h"
#include "kernels/gemm_body.h"
