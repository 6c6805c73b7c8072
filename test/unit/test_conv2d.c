/*
 * test/unit/test_conv2d.c
 *	  Convolutions and pooling of images, and the separable ones of series,
 *	  against their definitions in double precision, padding really not there.
 *
 * Whole numbers must come out exactly.  For others the bound is that of adding
 * in float32 one after the other: of n products and a bias, each passes at
 * most n + 1 roundings of at most 2^-24; in a separable convolution, those of
 * both sums.
 */
#include "model.h"

enum
{
	PLAIN, DEPTHWISE, SEPARABLE, TRANSPOSED, MAXIMUM, MEAN, KINDS
};

static const char *const keras_names[] = {"Conv", "DepthwiseConv", "SeparableConv", "Conv", "MaxPooling", "AveragePooling"};
static const char *const torch_names[] = {"Conv", NULL, NULL, "ConvTranspose", "MaxPool", "AvgPool"};

typedef struct Axis
{
	int64_t		length,
				size,
				stride,
				dilation,
				before,			/* torch: on both sides; else found by place() */
				after,
				extra,			/* output_padding, -1 = not given */
				out;
} Axis;

typedef struct Case
{
	int			kind;
	int			axes;
	bool		torch;
	Axis		axis[2];		/* down, along; a series has one line */
	bool		same;
	int64_t		channels,
				filters,
				groups,
				multiplier;
	bool		use_bias;
	bool		relu;
	bool		ceil_mode;
	bool		count_include_pad;
} Case;

static Case
draw(int kind)
{
	Case		c = {
		.kind = kind,
		.axes = (kind == DEPTHWISE || kind == SEPARABLE) && unit_between(0, 1) ? 1 : 2,
		.torch = torch_names[kind] != NULL && unit_between(0, 1),
		.same = unit_between(0, 1),
		.groups = 1,
		.multiplier = unit_between(1, 3),
		.use_bias = unit_between(0, 1),
	};
	bool		pool = kind >= MAXIMUM;
	bool		dilated = unit_between(0, 1);

	c.relu = !c.torch && !pool && unit_between(0, 1);
	c.ceil_mode = c.torch && pool && unit_between(0, 1);
	c.count_include_pad = c.torch && kind == MEAN && unit_between(0, 1);
	if (unit_between(0, 1) && (kind == PLAIN || (kind == TRANSPOSED && c.torch)))
		c.groups = unit_between(2, 3);
	c.channels = c.groups * unit_between(1, 4);
	c.filters = c.groups * unit_between(1, unit_between(0, 4) ? 5 : 20);
	for (int a = 0; a < 2; a++)
	{
		Axis	   *x = &c.axis[a];

		*x = (Axis) {.length = 1, .size = 1, .stride = 1, .dilation = 1, .extra = -1};
		if (a < 2 - c.axes)
			continue;
		x->length = unit_between(1, unit_between(0, 2) ? 7 : 16);
		x->size = unit_between(1, 4);
		x->stride = unit_between(0, 1) ? 1 : unit_between(1, 4);
		x->dilation = unit_between(0, 1) || (pool && !c.torch) || kind == MEAN ? 1 : unit_between(1, 3);
		if (!c.torch && kind != DEPTHWISE && kind != SEPARABLE && dilated && unit_between(0, 20))
			x->stride = 1;
		else if (!c.torch && kind != DEPTHWISE && kind != SEPARABLE && unit_between(0, 20))
			x->dilation = 1;
		if (c.torch)
			x->before = x->after = unit_between(0, pool ? x->size / 2 + (unit_between(0, 9) == 0) : 4);
		if (kind == TRANSPOSED)
			x->extra = c.torch ? unit_between(0, 3) : unit_between(-1, x->stride - 1 + (unit_between(0, 9) == 0));
	}
	/* one number, or none, for both axes */
	if (kind == TRANSPOSED && (c.axis[0].extra < 0 || c.axis[1].extra < 0))
		c.axis[0].extra = c.axis[1].extra = -1;
	return c;
}

/* place_axis: padding and output length of one axis, or why not. */
static C1dCode
place_axis(const Case *c, Axis *x)
{
	int64_t		span = x->dilation * (x->size - 1) + 1;
	int64_t		natural = (x->length - 1) * x->stride + span;
	int64_t		most = x->stride > x->dilation ? x->stride : x->dilation;
	int64_t		total,
				room;

	if (c->kind == TRANSPOSED && c->torch)
	{
		x->out = natural - 2 * x->before + x->extra;
		return x->extra >= most ? C1D_BAD_ARGUMENT : x->out < 1 ? C1D_BAD_SHAPE : C1D_OK;
	}
	if (c->kind == TRANSPOSED)
	{
		if (x->extra >= x->stride || (c->same && x->extra == 0 && span % 2 == 0))
			return C1D_BAD_ARGUMENT;
		if (!c->same)
			x->out = x->extra < 0 ? (x->length - 1) * x->stride + (span > x->stride ? span : x->stride) : natural + x->extra;
		else
			x->out = x->extra < 0 ? x->length * x->stride : (x->length - 1) * x->stride + span % 2 + x->extra;
		x->before = c->same && natural > x->out ? (natural - x->out) / 2 : 0;
		return C1D_OK;
	}
	if (c->kind >= MAXIMUM && x->before > x->size / 2)
		return C1D_BAD_ARGUMENT;
	if (c->same && !c->torch)
	{
		total = ((x->length + x->stride - 1) / x->stride - 1) * x->stride + span - x->length;
		x->before = total > 0 ? total / 2 : 0;
		x->after = total > 0 ? total - total / 2 : 0;
	}
	room = x->length + x->before + x->after - span + (c->ceil_mode ? x->stride - 1 : 0);
	if (room < 0)
		return C1D_BAD_SHAPE;
	x->out = room / x->stride + 1;
	if (c->ceil_mode && (x->out - 1) * x->stride >= x->length + x->before)
		x->out--;
	return C1D_OK;
}

static C1dCode
place(Case *c)
{
	bool		strided = c->axis[0].stride > 1 || c->axis[1].stride > 1;
	bool		dilated = c->axis[0].dilation > 1 || c->axis[1].dilation > 1;
	C1dCode		code = C1D_OK;

	if (!c->torch && (c->kind == PLAIN || c->kind == TRANSPOSED) && strided && dilated)
		return C1D_BAD_ARGUMENT;
	for (int a = 0; a < 2; a++)
	{
		C1dCode		here = place_axis(c, &c->axis[a]);

		/* an argument is looked at before any shape */
		if (here == C1D_BAD_ARGUMENT || code == C1D_OK)
			code = here;
	}
	return code;
}

/* The sizes of a case, and what a weight is called in it. */
static int64_t
middle(const Case *c)
{
	return c->channels * c->multiplier;
}

static int64_t
outputs(const Case *c)
{
	return c->kind == DEPTHWISE ? middle(c) : c->kind >= MAXIMUM ? c->channels : c->filters;
}

/*
 * weight
 *		Of tap (i, j), input channel q and output channel o; NULL when they are of
 *		different groups.
 */
static const float *
weight(const Case *c, const float *kernel, int64_t i, int64_t j, int64_t q, int64_t o)
{
	bool		depthwise = c->kind == DEPTHWISE || c->kind == SEPARABLE;
	int64_t		groups = depthwise ? c->channels : c->groups;
	int64_t		inner = c->channels / groups;
	int64_t		outer = (depthwise ? middle(c) : c->filters) / groups;
	int64_t		wide = c->axis[1].size;
	int64_t		taps = c->axis[0].size * wide;
	int64_t		tap = i * wide + j;

	if (q / inner != o / outer)
		return NULL;
	if (depthwise)				/* (taps, channels, multiplier) */
		return &kernel[(tap * c->channels + q) * c->multiplier + o % outer];
	if (c->kind == TRANSPOSED)	/* (channels, filters / groups, taps) or (taps, filters, channels) */
		return c->torch ? &kernel[(q * outer + o % outer) * taps + tap] : &kernel[(tap * c->filters + o) * c->channels + q];

	/* (filters, channels / groups, taps) or (taps, channels / groups, filters) */
	return c->torch ? &kernel[(o * inner + q % inner) * taps + tap] : &kernel[(tap * inner + q % inner) * c->filters + o];
}

/*
 * from
 *		The input position that output position t sees through tap j, or -1.
 */
static int64_t
from(const Case *c, const Axis *x, int64_t t, int64_t j)
{
	int64_t		at = t * x->stride + j * x->dilation - x->before;

	if (c->kind == TRANSPOSED)
	{
		at = t + x->before - j * x->dilation;
		if (at % x->stride != 0)
			return -1;
		at /= x->stride;
	}
	return at < 0 || at >= x->length ? -1 : at;
}

/* convolve: one output, of o of so many channels, and the sum of magnitudes */
static double
convolve(const Case *c, const float *x, const float *kernel, int64_t h, int64_t w, int64_t o, double *magnitude)
{
	double		sum = 0;

	*magnitude = 0;
	for (int64_t i = 0; i < c->axis[0].size; i++)
		for (int64_t j = 0; j < c->axis[1].size; j++)
		{
			int64_t		down = from(c, &c->axis[0], h, i);
			int64_t		along = from(c, &c->axis[1], w, j);

			for (int64_t q = 0; down >= 0 && along >= 0 && q < c->channels; q++)
			{
				const float *there = weight(c, kernel, i, j, q, o);
				double		product;

				if (there == NULL)
					continue;
				product = (double) x[(down * c->axis[1].length + along) * c->channels + q] * *there;
				sum += product;
				*magnitude += fabs(product);
			}
		}
	return sum;
}

/* pool: one output, and how far off it may be */
static double
pool(const Case *c, const float *x, int64_t h, int64_t w, int64_t q, double *allowed)
{
	double		most = -INFINITY,
				sum = 0,
				magnitude = 0,
				divisor = 0;

	for (int64_t i = 0; i < c->axis[0].size; i++)
		for (int64_t j = 0; j < c->axis[1].size; j++)
		{
			int64_t		down = from(c, &c->axis[0], h, i);
			int64_t		along = from(c, &c->axis[1], w, j);
			double		value;

			if (down < 0 || along < 0)
				continue;
			value = x[(down * c->axis[1].length + along) * c->channels + q];
			most = value > most || isnan(value) ? value : most;
			sum += value;
			magnitude += fabs(value);
			divisor++;
		}
	*allowed = 0;
	if (c->kind == MAXIMUM)
		return most;
	if (c->count_include_pad)
	{
		divisor = 1;
		for (int a = 0; a < 2; a++)
		{
			const Axis *side = &c->axis[a];
			int64_t		start = (a ? w : h) * side->stride - side->before;
			int64_t		room = side->length + side->after - start;

			divisor *= (double) (room < side->size ? room : side->size);
		}
	}
	*allowed = magnitude / divisor * 0x1p-24 * (double) (c->axis[0].size * c->axis[1].size + 1);
	return sum / divisor;
}

static void
pair(char *config, size_t size, const Case *c, const char *key, int64_t down, int64_t along)
{
	size_t		used = strlen(config);
	const char *comma = used ? ", " : "";

	if (c->axes == 1 || (down == along && unit_between(0, 1)))
		snprintf(config + used, size - used, "%s'%s': %lld", comma, key, (long long) along);
	else
		snprintf(config + used, size - used, "%s'%s': [%lld, %lld]", comma, key, (long long) down, (long long) along);
}

#define PAIR(key, what) pair(config, sizeof(config), c, key, down->what, along->what)
#define MORE(...) snprintf(config + strlen(config), sizeof(config) - strlen(config), __VA_ARGS__)

static bool
add_layer(UnitModel *m, const Case *c, int weights, const C1dTensor *tensors)
{
	const Axis *down = &c->axis[0];
	const Axis *along = &c->axis[1];
	bool		pooled = c->kind >= MAXIMUM;
	char		name[64];
	char		config[400] = "";

	snprintf(name, sizeof(name), "%s%d%s", c->torch ? torch_names[c->kind] : keras_names[c->kind], c->axes,
			 c->torch ? "d" : c->kind == TRANSPOSED ? "DTranspose" : "D");
	PAIR(pooled && !c->torch ? "pool_size" : "kernel_size", size);
	PAIR(c->torch ? "stride" : "strides", stride);
	if (c->torch)
		PAIR("padding", before);
	else
		MORE(", 'padding': '%s'", c->same ? "same" : "valid");
	if (down->dilation > 1 || along->dilation > 1)
		PAIR(c->torch ? "dilation" : "dilation_rate", dilation);
	if (c->kind == TRANSPOSED && along->extra >= 0)
		PAIR("output_padding", extra);
	if (c->kind != DEPTHWISE && !pooled)
		MORE(", '%s': %lld", c->torch ? "out_channels" : "filters", (long long) c->filters);
	if (c->torch && !pooled)
		MORE(", 'in_channels': %lld, 'groups': %lld, 'bias': %s", (long long) c->channels, (long long) c->groups, c->use_bias ? "true" : "false");
	else if (!pooled)
		MORE(", 'use_bias': %s, 'activation': '%s'", c->use_bias ? "true" : "false", c->relu ? "relu" : "linear");
	if (c->kind == PLAIN && !c->torch)
		MORE(", 'groups': %lld", (long long) c->groups);
	if (c->kind == DEPTHWISE || c->kind == SEPARABLE)
		MORE(", 'depth_multiplier': %lld", (long long) c->multiplier);
	if (c->ceil_mode)
		MORE(", 'ceil_mode': true");
	if (c->torch && c->kind == MEAN)
		MORE(", 'count_include_pad': %s", c->count_include_pad ? "true" : "false");
	return unit_add(m, name, weights, tensors, "{%s}", config);
}

/* kernel_shape: of rank 3 or 4, from (a, b) and the taps, which torch puts last */
static C1dShape
kernel_shape(const Case *c, bool one_tap, int64_t a, int64_t b)
{
	int64_t		high = one_tap ? 1 : c->axis[0].size;
	int64_t		wide = one_tap ? 1 : c->axis[1].size;

	if (c->axes == 1)
		return c->torch ? c1d_shape3(a, b, wide) : c1d_shape3(wide, a, b);
	return c->torch ? (C1dShape) {4, {a, b, high, wide}} : (C1dShape) {4, {high, wide, a, b}};
}

typedef enum Numbers
{
	WHOLE,
	REAL,
	STRANGE						/* NaN and infinities among whole numbers */
} Numbers;

static float *
numbers(int64_t count, Numbers kind)
{
	static const float strange[] = {NAN, INFINITY, -INFINITY};
	float	   *floats = unit_random_floats(count, kind != REAL);

	for (int64_t i = 0; kind == STRANGE && i < count; i++)
		if (unit_between(0, 30) == 0)
			floats[i] = strange[unit_between(0, 2)];
	return floats;
}

static void
check_case(Case c, Numbers kind, C1dIsa isa, UnitTally *tally)
{
	bool		depthwise = c.kind == DEPTHWISE || c.kind == SEPARABLE;
	bool		turned = (c.kind == TRANSPOSED) != c.torch;
	int64_t		a = depthwise ? c.channels : turned ? c.filters : c.channels;
	int64_t		b = depthwise ? c.multiplier : turned ? c.channels : c.filters;
	UnitModel	m;
	C1dShape	in = c.axes == 1 ? c1d_shape2(c.axis[1].length, c.channels) : c1d_shape3(c.axis[0].length, c.axis[1].length, c.channels);
	C1dTensor	weights[3] = {{{0}, NULL}};
	int			count = 0;
	C1dCode		code = place(&c);
	float	   *floats[3] = {NULL, NULL, NULL};
	float	   *x = numbers(c1d_shape_elements(&in), kind);
	bool		planned;

	/* the dimension between the taps and the one that is whole */
	if (!depthwise && c.torch)
		b /= c.groups;
	else if (!depthwise)
		a /= c.groups;
	if (c.kind < MAXIMUM)
		weights[count++].shape = kernel_shape(&c, false, a, b);
	if (c.kind == SEPARABLE)
		weights[count++].shape = kernel_shape(&c, true, middle(&c), c.filters);
	if (c.kind < MAXIMUM && c.use_bias)
		weights[count++].shape = c1d_shape1(outputs(&c));
	for (int i = 0; i < count; i++)
		weights[i].data = floats[i] = numbers(c1d_shape_elements(&weights[i].shape), kind);

	unit_model_begin(&m, 1);
	planned = add_layer(&m, &c, count, weights) && unit_plan(&m, in, isa);
	if (code != C1D_OK || !planned)
		unit_refused(tally, &m, &in, code);
	else
	{
		int64_t		wide = outputs(&c);
		C1dShape	out = c.axes == 1 ? c1d_shape2(c.axis[1].out, wide) : c1d_shape3(c.axis[0].out, c.axis[1].out, wide);
		int64_t		elements = c1d_shape_elements(&out);
		double	   *y = unit_must(malloc((size_t) elements * sizeof(double)));
		double	   *allowed = unit_must(malloc((size_t) elements * sizeof(double)));

		for (int64_t e = 0; e < elements; e++)
		{
			int64_t		h = e / wide / c.axis[1].out;
			int64_t		w = e / wide % c.axis[1].out;
			int64_t		o = e % wide;
			double		bias = c.use_bias && c.kind < MAXIMUM ? floats[count - 1][o] : 0;
			double		sum = 0,
						magnitude = 0,
						roundings = (double) (c.axis[0].size * c.axis[1].size * c.channels + 1);

			if (c.kind >= MAXIMUM)
			{
				y[e] = pool(&c, x, h, w, o, &allowed[e]);
				if (kind != REAL)
					allowed[e] = fabs(y[e]) * 0x1p-24;
				continue;
			}
			if (c.kind != SEPARABLE)
				sum = convolve(&c, x, floats[0], h, w, o, &magnitude);
			for (int64_t k = 0; c.kind == SEPARABLE && k < middle(&c); k++)
			{
				double		inner;

				sum += convolve(&c, x, floats[0], h, w, k, &inner) * floats[1][k * c.filters + o];
				magnitude += inner * fabs(floats[1][k * c.filters + o]);
			}
			if (c.kind == SEPARABLE)
				roundings += (double) middle(&c) + 1;
			y[e] = c.relu && sum + bias < 0 ? 0 : sum + bias;
			allowed[e] = kind != REAL ? 0 : (magnitude + fabs(bias)) * 0x1p-24 * roundings;
		}

		/* the plan has packed them */
		for (int i = 0; i < count; i++)
		{
			free(floats[i]);
			floats[i] = NULL;
		}
		unit_check(tally, &m, &out, x, y, allowed);
		free(y);
		free(allowed);
	}
	unit_model_end(&m);
	for (int i = 0; i < 3; i++)
		free(floats[i]);
	free(x);
}

TEST(random_cases)
{
	static const char *const what[] = {"convolutions", "depthwise convolutions", "separable convolutions",
	"transposed convolutions", "maximum poolings", "mean poolings"};

	for (int isa = 0; isa < C1D_ISAS; isa++)
		for (int kind = 0; kind < KINDS; kind++)
		{
			UnitTally	tally[3] = {{0}};

			if (!c1d_isa_available((C1dIsa) isa))
			{
				ok(true, "%s # SKIP this machine has no %s", what[kind], c1d_isa_names[isa]);
				continue;
			}
			for (int i = 0; i < 4500; i++)
				check_case(draw(kind), (Numbers) (i % 3), (C1dIsa) isa, &tally[i % 3]);
			ok(tally[WHOLE].wrong == 0 && tally[WHOLE].cases > 600, "%s: %lld %s of whole numbers are exact, %lld are refused as they should be",
			   c1d_isa_names[isa], (long long) tally[WHOLE].cases, what[kind], (long long) tally[WHOLE].refused);
			ok(tally[REAL].wrong == 0 && tally[REAL].cases > 600, "%s: %lld %s (%lld values) are within the bound, the worst at %.2f of it",
			   c1d_isa_names[isa], (long long) tally[REAL].cases, what[kind], (long long) tally[REAL].values, tally[REAL].worst);
			ok(tally[STRANGE].wrong == 0 && tally[STRANGE].finite > tally[STRANGE].values / 8 && tally[STRANGE].finite < tally[STRANGE].values,
			   "%s: in %s a NaN or infinity reaches what its taps reach and nothing else: %lld of %lld values stay finite",
			   c1d_isa_names[isa], what[kind], (long long) tally[STRANGE].finite, (long long) tally[STRANGE].values);
		}
}

RUN(random_cases)
