/*
 * src/layers/global_pool.c
 *	  Pooling to a size that does not depend on the input's: global, to one
 *	  value a channel, and adaptive, to so many parts.
 */
#include <inttypes.h>
#include <string.h>

#include "kernels/global_pool.h"
#include "layers/layer.h"
#include "layers/mirror.h"
#include "layers/window.h"

typedef struct GlobalPoolConfig
{
	int			axes;			/* 1: (timesteps, channels), 2: (height, width, channels) */
	bool		flat;			/* the pooled axes are left out */
	int64_t		size[2];		/* parts of each axis, 0 = as many as the input has */
} GlobalPoolConfig;

/* Keras drops the axes unless keepdims; torch has no such layer. */
static bool
global_parse(C1dAttrs *attrs, GlobalPoolConfig *c, int axes, C1dError *err)
{
	bool		kept;

	if (!c1d_attr_bool(attrs, "keepdims", false, &kept, err))
		return false;
	c->axes = axes;
	c->flat = !kept;
	c->size[0] = c->size[1] = 1;
	return true;
}

static bool
global1d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return global_parse(attrs, config, 1, err);
}

static bool
global2d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return global_parse(attrs, config, 2, err);
}

/* torch_sizes: a list for all axes, in which null keeps one */
static bool
torch_sizes(const C1dAttrs *attrs, const C1dValue *list, GlobalPoolConfig *c, int axes, C1dError *err)
{
	if (list->as.list.count != axes)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "output_size of %s must be %d integer%s, not %" PRId64,
						attrs->class_name, axes, axes == 1 ? "" : "s", list->as.list.count);
	for (int i = 0; i < axes; i++)
	{
		const C1dValue *item = &list->as.list.items[i];

		if (item->type == C1D_NULL)
			continue;
		if (item->type != C1D_INT || item->as.integer < 1 || item->as.integer > INT32_MAX)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "output_size of %s must hold positive integers or null", attrs->class_name);
		c->size[i] = item->as.integer;
	}
	return true;
}

/* adaptive_parse: output_size; one number is for both axes, null in torch keeps them. */
static bool
adaptive_parse(C1dAttrs *attrs, GlobalPoolConfig *c, int axes, C1dError *err)
{
	const C1dValue *size = c1d_attr(attrs, "output_size");
	int			count = 0;
	bool		indices = false;

	c->axes = axes;
	if (size == NULL)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "output_size of %s is missing", attrs->class_name);
		return c1d_hint(err, "Add \"output_size\" to the configuration of the layer.");
	}
	if (attrs->dialect == C1D_TORCH && size->type == C1D_LIST)
	{
		if (!torch_sizes(attrs, size, c, axes, err))
			return false;
	}
	else if ((size->type != C1D_NULL || attrs->dialect != C1D_TORCH) &&
			 !c1d_attr_ints(attrs, "output_size", 1, INT64_MAX, axes, c->size, &count, err))
		return false;
	if (count == 1)
		c->size[1] = c->size[0];
	if (attrs->dialect == C1D_TORCH && strncmp(attrs->class_name, "AdaptiveMax", 11) == 0 &&
		!c1d_attr_bool(attrs, "return_indices", false, &indices, err))
		return false;
	return !indices || c1d_fail(err, C1D_UNSUPPORTED, "%s does not support return_indices", attrs->class_name);
}

static bool
adaptive1d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return adaptive_parse(attrs, config, 1, err);
}

static bool
adaptive2d_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return adaptive_parse(attrs, config, 2, err);
}

static bool
global_pool_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const GlobalPoolConfig *c = config;

	(void) inputs;
	if (!c1d_wants_axes(in, c->axes, c, global_pool_infer, err))
		return false;
	*out = *in;
	for (int i = 0; i < c->axes; i++)
		if (c->size[i] > 0)
			out->dim[i] = c->size[i];
	if (c->flat)
		*out = c1d_shape1(c1d_shape_channels(in));
	return true;
}

static C1dParts
parts_of(const LayerSite *site)
{
	const GlobalPoolConfig *c = site->config;
	const C1dShape *in = site->in;

	return (C1dParts) {
		.height = in->dim[0],
		.width = c->axes == 2 ? in->dim[1] : 1,
		.channels = c1d_shape_channels(in),
		.out_height = c->size[0] > 0 ? c->size[0] : in->dim[0],
		.out_width = c->axes == 1 ? 1 : c->size[1] > 0 ? c->size[1] : in->dim[1],
	};
}

static double
global_pool_cost(const LayerSite *site)
{
	return (double) c1d_shape_elements(site->in) + 2.0 * c1d_shape_elements(&site->out);
}

static void
max_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	C1dParts	parts = parts_of(site);

	(void) work;
	c1d_parts_max(&parts, site->tuning->isa, x[0], y, begin, end);
}

static void
mean_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	C1dParts	parts = parts_of(site);

	(void) work;
	if (site->mask != NULL && site->in[1].rank == 2 && site->in[1].dim[0] == parts.height)
		c1d_masked_mean(x[1], site->in[1].dim[1], *site->mask, x[0], y, parts.height, parts.channels);
	else
		c1d_parts_mean(&parts, site->tuning->isa, x[0], y, begin, end);
}

/*
 * global_pool_mirror
 *		A vector becomes the same in every step; parts become as many steps as
 *		there were.
 */
static bool
global_pool_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const GlobalPoolConfig *c = config;
	const int64_t pixel[] = {1, 1, c1d_shape_channels(&m->in)};
	C1dValue	repeat = {0},
				reshape = {0};

	if (c->flat && c->axes == 1)
		return c1d_mirror_int(m, &repeat, "n", m->in.dim[0], err) &&
			c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_REPEAT, 1), &repeat, err);
	if (c->flat && (!c1d_mirror_ints(m, &reshape, "target_shape", 3, pixel, err) ||
					!c1d_mirror_add(m, "Reshape", &reshape, err)))
		return false;
	return c1d_mirror_resize(m, c->axes, err);
}

#define GLOBAL_POOL_OPS(parser, runner) { \
	.config_size = sizeof(GlobalPoolConfig), \
	.parse = parser, \
	.infer = global_pool_infer, \
	.cost = global_pool_cost, \
	.forward = runner, \
	.mirror = global_pool_mirror, \
}

const LayerOps c1d_global_max_pool_ops = GLOBAL_POOL_OPS(global1d_parse, max_forward);
const LayerOps c1d_global_average_pool_ops = GLOBAL_POOL_OPS(global1d_parse, mean_forward);
const LayerOps c1d_global_max_pool2d_ops = GLOBAL_POOL_OPS(global2d_parse, max_forward);
const LayerOps c1d_global_average_pool2d_ops = GLOBAL_POOL_OPS(global2d_parse, mean_forward);
const LayerOps c1d_adaptive_max_pool_ops = GLOBAL_POOL_OPS(adaptive1d_parse, max_forward);
const LayerOps c1d_adaptive_average_pool_ops = GLOBAL_POOL_OPS(adaptive1d_parse, mean_forward);
const LayerOps c1d_adaptive_max_pool2d_ops = GLOBAL_POOL_OPS(adaptive2d_parse, max_forward);
const LayerOps c1d_adaptive_average_pool2d_ops = GLOBAL_POOL_OPS(adaptive2d_parse, mean_forward);
