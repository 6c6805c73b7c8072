/*
 * test/unit/test_conv.c
 *	  Conv1D against the formula of a cross-correlation, in double precision
 *	  and with padding that really is not there.
 */
#include "conv_case.h"

/*
 * draw
 *		A random case; one in two is one of the corners: a single step, a kernel
 *		as long as the series or longer, a stride longer than the kernel.
 */
static Case
draw(void)
{
	int64_t		group_channels = unit_between(1, 5);
	int64_t		group_filters = unit_between(1, unit_between(0, 3) ? 9 : 36);
	Case		c = {
		.length = unit_between(1, unit_between(0, 3) ? 16 : 60),
		.size = unit_between(1, 9),
		.stride = unit_between(0, 1) ? 1 : unit_between(1, 5),
		.dilation = unit_between(0, 1) ? 1 : unit_between(1, 4),
		.groups = unit_between(0, 2) ? 1 : unit_between(1, 4),
		.before = unit_between(0, 12),
		.after = unit_between(0, 12),
		.padding = (Padding) unit_between(VALID, PADS),
		.use_bias = unit_between(0, 1),
		.activation = random_activation(),
	};

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
			c.length = unit_between(1, c.size);
			break;
		case 3:
			c.stride = c.size + unit_between(1, 3);
			break;
	}
	return c;
}

/*
 * place
 *		Padding before the series and length of the output; C1D_OK, or the code
 *		with which the case is refused.
 */
static C1dCode
place(const Case *c, int64_t *before, int64_t *out)
{
	int64_t		span = c->dilation * (c->size - 1) + 1;
	int64_t		ceiling = (c->length + c->stride - 1) / c->stride;
	int64_t		total = 0;

	*before = 0;
	if (c->padding != PADS && c->stride > 1 && c->dilation > 1)
		return C1D_BAD_ARGUMENT;
	if (c->padding == SAME)
	{
		total = (ceiling - 1) * c->stride + span - c->length;
		if (total < 0)
			total = 0;
		*before = total / 2;
	}
	else if (c->padding == CAUSAL)
		*before = total = span - 1;
	else if (c->padding == PADS)
	{
		*before = c->before;
		total = c->before + c->after;
	}
	if (c->length + total < span)
		return C1D_BAD_SHAPE;
	*out = (c->length + total - span) / c->stride + 1;
	return C1D_OK;
}

/*
 * correlate
 *		y[t,o] = bias[o] + sum over taps j, channels i of
 *		x[t * stride + j * dilation - before, i] * kernel[j, i, o], the channels
 *		being those of the group of o; and how far float32 may be from it.
 */
static void
correlate(const Case *c, int64_t before, int64_t out, const float *x, const float *kernel, const float *bias,
		  double *y, double *allowed)
{
	int64_t		inner = c->channels / c->groups;

	for (int64_t t = 0; t < out; t++)
		for (int64_t o = 0; o < c->filters; o++)
		{
			int64_t		group = o / (c->filters / c->groups);
			double		sum = bias == NULL ? 0 : bias[o];
			double		magnitude = fabs(sum);

			for (int64_t j = 0; j < c->size; j++)
				for (int64_t i = 0; i < inner; i++)
				{
					int64_t		from = t * c->stride + j * c->dilation - before;
					double		product;

					if (from < 0 || from >= c->length)
						continue;
					product = (double) x[from * c->channels + group * inner + i] * kernel[(j * inner + i) * c->filters + o];
					sum += product;
					magnitude += fabs(product);
				}
			y[t * c->filters + o] = activate(c, sum);
			allowed[t * c->filters + o] = magnitude * 0x1p-24 * (double) (c->size * inner + 1);
		}
}

static bool
add_layer(UnitModel *m, const Case *c, const C1dTensor *weights)
{
	char		padding[64];

	padding_text(c, padding, sizeof(padding));
	return unit_add(m, c->padding == PADS || unit_between(0, 1) ? "conv1d" : "Conv1D", c->use_bias ? 2 : 1, weights,
					"{'filters': %lld, 'kernel_size': [%lld], 'strides': %lld, 'dilation_rate': %lld, 'groups': %lld, "
					"%s, 'activation': '%s', 'use_bias': %s}",
					(long long) c->filters, (long long) c->size, (long long) c->stride, (long long) c->dilation,
					(long long) c->groups, padding, c->activation, c->use_bias ? "true" : "false");
}

static C1dShape
kernel_shape(const Case *c)
{
	return c1d_shape3(c->size, c->channels / c->groups, c->filters);
}

TEST(random_cases)
{
	static const Definition convolution = {"convolutions", draw, kernel_shape, place, correlate, add_layer};

	check_random(&convolution);
}

/* what "same" would be if the odd step of padding came before the series */
TEST(the_reference_can_tell)
{
	Case		c = {.length = 6, .channels = 1, .filters = 1, .size = 3, .stride = 2, .dilation = 1, .groups = 1,
	.padding = SAME, .activation = "linear"};
	const float x[] = {1, 2, 3, 4, 5, 6};
	const float kernel[] = {1, 1, 1};
	int64_t		before,
				out;
	double		y[3],
				shifted[3],
				allowed[3];

	place(&c, &before, &out);
	correlate(&c, before, out, x, kernel, NULL, y, allowed);
	ok(out == 3 && y[0] == 6 && y[1] == 12 && y[2] == 11, "golden: 1..6 with three ones, stride 2, same is [6,12,11]");
	correlate(&c, before + 1, out, x, kernel, NULL, shifted, allowed);
	ok(shifted[0] == 3 && shifted[1] == 9 && shifted[2] == 15, "golden: padding 1 on both sides is [3,9,15], another answer");
}

static void
gives(const float *x, int64_t length, const float *kernel, int64_t size, const char *config, const float *y, int64_t out)
{
	check_golden(strstr(config, "pads") ? "conv1d" : "Conv1D", config, x, length, kernel, size, y, out);
}

TEST(goldens)
{
	gives(FLOATS(1, 2, 3, 4, 5, 6), 6, FLOATS(1, 1, 1), 3,
		  "'strides': 2, 'padding': 'same'", FLOATS(6, 12, 11), 3);
	gives(FLOATS(1, 2, 3, 4, 5, 6), 6, FLOATS(1, 1, 1), 3,
		  "'strides': 2, 'pads': 1", FLOATS(3, 9, 15), 3);
	gives(FLOATS(1, 2, 3, 4), 4, FLOATS(1, 10), 2,
		  "'dilation_rate': 2, 'padding': 'causal'", FLOATS(10, 20, 31, 42), 4);
	gives(FLOATS(1, 2, 4), 3, FLOATS(1, 10), 2,
		  "'padding': 'valid'", FLOATS(21, 42), 2);
	gives(FLOATS(1, 2, 4), 3, FLOATS(INFINITY, 1, INFINITY), 3,
		  "'pads': [1, 0], 'strides': 4", FLOATS(INFINITY), 1);
	gives(FLOATS(5), 1, FLOATS(INFINITY, 2, INFINITY), 3,
		  "'padding': 'same'", FLOATS(10), 1);
	gives(FLOATS(5), 1, FLOATS(INFINITY, NAN, 2), 3,
		  "'padding': 'causal'", FLOATS(10), 1);
}

/* sizes at the end of their range neither overflow nor take memory */
#define SIZE ((long long) sizes[unit_between(0, 5)])

TEST(hostile_sizes)
{
	static const int64_t sizes[] = {1, 2, 3, 1000, 134217728, 2147483647};
	int64_t		tried = 0,
				refused = 0,
				wrong = 0;

	for (int i = 0; i < 20000; i++)
	{
		UnitModel	m;
		C1dShape	in = c1d_shape2(sizes[unit_between(0, 4)], 1);
		C1dShape	out;
		C1dLayerText text;

		unit_model_begin(&m, 1);
		text = unit_text(&m.arena, "conv1d", unit_config(&m.arena,
			"{'filters': %lld, 'kernel_size': %lld, 'strides': %lld, 'dilation_rate': %lld, 'groups': %lld, %s}",
			SIZE, SIZE, SIZE, SIZE, unit_between(0, 3) ? 1 : SIZE,
			unit_between(0, 1) ? "'padding': 'same'" :
			unit_between(0, 1) ? "'padding': 'causal'" : "'pads': [2147483647, 2147483646]"), 0, NULL);
		tried++;
		if (c1d_graph_read(&m.graph, &text, &m.arena, &m.err) && c1d_graph_infer(&m.graph, &in, &out, &m.err))
			wrong += out.dim[0] < 1 || c1d_shape_elements(&out) > C1D_MAX_ELEMENTS;
		else
		{
			refused++;
			wrong += m.err.code != C1D_BAD_ARGUMENT && m.err.code != C1D_BAD_SHAPE && m.err.code != C1D_LIMIT;
		}
		unit_model_end(&m);
	}
	ok(wrong == 0 && refused < tried, "%lld layers with sizes up to 2^31 - 1 have a shape within the limits or are refused (%lld)",
	   (long long) tried, (long long) refused);
}

RUN(random_cases, the_reference_can_tell, goldens, hostile_sizes)
