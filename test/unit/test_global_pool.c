/*
 * test/unit/test_global_pool.c
 *	  Global and adaptive pooling, resizing, Masking and TimeDistributed: each
 *	  against its definition or against numbers of the real frameworks.
 */
#include "model.h"

/* What run() plans for: the sets of instructions differ in last bits. */
static C1dIsa run_isa;

/* run: one layer, chunked when asked; NULL when it is refused */
static float *
run(UnitModel *m, const char *class_name, const char *config, C1dShape shape, const float *x, int64_t chunk)
{
	unit_model_begin(m, 1);
	if (!unit_add(m, class_name, 0, NULL, "%s", config) || !unit_plan(m, shape, run_isa))
		return NULL;
	return unit_output(&m->plan, x, chunk);
}

static void
done(UnitModel *m, float *y)
{
	unit_unguard(y);
	unit_model_end(m);
}

/* part: first and last of part i of n, by the definition */
static void
part(int64_t length, int64_t parts, int64_t i, int64_t *first, int64_t *last)
{
	*first = (int64_t) floor((double) (i * length) / (double) parts);
	*last = (int64_t) ceil((double) ((i + 1) * length) / (double) parts);
}

/*
 * try_pool
 *		A pooling of (height, width, channels) to (rows, columns, channels), the
 *		maximum or the mean; as a series when width is 0.
 */
static bool
try_pool(bool mean)
{
	static const char *const names[2][2] = {
		{"AdaptiveMaxPool1d", "AdaptiveMaxPooling2D"}, {"AdaptiveAvgPool1d", "AdaptiveAveragePooling2D"},
	};
	bool		flat = unit_between(0, 1);
	int64_t		height = unit_between(1, 30),
				width = flat ? 1 : unit_between(1, 9),
				channels = unit_between(1, unit_between(0, 1) ? 3 : 40),
				rows = unit_between(1, 40),
				columns = flat ? 1 : unit_between(1, 12);
	C1dShape	shape = flat ? c1d_shape2(height, channels) : c1d_shape3(height, width, channels);
	float	   *x = unit_random_floats(height * width * channels, false);
	char		config[80];
	UnitModel	m;
	float	   *y;
	bool		good;

	if (unit_between(0, 3) == 0)
		x[0] = NAN;
	if (flat)
		snprintf(config, sizeof(config), "{'output_size': %d}", (int) rows);
	else
		snprintf(config, sizeof(config), "{'output_size': [%d, %d]}", (int) rows, (int) columns);
	y = run(&m, names[mean][!flat], config, shape, x, unit_between(0, 2));
	good = y != NULL;
	for (int64_t i = 0; good && i < rows * columns * channels; i++)
	{
		int64_t		top, bottom, left, right;
		double		sum = 0,
					most = -INFINITY,
					value;

		part(height, rows, i / channels / columns, &top, &bottom);
		part(width, columns, i / channels % columns, &left, &right);
		for (int64_t r = top; r < bottom; r++)
			for (int64_t k = left; k < right; k++)
			{
				value = x[(r * width + k) * channels + i % channels];
				sum += value;
				most = isnan(most) || isnan(value) ? NAN : value > most ? value : most;
			}
		value = mean ? sum / (double) ((bottom - top) * (right - left)) : most;
		good = unit_off(y[i], value, fabs(value) + 1e-6) <= (mean ? 1.001 : 0);
	}
	done(&m, y);
	free(x);
	return good;
}

TEST(adaptive)
{
	for (int mean = 0; mean < 2; mean++)
	{
		bool		good = true;

		for (int i = 0; i < 1000; i++)
		{
			run_isa = unit_isa();
			good = try_pool(mean) && good;
		}
		ok(good, "adaptive %s pooling is its definition", mean ? "average" : "max");
	}
}

TEST(global)
{
	const float x[] = {1, 8, 3, 4};
	UnitModel	m;
	float	   *y = run(&m, "GlobalAveragePooling1D", "{}", c1d_shape2(2, 2), x, 0);

	ok(y != NULL && m.plan.output.rank == 1 && y[0] == 2 && y[1] == 6, "a global mean has no timesteps");
	done(&m, y);
	y = run(&m, "GlobalMaxPooling1D", "{'keepdims': true}", c1d_shape2(2, 2), x, 0);
	ok(y != NULL && m.plan.output.rank == 2 && y[0] == 3 && y[1] == 8, "a global maximum with keepdims has one");
	done(&m, y);
	y = run(&m, "GlobalMaxPooling2D", "{}", c1d_shape3(2, 1, 2), x, 0);
	ok(y != NULL && m.plan.output.rank == 1 && y[0] == 3 && y[1] == 8, "pooling of an image leaves its channels");
	done(&m, y);
	y = run(&m, "AdaptiveMaxPool1d", "{'output_size': null}", c1d_shape2(2, 2), x, 0);
	ok(y != NULL && unit_same_bits(x, y, 4), "torch keeps a size that is null");
	done(&m, y);
	y = run(&m, "GlobalMaxPooling2D", "{}", c1d_shape2(2, 2), x, 0);
	ok(y == NULL && m.err.code == C1D_BAD_SHAPE, "an image needs three axes: %s", m.err.message);
	done(&m, y);
	y = run(&m, "AdaptiveMaxPool1d", "{'output_size': 2, 'return_indices': true}", c1d_shape2(2, 2), x, 0);
	ok(y == NULL && m.err.code == C1D_UNSUPPORTED, "no indices: %s", m.err.message);
	done(&m, y);
	y = run(&m, "AdaptiveMaxPool1d", "{'output_size': 134217729}", c1d_shape2(2, 2), x, 0);
	ok(y == NULL && m.err.code == C1D_LIMIT, "too many parts: %s", m.err.message);
	done(&m, y);
}

/* what PyTorch makes of 1, 2, 4 */
TEST(upsample)
{
	static const struct
	{
		const char *class_name;
		const char *config;
		int			count;
		float		y[7];
	}			cases[] = {
		{"Upsample", "{'scale_factor': 2, 'mode': 'linear'}", 6, {1, 1.25, 1.75, 2.5, 3.5, 4}},
		{"Upsample", "{'scale_factor': [2], 'mode': 'linear', 'align_corners': true}", 6, {1, 1.4f, 1.8f, 2.4f, 3.2f, 4}},
		{"Upsample", "{'size': 7}", 7, {1, 1, 1, 2, 2, 4, 4}},
		{"Upsample", "{'size': [7], 'mode': 'nearest-exact'}", 7, {1, 1, 2, 2, 2, 4, 4}},
		{"Upsample", "{'scale_factor': 1.6, 'mode': 'linear'}", 4, {1, 1.4375, 2.125, 3.375}},
		{"Upsample", "{'scale_factor': 1.6, 'mode': 'linear', 'recompute_scale_factor': true}", 4, {1, 1.625, 2.75, 4}},
		{"Upsample", "{'scale_factor': 1.2, 'mode': 'linear'}", 3, {1, 2, 4}},
		{"Upsample", "{'size': 1, 'mode': 'linear', 'align_corners': true}", 1, {1}},
		{"Upsample", "{'scale_factor': 0.4}", 1, {1}},
		{"resize1d", "{'length': 6, 'mode': 'linear', 'align_corners': true}", 6, {1, 1.4f, 1.8f, 2.4f, 3.2f, 4}},
		{"resize1d", "{'length': 2}", 2, {1, 2}},
	};
	const float x[] = {1, 2, 4};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		UnitModel	m;
		float	   *y = run(&m, cases[i].class_name, cases[i].config, c1d_shape2(3, 1), x, (int64_t) (i % 3));
		bool		good = y != NULL && m.plan.output.dim[0] == cases[i].count;

		for (int k = 0; good && k < cases[i].count; k++)
			good = fabsf(y[k] - cases[i].y[k]) <= 0x1p-22f;
		ok(good, "%s %s", cases[i].class_name, cases[i].config);
		done(&m, y);
	}
}

TEST(upsample_image)
{
	/* columns 0 and 4 are one step apart, rows 0 and 8 */
	const float x[] = {0, 4, 8, 12};
	const float aligned[] = {0, 2, 4, 4, 6, 8, 8, 10, 12};
	const float nearest[] = {0, 0, 4, 4, 8, 8, 12, 12};
	UnitModel	m;
	float	   *y = run(&m, "Upsample", "{'size': 3, 'mode': 'bilinear', 'align_corners': true}", c1d_shape3(2, 2, 1), x, 1);

	ok(y != NULL && unit_same_bits(y, aligned, 9), "an image grows along both axes");
	done(&m, y);
	y = run(&m, "Upsample", "{'scale_factor': [1, 2]}", c1d_shape3(2, 2, 1), x, 0);
	ok(y != NULL && m.plan.output.dim[0] == 2 && unit_same_bits(y, nearest, 8), "or along one of them");
	done(&m, y);
}

TEST(upsample_refusals)
{
	static const struct
	{
		const char *class_name;
		const char *config;
		C1dCode		code;
	}			cases[] = {
		{"Upsample", "{}", C1D_BAD_ARGUMENT},
		{"Upsample", "{'size': 2, 'scale_factor': 2}", C1D_BAD_ARGUMENT},
		{"Upsample", "{'size': 2, 'recompute_scale_factor': true}", C1D_BAD_ARGUMENT},
		{"Upsample", "{'size': 2, 'align_corners': false}", C1D_BAD_ARGUMENT},
		{"Upsample", "{'size': 2, 'mode': 'bilinear'}", C1D_BAD_SHAPE},
		{"Upsample", "{'size': 2, 'mode': 'bicubic'}", C1D_BAD_ARGUMENT},
		{"Upsample", "{'scale_factor': -1}", C1D_BAD_ARGUMENT},
		{"Upsample", "{'scale_factor': 'NaN'}", C1D_BAD_ARGUMENT},
		{"Upsample", "{'scale_factor': [2, 2]}", C1D_BAD_SHAPE},
		{"Upsample", "{'scale_factor': [2, 2, 2]}", C1D_BAD_ARGUMENT},
		{"Upsample", "{'scale_factor': 0.3}", C1D_BAD_SHAPE},
		{"Upsample", "{'scale_factor': 1.5e300}", C1D_LIMIT},
		{"resize1d", "{}", C1D_BAD_ARGUMENT},
		{"resize1d", "{'length': 2, 'align_corners': true}", C1D_BAD_ARGUMENT},
		{"resize1d", "{'length': 2147483647}", C1D_LIMIT},
	};
	const float x[] = {1, 2, 4};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		UnitModel	m;
		float	   *y = run(&m, cases[i].class_name, cases[i].config, c1d_shape2(3, 1), x, 0);

		ok(y == NULL && m.err.code == cases[i].code, "%s %s: %s", cases[i].class_name, cases[i].config, m.err.message);
		done(&m, y);
	}
}

TEST(masking)
{
	const float x[] = {2, 2, 2, 0, NAN, 2, 2, 2};
	UnitModel	m;
	float	   *y = run(&m, "Masking", "{'mask_value': 2}", c1d_shape2(4, 2), x, 1);

	ok(y != NULL && y[0] == 0 && y[1] == 0 && y[2] == 2 && y[3] == 0 && isnan(y[4]) && y[5] == 2 && y[6] == 0 && y[7] == 0,
	   "a step of nothing but the mask's value becomes zeros, others stay");
	done(&m, y);
}

/* masked: Masking, then one more layer, then the mean; false when it is not wanted */
static bool
masked(const char *class_name, const char *config, const float *x, float wanted0, float wanted1)
{
	UnitModel	m;
	float	   *y = NULL;
	bool		good;

	unit_model_begin(&m, 3);
	if (unit_add(&m, "Masking", 0, NULL, "{'mask_value': 2}") &&
		unit_add(&m, class_name, 0, NULL, "%s", config) &&
		unit_add(&m, "GlobalAveragePooling1D", 0, NULL, "{}") &&
		unit_plan(&m, c1d_shape2(4, 2), unit_isa()))
		y = unit_output(&m.plan, x, 0);
	good = y != NULL && (y[0] == wanted0 || (isnan(y[0]) && isnan(wanted0))) && (y[1] == wanted1 || (isnan(y[1]) && isnan(wanted1)));
	done(&m, y);
	return good;
}

TEST(mask)
{
	const float x[] = {2, 2, 2, 0, -4, 6, 2, 2};
	const float all[] = {2, 2, 2, 2, 2, 2, 2, 2};

	ok(masked("Dropout", "{'rate': 0.5}", x, -1, 3), "a mean leaves out masked steps");
	ok(masked("ReLU", "{}", x, 1, 3), "also after a layer that hands the mask on");
	ok(masked("MaxPooling1D", "{'pool_size': 1}", x, -0.5, 1.5), "pooling forgets the mask");
	ok(masked("Dropout", "{'rate': 0.5}", all, NAN, NAN), "the mean of no steps is NaN");
}

/* the layer alone on every slice is what TimeDistributed has to give */
TEST(time_distributed)
{
	static const struct
	{
		const char *class_name;
		const char *config;
		C1dShape	shape;
	}			cases[] = {
		{"Softmax", "{}", {2, {4, 3}}},
		{"Flatten", "{}", {4, {2, 3, 2, 2}}},
		{"Dropout", "{'rate': 0.5}", {2, {3, 2}}},
		{"Reshape", "{'target_shape': [2, 3]}", {2, {4, 6}}},
		{"MaxPooling1D", "{}", {3, {3, 5, 2}}},
		{"LayerNormalization", "{'axis': 1, 'scale': false, 'center': false}", {3, {3, 5, 2}}},
		{"GlobalAveragePooling1D", "{}", {3, {3, 5, 2}}},
		{"TimeDistributed", "{'layer': {'class_name': 'ReLU', 'config': {}}}", {3, {3, 5, 2}}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		C1dShape	slice = {.rank = cases[i].shape.rank - 1};
		int64_t		count = c1d_shape_elements(&cases[i].shape);
		int64_t		steps = cases[i].shape.dim[0];
		float	   *x = unit_random_floats(count, false);
		char		config[256];
		UnitModel	m,
					alone;
		float	   *y;
		bool		good;

		run_isa = unit_isa();
		for (int k = 0; k < slice.rank; k++)
			slice.dim[k] = cases[i].shape.dim[k + 1];
		snprintf(config, sizeof(config), "{'layer': {'class_name': '%s', 'config': %s}}", cases[i].class_name, cases[i].config);
		y = run(&m, "TimeDistributed", config, cases[i].shape, x, (int64_t) (i % 2));
		good = y != NULL;
		for (int64_t t = 0; good && t < steps; t++)
		{
			float	   *one = run(&alone, cases[i].class_name, cases[i].config, slice, x + t * (count / steps), 0);
			int64_t		floats = c1d_shape_elements(&alone.plan.output);

			good = one != NULL && m.plan.output.rank == alone.plan.output.rank + 1 &&
				unit_same_bits(one, y + t * floats, floats);
			done(&alone, one);
		}
		ok(good, "TimeDistributed %s is %s on every slice", cases[i].class_name, cases[i].class_name);
		done(&m, y);
		free(x);
	}
}

TEST(time_distributed_dense)
{
	const float x[] = {1, 2, 3, 4, 5, 6};
	const float kernel[] = {1, 10};
	const float bias[] = {100};
	const C1dTensor weights[] = {{c1d_shape2(2, 1), kernel}, {c1d_shape1(1), bias}};
	UnitModel	m;
	float	   *y = NULL;

	unit_model_begin(&m, 1);
	if (unit_add(&m, "TimeDistributed", 2, weights, "{'layer': {'class_name': 'Dense', 'config': {'units': 1}}}") &&
		unit_plan(&m, c1d_shape2(3, 2), unit_isa()))
		y = unit_output(&m.plan, x, 2);
	ok(y != NULL && y[0] == 121 && y[1] == 143 && y[2] == 165, "TimeDistributed Dense has the weights of its layer");
	done(&m, y);
}

TEST(time_distributed_refusals)
{
	static const struct
	{
		const char *config;
		C1dShape	shape;
		C1dCode		code;
	}			cases[] = {
		{"{}", {2, {3, 2}}, C1D_BAD_ARGUMENT},
		{"{'layer': 'Dense'}", {2, {3, 2}}, C1D_BAD_ARGUMENT},
		{"{'layer': {'class_name': 'LSTM', 'config': {}}}", {2, {3, 2}}, C1D_UNSUPPORTED},
		{"{'layer': {'class_name': 'Add', 'config': {}}}", {2, {3, 2}}, C1D_UNSUPPORTED},
		{"{'layer': {'class_name': 'ReLU', 'config': {'alpha': 1}}}", {2, {3, 2}}, C1D_UNSUPPORTED},
		{"{'layer': {'class_name': 'ReLU', 'config': {}}}", {1, {3}}, C1D_BAD_SHAPE},
		{"{'layer': {'class_name': 'MaxPooling1D', 'config': {}}}", {2, {3, 2}}, C1D_BAD_SHAPE},
		{"{'layer': {'class_name': 'Reshape', 'config': {'target_shape': [1, 1, 1, 2]}}}", {2, {3, 2}}, C1D_BAD_SHAPE},
	};
	const float x[6] = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		UnitModel	m;
		float	   *y = run(&m, "TimeDistributed", cases[i].config, cases[i].shape, x, 0);

		ok(y == NULL && m.err.code == cases[i].code, "%s: %s", cases[i].config, m.err.message);
		done(&m, y);
	}
}

RUN(adaptive, global, upsample, upsample_image, upsample_refusals, masking, mask, time_distributed, time_distributed_dense, time_distributed_refusals)
