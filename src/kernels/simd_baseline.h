/*
 * src/kernels/simd_baseline.h
 *	  The vocabulary of the kernel bodies in four lanes: SSE2 on x86-64, NEON
 *	  on arm64, scalar code elsewhere, as the compiler sees fit.
 */
#define VL 4					/* floats in a vector */
#define ISA_SUFFIX baseline
#define ISA_BEGIN
#define ISA_END

/* lanes first .. last - 1 of what lies at p, 0 in the others; the others' memory is not touched */
#define LANES ((VecMask) {0, 1, 2, 3})
#define LOAD_LANE(p, first, last, l) (l >= (first) && l < (last) ? (p)[l] : 0)
#define LOAD_LANES(p, first, last) ((Vec) { \
	LOAD_LANE(p, first, last, 0), LOAD_LANE(p, first, last, 1), \
	LOAD_LANE(p, first, last, 2), LOAD_LANE(p, first, last, 3)})
