/*
 * test/unit/test_dense.c
 *	  Dense along the last axis of any rank, and Linear of torch along its own,
 *	  against a plain loop; and weights that do not fit, which are refused with
 *	  their shapes.
 *
 * Whole numbers must come out exactly; of n products and a bias added in
 * float32 each passes at most n + 1 roundings of at most 2^-24.
 */
#include "model.h"

static void
check_case(bool whole, C1dIsa isa, UnitTally *tally)
{
	static const char *const activations[] = {"linear", "relu", "relu6"};
	int			activation = (int) unit_between(0, 2);
	bool		use_bias = unit_between(0, 1);
	C1dShape	in = {.rank = (int) unit_between(1, C1D_MAX_RANK)};
	C1dShape	out;
	int64_t		features = unit_between(1, 40),
				units = unit_between(1, 40),
				rows = 1;
	float	   *x,
			   *kernel,
			   *bias;
	double	   *y,
			   *allowed;
	C1dTensor	weights[2];
	UnitModel	m;
	bool		planned;

	for (int d = 0; d < in.rank - 1; d++)
		rows *= in.dim[d] = unit_between(1, 6);
	in.dim[in.rank - 1] = features;
	out = in;
	out.dim[out.rank - 1] = units;
	x = unit_random_floats(rows * features, whole);
	kernel = unit_random_floats(features * units, whole);
	bias = unit_random_floats(units, whole);
	y = unit_must(malloc((size_t) (rows * units) * sizeof(double)));
	allowed = unit_must(malloc((size_t) (rows * units) * sizeof(double)));
	for (int64_t r = 0; r < rows; r++)
		for (int64_t u = 0; u < units; u++)
		{
			double		sum = use_bias ? bias[u] : 0,
						magnitude = fabs(sum);

			for (int64_t f = 0; f < features; f++)
			{
				sum += (double) x[r * features + f] * kernel[f * units + u];
				magnitude += fabs((double) x[r * features + f] * kernel[f * units + u]);
			}
			if (activation > 0 && sum < 0)
				sum = 0;
			y[r * units + u] = activation == 2 && sum > 6 ? 6 : sum;
			allowed[r * units + u] = whole ? 0 : magnitude * 0x1p-24 * (double) (features + 1);
		}

	weights[0] = (C1dTensor) {c1d_shape2(features, units), kernel};
	weights[1] = (C1dTensor) {c1d_shape1(units), bias};
	unit_model_begin(&m, 1);
	planned = unit_add(&m, unit_between(0, 1) ? "Dense" : "dense", use_bias ? 2 : 1, weights,
					   "{'units': %lld, 'activation': '%s', 'use_bias': %s}", (long long) units, activations[activation],
					   use_bias ? "true" : "false") && unit_plan(&m, in, isa);
	free(kernel);
	free(bias);
	if (planned)
		unit_check(tally, &m, &out, x, y, allowed);
	else
		unit_wrong(tally, &m, &in, "is refused");
	unit_model_end(&m);
	free(x);
	free(y);
	free(allowed);
}

TEST(random_cases)
{
	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		UnitTally	whole = {0},
					real = {0};

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "Dense # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		for (int i = 0; i < 2000; i++)
		{
			check_case(true, (C1dIsa) isa, &whole);
			check_case(false, (C1dIsa) isa, &real);
		}
		ok(whole.wrong == 0, "%s: %lld layers of rank 1 to %d on whole numbers are exact",
		   c1d_isa_names[isa], (long long) whole.cases, C1D_MAX_RANK);
		ok(real.wrong == 0, "%s: %lld layers (%lld values) are within the bound, the worst at %.2f of it",
		   c1d_isa_names[isa], (long long) real.cases, (long long) real.values, real.worst);
	}
}

/*
 * torch's Linear goes along its last axis: the features of a vector, the time
 * of a series.  Its weight is (out_features, in_features).  Wide ones are for
 * the matrix unit, which turns them; true if this was computed by it.
 */
static bool
check_linear(bool whole, bool wide, C1dIsa isa, UnitTally *tally)
{
	bool		use_bias = unit_between(0, 1);
	C1dShape	in = {.rank = (int) unit_between(1, C1D_MAX_RANK)};
	C1dShape	out;
	int			axis;
	int64_t		features = wide ? unit_between(90, 150) : unit_between(1, 20),
				units = wide ? unit_between(35, 110) : unit_between(1, 20),
				inner = 1,
				outer = 1;
	float	   *x,
			   *weight,
			   *bias;
	double	   *y,
			   *allowed;
	C1dTensor	weights[2];
	UnitModel	m;
	bool		planned;

	C1dStepText text = {0};

	in.rank = wide ? (int) unit_between(2, 3) : in.rank;
	axis = in.rank == 1 ? 0 : in.rank - 2;
	for (int d = 0; d < in.rank; d++)
		in.dim[d] = d == axis ? features : wide && d > axis ? unit_between(12, 200) : unit_between(1, wide ? 3 : 5);
	for (int d = 0; d < axis; d++)
		outer *= in.dim[d];
	for (int d = axis + 1; d < in.rank; d++)
		inner *= in.dim[d];
	out = in;
	out.dim[axis] = units;
	x = unit_random_floats(outer * features * inner, whole);
	weight = unit_random_floats(units * features, whole);
	bias = unit_random_floats(units, whole);
	if (wide && unit_between(0, 2) == 0)
		x[unit_between(0, outer * features * inner - 1)] = unit_between(0, 1) ? NAN : INFINITY;
	y = unit_must(malloc((size_t) (outer * units * inner) * sizeof(double)));
	allowed = unit_must(malloc((size_t) (outer * units * inner) * sizeof(double)));
	for (int64_t k = 0; k < outer * units * inner; k++)
	{
		int64_t		u = k / inner % units;
		double		sum = use_bias ? bias[u] : 0,
					magnitude = fabs(sum);

		for (int64_t f = 0; f < features; f++)
		{
			double		product = (double) x[(k / inner / units * features + f) * inner + k % inner] * weight[u * features + f];

			sum += product;
			magnitude += fabs(product);
		}
		y[k] = sum;
		allowed[k] = whole ? 0 : magnitude * 0x1p-24 * (double) (features + 1);
	}
	weights[0] = (C1dTensor) {c1d_shape2(units, features), weight};
	weights[1] = (C1dTensor) {c1d_shape1(units), bias};
	unit_model_begin(&m, 1);
	planned = unit_add(&m, "Linear", use_bias ? 2 : 1, weights, "{'in_features': %lld, 'out_features': %lld, 'bias': %s}",
					   (long long) features, (long long) units, use_bias ? "true" : "false") && unit_plan(&m, in, isa);
	free(weight);
	free(bias);
	if (planned)
	{
		unit_check(tally, &m, &out, x, y, allowed);
		c1d_step_describe(&m.graph, &m.plan.step[0], &text);
	}
	else
		unit_wrong(tally, &m, &in, "is refused");
	unit_model_end(&m);
	free(x);
	free(y);
	free(allowed);
	return strcmp(text.kernel, "product split amx") == 0;
}

TEST(torch_linear)
{
	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		UnitTally	whole = {0},
					real = {0};

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "Linear # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		for (int i = 0; i < 1500; i++)
		{
			check_linear(true, false, (C1dIsa) isa, &whole);
			check_linear(false, false, (C1dIsa) isa, &real);
		}
		ok(whole.wrong == 0 && real.wrong == 0, "%s: Linear of torch along its axis: %lld cases exact, %lld within the bound, the worst at %.2f of it",
		   c1d_isa_names[isa], (long long) whole.cases, (long long) real.cases, real.worst);
	}
}

TEST(wide_linear)
{
	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		UnitTally	whole = {0},
					real = {0};
		int			split = 0;

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "wide Linear # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		for (int i = 0; i < 40; i++)
		{
			split += check_linear(true, true, (C1dIsa) isa, &whole);
			split += check_linear(false, true, (C1dIsa) isa, &real);
		}
		ok(whole.wrong == 0 && real.wrong == 0, "%s: wide Linear of torch: %lld cases exact, %lld within the bound, the worst at %.2f of it",
		   c1d_isa_names[isa], (long long) whole.cases, (long long) real.cases, real.worst);
		ok(isa == C1D_ISA_AMX ? split > 20 && split < 80 : split == 0, "%s: a matrix unit computed %d of them", c1d_isa_names[isa], split);
	}
}

/* a channel's bits follow from its own series, wherever it stands */
TEST(channels_alike)
{
	const int64_t features = 100, channels = 150, units = 40;
	C1dTensor	weights[2] = {
		{c1d_shape2(units, features), unit_random_floats(units * features, false)}, {c1d_shape1(units), unit_random_floats(units, false)},
	};
	float	   *x = unit_random_floats(features * channels, false);
	C1dIsa		isa = c1d_isa_best();
	UnitModel	m;
	float	   *y = NULL;
	bool		alike = true;

	for (int64_t i = 0; i < features * channels; i++)
		x[i] = x[i / channels * channels];
	x[3 * channels + 70] = 0x1p70f; /* this one goes another way */
	unit_model_begin(&m, 1);
	if (unit_add(&m, "Linear", 2, weights, "{'in_features': 100, 'out_features': 40}") && unit_plan(&m, c1d_shape2(features, channels), isa))
		y = unit_output(&m.plan, x, 1);
	for (int64_t i = 0; y != NULL && i < units * channels; i++)
		alike = alike && (i % channels == 70) != unit_same_bits(&y[i], &y[i / channels * channels], 1);
	ok(y != NULL && alike, "%s: channels with the same series have the same bits, whatever their neighbour holds", c1d_isa_names[isa]);
	unit_unguard(y);
	unit_model_end(&m);
	free(x);
	free((void *) weights[0].data);
	free((void *) weights[1].data);
}

/* refused: at once when nothing can fit, else with the input; the hint holds that text */
static void
refused(const char *class_name, const char *config, int count, const C1dShape *shapes, C1dShape in, const char *hint)
{
	static const float zeros[4096];
	C1dTensor	weights[4];
	UnitModel	m;
	char		text[C1D_SHAPE_TEXT];
	bool		planned;

	for (int i = 0; i < count; i++)
		weights[i] = (C1dTensor) {shapes[i], zeros};
	unit_model_begin(&m, 1);
	planned = unit_add(&m, class_name, count, weights, "%s", config) && unit_plan(&m, in, C1D_ISA_BASELINE);
	ok(!planned && m.err.code == C1D_BAD_SHAPE && m.err.detail[0] != '\0' && strstr(m.err.hint, hint) != NULL,
	   "%s %s of %s refuses %d weights, the first %s%s%s", class_name, config, c1d_shape_text(&in, text), count,
	   count ? c1d_shape_text(&shapes[0], (char[C1D_SHAPE_TEXT]) {0}) : "none", hint[0] ? ": " : "", hint);
	unit_model_end(&m);
}

#define SHAPES(...) (const C1dShape[]) {__VA_ARGS__}

TEST(weights_that_do_not_fit)
{
	const char *dense = "{'units': 3}";
	const char *conv = "{'filters': 5, 'kernel_size': 3}";
	C1dShape	series = c1d_shape2(8, 4);

	refused("Dense", dense, 0, NULL, series, "get_weights()");
	refused("Dense", dense, 1, SHAPES({2, {4, 3}}), series, "\"use_bias\": false");
	refused("Dense", "{'units': 3, 'use_bias': false}", 2, SHAPES({2, {4, 3}}, {1, {3}}), series, "\"use_bias\": true");
	refused("Dense", dense, 2, SHAPES({2, {3, 4}}, {1, {3}}), series, "permute(w, 2, 1)");
	refused("Dense", dense, 2, SHAPES({2, {5, 3}}, {1, {3}}), series, "");
	refused("Dense", dense, 2, SHAPES({2, {4, 3}}, {1, {4}}), series, "");
	refused("Dense", dense, 2, SHAPES({1, {12}}, {1, {3}}), series, "");
	refused("Dense", dense, 2, SHAPES({2, {8, 3}}, {1, {3}}), series, "permute(x, 2, 1)");
	refused("Conv1D", conv, 2, SHAPES({3, {5, 4, 3}}, {1, {5}}), series, "permute(w, 3, 2, 1)");
	refused("Conv1D", conv, 2, SHAPES({3, {3, 5, 4}}, {1, {5}}), series, "permute(w, 1, 3, 2)");
	refused("Conv1D", conv, 2, SHAPES({3, {3, 8, 5}}, {1, {5}}), series, "permute(x, 2, 1)");
	refused("Conv1D", conv, 2, SHAPES({3, {3, 7, 5}}, {1, {5}}), series, "");
	refused("Conv1DTranspose", conv, 2, SHAPES({3, {3, 4, 5}}, {1, {5}}), series, "permute(w, 1, 3, 2)");
	refused("MaxPooling1D", "{}", 1, SHAPES({1, {1}}), series, "");
}

/* the weights of a layer, counted: kernel and bias */
TEST(parameters)
{
	static const struct
	{
		const char *class_name;
		const char *config;
		C1dShape	in;
		int64_t		params;
	}			cases[] = {
		{"Conv1D", "{'filters': 32, 'kernel_size': 3}", {2, {100, 1}}, 3 * 32 + 32},
		{"Conv1D", "{'filters': 6, 'kernel_size': 3, 'groups': 2, 'use_bias': false}", {2, {100, 4}}, 3 * 2 * 6},
		{"Conv1DTranspose", "{'filters': 6, 'kernel_size': 5}", {2, {10, 4}}, 5 * 6 * 4 + 6},
		{"Dense", "{'units': 7}", {1, {20}}, 20 * 7 + 7},
		{"Dense", "{'units': 7}", {3, {2, 3, 20}}, 20 * 7 + 7},
		{"MaxPooling1D", "{}", {2, {100, 1}}, 0},
		{"Flatten", "{}", {2, {100, 1}}, 0},
	};
	int			right = 0,
				count = sizeof(cases) / sizeof(*cases);

	for (int i = 0; i < count; i++)
	{
		UnitModel	m;
		C1dLayerText text;
		int64_t		params;

		unit_model_begin(&m, 1);
		text = unit_text(&m.arena, cases[i].class_name, unit_config(&m.arena, "%s", cases[i].config), 0, NULL);
		right += c1d_graph_read(&m.graph, &text, &m.arena, &m.err) &&
			c1d_layer_params(m.graph.nodes[0].class, m.graph.nodes[0].config, &cases[i].in, &params, &m.err) &&
			params == cases[i].params;
		unit_model_end(&m);
	}
	ok(right == count, "%d of %d layers have the number of weights that the formulas give", right, count);
}

RUN(random_cases, torch_linear, wide_linear, channels_alike, weights_that_do_not_fit, parameters)
