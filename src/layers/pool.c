/*
 * src/layers/pool.c
 *	  Max and average pooling of series and of images, in every dialect:
 *	  configuration, shape rule, forward pass.
 *
 * infer() lays the windows over the input (window.c), the only place where
 * the output length is computed; the arithmetic is in kernels/pool.c.
 * Reached only through the registry.
 */
#include "kernels/pool.h"

#include <inttypes.h>

#include "layers/layer.h"
#include "layers/mirror.h"
#include "layers/window.h"

typedef struct PoolConfig
{
	C1dWindows	windows;
	bool		count_include_pad;
} PoolConfig;

/*
 * check_pads
 *		As in torch: a window of padding alone is not wanted.
 */
static bool
check_pads(const C1dAttrs *attrs, const C1dWindows *windows, C1dError *err)
{
	const char *pads = attrs->dialect == C1D_TORCH ? "padding" : "pads";

	for (int a = 0; a < C1D_AXES; a++)
	{
		const C1dWindow *w = &windows->axis[a];

		if (w->before <= w->size / 2 && w->after <= w->size / 2)
			continue;
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be at most half of %s", pads, attrs->class_name, windows->size_name);
		if (attrs->dialect == C1D_TORCH)
			c1d_detail(err, "%s is %" PRId64 ", %s is %" PRId64 ".", windows->size_name, w->size, pads, w->before);
		else
			c1d_detail(err, "%s is %" PRId64 ", %s are %" PRId64 " and %" PRId64 ".",
					   windows->size_name, w->size, pads, w->before, w->after);
		if (windows->axes == 2)
			return c1d_hint(err, "Pad more with a layer ConstantPad2d before the pooling.");
		return c1d_hint(err, "Pad more with a layer %s before the pooling.",
						attrs->dialect == C1D_TORCH ? "ConstantPad1d" : "ZeroPadding1D");
	}
	return true;
}

/*
 * parse_keras
 *		Keras' arguments; strides is pool_size when it is not given.  In SQL also
 *		pads, ceil_mode, dilation_rate (maximum) and count_include_pad (mean), as
 *		in torch.
 */
static bool
parse_keras(C1dAttrs *attrs, bool average, PoolConfig *c, C1dError *err)
{
	C1dWindows *w = &c->windows;

	*w = c1d_windows(c1d_class_axes(attrs), "pool_size", 2);
	w->pads_at_most_half = true;
	if (!c1d_windows_size(attrs, false, w, err))
		return false;
	for (int a = 0; a < C1D_AXES; a++)
		w->axis[a].stride = w->axis[a].size;
	if ((c1d_attr_given(attrs, "strides") && !c1d_windows_stride(attrs, "strides", w, err)) ||
		!c1d_windows_padding(attrs, 2, w, err))
		return false;
	if (attrs->dialect != C1D_SQL)
		return true;
	if (!c1d_attr_bool(attrs, "ceil_mode", false, &w->ceil_mode, err) ||
		!(average ? c1d_attr_bool(attrs, "count_include_pad", false, &c->count_include_pad, err) :
		  c1d_windows_dilation(attrs, "dilation_rate", w, err)))
		return false;
	if (w->ceil_mode && w->axis[C1D_ALONG].padding == C1D_PAD_SAME)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "ceil_mode of %s cannot be combined with padding \"same\"", attrs->class_name);
		return c1d_hint(err, "Leave out ceil_mode: \"same\" already rounds up.");
	}
	w->same_allowed = w->same_allowed && !w->ceil_mode;
	return true;
}

/*
 * parse_torch
 *		torch's arguments; stride is kernel_size when it is not given.  Padding
 *		counts in a mean unless told otherwise.
 */
static bool
parse_torch(C1dAttrs *attrs, bool average, PoolConfig *c, C1dError *err)
{
	C1dWindows *w = &c->windows;
	bool		indices;

	*w = c1d_windows(c1d_class_axes(attrs), "kernel_size", 1);
	w->pads_at_most_half = true;
	if (!c1d_windows_size(attrs, true, w, err))
		return false;
	for (int a = 0; a < C1D_AXES; a++)
		w->axis[a].stride = w->axis[a].size;
	if ((c1d_attr_given(attrs, "stride") && !c1d_windows_stride(attrs, "stride", w, err)) ||
		!c1d_windows_torch_padding(attrs, w, err) ||
		!c1d_attr_bool(attrs, "ceil_mode", false, &w->ceil_mode, err))
		return false;
	if (average)
		return c1d_attr_bool(attrs, "count_include_pad", true, &c->count_include_pad, err);
	if (!c1d_windows_dilation(attrs, "dilation", w, err) ||
		!c1d_attr_bool(attrs, "return_indices", false, &indices, err))
		return false;
	if (!indices)
		return true;
	c1d_fail(err, C1D_UNSUPPORTED, "return_indices of %s is not supported", attrs->class_name);
	return c1d_hint(err, "Leave return_indices out: the output is the maxima.");
}

static bool
pool_parse(C1dAttrs *attrs, bool average, PoolConfig *c, C1dError *err)
{
	return (attrs->dialect == C1D_TORCH ? parse_torch(attrs, average, c, err) : parse_keras(attrs, average, c, err)) &&
		check_pads(attrs, &c->windows, err);
}

static bool
max_pool_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return pool_parse(attrs, false, config, err);
}

static bool
average_pool_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return pool_parse(attrs, true, config, err);
}

static bool
pool_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const PoolConfig *c = config;
	C1dWindowPlace place[C1D_AXES];

	(void) inputs;
	if (!c1d_wants_axes(in, c->windows.axes, c, pool_infer, err) ||
		!c1d_windows_place(&c->windows, in, place, err))
		return false;
	*out = c1d_image_shape(c->windows.axes, place[C1D_DOWN].out_length, place[C1D_ALONG].out_length, c1d_shape_channels(in));
	return true;
}

static bool
pool_prepare(const LayerSite *site, C1dArena *arena, const void **prepared, C1dError *err)
{
	const PoolConfig *c = site->config;
	const C1dWindow *down = &c->windows.axis[C1D_DOWN];
	const C1dWindow *along = &c->windows.axis[C1D_ALONG];
	C1dPoolGeometry *g = c1d_alloc(arena, sizeof(*g), err);
	C1dImage	image = c1d_image(site->in);
	C1dWindowPlace place[C1D_AXES];

	if (g == NULL || !c1d_windows_place(&c->windows, site->in, place, err))
		return false;
	*g = (C1dPoolGeometry) {
		.length = image.length[C1D_ALONG],
		.channels = image.channels,
		.size = along->size,
		.stride = along->stride,
		.dilation = along->dilation,
		.before = place[C1D_ALONG].before,
		.counted_after = c->count_include_pad ? place[C1D_ALONG].after : -1,
		.height = c->windows.axes == 2 ? image.length[C1D_DOWN] : 0,
		.lines = down->size,
		.line_stride = down->stride,
		.line_dilation = down->dilation,
		.line_before = place[C1D_DOWN].before,
		.line_counted_after = c->count_include_pad ? place[C1D_DOWN].after : -1,
		.out_length = place[C1D_ALONG].out_length,
	};
	*prepared = g;
	return true;
}

/* whole windows of a series, side by side, can be taken as they are made */
static bool
max_pool_absorb(const LayerSite *site, C1dFusion *fusion, C1dArena *arena)
{
	const PoolConfig *c = site->config;
	const C1dWindow *w = &c->windows.axis[C1D_ALONG];
	C1dWindowPlace place[C1D_AXES];
	C1dError	ignored;

	(void) arena;
	if (c->windows.axes != 1 || w->dilation != 1 || w->stride != w->size || w->size < 2 || fusion->pool != 0 ||
		!c1d_windows_place(&c->windows, site->in, place, &ignored) ||
		place[C1D_ALONG].before != 0 || site->out.dim[0] * w->size > site->in->dim[0])
		return false;
	fusion->pool = w->size;
	return true;
}

static double
pool_cost(const LayerSite *site)
{
	const PoolConfig *c = site->config;
	C1dImage	image = c1d_image(site->in);
	double		cost = (double) c1d_shape_elements(&site->out);

	for (int a = 0; a < C1D_AXES; a++)
		cost *= c->windows.axis[a].size < image.length[a] ? c->windows.axis[a].size : image.length[a];
	return cost;
}

static void
max_pool_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	(void) work;
	c1d_max_pool(site->prepared, site->tuning->isa, x[0], y, begin, end);
}

static void
average_pool_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	(void) work;
	c1d_average_pool(site->prepared, site->tuning->isa, x[0], y, begin, end);
}

/*
 * pool_mirror
 *		Every step again, stride times, so that its copies lie in the middle of
 *		its window; then, in Keras, a convolution that smooths them.  torch has
 *		Upsample, which needs no more than the length.
 */
static bool
pool_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const PoolConfig *c = config;
	const C1dWindow *windows = c->windows.axis;
	int			axes = c->windows.axes;
	C1dWindowPlace place[C1D_AXES];
	C1dImage	from,
				to = c1d_image(&m->in);
	C1dValue	upsample = {0},
				smooth = {0};
	C1dShape	out;
	int64_t		times[C1D_AXES],
				before[C1D_AXES],
				after[C1D_AXES];
	const int64_t three[C1D_AXES] = {3, 3};

	if (!c1d_windows_place(&c->windows, &m->in, place, err))
		return false;
	for (int a = 0; a < C1D_AXES; a++)
		times[a] = windows[a].stride < to.length[a] ? windows[a].stride : to.length[a];
	if (m->dialect == C1D_TORCH)
	{
		/* a factor goes for other lengths, too */
		if (!c1d_mirror_axes(m, &upsample, "scale_factor", axes, times, err) ||
			!c1d_mirror_try(m, "Upsample", &upsample, &out, err))
			return false;
		if (c1d_shape_equal(&out, &m->in) && !c1d_shape_equal(&m->shape, &m->in))
			return c1d_mirror_add(m, "Upsample", &upsample, err);
		return c1d_mirror_resize(m, axes, err);
	}
	if ((times[C1D_DOWN] > 1 || times[C1D_ALONG] > 1) &&
		(!c1d_mirror_axes(m, &upsample, "size", axes, times, err) ||
		 !c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_UPSAMPLE, axes), &upsample, err)))
		return false;
	from = c1d_image(&m->shape);
	for (int a = 0; a < C1D_AXES; a++)
	{
		int64_t		wider = c1d_window_span(&windows[a]) - windows[a].stride;

		before[a] = (wider - (wider < 0)) / 2 - place[a].before;
		after[a] = to.length[a] - from.length[a] - before[a];
	}
	return c1d_mirror_sides(m, axes, before, after, err) &&
		c1d_mirror_int(m, &smooth, "filters", to.channels, err) &&
		c1d_mirror_axes(m, &smooth, "kernel_size", axes, three, err) &&
		c1d_mirror_set(m, &smooth, "padding", c1d_value_string("same"), err) &&
		c1d_mirror_activation(m, &smooth, err) &&
		c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_CONV, axes), &smooth, err);
}

const LayerOps c1d_max_pool_ops = {
	.config_size = sizeof(PoolConfig),
	.parse = max_pool_parse,
	.infer = pool_infer,
	.prepare = pool_prepare,
	.absorb = max_pool_absorb,
	.cost = pool_cost,
	.forward = max_pool_forward,
	.mirror = pool_mirror,
};

const LayerOps c1d_average_pool_ops = {
	.config_size = sizeof(PoolConfig),
	.parse = average_pool_parse,
	.infer = pool_infer,
	.prepare = pool_prepare,
	.cost = pool_cost,
	.forward = average_pool_forward,
	.mirror = pool_mirror,
};
