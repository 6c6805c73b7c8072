/*
 * src/layers/time_distributed.c
 *	  TimeDistributed: another layer, run on every slice of the first axis.
 *
 * Shapes, weights and arithmetic are those of the layer inside.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "layers/layer.h"
#include "layers/mirror.h"

typedef struct TimeConfig
{
	const LayerClass *class;	/* of the layer inside */
	const void *config;
} TimeConfig;

/* The layer inside, at the place of one slice or, if that is the same, of all. */
typedef struct TimePrepared
{
	const LayerOps *ops;
	LayerSite	site;
	C1dShape	in;
	int64_t		in_floats;		/* of a slice */
	int64_t		out_floats;
	bool		whole;
} TimePrepared;

static bool
time_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	TimeConfig *c = config;
	const C1dValue *layer = c1d_attr(attrs, "layer");

	if (layer == NULL || layer->type != C1D_OBJECT)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "layer of %s must be a layer", attrs->class_name);
		return c1d_hint(err, "For instance \"layer\": {\"class_name\": \"Dense\", \"config\": {\"units\": 1}}.");
	}
	c->class = c1d_layer_class(c1d_value_get(layer, "class_name"), attrs->dialect, err);
	if (c->class == NULL)
		return false;
	if (c->class->ops->least_inputs > 1)
		return c1d_fail(err, C1D_UNSUPPORTED, "%s does not support %s, which takes several inputs",
						attrs->class_name, c->class->class_name);
	return c1d_layer_parse(c->class, c1d_value_get(layer, "config"), attrs->arena, &c->config, err);
}

/* slice_of: one slice of the first axis */
static C1dShape
slice_of(const C1dShape *shape)
{
	C1dShape	slice = {.rank = shape->rank - 1};

	for (int i = 1; i < shape->rank; i++)
		slice.dim[i - 1] = shape->dim[i];
	return slice;
}

static bool
time_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const TimeConfig *c = config;
	C1dShape	slice = slice_of(in);
	C1dShape	result;
	char		message[sizeof(err->message)];
	char		text[C1D_SHAPE_TEXT];

	(void) inputs;
	if (in->rank < 2)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "layer needs slices along time, the input has rank 1");
		c1d_about(err, C1D_OF_RANK, 2);
		c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
		return c1d_hint(err, "As a layer before it, Reshape with target_shape [%" PRId64 ", 1] makes a series.", in->dim[0]);
	}
	if (!c1d_layer_infer(c->class, c->config, &slice, 1, &result, err))
	{
		/* what it says is about a slice; neither its hint nor a repair may be */
		c1d_about(err, C1D_OF_NOTHING, 0);
		memcpy(message, err->message, sizeof(message));
		snprintf(err->message, sizeof(err->message), "%s on each slice: %.200s", c->class->class_name, message);
		return c1d_hint(err, "%s gets one slice at a time, of shape %s; without TimeDistributed it gets the whole input.",
						c->class->class_name, c1d_shape_text(&slice, text));
	}
	if (result.rank == C1D_MAX_RANK)
		return c1d_fail(err, C1D_BAD_SHAPE, "output would have rank %d, at most %d is possible", C1D_MAX_RANK + 1, C1D_MAX_RANK);
	out->rank = result.rank + 1;
	out->dim[0] = in->dim[0];
	for (int i = 0; i < result.rank; i++)
		out->dim[i + 1] = result.dim[i];
	return true;
}

static int
time_weights(const void *config, const C1dShape *in, C1dWeightSpec *specs)
{
	const TimeConfig *c = config;
	C1dShape	slice;

	if (c->class->ops->weights == NULL)
		return 0;
	if (in == NULL || in->rank < 2)
		return c->class->ops->weights(c->config, NULL, specs);
	slice = slice_of(in);
	return c->class->ops->weights(c->config, &slice, specs);
}

/*
 * time_prepare
 *		Dense does the same for every step of a series, and faster for all of
 *		them together.
 */
static bool
time_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const TimeConfig *c = site->config;
	TimePrepared *p = c1d_alloc(arena, sizeof(*p), err);

	if (p == NULL)
		return false;
	p->ops = c->class->ops;
	p->whole = p->ops == &c1d_dense_ops;
	p->in = p->whole ? *site->in : slice_of(site->in);
	p->site = (LayerSite) {
		.config = c->config, .inputs = 1, .in = &p->in,
		.out = p->whole ? site->out : slice_of(&site->out),
		.weights = site->weights, .tuning = site->tuning,
	};
	p->in_floats = c1d_shape_elements(&p->in);
	p->out_floats = c1d_shape_elements(&p->site.out);
	if (p->ops->prepare != NULL && !p->ops->prepare(&p->site, arena, &p->site.prepared, err))
		return false;
	p->site.weights = NULL;
	*prepared = p;
	return true;
}

static int64_t
time_workspace(const LayerSite *site)
{
	const TimePrepared *p = site->prepared;

	return p->ops->workspace == NULL ? 0 : p->ops->workspace(&p->site);
}

static double
time_cost(const LayerSite *site)
{
	const TimePrepared *p = site->prepared;

	if (p->ops->cost == NULL)
		return (double) c1d_shape_elements(&site->out);
	return p->ops->cost(&p->site) * (p->whole ? 1 : site->out.dim[0]);
}

static void
time_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const TimePrepared *p = site->prepared;

	if (p->whole)
	{
		p->ops->forward(&p->site, x, y, work, begin, end);
		return;
	}
	for (int64_t t = begin; t < end; t++)
	{
		const float *slice = x[0] + t * p->in_floats;

		if (p->ops->forward == NULL)
			memcpy(y + t * p->out_floats, slice, p->out_floats * sizeof(float));
		else
			p->ops->forward(&p->site, &slice, y + t * p->out_floats, work, 0, c1d_site_rows(p->ops, &p->site));
	}
}

/*
 * time_mirror
 *		The way back of a slice, each layer of it for every slice.
 */
static bool
time_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const TimeConfig *c = config;
	const C1dValue *layer = c1d_value_get(m->config_value, "layer");
	C1dMirror	slice = {
		.arena = m->arena,
		.dialect = c->class->dialect,
		.config_value = c1d_value_get(layer, "config"),
		.in = slice_of(&m->in),
		.out = slice_of(&m->out),
		.shape = slice_of(&m->shape),
		.activation = m->activation,
	};

	if (c->class->ops->mirror == NULL)
		return true;
	if (!c->class->ops->mirror(c->config, &slice, err))
		return false;
	for (int i = 0; i < slice.count; i++)
	{
		C1dValue	inner = {0},
					outer = {0};

		if (!c1d_mirror_set(m, &inner, "class_name", slice.layers[i].class_name, err) ||
			!c1d_mirror_set(m, &inner, "config", slice.layers[i].config_value, err) ||
			!c1d_mirror_set(m, &outer, "layer", inner, err) ||
			!c1d_mirror_add(m, "TimeDistributed", &outer, err))
			return false;
	}
	return true;
}

const LayerOps c1d_time_distributed_ops = {
	.config_size = sizeof(TimeConfig),
	.parse = time_parse,
	.infer = time_infer,
	.weights = time_weights,
	.prepare = time_prepare,
	.workspace = time_workspace,
	.cost = time_cost,
	.forward = time_forward,
	.mirror = time_mirror,
};
