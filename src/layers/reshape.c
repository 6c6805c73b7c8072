/*
 * src/layers/reshape.c
 *	  InputLayer, Flatten and Reshape: other shapes for the same floats.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "layers/layer.h"
#include "layers/mirror.h"

/*
 * The input layer states what may come in: null, or -1, is any size.
 */
typedef struct InputConfig
{
	C1dShape	shape;			/* rank 0 = anything; a dimension of 0 = any */
} InputConfig;

static bool
input_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	InputConfig *c = config;
	const char *key = "batch_shape";
	const C1dValue *shape = c1d_attr(attrs, key);

	if (shape == NULL)
		shape = c1d_attr(attrs, key = "batch_input_shape");
	c1d_attr(attrs, "sparse");
	c1d_attr(attrs, "ragged");
	c1d_attr(attrs, "optional");
	if (shape == NULL)
		return true;
	if (c1d_value_get(shape, "items") != NULL)
		shape = c1d_value_get(shape, "items");
	if (shape->type != C1D_LIST || shape->as.list.count < 2 || shape->as.list.count > C1D_MAX_RANK + 1)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be a list of 2 to %d sizes", key, attrs->class_name, C1D_MAX_RANK + 1);
		return c1d_hint(err, "The first one is the batch: [null, timesteps, channels].");
	}
	c->shape.rank = (int) shape->as.list.count - 1;
	for (int i = 0; i < c->shape.rank; i++)
	{
		const C1dValue *item = &shape->as.list.items[i + 1];

		if (item->type == C1D_NULL || (item->type == C1D_INT && item->as.integer == -1))
			continue;
		if (item->type != C1D_INT || item->as.integer < 1)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must hold positive integers or null", key, attrs->class_name);
		c->shape.dim[i] = item->as.integer;
	}
	return true;
}

static bool
input_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const InputConfig *c = config;
	bool		fits = c->shape.rank == 0 || c->shape.rank == in->rank;

	(void) inputs;
	for (int i = 0; fits && i < c->shape.rank; i++)
		fits = c->shape.dim[i] == 0 || c->shape.dim[i] == in->dim[i];
	if (!fits)
	{
		char		wanted[C1D_SHAPE_TEXT],
					got[C1D_SHAPE_TEXT];
		bool		swapped = in->rank == 2 && c->shape.rank == 2 && in->dim[0] == c->shape.dim[1] &&
			(c->shape.dim[0] == 0 || c->shape.dim[0] == in->dim[1]);

		c1d_fail(err, C1D_BAD_SHAPE, "input does not have the declared shape");
		c1d_detail(err, "Declared is %s, given is %s.",
				   c1d_shape_text(&c->shape, wanted), c1d_shape_text(in, got));
		if (swapped)
			return c1d_hint(err, "A tensor1d is (timesteps, channels); permute(x, 2, 1) swaps the axes.");
		if (in->rank == 1 && c->shape.rank == 2 && c->shape.dim[1] == 1)
			return c1d_hint(err, "reshape(x, -1, 1) makes a series of one channel out of a vector.");
		return false;
	}
	*out = *in;
	return true;
}

const LayerOps c1d_input_ops = {
	.config_size = sizeof(InputConfig),
	.parse = input_parse,
	.infer = input_infer,
	.mirror = c1d_mirror_nothing,
};

static bool
flatten_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	(void) attrs;
	(void) config;
	(void) err;
	return true;
}

static bool
flatten_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	(void) config;
	(void) inputs;
	(void) err;
	*out = c1d_shape1(c1d_shape_elements(in));
	return true;
}

/* element (t, c) goes to t * channels + c: the floats stay where they are */
const LayerOps c1d_flatten_ops = {
	.config_size = 1,
	.parse = flatten_parse,
	.infer = flatten_infer,
	.mirror = c1d_mirror_reshape,
};

typedef struct ReshapeConfig
{
	C1dShape	target;			/* one dimension may be -1 */
} ReshapeConfig;

static bool
reshape_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	ReshapeConfig *c = config;
	int			free_dimensions = 0;

	if (!c1d_attr_ints(attrs, "target_shape", -1, INT64_MAX, C1D_MAX_RANK, c->target.dim, &c->target.rank, err))
		return false;
	if (c->target.rank == 0)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "target_shape of %s is missing", attrs->class_name);
	for (int i = 0; i < c->target.rank; i++)
	{
		if (c->target.dim[i] == 0)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "target_shape of %s cannot hold 0", attrs->class_name);
		free_dimensions += c->target.dim[i] == -1;
	}
	if (free_dimensions > 1)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "target_shape of %s can hold -1 only once", attrs->class_name);
	return true;
}

/*
 * c1d_resolve_shape
 *		Fill in the -1 of a target shape so that it holds the elements of in,
 *		or fail with C1D_BAD_SHAPE.  For Reshape and torch's Unflatten.
 */
bool
c1d_resolve_shape(const C1dShape *in, const C1dShape *target, C1dShape *out, C1dError *err)
{
	int64_t		elements = c1d_shape_elements(in);
	int64_t		known = 1;
	int			free_dimension = -1;
	char		from[C1D_SHAPE_TEXT],
				to[C1D_SHAPE_TEXT];

	*out = *target;
	for (int i = 0; i < target->rank; i++)
	{
		if (target->dim[i] == -1)
			free_dimension = i;
		else if (target->dim[i] > C1D_MAX_ELEMENTS / known)
			known = C1D_MAX_ELEMENTS + 1;
		else
			known *= target->dim[i];
		if (known > C1D_MAX_ELEMENTS)
			break;
	}
	if (known <= C1D_MAX_ELEMENTS && (free_dimension >= 0 ? elements % known == 0 : elements == known))
	{
		if (free_dimension >= 0)
			out->dim[free_dimension] = elements / known;
		return true;
	}
	c1d_fail(err, C1D_BAD_SHAPE, "cannot reshape %s into %s", c1d_shape_text(in, from), c1d_shape_text(target, to));
	c1d_about(err, C1D_OF_ELEMENTS, free_dimension >= 0 || known > C1D_MAX_ELEMENTS ? 0 : known);
	if (known > C1D_MAX_ELEMENTS)
		c1d_detail(err, "The input has %" PRId64 " elements, the target more than %" PRId64 ".", elements, C1D_MAX_ELEMENTS);
	else if (free_dimension >= 0)
		c1d_detail(err, "The input has %" PRId64 " elements, which is no multiple of %" PRId64 ".", elements, known);
	else
		c1d_detail(err, "The input has %" PRId64 " elements, the target %" PRId64 ".", elements, known);
	return false;
}

/*
 * rectangle
 *		Add to the detail why the steps of the input are not the rectangle that
 *		was wanted, and which ones they are.
 */
static void
rectangle(const C1dShape *in, const C1dShape *target, C1dError *err)
{
	int64_t		last = c1d_shape_channels(target);
	int64_t		steps = c1d_shape_elements(in) / last;
	size_t		used = strlen(err->detail);
	int			shown = 0;

	used += snprintf(err->detail + used, sizeof(err->detail) - used,
					 " %" PRId64 " steps of %" PRId64 " are not %" PRId64 " x %" PRId64 " = %" PRId64 "; %" PRId64,
					 steps, last, target->dim[0], target->dim[1], target->dim[0] * target->dim[1], steps);
	for (int64_t f = c1d_square_side(steps); f > 1 && shown < 3; f--)
		if (steps % f == 0)
		{
			used += snprintf(err->detail + used, sizeof(err->detail) - used,
							 " = %" PRId64 " x %" PRId64, f, steps / f);
			shown++;
		}
	snprintf(err->detail + used, sizeof(err->detail) - used, "%s", shown > 0 ? "." : " is prime.");
}

/*
 * reshape_hint
 *		What would fit: the steps that there are, as they are or as a rectangle.
 */
static bool
reshape_hint(const C1dShape *in, const C1dShape *target, C1dError *err)
{
	int64_t		last = c1d_shape_channels(target);
	int64_t		elements = c1d_shape_elements(in);
	int64_t		steps,
				f;

	if (last < 1 || elements % last != 0 || target->rank < 2)
		return c1d_hint(err, "target_shape [-1] and [-1, 1] fit any input.");
	steps = elements / last;
	f = c1d_square_side(steps);
	if (target->rank == 3 && steps > 3 && err->wanted > 0)
		rectangle(in, target, err);
	if (target->rank == 3 && f > 1)
		return c1d_hint(err, "%" PRId64 " steps of %" PRId64 " are %" PRId64 " x %" PRId64 ": target_shape [%" PRId64 ", %" PRId64 ", %" PRId64 "] fits.",
						steps, last, f, steps / f, f, steps / f, last);
	return c1d_hint(err, "There are %" PRId64 " steps of %" PRId64 ": target_shape [%" PRId64 ", %" PRId64 "] fits; for more or fewer steps, change the layers before.",
					steps, last, steps, last);
}

static bool
reshape_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const ReshapeConfig *c = config;

	(void) inputs;
	if (c1d_resolve_shape(in, &c->target, out, err))
		return true;
	return reshape_hint(in, &c->target, err);
}

const LayerOps c1d_reshape_ops = {
	.config_size = sizeof(ReshapeConfig),
	.parse = reshape_parse,
	.infer = reshape_infer,
	.mirror = c1d_mirror_reshape,
};
