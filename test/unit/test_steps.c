/*
 * test/unit/test_steps.c
 *	  Layers that compute nothing: UpSampling1D, ZeroPadding1D, Cropping1D,
 *	  Flatten, Reshape and InputLayer.  Whatever comes out is a bit-identical
 *	  input, or zero.
 */
#include "model.h"

/* the ways to write a pair of sides */
static void
write_sides(char text[64], int64_t before, int64_t after)
{
	if (before == after && unit_between(0, 1))
		snprintf(text, 64, unit_between(0, 1) ? "%lld" : "[%lld]", (long long) before);
	else if (unit_between(0, 1))
		snprintf(text, 64, "[%lld, %lld]", (long long) before, (long long) after);
	else
		snprintf(text, 64, "{'class_name': '__tuple__', 'items': [%lld, %lld]}", (long long) before, (long long) after);
}

/* plan a layer that was added, or count it as refused with that code */
static void
check_steps(UnitTally *tally, UnitModel *m, bool added, const C1dShape *in, C1dCode code, const C1dShape *out,
			const float *x, const double *y)
{
	double	   *exactly = NULL;

	if (!added || !unit_plan(m, *in, unit_isa()) || code != C1D_OK)
		unit_refused(tally, m, in, code);
	else
	{
		exactly = unit_must(calloc((size_t) c1d_shape_elements(out), sizeof(double)));
		unit_check(tally, m, out, x, y, exactly);
	}
	free(exactly);
}

TEST(moved_steps)
{
	UnitTally	tally[3] = {{0}};
	static const char *const what[] = {"UpSampling1D", "ZeroPadding1D", "Cropping1D"};

	for (int i = 0; i < 9000; i++)
	{
		int			kind = i % 3;
		C1dShape	in = c1d_shape2(unit_between(1, 20), unit_between(1, 9));
		C1dShape	out = in;
		int64_t		size = kind == 0 ? unit_between(1, 5) : 1,
					before = kind > 0 ? unit_between(0, 8) : 0,
					after = kind > 0 ? unit_between(0, 8) : 0;
		int64_t		cut = kind == 2 ? before : 0;
		float	   *x = unit_random_floats(in.dim[0] * in.dim[1], false);
		double	   *y;
		UnitModel	m;
		char		sides[64];
		bool		added;

		x[unit_between(0, in.dim[0] * in.dim[1] - 1)] = (const float[]) {NAN, INFINITY, 1, 1}[unit_between(0, 3)];
		out.dim[0] = kind == 2 ? in.dim[0] - before - after : in.dim[0] * size + before + after;
		y = unit_must(calloc((size_t) (out.dim[0] > 0 ? c1d_shape_elements(&out) : 1), sizeof(double)));
		for (int64_t t = 0; t < out.dim[0]; t++)
			for (int64_t c = 0; c < in.dim[1]; c++)
				if (kind == 2)
					y[t * in.dim[1] + c] = x[(t + cut) * in.dim[1] + c];
				else if (t >= before && t < before + in.dim[0] * size)
					y[t * in.dim[1] + c] = x[(t - before) / size * in.dim[1] + c];
		unit_model_begin(&m, 1);
		write_sides(sides, before, after);
		if (kind == 0)
			added = size == 2 && unit_between(0, 1) ? unit_add(&m, "UpSampling1D", 0, NULL, "{}") :
				unit_add(&m, "UpSampling1D", 0, NULL, "{'size': %lld}", (long long) size);
		else if (kind == 1)
			added = unit_add(&m, unit_between(0, 1) ? "ZeroPadding1D" : "zero_pad1d", 0, NULL, "{'padding': %s}", sides);
		else
			added = unit_add(&m, unit_between(0, 1) ? "Cropping1D" : "crop1d", 0, NULL, "{'cropping': %s}", sides);
		check_steps(&tally[kind], &m, added, &in, out.dim[0] > 0 ? C1D_OK : C1D_BAD_SHAPE, &out, x, y);
		unit_model_end(&m);
		free(x);
		free(y);
	}
	for (int kind = 0; kind < 3; kind++)
		ok(tally[kind].wrong == 0 && tally[kind].cases > 1000, "%s moves whole steps: %lld cases, %lld refused as they should be",
		   what[kind], (long long) tally[kind].cases, (long long) tally[kind].refused);
}

/*
 * draw_target
 *		A shape of as many elements, or not, perhaps with one -1; *out is what
 *		it becomes.
 */
static C1dCode
draw_target(const C1dShape *in, C1dShape *target, C1dShape *out)
{
	int64_t		left = c1d_shape_elements(in);

	target->rank = (int) unit_between(1, C1D_MAX_RANK);
	for (int i = 0; i < target->rank; i++)
	{
		int64_t		factor = i == target->rank - 1 ? left : unit_between(1, 6);

		while (left % factor != 0)
			factor--;
		target->dim[i] = factor;
		left /= factor;
	}
	*out = *target;
	switch (unit_between(0, 5))
	{
		case 0:
		case 1:
			target->dim[unit_between(0, target->rank - 1)] = -1;
			return C1D_OK;
		case 2:
			target->dim[unit_between(0, target->rank - 1)]++;
			return C1D_BAD_SHAPE;
		case 3:

			/* one free dimension and a rest that is no divisor */
			target->rank = 2;
			target->dim[0] = -1;
			target->dim[1] = c1d_shape_elements(in) + unit_between(1, 3);
			return C1D_BAD_SHAPE;
	}
	return C1D_OK;
}

TEST(other_shapes)
{
	UnitTally	flatten = {0},
				reshape = {0};

	for (int i = 0; i < 6000; i++)
	{
		C1dShape	in = {.rank = (int) unit_between(1, C1D_MAX_RANK)};
		C1dShape	target,
					out;
		C1dCode		code;
		int64_t		count;
		float	   *x;
		double	   *y;
		UnitModel	m;
		char		text[128];
		int			used = 0;

		for (int d = 0; d < in.rank; d++)
			in.dim[d] = unit_between(1, 7);
		count = c1d_shape_elements(&in);
		x = unit_random_floats(count, false);
		y = unit_must(malloc((size_t) count * sizeof(double)));
		for (int64_t k = 0; k < count; k++)
			y[k] = x[k];

		unit_model_begin(&m, 1);
		out = c1d_shape1(count);
		check_steps(&flatten, &m, unit_add(&m, "Flatten", 0, NULL, unit_between(0, 1) ? "{}" : "{'data_format': 'channels_last'}"),
					&in, C1D_OK, &out, x, y);
		unit_model_end(&m);

		code = draw_target(&in, &target, &out);
		for (int d = 0; d < target.rank; d++)
			used += snprintf(text + used, sizeof(text) - used, "%s%lld", d ? ", " : "", (long long) target.dim[d]);
		unit_model_begin(&m, 1);
		check_steps(&reshape, &m, unit_add(&m, "Reshape", 0, NULL, "{'target_shape': [%s]}", text), &in, code, &out, x, y);
		unit_model_end(&m);
		free(x);
		free(y);
	}
	ok(flatten.wrong == 0, "Flatten puts element (t, c) at t * channels + c: %lld cases", (long long) flatten.cases);
	ok(reshape.wrong == 0 && reshape.cases > 2000 && reshape.refused > 1000,
	   "Reshape keeps the row-major order: %lld cases, %lld refused as they should be", (long long) reshape.cases, (long long) reshape.refused);
}

static void
refuses(const char *class_name, const char *config, C1dShape in, C1dCode code)
{
	UnitModel	m;
	char		text[C1D_SHAPE_TEXT];

	unit_model_begin(&m, 1);
	if (unit_add(&m, class_name, 0, NULL, "%s", config))
		unit_plan(&m, in, unit_isa());
	ok(m.err.code == code && m.err.message[0] != '\0', "refused: %s %s of %s", class_name, config, c1d_shape_text(&in, text));
	unit_model_end(&m);
}

TEST(refusals)
{
	C1dShape	series = c1d_shape2(6, 2);

	refuses("Reshape", "{}", series, C1D_BAD_ARGUMENT);
	refuses("Reshape", "{'target_shape': []}", series, C1D_BAD_ARGUMENT);
	refuses("Reshape", "{'target_shape': [0]}", series, C1D_BAD_ARGUMENT);
	refuses("Reshape", "{'target_shape': [-1, -1]}", series, C1D_BAD_ARGUMENT);
	refuses("Reshape", "{'target_shape': [-2]}", series, C1D_BAD_ARGUMENT);
	refuses("Reshape", "{'target_shape': [1, 1, 1, 1, 12]}", series, C1D_BAD_ARGUMENT);
	refuses("Reshape", "{'target_shape': [2147483647, 2147483647, 2147483647, 2147483647]}", series, C1D_BAD_SHAPE);
	refuses("Reshape", "{'target_shape': [-1, 134217729]}", series, C1D_BAD_SHAPE);
	refuses("UpSampling1D", "{'size': 0}", series, C1D_BAD_ARGUMENT);
	refuses("UpSampling1D", "{'size': 2147483647}", c1d_shape2(1 << 26, 2), C1D_LIMIT);
	refuses("UpSampling1D", "{}", c1d_shape1(6), C1D_BAD_SHAPE);
	refuses("ZeroPadding1D", "{'padding': -1}", series, C1D_BAD_ARGUMENT);
	refuses("ZeroPadding1D", "{'padding': [1, 2, 3]}", series, C1D_BAD_ARGUMENT);
	refuses("ZeroPadding1D", "{'padding': [2147483647, 2147483647]}", series, C1D_LIMIT);
	refuses("Cropping1D", "{'cropping': [6, 0]}", series, C1D_BAD_SHAPE);
	refuses("Cropping1D", "{'cropping': [2147483647, 2147483647]}", series, C1D_BAD_SHAPE);
	refuses("Cropping1D", "{'cropping': 1}", c1d_shape3(4, 3, 2), C1D_BAD_SHAPE);
}

/* what an InputLayer declares, what comes, and whether that is right */
TEST(input_layer)
{
	static const struct
	{
		const char *config;
		C1dShape	in;
		C1dCode		code;
	}			cases[] = {
		{"{}", {2, {6, 2}}, C1D_OK},
		{"{'batch_shape': [null, 6, 2]}", {2, {6, 2}}, C1D_OK},
		{"{'batch_shape': [null, null, 2]}", {2, {9, 2}}, C1D_OK},
		{"{'batch_shape': [null, -1, 2]}", {2, {9, 2}}, C1D_OK},
		{"{'batch_shape': [32, 6, 2]}", {2, {6, 2}}, C1D_OK},
		{"{'batch_input_shape': [null, 6, 2], 'dtype': 'float32', 'sparse': false, 'ragged': false, 'name': 'x'}", {2, {6, 2}}, C1D_OK},
		{"{'batch_input_shape': {'class_name': '__tuple__', 'items': [null, 6, 2]}}", {2, {6, 2}}, C1D_OK},
		{"{'batch_shape': [null, 7]}", {1, {7}}, C1D_OK},
		{"{'batch_shape': [null, 6, 2]}", {2, {2, 6}}, C1D_BAD_SHAPE},
		{"{'batch_shape': [null, 6, 2]}", {2, {7, 2}}, C1D_BAD_SHAPE},
		{"{'batch_shape': [null, 6, 1]}", {1, {6}}, C1D_BAD_SHAPE},
		{"{'batch_shape': [null]}", {1, {6}}, C1D_BAD_ARGUMENT},
		{"{'batch_shape': 6}", {1, {6}}, C1D_BAD_ARGUMENT},
		{"{'batch_shape': [null, 0]}", {1, {6}}, C1D_BAD_ARGUMENT},
		{"{'batch_shape': [null, 'six']}", {1, {6}}, C1D_BAD_ARGUMENT},
		{"{'batch_shape': [null, 1, 1, 1, 1, 1]}", {1, {6}}, C1D_BAD_ARGUMENT},
	};
	UnitTally	tally = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		int64_t		count = c1d_shape_elements(&cases[i].in);
		float	   *x = unit_random_floats(count, true);
		double	   *y = unit_must(malloc((size_t) count * sizeof(double)));
		UnitModel	m;

		for (int64_t k = 0; k < count; k++)
			y[k] = x[k];
		unit_model_begin(&m, 1);
		check_steps(&tally, &m, unit_add(&m, "InputLayer", 0, NULL, "%s", cases[i].config), &cases[i].in, cases[i].code, &cases[i].in, x, y);
		unit_model_end(&m);
		free(x);
		free(y);
	}
	ok(tally.wrong == 0, "InputLayer lets through what it declares, %lld cases, and refuses the rest, %lld cases",
	   (long long) tally.cases, (long long) tally.refused);
}

RUN(moved_steps, other_shapes, refusals, input_layer)
