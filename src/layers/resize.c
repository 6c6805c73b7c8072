/*
 * src/layers/resize.c
 *	  Upsample of torch, for series and images, and resize1d(): another length,
 *	  from the nearest steps or on the line between two.
 *
 * Torch finds the steps in float32, and so does this, to pick the same ones:
 * products are rounded from double, where they are exact, so that no compiler
 * can make one rounding of two.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "kernels/mix.h"
#include "layers/layer.h"
#include "layers/mirror.h"

typedef enum ResizeMode
{
	NEAREST,
	NEAREST_EXACT,
	LINEAR,
	BILINEAR
} ResizeMode;

typedef struct ResizeConfig
{
	int			given;			/* sizes or factors: one is for all axes */
	int64_t		length[2];		/* 0: the input's times factor */
	double		factor[2];
	ResizeMode	mode;
	bool		align_corners;
	bool		by_length;		/* steps lie as the lengths say, whatever the factor */
} ResizeConfig;

/* factors: one or two numbers above 0 */
static bool
factors(C1dAttrs *attrs, const char *key, ResizeConfig *c, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, key);
	double	   *list = c->factor;
	int64_t		count = 1;

	if (value->type == C1D_LIST)
	{
		if (!c1d_attr_reals(attrs, key, &list, &count, err))
			return false;
		if (count < 1 || count > 2)
			return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be 1 or 2 numbers, not %" PRId64, key, attrs->class_name, count);
	}
	else if (!c1d_attr_real(attrs, key, 0, list, err))
		return false;
	c->given = (int) count;
	for (int i = 0; i < c->given; i++)
	{
		c->factor[i] = list[i];
		if (!(list[i] > 0) || !isfinite(list[i]))
			return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be positive", key, attrs->class_name);
	}
	return true;
}

static bool
corners_misplaced(const C1dAttrs *attrs, C1dError *err)
{
	c1d_fail(err, C1D_BAD_ARGUMENT, "align_corners of %s belongs to the mode \"linear\"", attrs->class_name);
	return c1d_hint(err, "Leave \"align_corners\" out, or set \"mode\": \"linear\".");
}

static bool
upsample_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	static const char *const modes[] = {"nearest", "nearest-exact", "linear", "bilinear"};
	ResizeConfig *c = config;
	bool		sized = c1d_attr_given(attrs, "size");
	bool		scaled = c1d_attr_given(attrs, "scale_factor");
	int			mode;

	if (sized == scaled)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s needs size or scale_factor, and not both", attrs->class_name);
		return c1d_hint(err, "\"size\" is the output's length, \"scale_factor\" is what the input's is multiplied by.");
	}
	if ((sized && !c1d_attr_ints(attrs, "size", 1, INT64_MAX, 2, c->length, &c->given, err)) ||
		(scaled && !factors(attrs, "scale_factor", c, err)) ||
		!c1d_attr_choice(attrs, "mode", modes, 4, NEAREST, &mode, err))
		return false;
	c->mode = (ResizeMode) mode;
	if (c1d_attr_given(attrs, "align_corners"))
	{
		if (!c1d_attr_bool(attrs, "align_corners", false, &c->align_corners, err))
			return false;
		if (c->mode < LINEAR)
			return corners_misplaced(attrs, err);
	}
	if (c1d_attr_given(attrs, "recompute_scale_factor") &&
		!c1d_attr_bool(attrs, "recompute_scale_factor", false, &c->by_length, err))
		return false;
	if (sized && c->by_length)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "recompute_scale_factor of %s has no meaning with size", attrs->class_name);
		return c1d_hint(err, "Leave \"recompute_scale_factor\" out.");
	}
	c->by_length = c->by_length || sized;
	return true;
}

/* in SQL: the length, nearest or linear */
static bool
resize_parse(C1dAttrs *attrs, void *config, C1dError *err)
{
	static const char *const modes[] = {"nearest", "linear"};
	ResizeConfig *c = config;
	int			mode;

	if (!c1d_attr_int(attrs, "length", 1, INT64_MAX, C1D_REQUIRED, &c->length[0], err) ||
		!c1d_attr_choice(attrs, "mode", modes, 2, 0, &mode, err) ||
		!c1d_attr_bool(attrs, "align_corners", false, &c->align_corners, err))
		return false;
	c->given = 1;
	c->by_length = true;
	c->mode = mode == 1 ? LINEAR : NEAREST;
	return !c->align_corners || c->mode == LINEAR || corners_misplaced(attrs, err);
}

static bool
resize_infer(const void *config, const C1dShape *in, int inputs, C1dShape *out, C1dError *err)
{
	const ResizeConfig *c = config;
	bool		image = in->rank == 3 && c->mode != LINEAR;
	char		text[C1D_SHAPE_TEXT];

	(void) inputs;
	if (c->mode == BILINEAR && !image)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "mode \"bilinear\" needs (height, width, channels), the input has rank %d", in->rank);
		c1d_about(err, C1D_OF_RANK, 3);
		c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
		return c1d_hint(err, "For a series, (timesteps, channels), the mode is \"linear\".");
	}
	if (!image && !c1d_layer_wants_series(in, err))
		return false;
	if (!image && c->given == 2)
	{
		c1d_fail(err, C1D_BAD_SHAPE, "a series has one length, not 2");
		c1d_detail(err, "The input has shape %s.", c1d_shape_text(in, text));
		return c1d_hint(err, "Give \"%s\" as one number.", c->length[0] > 0 ? "size" : "scale_factor");
	}
	*out = *in;
	for (int i = 0; i < (image ? 2 : 1); i++)
	{
		int			k = i < c->given ? i : 0;
		double		length = floor((double) in->dim[i] * c->factor[k]);

		/* a length over the limit only has to stay over it */
		out->dim[i] = c->length[k] > 0 ? c->length[k] :
			length > C1D_MAX_ELEMENTS ? C1D_MAX_ELEMENTS + 1 : (int64_t) length;
		if (out->dim[i] >= 1)
			continue;
		c1d_fail(err, C1D_BAD_SHAPE, "scale_factor leaves nothing of the input");
		c1d_about(err, C1D_OF_STEPS, 0);
		c1d_detail(err, "%" PRId64 " times %g is less than one.", in->dim[i], c->factor[k]);
		return c1d_hint(err, "Use \"size\", which is at least 1, in place of \"scale_factor\".");
	}
	return true;
}

static double
resize_cost(const LayerSite *site)
{
	return 4.0 * c1d_shape_elements(&site->out);
}

/* times: the product of two floats, rounded once */
static float
times(float a, float b)
{
	return (float) ((double) a * b);
}

/* Where an output step comes from: weight of the second, the rest of the first. */
typedef struct Tap
{
	int64_t		first;
	int64_t		second;
	double		weight;
	double		rest;
} Tap;

/* How the output's steps of one axis lie on the input's. */
typedef struct Walk
{
	int64_t		length;
	float		step;
	bool		alike;			/* step for step */
	bool		aligned;		/* the first steps lie on each other, else the middles of both */
	bool		exact;			/* the nearest is that of the middle */
} Walk;

static Walk
walk(const LayerSite *site, int d)
{
	const ResizeConfig *c = site->config;
	int64_t		length = site->in->dim[d];
	int64_t		out_length = site->out.dim[d];
	Walk		w = {
		.length = length,
		.alike = c->mode >= LINEAR && length == out_length,
		.aligned = c->align_corners || c->mode == NEAREST,
		.exact = c->mode == NEAREST_EXACT,
	};

	if (c->align_corners)
		w.step = out_length > 1 ? (float) (length - 1) / (float) (out_length - 1) : 0;
	else if (c->by_length)
		w.step = (float) length / (float) out_length;
	else
		w.step = (float) (1 / c->factor[d < c->given ? d : 0]);
	return w;
}

/*
 * tap
 *		Output step i, as torch finds it.
 */
static inline Tap
tap(const Walk *w, int64_t i)
{
	Tap			t = {i, i, 0, 1};
	float		at,
				weight;

	if (w->alike)
		return t;
	at = w->aligned ? times(w->step, (float) i) : times(w->step, (float) i + 0.5f) - 0.5f;
	if (at < 0)
		at = 0;

	/* at is not negative, so that this rounds down */
	t.first = (int64_t) (w->exact ? (float) (at + 0.5) : at);
	if (t.first > w->length - 1)
		t.first = w->length - 1;
	t.second = t.first < w->length - 1 ? t.first + 1 : t.first;
	weight = at - (float) t.first;
	weight = weight < 0 ? 0 : weight > 1 ? 1 : weight;
	t.weight = weight;
	t.rest = 1 - weight;
	return t;
}

/* between: as torch adds them up, so that an infinity times 0 is NaN here, too */
static inline double
between(const Tap *t, double first, double second)
{
	return t->rest * first + t->weight * second;
}

/* series: steps begin .. end - 1 of a series */
static void
resize_series(const LayerSite *site, const float *x, float *y, int64_t begin, int64_t end)
{
	const ResizeConfig *c = site->config;
	int64_t		channels = c1d_shape_channels(&site->out);
	Walk		down = walk(site, 0);

	for (int64_t r = begin; r < end; r++)
	{
		Tap			t = tap(&down, r);
		const float *first = x + t.first * channels;
		const float *second = x + t.second * channels;

		if (channels == 1)
			y[r] = c->mode < LINEAR ? *first : (float) between(&t, *first, *second);
		else if (c->mode < LINEAR)
			memcpy(y + r * channels, first, channels * sizeof(float));
		else
			c1d_mix(site->tuning->isa, first, t.rest, second, t.weight, y + r * channels, channels);
	}
}

static void
resize_forward(const LayerSite *site, const float *const *x, float *y, float *work, int64_t begin, int64_t end)
{
	const ResizeConfig *c = site->config;
	int64_t		channels = c1d_shape_channels(&site->out);
	int64_t		columns = site->out.dim[1];
	int64_t		in_row = c1d_shape_elements(site->in) / site->in->dim[0];
	Walk		down = walk(site, 0);
	Walk		along = walk(site, 1);

	(void) work;
	if (site->in->rank != 3)
	{
		resize_series(site, x[0], y, begin, end);
		return;
	}
	for (int64_t r = begin; r < end; r++)
	{
		Tap			line = tap(&down, r);
		const float *a = x[0] + line.first * in_row;
		const float *b = x[0] + line.second * in_row;

		for (int64_t k = 0; k < columns; k++)
		{
			Tap			across = tap(&along, k);
			int64_t		left = across.first * channels;
			int64_t		right = across.second * channels;
			float	   *out = y + (r * columns + k) * channels;

			if (c->mode < LINEAR)
				memcpy(out, a + left, channels * sizeof(float));
			else
				for (int64_t i = 0; i < channels; i++)
					out[i] = (float) between(&line, between(&across, a[left + i], a[right + i]),
											 between(&across, b[left + i], b[right + i]));
		}
	}
}

/*
 * resize_absorb
 *		Steps of which each is there so many times need not be copied: the layer
 *		behind can read them more than once.
 *
 * Where a step is found in float32 that may fail even for whole numbers, of
 * millions of steps.  What is found never decreases, so the first and the last
 * copy of each step tell.
 */
static bool
resize_absorb(const LayerSite *site, C1dFusion *fusion, C1dArena *arena)
{
	const ResizeConfig *c = site->config;
	int64_t		length = site->in->dim[0];
	int64_t		times = site->out.dim[0] / length;
	Walk		down = walk(site, 0);

	(void) arena;
	if (site->in->rank != 2 || c->mode >= LINEAR || times < 2 || length * times != site->out.dim[0] || fusion->repeat != 0)
		return false;
	for (int64_t i = 0; i < length; i++)
		if (tap(&down, i * times).first != i || tap(&down, i * times + times - 1).first != i)
			return false;
	fusion->repeat = times;
	return true;
}

/*
 * resize_mirror
 *		The mean of so many steps, if their number is whole, of parts as long as
 *		can be otherwise; in SQL another length is another length.
 */
static bool
resize_mirror(const void *config, C1dMirror *m, C1dError *err)
{
	const ResizeConfig *c = config;
	int			axes = m->in.rank - 1;
	C1dImage	to = c1d_image(&m->in);
	C1dValue	average = {0},
				parts = {0};
	C1dShape	out;
	int64_t		times[C1D_AXES] = {1, 1};
	bool		whole = !c->by_length;

	if (m->dialect == C1D_SQL && axes == 1)
		return c1d_mirror_resize(m, axes, err);
	m->dialect = C1D_TORCH;		/* whose layers two lengths need */
	if (c1d_shape_equal(&m->shape, &m->in))
		return true;
	for (int i = 0; i < axes && whole; i++)
	{
		double		factor = c->factor[i < c->given ? i : 0];

		whole = factor >= 1 && factor <= INT32_MAX && factor == floor(factor);
		times[C1D_AXES - axes + i] = whole ? (int64_t) factor : 1;
	}
	if (whole)
	{
		const char *name = c1d_mirror_name(m, C1D_BACK_AVERAGE, axes);

		if (!c1d_mirror_axes(m, &average, "kernel_size", axes, times, err) ||
			!c1d_mirror_try(m, name, &average, &out, err))
			return false;
		if (c1d_shape_equal(&out, &m->in))
			return c1d_mirror_add(m, name, &average, err);
	}
	return c1d_mirror_axes(m, &parts, "output_size", axes, to.length, err) &&
		c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_ADAPTIVE, axes), &parts, err);
}

const LayerOps c1d_torch_upsample_ops = {
	.config_size = sizeof(ResizeConfig),
	.parse = upsample_parse,
	.infer = resize_infer,
	.absorb = resize_absorb,
	.cost = resize_cost,
	.forward = resize_forward,
	.mirror = resize_mirror,
};

const LayerOps c1d_resize_ops = {
	.config_size = sizeof(ResizeConfig),
	.parse = resize_parse,
	.infer = resize_infer,
	.absorb = resize_absorb,
	.cost = resize_cost,
	.forward = resize_forward,
	.mirror = resize_mirror,
};
