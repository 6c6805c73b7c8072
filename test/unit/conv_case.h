/*
 * test/unit/conv_case.h
 *	  What the tests of Conv1D and of Conv1DTranspose share: random cases of a
 *	  layer against its definition in double precision, on every instruction set.
 *
 * Whole numbers must come out exactly.  For others the bound is that of adding
 * in float32 one after the other: of n products and a bias, each passes at
 * most n + 1 roundings of at most 2^-24.
 */
#ifndef C1D_UNIT_CONV_CASE_H
#define C1D_UNIT_CONV_CASE_H

#include "numbers.h"

typedef enum Padding
{
	VALID,
	SAME,
	CAUSAL,						/* of Conv1D alone */
	PADS						/* numbers */
} Padding;

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
				output_padding;	/* of Conv1DTranspose alone */
	Padding		padding;
	bool		use_bias;
	const char *activation;
} Case;

/* A kind of layer: what it is called, and what it is by definition. */
typedef struct Definition
{
	const char *plural;
	Case		(*draw) (void);
	C1dShape	(*kernel_shape) (const Case *c);

	/* C1D_OK, where the definition begins and the length of the output; or the code with which the case is refused */
	C1dCode		(*place) (const Case *c, int64_t *begin, int64_t *out);

	/* y (out, filters), and how far float32 may be from it */
	void		(*compute) (const Case *c, int64_t begin, int64_t out, const float *x, const float *kernel, const float *bias,
							double *y, double *allowed);
	bool		(*add) (UnitModel *m, const Case *c, const C1dTensor *weights);
} Definition;

static const char *
random_activation(void)
{
	static const char *const activations[] = {"linear", "relu", "relu6"};

	return activations[unit_between(0, 2)];
}

static double
activate(const Case *c, double x)
{
	if (strcmp(c->activation, "linear") != 0 && x < 0)
		return 0;
	return strcmp(c->activation, "relu6") == 0 && x > 6 ? 6 : x;
}

/* padding_text: as the configuration of a layer has it */
static void
padding_text(const Case *c, char *text, size_t size)
{
	static const char *const words[] = {"valid", "same", "causal"};

	if (c->padding != PADS)
		snprintf(text, size, "'padding': '%s'", words[c->padding]);
	else if (c->before == c->after && unit_between(0, 1))
		snprintf(text, size, "'pads': %lld", (long long) c->before);
	else
		snprintf(text, size, "'pads': [%lld, %lld]", (long long) c->before, (long long) c->after);
}

/*
 * check_case
 *		One case on one instruction set; the weights are gone before it runs.
 */
static void
check_case(const Definition *d, const Case *c, Kind kind, C1dIsa isa, UnitTally *tally)
{
	UnitModel	m;
	C1dShape	in = c1d_shape2(c->length, c->channels);
	C1dShape	kernel_shape = d->kernel_shape(c);
	int64_t		kernel_floats = c1d_shape_elements(&kernel_shape);
	float	   *x = unit_random_floats(c->length * c->channels, kind != REAL);
	float	   *kernel = unit_random_floats(kernel_floats, kind != REAL);
	float	   *bias = unit_random_floats(c->filters, kind != REAL);
	C1dTensor	weights[] = {
		{kernel_shape, kernel},
		{c1d_shape1(c->filters), bias},
	};
	int64_t		begin = 0,
				out = 0;
	C1dCode		code = d->place(c, &begin, &out);
	bool		planned;
	double	   *y = NULL,
			   *allowed = NULL;

	if (kind == STRANGE)
	{
		make_strange(x, c->length * c->channels, 40);
		make_strange(kernel, kernel_floats, 40);
	}
	if (code == C1D_OK)
	{
		y = unit_must(malloc((size_t) (out * c->filters) * sizeof(double)));
		allowed = unit_must(malloc((size_t) (out * c->filters) * sizeof(double)));
		d->compute(c, begin, out, x, kernel, c->use_bias ? bias : NULL, y, allowed);
	}
	for (int64_t i = 0; kind != REAL && code == C1D_OK && i < out * c->filters; i++)
		allowed[i] = 0;

	unit_model_begin(&m, 1);
	planned = d->add(&m, c, weights) && unit_plan(&m, in, isa);
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

/* check_random: thousands of cases of every kind */
static void
check_random(const Definition *d)
{
	static const int cases[KINDS] = {12000, 8000, 8000};

	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		UnitTally	tally[KINDS] = {{0}};

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "%s # SKIP this machine has no %s", d->plural, c1d_isa_names[isa]);
			continue;
		}
		for (int kind = WHOLE; kind <= STRANGE; kind++)
			for (int i = 0; i < cases[kind]; i++)
			{
				Case		c = d->draw();

				check_case(d, &c, (Kind) kind, (C1dIsa) isa, &tally[kind]);
			}
		ok(tally[WHOLE].wrong == 0 && tally[WHOLE].cases > 8000,
		   "%s: %lld %s of whole numbers are exact, %lld are refused as they should be",
		   c1d_isa_names[isa], (long long) tally[WHOLE].cases, d->plural, (long long) tally[WHOLE].refused);
		ok(tally[REAL].wrong == 0 && tally[REAL].cases > 5000,
		   "%s: %lld %s (%lld values) are within the bound, the worst at %.2f of it",
		   c1d_isa_names[isa], (long long) tally[REAL].cases, d->plural, (long long) tally[REAL].values, tally[REAL].worst);
		ok(tally[STRANGE].wrong == 0 && tally[STRANGE].finite > tally[STRANGE].values / 4 && tally[STRANGE].finite < tally[STRANGE].values,
		   "%s: a NaN or infinity reaches what its taps reach and nothing else: %lld of %lld values stay finite",
		   c1d_isa_names[isa], (long long) tally[STRANGE].finite, (long long) tally[STRANGE].values);
	}
}

/*
 * check_golden
 *		A model of that layer without bias, of one channel and one filter, must
 *		give just these steps, on every instruction set.
 */
static void
check_golden(const char *class_name, const char *config, const float *x, int64_t length,
			 const float *kernel, int64_t size, const float *y, int64_t out)
{
	C1dTensor	weights = {c1d_shape3(size, 1, 1), kernel};
	bool		good = true;

	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		UnitModel	m;
		float	   *got;

		if (!c1d_isa_available((C1dIsa) isa))
			continue;
		unit_model_begin(&m, 1);
		good = good && unit_add(&m, class_name, 1, &weights, "{'filters': 1, 'kernel_size': %lld, 'use_bias': false, %s}", (long long) size, config) &&
			unit_plan(&m, c1d_shape2(length, 1), (C1dIsa) isa) && m.plan.output.dim[0] == out;
		got = good ? unit_output(&m.plan, x, 0) : NULL;
		good = got != NULL && unit_same_bits(got, y, out);
		unit_unguard(got);
		unit_model_end(&m);
	}
	ok(good, "golden: kernel of %lld, %s", (long long) size, config);
}

#define FLOATS(...) (const float[]) {__VA_ARGS__}

#endif
