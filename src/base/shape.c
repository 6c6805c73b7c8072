/*
 * src/base/shape.c
 *	  The few things every room asks of a shape.
 */
#include "base/shape.h"

#include <inttypes.h>
#include <stdio.h>

C1dShape
c1d_shape1(int64_t n)
{
	return (C1dShape) {.rank = 1, .dim = {n}};
}

C1dShape
c1d_shape2(int64_t length, int64_t channels)
{
	return (C1dShape) {.rank = 2, .dim = {length, channels}};
}

C1dShape
c1d_shape3(int64_t a, int64_t b, int64_t c)
{
	return (C1dShape) {.rank = 3, .dim = {a, b, c}};
}

/*
 * c1d_shape_check
 *		Accept rank 1 to C1D_MAX_RANK, every dimension at least 1 and at most
 *		C1D_MAX_ELEMENTS elements.
 *
 * The product is tested by division before each step, so hostile dimensions
 * cannot wrap it.  Errors: C1D_BAD_SHAPE, C1D_LIMIT.
 */
bool
c1d_shape_check(const C1dShape *shape, C1dError *err)
{
	int64_t		elements = 1;

	if (shape->rank < 1 || shape->rank > C1D_MAX_RANK)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "a tensor of rank %d is not possible", shape->rank);
		return c1d_detail(err, "A tensor has 1 to %d dimensions.", C1D_MAX_RANK);
	}
	for (int i = 0; i < shape->rank; i++)
	{
		if (shape->dim[i] < 1)
			return c1d_fail(err, C1D_BAD_SHAPE, "dimension %d of a tensor must be at least 1, not %" PRId64,
							i + 1, shape->dim[i]);
		if (shape->dim[i] > C1D_MAX_ELEMENTS / elements)
		{
			char		text[C1D_SHAPE_TEXT];

			c1d_fail(err, C1D_LIMIT, "tensor is too large");
			return c1d_detail(err, "Shape %s has more than %" PRId64 " elements.",
							  c1d_shape_text(shape, text), C1D_MAX_ELEMENTS);
		}
		elements *= shape->dim[i];
	}
	return true;
}

/*
 * c1d_shape_elements
 *		The number of elements of a shape that c1d_shape_check() accepted.
 */
int64_t
c1d_shape_elements(const C1dShape *shape)
{
	int64_t		elements = 1;

	for (int i = 0; i < shape->rank; i++)
		elements *= shape->dim[i];
	return elements;
}

/* c1d_shape_channels: the last axis, which every layer calls its channels. */
int64_t
c1d_shape_channels(const C1dShape *shape)
{
	return shape->dim[shape->rank - 1];
}

bool
c1d_shape_equal(const C1dShape *a, const C1dShape *b)
{
	if (a->rank != b->rank)
		return false;
	for (int i = 0; i < a->rank; i++)
		if (a->dim[i] != b->dim[i])
			return false;
	return true;
}

/*
 * c1d_shape_text
 *		Print a shape as "(98,32)" into the caller's buffer and return it.  Where
 *		shapes are wanted, not had, a dimension of 0 may be anything: "(*,32)";
 *		and so may all of them: "(...)".
 */
const char *
c1d_shape_text(const C1dShape *shape, char text[C1D_SHAPE_TEXT])
{
	int			used = 0;

	for (int i = 0; i < shape->rank && i < C1D_MAX_RANK && used < C1D_SHAPE_TEXT; i++)
		used += shape->dim[i] == 0 ?
			snprintf(text + used, C1D_SHAPE_TEXT - used, "%c*", i ? ',' : '(') :
			snprintf(text + used, C1D_SHAPE_TEXT - used, "%c%" PRId64, i ? ',' : '(', shape->dim[i]);
	if (used < C1D_SHAPE_TEXT)
		snprintf(text + used, C1D_SHAPE_TEXT - used, "%s", used ? ")" : "(...)");
	return text;
}
