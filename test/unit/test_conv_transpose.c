/*
 * test/unit/test_conv_transpose.c
 *	  Conv1DTranspose against its definition: scatter every input step, then cut
 *	  a window out of the result, then add the bias.  In double precision.
 *
 * Whole numbers must come out exactly.  For others the bound is that of adding
 * in float32 one after the other: of n products and a bias, each passes at
 * most n + 1 roundings of at most 2^-24.
 */
#include "model.h"

enum
{
	VALID, SAME, PADS
};

static const char *const words[] = {"valid", "same"};

#define NOT_GIVEN (-1)

typedef struct Case
{
	int64_t		length,
				channels,
				filters,
				size,
				stride,
				dilation,
				groups,
				before,			/* PADS */
				after,
				output_padding;
	int			padding;
	bool		use_bias;
	const char *activation;
} Case;

typedef enum Kind
{
	WHOLE,
	REAL,
	STRANGE						/* NaN and infinities among whole numbers */
} Kind;

static Case
draw(void)
{
	static const char *const activations[] = {"linear", "relu", "relu6"};
	int64_t		group_channels = unit_between(1, 5);
	int64_t		group_filters = unit_between(1, unit_between(0, 3) ? 7 : 20);
	Case		c = {
		.length = unit_between(1, unit_between(0, 3) ? 10 : 30),
		.size = unit_between(1, 9),
		.stride = unit_between(0, 1) ? 1 : unit_between(2, 6),
		.dilation = unit_between(0, 1) ? 1 : unit_between(2, 6),
		.before = unit_between(0, 6),
		.after = unit_between(0, 6),
		.padding = (int) unit_between(VALID, PADS),
		.use_bias = unit_between(0, 1),
		.activation = activations[unit_between(0, 2)],
	};

	/* Keras has no groups here, and one stride or dilation of 1 */
	c.groups = c.padding == PADS && unit_between(0, 1) ? unit_between(1, 4) : 1;
	if (c.padding != PADS && unit_between(0, 9) && unit_between(0, 1))
		c.stride = 1;
	else if (c.padding != PADS && unit_between(0, 9))
		c.dilation = 1;
	c.output_padding = unit_between(0, 1) ? NOT_GIVEN : unit_between(0, c.stride);
	c.channels = c.groups * group_channels;
	c.filters = c.groups * group_filters;
	switch (unit_between(0, 7))
	{
		case 0:
			c.length = 1;
			break;
		case 1:
			c.length = c.size;
			break;
		case 2:
			c.stride = c.dilation == 1 || c.padding == PADS ? c.size + unit_between(1, 3) : 1;
			break;
	}
	return c;
}

/*
 * cut
 *		First step of the output in the natural output, and its length; C1D_OK,
 *		or the code with which the case is refused.
 */
static C1dCode
cut(const Case *c, int64_t *crop, int64_t *out)
{
	int64_t		span = c->dilation * (c->size - 1) + 1;
	int64_t		natural = (c->length - 1) * c->stride + span;
	int64_t		extra = c->output_padding;

	*crop = 0;
	if (c->padding == PADS)
	{
		if (extra == NOT_GIVEN)
			extra = 0;
		if (extra >= c->stride && extra >= c->dilation)
			return C1D_BAD_ARGUMENT;
		*crop = c->before;
		*out = natural - c->before - c->after + extra;
		return *out < 1 ? C1D_BAD_SHAPE : C1D_OK;
	}
	if ((c->stride > 1 && c->dilation > 1) || extra >= c->stride)
		return C1D_BAD_ARGUMENT;
	if (c->padding == SAME && extra == 0 && span % 2 == 0)
		return C1D_BAD_ARGUMENT;
	if (c->padding == VALID)
		*out = extra != NOT_GIVEN ? natural + extra : (c->length - 1) * c->stride + (span > c->stride ? span : c->stride);
	else
	{
		*out = extra != NOT_GIVEN ? (c->length - 1) * c->stride + span % 2 + extra : c->length * c->stride;
		if (natural > *out)
			*crop = (natural - *out) / 2;
	}
	return C1D_OK;
}

static double
activate(const Case *c, double x)
{
	if (strcmp(c->activation, "linear") != 0 && x < 0)
		return 0;
	return strcmp(c->activation, "relu6") == 0 && x > 6 ? 6 : x;
}

/*
 * scatter
 *		z[i * stride + j * dilation, o] += x[i, c] * kernel[j, o, c], the channels
 *		c being those of the group of o; then y[t] = z[t + crop] + bias, where
 *		there is no such z the bias alone.
 */
static void
scatter(const Case *c, int64_t crop, int64_t out, const float *x, const float *kernel, const float *bias,
		double *y, double *allowed)
{
	int64_t		natural = (c->length - 1) * c->stride + c->dilation * (c->size - 1) + 1;
	int64_t		filters = c->filters / c->groups;
	int64_t		inner = c->channels / c->groups;
	double	   *z = unit_must(calloc((size_t) (natural * c->filters), sizeof(double)));
	double	   *magnitude = unit_must(calloc((size_t) (natural * c->filters), sizeof(double)));

	for (int64_t i = 0; i < c->length; i++)
		for (int64_t j = 0; j < c->size; j++)
			for (int64_t from = 0; from < c->channels; from++)
				for (int64_t f = 0; f < filters; f++)
				{
					double		product = (double) x[i * c->channels + from] * kernel[(j * filters + f) * c->channels + from];
					int64_t		at = (i * c->stride + j * c->dilation) * c->filters + from / inner * filters + f;

					z[at] += product;
					magnitude[at] += fabs(product);
				}
	for (int64_t t = 0; t < out; t++)
		for (int64_t o = 0; o < c->filters; o++)
		{
			bool		there = t + crop < natural;
			int64_t		at = (t + crop) * c->filters + o;
			double		add = bias == NULL ? 0 : bias[o];

			y[t * c->filters + o] = activate(c, (there ? z[at] : 0) + add);
			allowed[t * c->filters + o] = ((there ? magnitude[at] : 0) + fabs(add)) * 0x1p-24 * (double) (c->size * inner + 1);
		}
	free(z);
	free(magnitude);
}

static void
make_strange(float *floats, int64_t count)
{
	static const float strange[] = {NAN, INFINITY, -INFINITY};

	for (int64_t i = 0; i < count; i++)
		if (unit_between(0, 40) == 0)
			floats[i] = strange[unit_between(0, 2)];
}

static bool
add_layer(UnitModel *m, const Case *c, const C1dTensor *weights)
{
	char		padding[64];
	char		extra[48] = "";
	bool		sql = c->padding == PADS || unit_between(0, 1);

	if (c->padding != PADS)
		snprintf(padding, sizeof(padding), "'padding': '%s'", words[c->padding]);
	else if (c->before == c->after && unit_between(0, 1))
		snprintf(padding, sizeof(padding), "'pads': %lld", (long long) c->before);
	else
		snprintf(padding, sizeof(padding), "'pads': [%lld, %lld]", (long long) c->before, (long long) c->after);
	if (c->output_padding != NOT_GIVEN)
		snprintf(extra, sizeof(extra), ", 'output_padding': %lld", (long long) c->output_padding);
	else if (unit_between(0, 1))
		snprintf(extra, sizeof(extra), ", 'output_padding': null");
	return unit_add(m, sql ? "conv1d_transpose" : "Conv1DTranspose", c->use_bias ? 2 : 1, weights,
					"{'filters': %lld, 'kernel_size': %lld, 'strides': [%lld], 'dilation_rate': %lld, %s %s %s%s, "
					"'activation': '%s', 'use_bias': %s}",
					(long long) c->filters, (long long) c->size, (long long) c->stride, (long long) c->dilation,
					sql ? "'groups':" : "", sql ? (const char *[]) {"", "1,", "2,", "3,", "4,"}[c->groups] : "",
					padding, extra, c->activation, c->use_bias ? "true" : "false");
}

/*
 * check_case
 *		One case on one instruction set; the weights are gone before it runs.
 */
static void
check_case(const Case *c, Kind kind, C1dIsa isa, UnitTally *tally)
{
	UnitModel	m;
	C1dShape	in = c1d_shape2(c->length, c->channels);
	int64_t		kernel_floats = c->size * (c->filters / c->groups) * c->channels;
	float	   *x = unit_random_floats(c->length * c->channels, kind != REAL);
	float	   *kernel = unit_random_floats(kernel_floats, kind != REAL);
	float	   *bias = unit_random_floats(c->filters, kind != REAL);
	C1dTensor	weights[] = {
		{c1d_shape3(c->size, c->filters / c->groups, c->channels), kernel},
		{c1d_shape1(c->filters), bias},
	};
	int64_t		crop = 0,
				out = 0;
	C1dCode		code = cut(c, &crop, &out);
	bool		planned;
	double	   *y = NULL,
			   *allowed = NULL;

	if (kind == STRANGE)
	{
		make_strange(x, c->length * c->channels);
		make_strange(kernel, kernel_floats);
	}
	if (code == C1D_OK)
	{
		y = unit_must(malloc((size_t) (out * c->filters) * sizeof(double)));
		allowed = unit_must(malloc((size_t) (out * c->filters) * sizeof(double)));
		scatter(c, crop, out, x, kernel, c->use_bias ? bias : NULL, y, allowed);
	}
	for (int64_t i = 0; kind != REAL && code == C1D_OK && i < out * c->filters; i++)
		allowed[i] = 0;

	unit_model_begin(&m, 1);
	planned = add_layer(&m, c, weights) && unit_plan(&m, in, isa);
	free(kernel);
	free(bias);
	if (code != C1D_OK || !planned)
		unit_refused(tally, &m, &in, code);
	else
	{
		C1dShape	shape = c1d_shape2(out, c->filters);

		unit_check(tally, &m, &shape, x, y, allowed);
	}
	unit_model_end(&m);
	free(x);
	free(y);
	free(allowed);
}

TEST(random_cases)
{
	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		UnitTally	tally[3] = {{0}};
		static const int cases[3] = {12000, 8000, 8000};

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "transposed convolution # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		for (int kind = WHOLE; kind <= STRANGE; kind++)
			for (int i = 0; i < cases[kind]; i++)
			{
				Case		c = draw();

				check_case(&c, (Kind) kind, (C1dIsa) isa, &tally[kind]);
			}
		ok(tally[WHOLE].wrong == 0 && tally[WHOLE].cases > 8000,
		   "%s: %lld transposed convolutions of whole numbers are exact, %lld are refused as they should be",
		   c1d_isa_names[isa], (long long) tally[WHOLE].cases, (long long) tally[WHOLE].refused);
		ok(tally[REAL].wrong == 0 && tally[REAL].cases > 5000,
		   "%s: %lld transposed convolutions (%lld values) are within the bound, the worst at %.2f of it",
		   c1d_isa_names[isa], (long long) tally[REAL].cases, (long long) tally[REAL].values, tally[REAL].worst);
		ok(tally[STRANGE].wrong == 0 && tally[STRANGE].finite > tally[STRANGE].values / 4 && tally[STRANGE].finite < tally[STRANGE].values,
		   "%s: a NaN or infinity reaches what its taps reach and nothing else: %lld of %lld values stay finite",
		   c1d_isa_names[isa], (long long) tally[STRANGE].finite, (long long) tally[STRANGE].values);
	}
}

/* golden: ones through a kernel of one channel give just these steps */
static void
gives(int64_t length, const float *kernel, int64_t size, const char *config, const float *y, int64_t out)
{
	static const float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};
	C1dTensor	weights = {c1d_shape3(size, 1, 1), kernel};
	bool		good = true;

	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		UnitModel	m;
		float	   *got;

		if (!c1d_isa_available((C1dIsa) isa))
			continue;
		unit_model_begin(&m, 1);
		good = good && unit_add(&m, strstr(config, "pads") ? "conv1d_transpose" : "Conv1DTranspose", 1, &weights,
								"{'filters': 1, 'kernel_size': %lld, 'use_bias': false, %s}", (long long) size, config) &&
			unit_plan(&m, c1d_shape2(length, 1), (C1dIsa) isa) && m.plan.output.dim[0] == out;
		got = good ? unit_output(&m.plan, ones, 0) : NULL;
		good = got != NULL && unit_same_bits(got, y, out);
		unit_unguard(got);
		unit_model_end(&m);
	}
	ok(good, "golden: %lld ones, kernel of %lld, %s", (long long) length, (long long) size, config);
}

#define FLOATS(...) (const float[]) {__VA_ARGS__}

TEST(goldens)
{
	const float *three = FLOATS(1, 2, 3);

	gives(3, three, 3, "'strides': 2, 'pads': 0", FLOATS(1, 2, 4, 2, 4, 2, 3), 7);
	gives(3, three, 3, "'strides': 2, 'padding': 'same'", FLOATS(1, 2, 4, 2, 4, 2), 6);
	gives(3, three, 3, "'strides': 2, 'padding': 'same', 'output_padding': null", FLOATS(1, 2, 4, 2, 4, 2), 6);
	gives(3, three, 3, "'strides': 2, 'padding': 'same', 'output_padding': 0", FLOATS(2, 4, 2, 4, 2), 5);
	gives(3, three, 3, "'strides': 2, 'padding': 'valid', 'output_padding': 1", FLOATS(1, 2, 4, 2, 4, 2, 3, 0), 8);
	gives(3, FLOATS(1, 2, 3, 4), 4, "'strides': 2, 'padding': 'same'", FLOATS(2, 4, 6, 4, 6, 3), 6);
	gives(3, FLOATS(1, 2), 2, "'strides': 1, 'padding': 'same'", FLOATS(1, 3, 3), 3);
	gives(3, FLOATS(1), 1, "'strides': 2, 'padding': 'valid'", FLOATS(1, 0, 1, 0, 1, 0), 6);
	gives(3, FLOATS(1), 1, "'strides': 2, 'padding': 'same'", FLOATS(1, 0, 1, 0, 1, 0), 6);
	gives(2, three, 3, "'strides': 1, 'dilation_rate': 2, 'padding': 'valid'", FLOATS(1, 1, 2, 2, 3, 3), 6);
	gives(2, three, 3, "'strides': 2, 'dilation_rate': 3, 'pads': [1, 2], 'output_padding': 2", FLOATS(0, 1, 2, 0, 2, 3, 0, 3), 8);

	/* what lies beyond the natural output has no part in any weight */
	gives(1, FLOATS(INFINITY), 1, "'strides': 3, 'padding': 'valid'", FLOATS(INFINITY, 0, 0), 3);
}

/* the lengths that semantics promise, by name of the case that people stumble over */
TEST(lengths)
{
	static const struct
	{
		int64_t		length;
		const char *config;
		int64_t		out;
	}			cases[] = {
		{10, "'kernel_size': 3, 'strides': 2, 'padding': 'same'", 20},
		{10, "'kernel_size': 3, 'strides': 2, 'padding': 'same', 'output_padding': 0", 19},
		{10, "'kernel_size': 3, 'strides': 2, 'padding': 'same', 'output_padding': 1", 20},
		{10, "'kernel_size': 3, 'strides': 2", 21},
		{98, "'kernel_size': 3", 100},
		{5, "'kernel_size': 3", 7},
		{32, "'kernel_size': 3, 'strides': 2, 'padding': 'same', 'output_padding': 1", 64},
	};
	int			right = 0,
				count = sizeof(cases) / sizeof(*cases);

	for (int i = 0; i < count; i++)
	{
		UnitModel	m;
		C1dLayerText text;
		C1dShape	in = c1d_shape2(cases[i].length, 1);
		C1dShape	out;

		unit_model_begin(&m, 1);
		text = unit_text(&m.arena, "Conv1DTranspose", unit_config(&m.arena, "{'filters': 1, %s}", cases[i].config), 0, NULL);
		right += c1d_graph_read(&m.graph, &text, &m.arena, &m.err) && c1d_graph_infer(&m.graph, &in, &out, &m.err) &&
			out.dim[0] == cases[i].out;
		unit_model_end(&m);
	}
	ok(right == count, "%d of %d known lengths come out", right, count);
}

RUN(random_cases, goldens, lengths)
