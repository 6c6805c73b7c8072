/*
 * src/layers/steps.c
 *	  Layers that only move whole steps, of series and of images: upsampling,
 *	  padding of every kind, cropping.  UpSampling2D can also interpolate.
 */
#include <inttypes.h>
#include <string.h>

#include "kernels/repeat.h"
#include "layers/layer.h"
#include "layers/mirror.h"
#include "layers/window.h"

/* What stands where the input has no step. */
typedef enum Border
{
	BORDER_VALUE,
	BORDER_REFLECT,				/* the input mirrored at its last step, which is not repeated */
	BORDER_REPLICATE,			/* the last step again and again */
	BORDER_CIRCULAR				/* the input from its other end */
} Border;

/* Along one axis: every output step is an input step, or beyond the border. */
typedef struct Side
{
	int64_t		size;			/* each input step is repeated so often */
	int64_t		before;			/* steps added before; negative: steps cut */
	int64_t		after;
} Side;

typedef struct StepsConfig
{
	int			axes;
	Side		side[C1D_AXES];
	Border		border;
	float		value;
	bool		bilinear;
	const char *key;			/* of before and after */
} StepsConfig;

static void
start(const C1dAttrs *attrs, StepsConfig *c, const char *key)
{
	c->axes = c1d_class_axes(attrs);
	c->key = key;
	for (int a = 0; a < C1D_AXES; a++)
		c->side[a].size = 1;
}

/*
 * upsample_parse
 *		size, for both axes or each; on images also interpolation, of which
 *		Keras knows more kinds.
 */
static bool
upsample_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	static const char *const kinds[] = {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"};
	StepsConfig *c = config;
	int64_t		sizes[C1D_AXES] = {1, 2};
	int			kind = 0;

	start(attrs, c, "size");
	if (c->axes == 2)
		sizes[C1D_DOWN] = 2;
	if (!c1d_attr_axes(attrs, "size", c->axes, 1, false, sizes, err) ||
		(c->axes == 2 && !c1d_attr_choice(attrs, "interpolation", kinds, 5, 0, &kind, err)))
		return false;
	if (kind > 1)
	{
		c1d_fail(err, C1D_UNSUPPORTED, "interpolation \"%s\" of %s is not supported", kinds[kind], attrs->class_name);
		return c1d_hint(err, "\"nearest\" and \"bilinear\" are.");
	}
	c->bilinear = kind == 1;
	for (int a = 0; a < C1D_AXES; a++)
		c->side[a].size = sizes[a];
	return true;
}

/*
 * both_sides
 *		{both} or {before, after} in a value of its own, item, which stands
 *		somewhere under key.
 */
static bool
both_sides(const C1dAttrs *attrs, const char *key, const C1dValue *item, Side *side, C1dError *err)
{
	C1dMember	member = {key, (int64_t) strlen(key), *item};
	C1dValue	object = {.type = C1D_OBJECT, .as.object = {&member, 1}};
	C1dAttrs	inner = {.class_name = attrs->class_name, .dialect = attrs->dialect, .object = &object};
	int64_t		given[2];
	int			count;

	if (!c1d_attr_ints(&inner, key, 0, INT64_MAX, 2, given, &count, err))
		return false;
	side->before = given[0];
	side->after = given[count - 1];
	return true;
}

/*
 * keras_sides
 *		One axis: a number or {before, after}.  Two: a number, {of height, of
 *		width}, or {{top, bottom}, {left, right}}.
 */
static bool
keras_sides(C1dAttrs *attrs, const char *key, StepsConfig *c, int64_t otherwise, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, key);
	const C1dValue *list = value;

	start(attrs, c, key);
	for (int a = C1D_AXES - c->axes; a < C1D_AXES; a++)
		c->side[a].before = c->side[a].after = otherwise;
	if (value == NULL)
		return true;
	if (value->type == C1D_OBJECT)	/* Keras 2 writes tuples so */
		list = c1d_value_get(value, "items");
	if (c->axes == 1)
		return both_sides(attrs, key, value, &c->side[C1D_ALONG], err);
	if (list == NULL || list->type != C1D_LIST)
		return both_sides(attrs, key, value, &c->side[C1D_DOWN], err) &&
			both_sides(attrs, key, value, &c->side[C1D_ALONG], err);
	if (list->as.list.count != 2)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be an integer or a list of 2, not of %" PRId64,
				 key, attrs->class_name, list->as.list.count);
		return c1d_hint(err, "[[top, bottom], [left, right]] names every side.");
	}
	return both_sides(attrs, key, &list->as.list.items[0], &c->side[C1D_DOWN], err) &&
		both_sides(attrs, key, &list->as.list.items[1], &c->side[C1D_ALONG], err);
}

static bool
padding_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	return keras_sides(attrs, "padding", config, 1, err);
}

static bool
cropping_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	StepsConfig *c = config;

	if (!keras_sides(attrs, "cropping", c, c1d_class_axes(attrs) == 1 ? 1 : 0, err))
		return false;
	for (int a = 0; a < C1D_AXES; a++)
	{
		c->side[a].before = -c->side[a].before;
		c->side[a].after = -c->side[a].after;
	}
	return true;
}

/* torch's padding layers, with 1d or 2d behind the name */
static const struct
{
	const char *name;
	Border		border;
	bool		has_value;
}			pads[] = {
	{"ConstantPad", BORDER_VALUE, true},
	{"ZeroPad", BORDER_VALUE, false},
	{"ReflectionPad", BORDER_REFLECT, false},
	{"ReplicationPad", BORDER_REPLICATE, false},
	{"CircularPad", BORDER_CIRCULAR, false},
};

/*
 * torch_pad_parse
 *		padding: one number for all sides, or {left, right} or {left, right, top,
 *		bottom}; negative ones cut.
 */
static bool
torch_pad_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	StepsConfig *c = config;
	int64_t		given[2 * C1D_AXES];
	int			count;
	double		value = 0;
	int			kind = 0;

	start(attrs, c, "padding");
	while (strncmp(attrs->class_name, pads[kind].name, strlen(pads[kind].name)) != 0)
		kind++;
	c->border = pads[kind].border;
	if (!c1d_attr_ints(attrs, "padding", -INT64_C(2147483647), INT64_MAX, 2 * c->axes, given, &count, err) ||
		(count == 0 && !c1d_attr_int(attrs, "padding", INT64_MIN, INT64_MAX, C1D_REQUIRED, given, err)))
		return false;
	if (count != 2 * c->axes && c1d_attr(attrs, "padding")->type != C1D_INT)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "padding of %s must be an integer or a list of %d integers",
						attrs->class_name, 2 * c->axes);
	for (int i = count; i < 2 * c->axes; i++)
		given[i] = given[0];
	c->side[C1D_ALONG].before = given[0];
	c->side[C1D_ALONG].after = given[1];
	if (c->axes == 2)
	{
		c->side[C1D_DOWN].before = given[2];
		c->side[C1D_DOWN].after = given[3];
	}
	if (pads[kind].has_value &&
		((!c1d_attr_given(attrs, "value") && !c1d_attr_int(attrs, "value", 0, 0, C1D_REQUIRED, given, err)) ||
		 !c1d_attr_real(attrs, "value", 0, &value, err)))
		return false;
	c->value = (float) value;
	return true;
}

/* ---- the shape rule ---- */

/*
 * kept
 *		How much of an axis is left when the negative sides have cut theirs.
 */
static int64_t
kept(const Side *s, int64_t length)
{
	return length * s->size + (s->before < 0 ? s->before : 0) + (s->after < 0 ? s->after : 0);
}

/* side_fits: is there something left, and enough to mirror or to repeat? */
static bool
side_fits(const StepsConfig *c, int a, int64_t length, C1dError *err)
{
	const Side *s = &c->side[a];
	const char *unit = c1d_axis_unit(c->axes, a);
	int64_t		left = kept(s, length);
	int64_t		more = s->before > s->after ? s->before : s->after;
	int64_t		most = c->border == BORDER_REFLECT ? length - 1 : left;

	/* in torch, what is mirrored or replicated may have been cut on the other side */
	if ((left < 0 && c->border != BORDER_REFLECT && c->border != BORDER_REPLICATE) ||
		length * s->size + s->before + s->after < 1)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "cropping leaves nothing of the input");
		c1d_about(err, C1D_OF_STEPS, 0);
		c1d_detail(err, "The input has %" PRId64 " %s; %" PRId64 " before and %" PRId64 " after are cut.",
				   length, unit, s->before < 0 ? -s->before : 0, s->after < 0 ? -s->after : 0);
		return length == 1 ? false : c1d_hint(err, "Cut at most %" PRId64 " %s in all.", length - 1, unit);
	}
	if ((c->border == BORDER_REFLECT || c->border == BORDER_CIRCULAR) && more > most)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "%s %" PRId64 " is more than the input can give", c->key, more);
		c1d_about(err, C1D_OF_STEPS, 0);
		c1d_detail(err, "The input has %" PRId64 " %s, of which at most %" PRId64 " can stand on one side again.",
				   length, unit, most);
		return c1d_hint(err, "Use %s of at most %" PRId64 " on a side.", c->key, most);
	}
	return true;
}

static bool
steps_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const StepsConfig *c = config;
	C1dImage	image;

	(void) inputs;
	if (!c1d_wants_axes(in, c->axes, c, steps_infer, err))
		return false;
	image = c1d_image(in);
	for (int a = 0; a < C1D_AXES; a++)
	{
		if (!side_fits(c, a, image.length[a], err))
			return false;
		image.length[a] = image.length[a] * c->side[a].size + c->side[a].before + c->side[a].after;
	}
	*out = c1d_image_shape(c->axes, image.length[C1D_DOWN], image.length[C1D_ALONG], image.channels);
	return true;
}

static double
steps_cost(const LayerSite *site)
{
	const StepsConfig *c = site->config;

	return (double) c1d_shape_elements(&site->out) * (c->bilinear ? 4 : 1);
}

/* ---- moving ---- */

/*
 * source
 *		The input step that output step r is, -1 = the value.
 */
static int64_t
source(const Side *s, Border border, int64_t length, int64_t r)
{
	int64_t		from = r - s->before;

	if (from >= 0 && from < length * s->size)
		return from / s->size;
	switch (border)
	{
		case BORDER_VALUE:
			break;
		case BORDER_REFLECT:
			return from < 0 ? -from : 2 * (length - 1) - from;
		case BORDER_REPLICATE:
			return from < 0 ? 0 : length - 1;
		case BORDER_CIRCULAR:
			/* what is cut on the other side is not there to be repeated */
			return from < 0 ? from + kept(s, length) : from - kept(s, length);
	}
	return -1;
}

static void
fill(float *y, int64_t count, float value)
{
	for (int64_t i = 0; i < count; i++)
		y[i] = value;
}

/* move: steps begin .. end - 1 of a line */
static void
move(const StepsConfig *c, int64_t length, int64_t channels, const float *x, float *y, int64_t begin, int64_t end)
{
	const Side *s = &c->side[C1D_ALONG];

	for (int64_t r = begin; r < end; r++)
	{
		int64_t		from = source(s, c->border, length, r);
		int64_t		run = 1;
		int64_t		times = 1;

		if (from < 0)
		{
			fill(y + r * channels, channels, c->value);
			continue;
		}

		/* whole steps beside each other move together, each as often as it is there */
		if (from * s->size == r - s->before && end - r >= s->size)
		{
			run = (end - r) / s->size < length - from ? (end - r) / s->size : length - from;
			times = s->size;
		}
		c1d_repeat(x + from * channels, y + r * channels, run, channels, times);
		r += run * times - 1;
	}
}

/* Between which two steps an interpolated one lies, and how far from the first. */
typedef struct Between
{
	int64_t		low;
	int64_t		high;
	float		share;			/* of high */
} Between;

/* between: pixels are squares, a position is that of the middle */
static Between
between(int64_t size, int64_t length, int64_t r)
{
	double		at = ((double) r + 0.5) / (double) size - 0.5;
	int64_t		low = at < 0 ? -1 : (int64_t) at;

	if (low < 0)
		return (Between) {0, 0, 0};
	if (low >= length - 1)
		return (Between) {length - 1, length - 1, 0};
	return (Between) {low, low + 1, (float) (at - (double) low)};
}

/* mix: a share of 0 is a itself, be b what it may */
static float
mix(float a, float b, float share)
{
	return share == 0 ? a : a + (b - a) * share;
}

/* interpolate: lines begin .. end - 1 of an image */
static void
interpolate(const StepsConfig *c, const C1dImage *in, int64_t width, const float *x, float *y, int64_t begin, int64_t end)
{
	int64_t		line_floats = in->length[C1D_ALONG] * in->channels;

	for (int64_t h = begin; h < end; h++)
	{
		Between		down = between(c->side[C1D_DOWN].size, in->length[C1D_DOWN], h);
		const float *above = x + down.low * line_floats;
		const float *below = x + down.high * line_floats;

		for (int64_t r = 0; r < width; r++)
		{
			Between		along = between(c->side[C1D_ALONG].size, in->length[C1D_ALONG], r);
			int64_t		low = along.low * in->channels;
			int64_t		high = along.high * in->channels;

			for (int64_t k = 0; k < in->channels; k++)
				y[(h * width + r) * in->channels + k] =
					mix(mix(above[low + k], above[high + k], along.share),
						mix(below[low + k], below[high + k], along.share), down.share);
		}
	}
}

static void
steps_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const StepsConfig *c = site->config;
	C1dImage	in = c1d_image(site->in);
	int64_t		length = in.length[C1D_ALONG];
	int64_t		width = c1d_image(&site->out).length[C1D_ALONG];

	(void) work;
	if (c->axes == 1)
		move(c, length, in.channels, x[0], y, begin, end);
	else if (c->bilinear)
		interpolate(c, &in, width, x[0], y, begin, end);
	else
		for (int64_t h = begin; h < end; h++)
		{
			int64_t		from = source(&c->side[C1D_DOWN], c->border, in.length[C1D_DOWN], h);
			float	   *line = y + h * width * in.channels;

			if (from < 0)
				fill(line, width * in.channels, c->value);
			else
				move(c, length, in.channels, x[0] + from * length * in.channels, line, 0, width);
		}
}

/* steps that are repeated need not be copied: the layer behind can read each more than once */
static bool
upsample_absorb(const LayerSite *site, C1dFusion *fusion, C1dArena *arena)
{
	const StepsConfig *c = site->config;

	(void) arena;
	if (c->axes != 1 || c->side[C1D_ALONG].size < 2 || fusion->repeat != 0)
		return false;
	fusion->repeat = c->side[C1D_ALONG].size;
	return true;
}

/* ---- the way back ---- */

/* upsample_mirror: the mean of the copies of a step */
static bool
upsample_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const StepsConfig *c = config;
	const int64_t sizes[C1D_AXES] = {c->side[C1D_DOWN].size, c->side[C1D_ALONG].size};
	C1dValue	average = {0};

	return c1d_mirror_axes(m, &average, "pool_size", c->axes, sizes, err) &&
		c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_AVERAGE, c->axes), &average, err);
}

/* sides_mirror: what was added is cut, what was cut becomes zeros */
static bool
sides_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const StepsConfig *c = config;
	const int64_t before[C1D_AXES] = {-c->side[C1D_DOWN].before, -c->side[C1D_ALONG].before};
	const int64_t after[C1D_AXES] = {-c->side[C1D_DOWN].after, -c->side[C1D_ALONG].after};

	return c1d_mirror_sides(m, c->axes, before, after, err);
}

const LayerOps c1d_upsample_ops = {
	.config_size = sizeof(StepsConfig),
	.parse = upsample_parse,
	.infer = steps_infer,
	.absorb = upsample_absorb,
	.cost = steps_cost,
	.forward = steps_forward,
	.mirror = upsample_mirror,
};

const LayerOps c1d_padding_ops = {
	.config_size = sizeof(StepsConfig),
	.parse = padding_parse,
	.infer = steps_infer,
	.cost = steps_cost,
	.forward = steps_forward,
	.mirror = sides_mirror,
};

const LayerOps c1d_cropping_ops = {
	.config_size = sizeof(StepsConfig),
	.parse = cropping_parse,
	.infer = steps_infer,
	.cost = steps_cost,
	.forward = steps_forward,
	.mirror = sides_mirror,
};

const LayerOps c1d_torch_pad_ops = {
	.config_size = sizeof(StepsConfig),
	.parse = torch_pad_parse,
	.infer = steps_infer,
	.cost = steps_cost,
	.forward = steps_forward,
	.mirror = sides_mirror,
};
