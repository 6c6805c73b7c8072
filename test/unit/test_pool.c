/*
 * test/unit/test_pool.c
 *	  Max and average pooling against the definition, window by window.
 *
 * A maximum is exact.  A mean of n numbers is n - 1 additions and a division
 * in float32, n roundings of at most 2^-24 of the sum of magnitudes; a mean of
 * whole numbers has the one rounding of the division.
 */
#include "numbers.h"

enum
{
	VALID, SAME, PADS
};

typedef struct Case
{
	int64_t		length,
				channels,
				size,
				stride,
				dilation,
				before,			/* PADS */
				after;
	int			padding;
	bool		ceil_mode;
	bool		count_include_pad;
	bool		average;
} Case;

static Case
draw(void)
{
	Case		c = {
		.length = unit_between(1, unit_between(0, 3) ? 14 : 50),
		.channels = unit_between(1, unit_between(0, 3) ? 3 : 20),
		.size = unit_between(1, 7),
		.padding = (int) unit_between(VALID, PADS),
		.ceil_mode = unit_between(0, 2) == 0,
		.average = unit_between(0, 1),
	};

	c.stride = unit_between(0, 1) ? c.size : unit_between(1, 9);
	c.dilation = c.average || unit_between(0, 1) ? 1 : unit_between(1, 4);
	c.count_include_pad = c.average && unit_between(0, 1);
	if (c.padding == PADS)
	{
		c.before = unit_between(0, c.size / 2 + (unit_between(0, 9) == 0));
		c.after = unit_between(0, c.size / 2 + (unit_between(0, 9) == 0));
	}
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
	}
	return c;
}

/* place: padding on both sides and the output's length, or why not. */
static C1dCode
place(Case *c, int64_t *out)
{
	int64_t		span = c->dilation * (c->size - 1) + 1;
	int64_t		above,
				total;

	if (c->before > c->size / 2 || c->after > c->size / 2 || (c->ceil_mode && c->padding == SAME))
		return C1D_BAD_ARGUMENT;
	if (c->padding == SAME)
	{
		total = ((c->length + c->stride - 1) / c->stride - 1) * c->stride + span - c->length;
		if (total < 0)
			total = 0;
		c->before = total / 2;
		c->after = total - total / 2;
	}
	above = c->length + c->before + c->after - span;
	if (c->ceil_mode)
		above += c->stride - 1;
	if (above < 0)
		return C1D_BAD_SHAPE;
	*out = above / c->stride + 1;

	/* the last window starts on the series or on the padding before it */
	if (c->ceil_mode && (*out - 1) * c->stride >= c->length + c->before)
		--*out;
	return C1D_OK;
}

/* pool: one output, and how far float32 may be from it. */
static double
pool(const Case *c, const float *x, int64_t t, int64_t channel, double *allowed)
{
	int64_t		start = t * c->stride - c->before;
	int64_t		end = start + c->size;
	int64_t		divisor = 0;
	double		most = -INFINITY,
				sum = 0,
				magnitude = 0;

	for (int64_t j = 0; j < c->size; j++)
	{
		int64_t		at = start + j * c->dilation;
		double		value;

		if (at < 0 || at >= c->length)
			continue;
		value = x[at * c->channels + channel];
		most = isnan(most) || isnan(value) ? NAN : value > most ? value : most;
		sum += value;
		magnitude += fabs(value);
		divisor++;
	}
	*allowed = 0;
	if (!c->average)
		return most;

	/* min(start + size, length + declared padding) - start */
	if (c->count_include_pad)
		divisor = (end < c->length + c->after ? end : c->length + c->after) - start;
	*allowed = magnitude / (double) divisor * 0x1p-24 * (double) c->size;
	return sum / (double) divisor;
}

static bool
add_layer(UnitModel *m, const Case *c)
{
	bool		sql = c->padding == PADS || c->ceil_mode || c->count_include_pad || c->dilation > 1 || unit_between(0, 1);
	const char *class_name = c->average ? sql ? "avg_pool1d" : "AveragePooling1D" : sql ? "max_pool1d" : "MaxPooling1D";
	char		config[256];
	int			used = snprintf(config, sizeof(config), "'pool_size': %lld", (long long) c->size);

	if (c->stride != c->size || unit_between(0, 2) == 0)
		used += snprintf(config + used, sizeof(config) - used, ", 'strides': %lld", (long long) c->stride);
	else if (unit_between(0, 1))
		used += snprintf(config + used, sizeof(config) - used, ", 'strides': null");
	if (c->padding == PADS)
		used += snprintf(config + used, sizeof(config) - used, ", 'pads': [%lld, %lld]", (long long) c->before, (long long) c->after);
	else
		used += snprintf(config + used, sizeof(config) - used, ", 'padding': '%s'", c->padding == SAME ? "same" : "valid");
	if (c->ceil_mode)
		used += snprintf(config + used, sizeof(config) - used, ", 'ceil_mode': true");
	if (c->count_include_pad)
		used += snprintf(config + used, sizeof(config) - used, ", 'count_include_pad': true");
	if (c->dilation > 1)
		used += snprintf(config + used, sizeof(config) - used, ", 'dilation_rate': %lld", (long long) c->dilation);
	return unit_add(m, class_name, 0, NULL, "{%s}", config);
}

static void
check_case(Case c, Kind kind, UnitTally *tally)
{
	UnitModel	m;
	C1dShape	in = c1d_shape2(c.length, c.channels);
	float	   *x = unit_random_floats(c.length * c.channels, kind != REAL);
	int64_t		out = 0;
	C1dCode		code;

	if (kind == STRANGE)
		make_strange(x, c.length * c.channels, 9);
	unit_model_begin(&m, 1);
	if (!add_layer(&m, &c) || !unit_plan(&m, in, unit_isa()))
		unit_refused(tally, &m, &in, place(&c, &out));
	else if ((code = place(&c, &out)) != C1D_OK)
		unit_refused(tally, &m, &in, code);
	else
	{
		C1dShape	shape = c1d_shape2(out, c.channels);
		double	   *y = unit_must(malloc((size_t) (out * c.channels) * sizeof(double)));
		double	   *allowed = unit_must(malloc((size_t) (out * c.channels) * sizeof(double)));

		for (int64_t i = 0; i < out * c.channels; i++)
		{
			y[i] = pool(&c, x, i / c.channels, i % c.channels, &allowed[i]);
			if (kind != REAL)
				allowed[i] = fabs(y[i]) * 0x1p-24;
		}
		unit_check(tally, &m, &shape, x, y, allowed);
		free(y);
		free(allowed);
	}
	unit_model_end(&m);
	free(x);
}

TEST(random_cases)
{
	static const char *const kinds[] = {"whole numbers", "fractions", "NaN and infinities"};

	for (int average = 0; average <= 1; average++)
		for (Kind kind = WHOLE; kind <= STRANGE; kind++)
		{
			UnitTally	tally = {0};

			for (int i = 0; i < 6000; i++)
			{
				Case		c = draw();

				if (average == c.average)
					check_case(c, kind, &tally);
			}
			ok(tally.wrong == 0 && tally.cases > 1500,
			   "%s of %s: %lld poolings (%lld values) are right, the worst at %.2f of the bound, %lld are refused as they should be",
			   average ? "mean" : "maximum", kinds[kind], (long long) tally.cases, (long long) tally.values, tally.worst,
			   (long long) tally.refused);
		}
}

/*
 * torch rounds a window that hangs over the end up to one, even when it is the
 * only one: with ceil_mode a series shorter than the window is no error.
 */
TEST(ceil_mode_of_a_short_series)
{
	UnitTally	tally = {0};

	for (int64_t size = 1; size <= 6; size++)
		for (int64_t length = 1; length <= size; length++)
			for (int64_t stride = 1; stride <= size + 1; stride++)
			{
				Case		c = {.length = length, .channels = 1, .size = size, .stride = stride, .dilation = 1, .ceil_mode = true};

				check_case(c, WHOLE, &tally);
			}
	ok(tally.wrong == 0, "with ceil_mode %lld series no longer than the window have one output, %lld, too short by more than a stride, none",
	   (long long) tally.cases, (long long) tally.refused);
}

static void
gives(const char *class_name, const char *config, const float *x, int64_t length, const float *y, int64_t out)
{
	UnitModel	m;
	float	   *got = NULL;

	unit_model_begin(&m, 1);
	if (unit_add(&m, class_name, 0, NULL, "%s", config) && unit_plan(&m, c1d_shape2(length, 1), unit_isa()) &&
		m.plan.output.dim[0] == out)
		got = unit_output(&m.plan, x, 0);
	ok(got != NULL && unit_same_bits(got, y, out), "golden: %s %s", class_name, config);
	unit_unguard(got);
	unit_model_end(&m);
}

#define FLOATS(...) (const float[]) {__VA_ARGS__}

TEST(goldens)
{
	const float *x = FLOATS(1, 2, 3, 4, 5, 6, 7, 8);

	gives("avg_pool1d", "{'pool_size': 3, 'strides': 2, 'pads': 1, 'count_include_pad': true}", x, 8, FLOATS(1, 3, 5, 7), 4);
	gives("avg_pool1d", "{'pool_size': 3, 'strides': 2, 'pads': 1, 'count_include_pad': true, 'ceil_mode': true}", x, 8,
		  FLOATS(1, 3, 5, 7, 4), 5);
	gives("avg_pool1d", "{'pool_size': 3, 'strides': 2, 'pads': 1, 'ceil_mode': true}", x, 8, FLOATS(1.5f, 3, 5, 7, 8), 5);
	gives("AveragePooling1D", "{'pool_size': 3, 'strides': 2, 'padding': 'same'}", x, 8, FLOATS(2, 4, 6, 7.5f), 4);
	gives("MaxPooling1D", "{}", x, 7, FLOATS(2, 4, 6), 3);
	gives("MaxPooling1D", "{'padding': 'same'}", x, 7, FLOATS(2, 4, 6, 7), 4);
	gives("MaxPooling1D", "{'pool_size': 2, 'strides': 1}", FLOATS(-3, -2, NAN, -INFINITY, -5), 5, FLOATS(-2, NAN, NAN, -5), 4);
	gives("max_pool1d", "{'pool_size': 3, 'strides': 1, 'pads': 1}", FLOATS(-3, -2, -7), 3, FLOATS(-2, -2, -2), 3);

	/* dilation may leave a window without a single step: nothing wins */
	gives("max_pool1d", "{'pool_size': 2, 'strides': 1, 'dilation_rate': 2, 'pads': 1}", FLOATS(5), 1, FLOATS(-INFINITY), 1);
}

RUN(random_cases, ceil_mode_of_a_short_series, goldens)
