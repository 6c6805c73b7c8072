/*
 * src/kernels/elements_baseline.c
 *	  What is done element by element, or row by row, on any machine.
 */
#include "kernels/simd_baseline.h"
#include "kernels/elements.h"
