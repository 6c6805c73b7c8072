/*
 * src/base/shape.h
 *	  Shapes: rank 1 is (features), rank 2 (timesteps, channels), rank 3
 *	  (height, width, channels).  There is no batch axis.
 */
#ifndef C1D_SHAPE_H
#define C1D_SHAPE_H

#include <stdint.h>

#include "base/error.h"

#define C1D_MAX_RANK 4
#define C1D_MAX_ELEMENTS (INT64_C(1) << 27)

/* "(134217728,134217728,134217728,134217728)" and some air */
#define C1D_SHAPE_TEXT 96

typedef struct C1dShape
{
	int			rank;
	int64_t		dim[C1D_MAX_RANK];
} C1dShape;

/* A view: the floats belong to somebody else. */
typedef struct C1dTensor
{
	C1dShape	shape;
	const float *data;
} C1dTensor;

extern C1dShape c1d_shape1(int64_t n);
extern C1dShape c1d_shape2(int64_t length, int64_t channels);
extern C1dShape c1d_shape3(int64_t a, int64_t b, int64_t c);
extern bool c1d_shape_check(const C1dShape *shape, C1dError *err);
extern int64_t c1d_shape_elements(const C1dShape *shape);
extern int64_t c1d_shape_channels(const C1dShape *shape);
extern bool c1d_shape_equal(const C1dShape *a, const C1dShape *b);
extern const char *c1d_shape_text(const C1dShape *shape, char text[C1D_SHAPE_TEXT]);

#endif
