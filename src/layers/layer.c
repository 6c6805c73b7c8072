/*
 * src/layers/layer.c
 *	  What holds for every layer kind, around its own operations.
 */
#include "layers/layer.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"

/* c1d_layer_rows: the steps of the first axis, the units that most forward() count in. */
int64_t
c1d_layer_rows(const C1dShape *out)
{
	return out->rank == 1 ? 1 : out->dim[0];
}

/* c1d_site_rows: the units that this layer's forward() counts in. */
int64_t
c1d_site_rows(const LayerOps *ops, const LayerSite *site)
{
	return ops->rows == NULL ? c1d_layer_rows(&site->out) : ops->rows(site);
}

/*
 * c1d_layer_parse
 *		Read a layer's configuration (an object, null or NULL) into the arena.
 */
bool
c1d_layer_parse(const LayerClass *class, const C1dValue *config_value, C1dArena *arena,
				const void **config, C1dError *err)
{
	C1dAttrs	attrs = {.class_name = class->class_name, .dialect = class->dialect, .arena = arena};
	void	   *parsed = c1d_alloc(arena, class->ops->config_size, err);

	if (parsed == NULL)
		return false;
	if (config_value != NULL && config_value->type != C1D_NULL)
	{
		if (config_value->type != C1D_OBJECT)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "configuration of %s must be an object", class->class_name);
		attrs.object = config_value;
	}
	*config = parsed;
	return class->ops->parse(&attrs, parsed, err) && c1d_attrs_close(&attrs, err);
}

/*
 * c1d_layer_infer
 *		The output shape, within the limits of a tensor.
 */
bool
c1d_layer_infer(const LayerClass *class, const void *config, const C1dShape *in, int inputs,
				C1dShape *out, C1dError *err)
{
	return class->ops->infer(config, in, inputs, out, err) && c1d_shape_check(out, err);
}

/*
 * c1d_layer_wants_series
 *		Accept (timesteps, channels); otherwise say how to get there.
 */
bool
c1d_layer_wants_series(const C1dShape *in, C1dError *err)
{
	char		text[C1D_SHAPE_TEXT];
	char		pair[64] = "";

	if (in->rank == 2)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "layer needs (timesteps, channels), the input has rank %d", in->rank);
	c1d_about(err, C1D_OF_RANK, 2);
	c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
	if (in->rank == 1)
	{
		int64_t		n = in->dim[0];
		int64_t		factor = c1d_square_side(n);

		if (factor > 1)
			snprintf(pair, sizeof(pair), " or [%" PRId64 ", %" PRId64 "]", n / factor, factor);
		return c1d_hint(err, "As a layer before it, Reshape with target_shape [%" PRId64 ", 1]%s makes a series; in SQL, reshape(x, -1, 1) does.",
						n, pair);
	}
	return c1d_hint(err, "Give the shape of one sample: a batch is rows, not an axis. A picture becomes a series by Reshape with target_shape [-1, %" PRId64 "].",
					c1d_shape_channels(in));
}

/* c1d_layer_wants_groups: do the channels form that many groups? */
bool
c1d_layer_wants_groups(int64_t channels, int64_t groups, C1dError *err)
{
	if (channels % groups == 0)
		return true;
	c1d_fail(err, C1D_BAD_SHAPE, "input channels must be a multiple of groups");
	c1d_about(err, C1D_OF_CHANNELS, 0);
	c1d_detail(err, "%" PRId64 " channels do not form %" PRId64 " groups.", channels, groups);
	return c1d_hint(err, "Use groups that divide the channels, such as %" PRId64 ", or an input whose channels are a multiple of %" PRId64 ".",
					c1d_gcd(channels, groups), groups);
}

/*
 * c1d_layer_axis
 *		The axis that Keras means: 0 is its batch, negative ones count from the
 *		end.  C1D_BAD_ARGUMENT when the tensor has none such.
 */
bool
c1d_layer_axis(int64_t axis, const C1dShape *in, int *at, C1dError *err)
{
	int64_t		found = axis < 0 ? in->rank + axis : axis - 1;
	char		text[C1D_SHAPE_TEXT];

	if (found >= 0 && found < in->rank)
	{
		*at = (int) found;
		return true;
	}
	c1d_fail(err, C1D_BAD_ARGUMENT, "axis %" PRId64 " does not exist in a tensor of shape %s",
			 axis, c1d_shape_text(in, text));
	return c1d_hint(err, "Axis 0 is the batch; use 1 to %d, or -1 for the channels.", in->rank);
}

/*
 * c1d_layer_params
 *		The number of weights that a layer has on that input.  C1D_LIMIT when
 *		a weight alone would be over the limit of a tensor.
 */
bool
c1d_layer_params(const LayerClass *class, const void *config, const C1dShape *in, int64_t *params, C1dError *err)
{
	C1dWeightSpec specs[C1D_MAX_WEIGHTS];
	int			count = class->ops->weights == NULL ? 0 : class->ops->weights(config, in, specs);

	*params = 0;
	for (int i = 0; i < count; i++)
	{
		if (!c1d_shape_check(&specs[i].shape, err))
			return false;
		*params += c1d_shape_elements(&specs[i].shape);
	}
	return true;
}
