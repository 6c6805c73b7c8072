/*
 * test/unit/test_scale.c
 *	  The min-max scaler against the formulas of scikit-learn.
 *
 * Parameters are float64, data are float32; every step is computed in double
 * and rounded to float32, so what is applied is equal to the last bit.
 */
#include "model.h"

#include <float.h>

#include "layers/scale.h"

#define MOST 6

/* parse: the configuration of a scaler, as one would write it. */
static bool
parse(C1dArena *arena, const char *text, C1dScaler *scaler, C1dError *err)
{
	C1dAttrs	attrs = {.class_name = "MinMaxScaler", .object = unit_config(arena, "%s", text), .arena = arena};

	memset(scaler, 0, sizeof(*scaler));
	err->code = C1D_OK;
	return c1d_scaler_parse(&attrs, scaler, err);
}

/* a column's number as one writes it; 17 digits are the double itself */
static int
print_number(char *text, size_t room, const char *separator, double number)
{
	return snprintf(text, room, isnan(number) ? "%s'NaN'" : "%s%.17g", separator, number);
}

/*
 * draw
 *		A scaler of random columns: ordinary, constant, nearly constant around
 *		the limit of ten epsilon, and never seen.
 */
static void
draw(char text[1024], C1dScaler *scaler, double data_min[MOST], double data_max[MOST])
{
	static const double ranges[][2] = {{0, 1}, {-1, 1}, {-3, 0.5}, {2, 7}};
	const double *range = ranges[unit_between(0, 3)];
	int			used;

	*scaler = (C1dScaler) {.features = unit_between(1, MOST), .low = range[0], .high = range[1], .clip = unit_between(0, 1)};
	for (int64_t i = 0; i < scaler->features; i++)
	{
		double		low = unit_float() * (double) unit_between(1, 1000);

		data_min[i] = low;
		switch (unit_between(0, 7))
		{
			case 0:
				data_max[i] = low;
				break;
			case 1:
				data_min[i] = 0;
				data_max[i] = 10 * DBL_EPSILON * (unit_between(0, 1) ? 1 : 1 - DBL_EPSILON);
				break;
			case 2:
				data_min[i] = data_max[i] = NAN;
				break;
			default:
				data_max[i] = low + fabs(unit_float()) * 50;
		}
	}
	used = snprintf(text, 1024, "{'feature_range': [%g, %g], 'clip': %s, 'n_samples_seen_': 7, 'data_min_': [",
					scaler->low, scaler->high, scaler->clip ? "true" : "false");
	for (int64_t i = 0; i < scaler->features; i++)
		used += print_number(text + used, 1024 - used, i ? ", " : "", data_min[i]);
	used += snprintf(text + used, 1024 - used, "], 'data_max_': [");
	for (int64_t i = 0; i < scaler->features; i++)
		used += print_number(text + used, 1024 - used, i ? ", " : "", data_max[i]);
	snprintf(text + used, 1024 - used, "]}");
}

static bool
same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* derived: scale and offset of one column */
static void
derive(const C1dScaler *s, double data_min, double data_max, double *scale, double *offset)
{
	double		range = data_max - data_min;
	volatile double product;	/* rounded by itself */

	*scale = (s->high - s->low) / (range < 10 * DBL_EPSILON ? 1 : range);
	product = data_min * *scale;
	*offset = s->low - product;
}

static float
apply(const C1dScaler *s, bool inverse, float x, double scale, double offset)
{
	float		first = inverse ? (float) (x - offset) : (float) (x * scale);
	float		second = inverse ? (float) (first / scale) : (float) (first + offset);

	if (s->clip && !inverse && second < (float) s->low)
		return (float) s->low;
	if (s->clip && !inverse && second > (float) s->high)
		return (float) s->high;
	return second;
}

TEST(formulas)
{
	static const float strange[] = {1e30f, -1e30f, NAN, INFINITY, -INFINITY};
	int64_t		columns = 0,
				derived_wrong = 0,
				values = 0,
				applied_wrong = 0,
				layers = 0,
				layers_wrong = 0;

	for (int i = 0; i < 3000; i++)
	{
		char		text[1024];
		C1dScaler	wanted,
					scaler;
		double		data_min[MOST],
					data_max[MOST];
		UnitModel	m;
		int64_t		rows = unit_between(1, 9);
		float		x[9 * MOST],
					y[9 * MOST];
		const char *class_name = unit_between(0, 1) ? "MinMaxScaler" : "MinMaxInverse";
		bool		inverse = strcmp(class_name, "MinMaxInverse") == 0;
		float	   *by_layer = NULL,
				   *in_chunks = NULL;
		C1dShape	shapes[3];
		C1dShape	shape;

		draw(text, &wanted, data_min, data_max);
		unit_model_begin(&m, 1);
		if (!parse(&m.arena, text, &scaler, &m.err) || scaler.features != wanted.features)
		{
			derived_wrong++;
			unit_model_end(&m);
			continue;
		}
		for (int64_t c = 0; c < scaler.features; c++)
		{
			double		scale,
						offset;

			derive(&wanted, data_min[c], data_max[c], &scale, &offset);
			columns++;
			derived_wrong += !same(scaler.scale[c], scale) || !same(scaler.offset[c], offset);
		}

		/* inside the range, outside, and no numbers */
		for (int64_t k = 0; k < rows * scaler.features; k++)
			x[k] = unit_between(0, 3) ? unit_float() * 1000 : strange[unit_between(0, 4)];
		c1d_scaler_apply(&scaler, unit_isa(), inverse, x, y, rows);
		for (int64_t k = 0; k < rows * scaler.features; k++)
		{
			float		value = apply(&wanted, inverse, x[k], scaler.scale[k % scaler.features], scaler.offset[k % scaler.features]);

			values++;
			applied_wrong += !unit_same_bits(&y[k], &value, 1);
		}

		/* the same by a layer, of any rank */
		shapes[0] = c1d_shape2(rows, scaler.features);
		shapes[1] = c1d_shape3(rows, 1, scaler.features);
		shapes[2] = c1d_shape1(scaler.features);
		shape = shapes[unit_between(0, 2)];
		layers++;
		if (unit_add(&m, class_name, 0, NULL, "%s", text) && unit_plan(&m, shape, unit_isa()))
		{
			by_layer = unit_output(&m.plan, x, 0);
			in_chunks = unit_output(&m.plan, x, 1);
		}
		layers_wrong += by_layer == NULL || in_chunks == NULL || !unit_same_bits(by_layer, y, c1d_shape_elements(&shape)) ||
			!unit_same_bits(in_chunks, y, c1d_shape_elements(&shape));
		unit_unguard(by_layer);
		unit_unguard(in_chunks);

		/* in place */
		c1d_scaler_apply(&scaler, unit_isa(), inverse, x, x, rows);
		applied_wrong += !unit_same_bits(x, y, rows * scaler.features);
		unit_model_end(&m);
	}
	ok(derived_wrong == 0, "scale_ and min_ of %lld columns, some constant or never seen, are those of scikit-learn", (long long) columns);
	ok(applied_wrong == 0, "%lld numbers are scaled, scaled back and clipped to the last bit, in place too", (long long) values);
	ok(layers_wrong == 0, "MinMaxScaler and MinMaxInverse as layers do the same, in chunks too: %lld cases", (long long) layers);
}

/*
 * What is scaled and scaled back is what it was, but for the roundings to
 * float32 of the four steps, each at most 2^-24 of the larger operand.
 */
TEST(there_and_back)
{
	double		worst = 0,
				ends = 0;
	int64_t		values = 0;

	for (int i = 0; i < 2000; i++)
	{
		char		text[1024];
		C1dScaler	s;
		double		data_min[MOST],
					data_max[MOST];
		UnitBlock  *blocks = NULL;
		C1dArena	arena = unit_arena(&blocks);
		C1dError	err;

		draw(text, &s, data_min, data_max);
		if (!parse(&arena, text, &s, &err))
			continue;
		s.clip = false;
		for (int64_t c = 0; c < s.features; c++)
		{
			C1dScaler	one = s;
			float		x[3] = {(float) data_min[c], (float) data_max[c], (float) (data_min[c] + (data_max[c] - data_min[c]) / 3)};
			float		y[3],
						back[3];
			double		most;

			if (isnan(data_min[c]) || data_max[c] - data_min[c] < 1e-3)
				continue;
			one.features = 1;
			one.scale += c;
			one.offset += c;
			c1d_scaler_apply(&one, unit_isa(), false, x, y, 3);
			c1d_scaler_apply(&one, unit_isa(), true, y, back, 3);
			most = (fabs(*one.offset) + fabs(s.low) + fabs(s.high)) * 0x1p-24;
			for (int k = 0; k < 3; k++)
			{
				worst = fmax(worst, fabs(back[k] - x[k]) / (4 * most / *one.scale + 2 * 0x1p-24 * fabs(x[k])));
				values++;
			}
			ends = fmax(ends, fmax(fabs(y[0] - s.low), fabs(y[1] - s.high)) / (4 * most));
		}
		unit_release(&blocks);
	}
	ok(worst <= 1, "%lld numbers come back from there and back, the worst at %.2f of the bound", (long long) values, worst);
	ok(ends <= 1, "the ends of the data go to the ends of the range, the worst at %.2f of the bound", ends);
}

TEST(golden)
{
	UnitBlock  *blocks = NULL;
	C1dArena	arena = unit_arena(&blocks);
	C1dError	err;
	C1dScaler	s;
	const float x[] = {5, 7};
	float		y[2],
				back[2];
	bool		parsed = parse(&arena, "{'feature_range': [-1, 1], 'data_min_': [5], 'data_max_': [5]}", &s, &err);

	ok(parsed && s.scale[0] == 2 && s.offset[0] == -11, "golden: a column of fives to -1 .. 1 has scale 2 and min -11");
	c1d_scaler_apply(&s, unit_isa(), false, x, y, 2);
	ok(y[0] == -1 && y[1] == 3, "golden: 5 and 7 become -1 and 3");
	c1d_scaler_apply(&s, unit_isa(), true, y, back, 2);
	ok(back[0] == 5 && back[1] == 7, "golden: and come back");
	s.clip = true;
	c1d_scaler_apply(&s, unit_isa(), false, x, y, 2);
	c1d_scaler_apply(&s, unit_isa(), true, y, back, 2);
	ok(y[1] == 1 && back[1] == 6, "what was clipped does not come back: 7 becomes 1, and 1 becomes 6");
	unit_release(&blocks);
}

static void
refused(const char *text, const char *why)
{
	UnitBlock  *blocks = NULL;
	C1dArena	arena = unit_arena(&blocks);
	C1dError	err;
	C1dScaler	s;

	ok(!parse(&arena, text, &s, &err) && err.code == C1D_BAD_ARGUMENT && err.message[0] != '\0', "refused: %s", why);
	unit_release(&blocks);
}

#define SCALER(more) "{'data_min_': [0, 1], 'data_max_': [2, 5]" more "}"

TEST(contradictions)
{
	UnitBlock  *blocks = NULL;
	C1dArena	arena = unit_arena(&blocks);
	C1dError	err;
	C1dScaler	s;

	ok(parse(&arena, SCALER(", 'scale_': [0.5, 0.25], 'min_': [0, -0.25], 'data_range_': [2, 4], 'n_features_in_': 2, 'n_samples_seen_': 10"),
			 &s, &err) && s.samples_seen == 10, "what can be derived may be given, too");
	ok(parse(&arena, SCALER(", 'n_samples_seen_': 3000000000"), &s, &err) && s.samples_seen == INT64_C(3000000000),
	   "more than 2^31 samples may have been seen");
	unit_release(&blocks);

	refused("{}", "no data");
	refused("{'data_min_': [0]}", "no maximum");
	refused("{'data_min_': [0], 'data_max_': [1, 2]}", "two maxima for one minimum");
	refused("{'data_min_': 0, 'data_max_': 1}", "numbers for lists");
	refused("{'data_min_': [], 'data_max_': []}", "no feature");
	refused("{'data_min_': [2], 'data_max_': [1]}", "a minimum over the maximum");
	refused("{'data_min_': ['Infinity'], 'data_max_': [1]}", "a word for a number");
	refused("{'data_min_': ['NaN'], 'data_max_': [1]}", "a maximum without a minimum");
	refused("{'data_min_': [true], 'data_max_': [1]}", "a truth value for a number");
	refused(SCALER(", 'feature_range': [1, 1]"), "an empty range");
	refused(SCALER(", 'feature_range': [1, 0]"), "a range that falls");
	refused(SCALER(", 'feature_range': [0, 'NaN']"), "a range up to NaN");
	refused(SCALER(", 'feature_range': [0]"), "half a range");
	refused(SCALER(", 'feature_range': [0, 1, 2]"), "more than a range");
	refused(SCALER(", 'feature_range': []"), "nothing for a range");
	refused(SCALER(", 'clip': 1"), "a number for clip");
	refused(SCALER(", 'n_samples_seen_': -1"), "fewer samples than none");
	refused(SCALER(", 'n_features_in_': 3"), "another number of features");
	refused(SCALER(", 'scale_': [0.5, 0.5]"), "another scale");
	refused(SCALER(", 'scale_': [0.5]"), "half a scale");
	refused(SCALER(", 'min_': [0, 0]"), "another offset");
	refused(SCALER(", 'min_': [0, 'NaN']"), "an offset of NaN");
	refused(SCALER(", 'data_range_': [2, 3]"), "another range of the data");
}

/* rank and number of steps never matter, the last axis always does */
TEST(width)
{
	int64_t		right = 0,
				tried = 0;

	for (int64_t features = 1; features <= 3; features++)
		for (int64_t channels = 1; channels <= 3; channels++)
			for (int rank = 1; rank <= C1D_MAX_RANK; rank++)
				for (int inverse = 0; inverse <= 1; inverse++)
				{
					C1dScaler	s = {.features = features};
					C1dShape	in = {.rank = rank, .dim = {5, 5, 5, 5}};
					C1dError	err = {0};
					bool		fits;

					in.dim[rank - 1] = channels;
					fits = c1d_scaler_fits(&s, &in, inverse, &err);
					tried++;
					right += fits == (channels == features) &&
						(fits || (err.code == C1D_BAD_SHAPE && err.detail[0] != '\0' && err.hint[0] != '\0'));
				}
	ok(right == tried, "a scaler fits where the last axis is as wide, in both directions: %lld of %lld shapes", (long long) right, (long long) tried);
}

TEST(range)
{
	C1dError	err;

	ok(c1d_scaler_range(-1, 1, &err) && c1d_scaler_range(0, 1e-300, &err), "a range that rises is one");
	ok(!c1d_scaler_range(0, 0, &err) && !c1d_scaler_range(1, -1, &err) && !c1d_scaler_range(NAN, 1, &err) &&
	   !c1d_scaler_range(0, INFINITY, &err) && err.code == C1D_BAD_ARGUMENT, "one that does not, or has no end, is none");
}

RUN(formulas, there_and_back, golden, contradictions, width, range)
