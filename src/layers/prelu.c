/*
 * src/layers/prelu.c
 *	  PReLU: a slope below zero that was learned.
 *
 * Keras has one for every element, or shares them along axes; torch has one,
 * or one a channel.
 */
#include <inttypes.h>
#include <string.h>

#include "kernels/prelu.h"
#include "layers/layer.h"

typedef struct PreluConfig
{
	int64_t		parameters;		/* torch: 1, or the channels; 0 = Keras */
	int			shared;
	int64_t		shared_axes[C1D_MAX_RANK];	/* Keras: 1 is our axis 0 */
} PreluConfig;

/* A slope for each element, found by strides; a shared axis has stride 0. */
typedef struct PreluPrepared
{
	float	   *slopes;
	int64_t		stride[C1D_MAX_RANK];
} PreluPrepared;

static bool
prelu_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	PreluConfig *c = config;

	if (attrs->dialect == C1D_TORCH)
	{
		c1d_attr(attrs, "init");
		return c1d_attr_int(attrs, "num_parameters", 1, C1D_MAX_ELEMENTS, 1, &c->parameters, err);
	}
	return !c1d_attr_given(attrs, "shared_axes") ||
		c1d_attr_ints(attrs, "shared_axes", 1, C1D_MAX_RANK, C1D_MAX_RANK, c->shared_axes, &c->shared, err);
}

static bool
prelu_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const PreluConfig *c = config;

	(void) inputs;
	*out = *in;
	for (int i = 0; i < c->shared; i++)
		if (c->shared_axes[i] > in->rank)
		{
			c1d_fail(err, C1D_BAD_ARGUMENT, "shared axis %" PRId64 " does not exist in a tensor of rank %d",
					 c->shared_axes[i], in->rank);
			return c1d_hint(err, "Axis 0 is the batch; use 1 to %d.", in->rank);
		}
	if (c->parameters > 1 && c->parameters != c1d_shape_channels(in))
	{
		c1d_fail(err, C1D_BAD_SHAPE, "PReLU has %" PRId64 " parameters, the input %" PRId64 " channels",
				 c->parameters, c1d_shape_channels(in));
		c1d_about(err, C1D_OF_CHANNELS, c->parameters);
		return c1d_hint(err, "num_parameters is 1 or %" PRId64 " here.", c1d_shape_channels(in));
	}
	return true;
}

/* Keras: alpha of the input's shape, 1 along shared axes; torch: weight (num_parameters) */
static int
prelu_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const PreluConfig *c = config;

	if (c->parameters > 0)
	{
		specs[0] = (C1dWeightSpec) {"weight", c1d_shape1(c->parameters)};
		return 1;
	}

	/* without the input not even the rank is known */
	specs[0] = (C1dWeightSpec) {.name = "alpha"};
	if (in != NULL)
		specs[0].shape = *in;
	for (int i = 0; in != NULL && i < c->shared; i++)
		if (c->shared_axes[i] <= in->rank)
			specs[0].shape.dim[c->shared_axes[i] - 1] = 1;
	return 1;
}

static bool
prelu_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const C1dShape *shape = &site->weights[0].shape;
	int64_t		count = c1d_shape_elements(shape);
	PreluPrepared *p = c1d_alloc(arena, sizeof(*p), err);
	int64_t		stride = 1;

	if (p == NULL)
		return false;
	p->slopes = c1d_alloc_array(arena, count, sizeof(float), err);
	if (p->slopes == NULL)
		return false;
	memcpy(p->slopes, site->weights[0].data, count * sizeof(float));

	/* torch's vector lies along the last axis */
	for (int i = site->in->rank - 1, k = shape->rank - 1; i >= 0 && k >= 0; i--, k--)
	{
		p->stride[i] = shape->dim[k] == 1 ? 0 : stride;
		stride *= shape->dim[k];
	}
	*prepared = p;
	return true;
}

static double
prelu_cost(const LayerSite *site)
{
	return 4.0 * c1d_shape_elements(&site->out);
}

/*
 * prelu_forward
 *		The last axes whose slopes lie as the numbers do, or are all shared, are a
 *		run.
 */
static void
prelu_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const PreluPrepared *p = site->prepared;
	const C1dShape *shape = &site->out;
	int64_t		row = c1d_shape_elements(shape) / c1d_layer_rows(shape);
	int			last = shape->rank - 1;
	int64_t		run = shape->dim[last];
	int64_t		step = p->stride[last] == 0 ? 0 : 1;

	(void) work;
	while (last > 0 && p->stride[last - 1] == step * run)
		run *= shape->dim[--last];
	for (int64_t i = begin * row; i < end * row;)
	{
		int64_t		within = i % run;
		int64_t		count = end * row - i < run - within ? end * row - i : run - within;
		int64_t		rest = i / run;
		int64_t		at = within * step;

		for (int d = last - 1; d >= 0; d--)
		{
			at += rest % shape->dim[d] * p->stride[d];
			rest /= shape->dim[d];
		}
		c1d_prelu(site->tuning->isa, x[0] + i, p->slopes + at, step, y + i, count);
		i += count;
	}
}

const LayerOps c1d_prelu_ops = {
	.config_size = sizeof(PreluConfig),
	.parse = prelu_parse,
	.infer = prelu_infer,
	.weights = prelu_weights,
	.prepare = prelu_prepare,
	.cost = prelu_cost,
	.forward = prelu_forward,
};
