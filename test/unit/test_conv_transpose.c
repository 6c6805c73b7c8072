/*
 * test/unit/test_conv_transpose.c
 *	  Conv1DTranspose against its definition: scatter every input step, then cut
 *	  a window out of the result, then add the bias.  In double precision.
 */
#include "conv_case.h"

static Case
draw(void)
{
	int64_t		group_channels = unit_between(1, 5);
	int64_t		group_filters = unit_between(1, unit_between(0, 3) ? 7 : 20);
	Case		c = {
		.length = unit_between(1, unit_between(0, 3) ? 10 : 30),
		.size = unit_between(1, 9),
		.stride = unit_between(0, 1) ? 1 : unit_between(2, 6),
		.dilation = unit_between(0, 1) ? 1 : unit_between(2, 6),
		.before = unit_between(0, 6),
		.after = unit_between(0, 6),
		.padding = (const Padding[]) {VALID, SAME, PADS}[unit_between(0, 2)],
		.use_bias = unit_between(0, 1),
		.activation = random_activation(),
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

static bool
add_layer(UnitModel *m, const Case *c, const C1dTensor *weights)
{
	char		padding[64];
	char		extra[48] = "";
	bool		sql = c->padding == PADS || unit_between(0, 1);

	padding_text(c, padding, sizeof(padding));
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

static C1dShape
kernel_shape(const Case *c)
{
	return c1d_shape3(c->size, c->filters / c->groups, c->channels);
}

TEST(random_cases)
{
	static const Definition transposed = {"transposed convolutions", draw, kernel_shape, cut, scatter, add_layer};

	check_random(&transposed);
}

/* golden: of so many ones */
static void
gives(int64_t length, const float *kernel, int64_t size, const char *config, const float *y, int64_t out)
{
	static const float ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};

	check_golden(strstr(config, "pads") ? "conv1d_transpose" : "Conv1DTranspose", config, ones, length, kernel, size, y, out);
}

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
