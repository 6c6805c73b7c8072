/*
 * test/unit/test_norm.c
 *	  Normalization against its definition: for every element, the statistics
 *	  of all elements of its group, found by comparing indices.
 *
 * All is computed in double and rounded once, so an output is off by half of
 * its last bit, and by what double lost where terms cancel.
 */
#include "model.h"

typedef enum Kind
{
	BATCH, LAYER, RMS, UNIT, GROUP, KINDS
} Kind;

static const char *const class_names[2][KINDS] = {
	{"BatchNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization", "GroupNormalization"},
	{NULL, "LayerNorm", "RMSNorm", NULL, "GroupNorm"},
};

typedef struct Case
{
	Kind		kind;
	bool		torch;
	bool		gamma;
	bool		beta;
	C1dShape	shape;
	bool		reduced[C1D_MAX_RANK];	/* BATCH, GROUP: true but for the channels */
	int			channels;		/* BATCH, GROUP: this axis */
	int64_t		groups;
	double		epsilon;
} Case;

/* how many random weights, and what they are for */
typedef struct Weights
{
	C1dTensor	tensor[4];
	float	   *floats[4];
	int			count;
} Weights;

static void
add_weight(Weights *w, C1dShape shape, bool positive)
{
	int64_t		count = c1d_shape_elements(&shape);

	w->floats[w->count] = unit_random_floats(count, false);
	for (int64_t i = 0; positive && i < count; i++)
		w->floats[w->count][i] = fabsf(w->floats[w->count][i]) + 0.1f;
	w->tensor[w->count] = (C1dTensor) {shape, w->floats[w->count]};
	w->count++;
}

static Case
draw(void)
{
	Case		c = {
		.kind = (Kind) unit_between(0, KINDS - 1),
		.gamma = unit_between(0, 3) > 0,
		.beta = unit_between(0, 3) > 0,
		.epsilon = 1e-3,
		.groups = 1,
	};

	c.torch = class_names[1][c.kind] != NULL && unit_between(0, 1);
	c.shape.rank = (int) unit_between(1, 4);
	for (int i = 0; i < c.shape.rank; i++)
		c.shape.dim[i] = unit_between(1, i == c.shape.rank - 1 && unit_between(0, 2) == 0 ? 20 : 5);
	c.channels = c.torch ? c.shape.rank - 1 : (int) unit_between(0, c.shape.rank - 1);
	if (c.kind == RMS)
	{
		c.gamma = c.torch ? c.gamma : true;
		c.beta = false;
	}
	if (c.kind == UNIT)
		c.gamma = c.beta = false;
	if (c.torch)
		c.beta = c.kind == LAYER ? c.gamma && c.beta : c.kind == GROUP && c.gamma;
	if (c.kind == GROUP)
	{
		/* many enough that a group has two values, which torch demands */
		if (c.shape.dim[c.channels] % 2 != 0)
			c.shape.dim[c.channels] *= 2;
		c.groups = unit_between(0, 1) ? c.shape.dim[c.channels] / 2 : 1;
		for (int i = 0; i < c.shape.rank; i++)
			c.reduced[i] = i != c.channels;
	}
	else if (c.torch)
	{
		int			trailing = (int) unit_between(1, c.shape.rank);

		for (int i = 0; i < c.shape.rank; i++)
			c.reduced[i] = trailing == c.shape.rank || (i < c.shape.rank - 1 && i >= c.shape.rank - 1 - trailing);
	}
	else if (c.kind != BATCH)
	{
		for (int i = 0; i < c.shape.rank; i++)
			c.reduced[i] = unit_between(0, 1);
		c.reduced[c.channels] = true;
	}
	return c;
}

static void
indices(const Case *c, int64_t at, int64_t *index)
{
	for (int i = c->shape.rank - 1; i >= 0; i--)
	{
		index[i] = at % c->shape.dim[i];
		at /= c->shape.dim[i];
	}
}

static bool
same_group(const Case *c, const int64_t *a, const int64_t *b)
{
	int64_t		size = c->shape.dim[c->channels] / c->groups;

	if (c->kind == GROUP)
		return a[c->channels] / size == b[c->channels] / size;
	for (int i = 0; i < c->shape.rank; i++)
		if (!c->reduced[i] && a[i] != b[i])
			return false;
	return true;
}

/* the axes in the order in which the weights have them */
static int
order(const Case *c, int axes[C1D_MAX_RANK])
{
	int			count = 0;
	bool		all = true;

	if (c->kind == BATCH || c->kind == GROUP)
	{
		axes[0] = c->channels;
		return 1;
	}
	for (int i = 0; i < c->shape.rank; i++)
		all = all && c->reduced[i];
	if (c->torch && all)
		axes[count++] = c->shape.rank - 1;
	for (int i = 0; i < c->shape.rank; i++)
		if (c->reduced[i] && !(c->torch && all && i == c->shape.rank - 1))
			axes[count++] = i;
	return count;
}

static double
expected(const Case *c, const float *x, int64_t at, const Weights *w)
{
	int64_t		index[C1D_MAX_RANK],
				other[C1D_MAX_RANK];
	int			axes[C1D_MAX_RANK];
	int			count = order(c, axes);
	int64_t		weight = 0;
	double		sum = 0,
				squares = 0,
				n = 0,
				mean,
				value;

	indices(c, at, index);
	for (int i = 0; i < count; i++)
		weight = weight * c->shape.dim[axes[i]] + index[axes[i]];
	for (int64_t i = 0; i < c1d_shape_elements(&c->shape); i++)
	{
		indices(c, i, other);
		if (same_group(c, index, other))
		{
			sum += x[i];
			n++;
		}
	}
	mean = c->kind == RMS || c->kind == UNIT ? 0 : sum / n;
	for (int64_t i = 0; i < c1d_shape_elements(&c->shape); i++)
	{
		indices(c, i, other);
		if (same_group(c, index, other))
			squares += (x[i] - mean) * (x[i] - mean);
	}
	if (c->kind == BATCH)
	{
		mean = w->floats[c->gamma + c->beta][weight];
		value = (x[at] - mean) / sqrt(w->floats[c->gamma + c->beta + 1][weight] + c->epsilon);
	}
	else if (c->kind == UNIT)
		value = squares == 0 ? 0 : x[at] / sqrt(squares);
	else
		value = (x[at] - mean) / sqrt(squares / n + c->epsilon);
	if (c->gamma)
		value *= w->floats[0][weight];
	if (c->beta)
		value += w->floats[c->gamma][weight];
	return value;
}

/* a list of axes as Keras writes it, or of sizes as torch does */
static void
list(const Case *c, char *text, size_t room)
{
	int			axes[C1D_MAX_RANK];
	int			count = order(c, axes);
	size_t		used = 0;

	for (int i = 0; i < count; i++)
	{
		long long	number = c->torch ? (long long) c->shape.dim[axes[i]] :
			unit_between(0, 1) ? axes[i] + 1 : axes[i] - c->shape.rank;

		used += (size_t) snprintf(text + used, room - used, "%s%lld", i ? ", " : "", number);
	}
}

static bool
add_layer(UnitModel *m, const Case *c, const Weights *w)
{
	const char *name = class_names[c->torch][c->kind];
	const char *flags[] = {"false", "true"};
	char		text[80];

	list(c, text, sizeof(text));
	if (c->torch && c->kind == GROUP)
		return unit_add(m, name, w->count, w->tensor, "{'num_groups': %d, 'num_channels': %d, 'eps': 0.001, 'affine': %s}",
						(int) c->groups, (int) c->shape.dim[c->channels], flags[c->gamma]);
	if (c->torch)
		return unit_add(m, name, w->count, w->tensor, "{'normalized_shape': [%s], 'eps': 0.001, 'elementwise_affine': %s%s}",
						text, flags[c->gamma], c->kind == RMS || c->beta ? "" : ", 'bias': false");
	if (c->kind == UNIT)
		return unit_add(m, name, 0, NULL, "{'axis': [%s]}", text);
	if (c->kind == RMS)
		return unit_add(m, name, w->count, w->tensor, "{'axis': [%s], 'epsilon': 0.001}", text);
	if (c->kind == GROUP)
		return unit_add(m, name, w->count, w->tensor, "{'groups': %d, 'axis': %s, 'scale': %s, 'center': %s}",
						(int) c->groups, text, flags[c->gamma], flags[c->beta]);
	return unit_add(m, name, w->count, w->tensor, "{'axis': [%s], 'scale': %s, 'center': %s}", text, flags[c->gamma], flags[c->beta]);
}

static Weights
draw_weights(const Case *c)
{
	Weights		w = {0};
	C1dShape	shape = {0};
	int			axes[C1D_MAX_RANK];

	shape.rank = order(c, axes);
	for (int i = 0; i < shape.rank; i++)
		shape.dim[i] = c->shape.dim[axes[i]];
	if (c->gamma)
		add_weight(&w, shape, false);
	if (c->beta)
		add_weight(&w, shape, false);
	if (c->kind == BATCH)
	{
		add_weight(&w, shape, false);
		add_weight(&w, shape, true);
	}
	return w;
}

static void
free_weights(Weights *w)
{
	for (int i = 0; i < w->count; i++)
		free(w->floats[i]);
}

/* try: one case, whole and in chunks; the largest distance, in roundings */
static double
try(const Case *c, float shift)
{
	Weights		w = draw_weights(c);
	int64_t		count = c1d_shape_elements(&c->shape);
	float	   *x = unit_random_floats(count, false);
	float	   *whole = NULL,
			   *chunks = NULL;
	double		worst = INFINITY;
	UnitModel	m;

	for (int64_t i = 0; i < count; i++)
		x[i] += shift;
	unit_model_begin(&m, 1);
	if (!add_layer(&m, c, &w) || !unit_plan(&m, c->shape, unit_isa()) ||
		(whole = unit_output(&m.plan, x, 0)) == NULL || (chunks = unit_output(&m.plan, x, 1)) == NULL)
		printf("# %s on rank %d: %s\n", class_names[c->torch][c->kind], c->shape.rank, m.err.message);
	else if (unit_same_bits(whole, chunks, count))
	{
		worst = 0;
		for (int64_t i = 0; i < count; i++)
		{
			double		value = expected(c, x, i, &w);
			double		off = unit_off(whole[i], value, fabs(value) + 1e-6);

			if (off > worst)
				worst = off;
		}
	}
	unit_unguard(whole);
	unit_unguard(chunks);
	unit_model_end(&m);
	free_weights(&w);
	free(x);
	return worst;
}

TEST(any_axes)
{
	double		worst[2][KINDS] = {0};
	int			tried[2][KINDS] = {0};

	for (int i = 0; i < 3000; i++)
	{
		Case		c = draw();
		double		off = try(&c, unit_between(0, 3) ? 0 : 100);

		tried[c.torch][c.kind]++;
		if (off > worst[c.torch][c.kind])
			worst[c.torch][c.kind] = off;
	}
	for (int t = 0; t < 2; t++)
		for (int k = 0; k < KINDS; k++)
			if (class_names[t][k] != NULL)
				ok(worst[t][k] <= 1.001, "%s is its definition, whole and row by row: %d cases, at most %.3f roundings",
				   class_names[t][k], tried[t][k], worst[t][k]);
}

/* more channels than are worked on at once */
TEST(wide)
{
	const Case	cases[] = {
		{.kind = LAYER, .gamma = true, .beta = true, .epsilon = 1e-3, .groups = 1, .shape = {2, {3, 100}}, .reduced = {true}},
		{.kind = LAYER, .gamma = true, .beta = true, .epsilon = 1e-3, .groups = 1, .shape = {2, {3, 100}}, .reduced = {false, true}},
		{.kind = GROUP, .gamma = true, .beta = true, .epsilon = 1e-3, .groups = 37, .channels = 1, .shape = {2, {9, 37}}, .reduced = {true}},
		{.kind = GROUP, .gamma = true, .beta = true, .epsilon = 1e-3, .groups = 3, .channels = 1, .shape = {2, {40, 6}}, .reduced = {true}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ok(try(&cases[i], 0) <= 1.001, "%s number %d with many groups is its definition", class_names[0][cases[i].kind], (int) i + 1);
}

/* run: the output of one torch layer without weights, to be unguarded; NULL when refused */
static float *
run(UnitModel *m, const char *class_name, const char *config, C1dShape shape, const float *x)
{
	unit_model_begin(m, 1);
	if (!unit_add(m, class_name, 0, NULL, "%s", config) || !unit_plan(m, shape, unit_isa()))
		return NULL;
	return unit_output(&m->plan, x, 0);
}

TEST(instances)
{
	/* channel 0 is 1, 3; channel 1 has a NaN; without epsilon -1 and 1 come out */
	const float x[] = {1, NAN, 3, 5};
	UnitModel	m;
	float	   *y = run(&m, "InstanceNorm1d", "{'num_features': 2, 'eps': 0}", c1d_shape2(2, 2), x);

	ok(y != NULL && y[0] == -1 && y[2] == 1 && isnan(y[1]) && isnan(y[3]), "a NaN reaches its own channel, and no other");
	unit_unguard(y);
	unit_model_end(&m);
}

TEST(tracked)
{
	/* with statistics of its own it is a batch normalization: (x - mean) / 2 */
	const float x[] = {1, 2, 3, 4};
	const float mean[] = {1, 10};
	const float variance[] = {4, 4};
	const C1dTensor weights[] = {{c1d_shape1(2), mean}, {c1d_shape1(2), variance}};
	UnitModel	m;
	float	   *y = NULL;

	unit_model_begin(&m, 1);
	if (unit_add(&m, "InstanceNorm1d", 2, weights, "{'num_features': 2, 'eps': 0, 'track_running_stats': true}") &&
		unit_plan(&m, c1d_shape2(2, 2), unit_isa()))
		y = unit_output(&m.plan, x, 1);
	ok(y != NULL && y[0] == 0 && y[1] == -4 && y[2] == 1 && y[3] == -3, "InstanceNorm1d goes by the statistics that it tracked");
	unit_unguard(y);
	unit_model_end(&m);
}

TEST(refusals)
{
	static const struct
	{
		const char *class_name;
		const char *config;
		C1dShape	shape;
		C1dCode		code;
	}			cases[] = {
		{"InstanceNorm1d", "{'num_features': 2}", {2, {1, 2}}, C1D_BAD_SHAPE},
		{"InstanceNorm1d", "{'num_features': 2}", {1, {2}}, C1D_BAD_SHAPE},
		{"InstanceNorm1d", "{}", {2, {3, 2}}, C1D_BAD_ARGUMENT},
		{"GroupNorm", "{'num_groups': 3, 'num_channels': 4}", {2, {3, 4}}, C1D_BAD_ARGUMENT},
		{"GroupNorm", "{'num_groups': 2, 'num_channels': 4, 'affine': false}", {2, {3, 5}}, C1D_BAD_SHAPE},
		{"GroupNorm", "{'num_groups': 2, 'num_channels': 2, 'affine': false}", {1, {2}}, C1D_BAD_SHAPE},
		{"LayerNorm", "{'normalized_shape': 2, 'elementwise_affine': false}", {2, {3, 2}}, C1D_BAD_SHAPE},
		{"LayerNorm", "{'normalized_shape': [3, 2], 'elementwise_affine': false}", {2, {3, 2}}, C1D_BAD_SHAPE},
		{"LayerNorm", "{'elementwise_affine': false}", {2, {3, 2}}, C1D_BAD_ARGUMENT},
		{"LayerNorm", "{'normalized_shape': 2, 'eps': -1}", {2, {2, 2}}, C1D_BAD_ARGUMENT},
		{"LayerNormalization", "{'axis': [1, -2], 'scale': false, 'center': false}", {2, {3, 2}}, C1D_BAD_ARGUMENT},
		{"LayerNormalization", "{'axis': 0, 'scale': false, 'center': false}", {2, {3, 2}}, C1D_BAD_ARGUMENT},
		{"LayerNormalization", "{'rms_scaling': true}", {2, {3, 2}}, C1D_UNSUPPORTED},
		{"BatchNorm1d", "{'num_features': 2, 'track_running_stats': false}", {2, {3, 2}}, C1D_UNSUPPORTED},
		{"UnitNormalization", "{'axis': 3}", {2, {3, 2}}, C1D_BAD_ARGUMENT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		float		x[64] = {0};
		UnitModel	m;
		float	   *y = run(&m, cases[i].class_name, cases[i].config, cases[i].shape, x);

		ok(y == NULL && m.err.code == cases[i].code, "%s %s: %s", cases[i].class_name, cases[i].config, m.err.message);
		unit_unguard(y);
		unit_model_end(&m);
	}
}

RUN(any_axes, wide, instances, tracked, refusals)
