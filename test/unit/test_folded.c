/*
 * test/unit/test_folded.c
 *	  Upsample of torch, and resize1d, before a convolution: folded where each
 *	  step is there so many times, and a step of its own where that is not so.
 *
 * Whole numbers add up exactly, so the folded model has the bits of its layers
 * one by one; and with any numbers those of the same model with UpSampling1D.
 */
#include "model.h"

#define CASES 1500				/* of each instruction set */

/* A model: one of the ways to repeat steps, and a convolution over them. */
typedef struct Folded
{
	C1dShape	in;
	int			times;
	char		class_name[16];
	char		config[100];	/* of what repeats */
	bool		torch;			/* the convolution */
	C1dTensor	weights[2];		/* as torch's: (filters, channels, kernel_size) */
	char		conv[160];
} Folded;

static void
draw(Folded *f, bool whole)
{
	static const char *const modes[] = {"nearest", "nearest-exact"};
	const char *mode = modes[unit_between(0, 1)];
	int64_t		length = unit_between(1, 40),
				channels = unit_between(1, 6),
				filters = unit_between(1, 6),
				size = unit_between(1, 5),
				pad = unit_between(0, 3);

	f->in = c1d_shape2(length, channels);
	f->times = (int) unit_between(2, 8);
	strcpy(f->class_name, "Upsample");
	switch (unit_between(0, 4))
	{
		case 0:
			sprintf(f->config, "{'size': %lld, 'mode': '%s'}", (long long) length * f->times, mode);
			break;
		case 1:
			sprintf(f->config, "{'scale_factor': [%d.0], 'mode': '%s'}", f->times, mode);
			break;
		case 2:
			sprintf(f->config, "{'scale_factor': %d, 'mode': '%s', 'recompute_scale_factor': true}", f->times, mode);
			break;
		case 3:
			strcpy(f->class_name, "resize1d");
			sprintf(f->config, "{'length': %lld}", (long long) length * f->times);
			break;
		default:
			sprintf(f->config, "{'scale_factor': %d}", f->times);
	}
	size = size > length * f->times + 2 * pad ? 1 : size;
	sprintf(f->conv, "{'in_channels': %lld, 'out_channels': %lld, 'kernel_size': %lld, 'padding': %lld}",
			(long long) channels, (long long) filters, (long long) size, (long long) pad);
	f->weights[0] = (C1dTensor) {c1d_shape3(filters, channels, size), unit_random_floats(filters * channels * size, whole)};
	f->weights[1] = (C1dTensor) {c1d_shape1(filters), unit_random_floats(filters, whole)};
}

static bool
plan(UnitModel *m, const Folded *f, const char *class_name, const char *config, const C1dTuning *tuning)
{
	unit_model_begin(m, 2);
	return unit_add(m, class_name, 0, NULL, "%s", config) && unit_add(m, "Conv1d", 2, f->weights, "%s", f->conv) &&
		c1d_plan_make(&m->graph, &f->in, tuning, &m->arena, &m->plan, &m->err);
}

static void
check_case(bool whole, C1dIsa isa, UnitTally *tally)
{
	const C1dTuning folding = {.isa = isa, .winograd = true};
	const C1dTuning alone = {.isa = isa, .plain = true};
	Folded		f;
	UnitModel	m,
				other;
	char		up[32];
	float	   *x,
			   *y = NULL,
			   *chunks = NULL,
			   *want = NULL;
	int64_t		count;

	draw(&f, whole);
	x = unit_random_floats(c1d_shape_elements(&f.in), whole);
	if (unit_between(0, 3) == 0)
		x[unit_between(0, c1d_shape_elements(&f.in) - 1)] = unit_between(0, 1) ? NAN : INFINITY;
	sprintf(up, "{'size': %d}", f.times);
	tally->cases++;
	if (plan(&m, &f, f.class_name, f.config, &folding) && m.plan.steps == 1)
	{
		y = unit_output(&m.plan, x, 0);
		chunks = unit_output(&m.plan, x, unit_between(1, 9));
	}
	if (whole ? plan(&other, &f, f.class_name, f.config, &alone) : plan(&other, &f, "UpSampling1D", up, &folding))
		want = unit_output(&other.plan, x, 0);
	count = want == NULL ? 0 : c1d_shape_elements(&other.plan.output);
	tally->values += count;
	if (y == NULL || chunks == NULL || want == NULL || !c1d_shape_equal(&m.plan.output, &other.plan.output))
		unit_wrong(tally, &m, &f.in, m.plan.steps == 1 ? "does not run" : "is not folded");
	else if (other.plan.steps != (whole ? 2 : 1) || !unit_same_bits(y, want, count) || !unit_same_bits(y, chunks, count))
		unit_wrong(tally, &m, &f.in, "has other bits");
	unit_unguard(y);
	unit_unguard(chunks);
	unit_unguard(want);
	unit_model_end(&m);
	unit_model_end(&other);
	free(x);
	free((void *) f.weights[0].data);
	free((void *) f.weights[1].data);
}

TEST(folded)
{
	for (int isa = 0; isa < C1D_ISAS; isa++)
	{
		UnitTally	whole = {0},
					real = {0};

		if (!c1d_isa_available((C1dIsa) isa))
		{
			ok(true, "folded # SKIP this machine has no %s", c1d_isa_names[isa]);
			continue;
		}
		for (int i = 0; i < CASES; i++)
		{
			check_case(true, (C1dIsa) isa, &whole);
			check_case(false, (C1dIsa) isa, &real);
		}
		ok(whole.wrong == 0, "%s: %lld times nearest steps before a convolution are folded, with the bits of two layers",
		   c1d_isa_names[isa], (long long) whole.cases);
		ok(real.wrong == 0, "%s: %lld times with those of UpSampling1D, on any numbers", c1d_isa_names[isa], (long long) real.cases);
	}
}

/* steps: of the plan of a layer and a convolution over one channel, -1 = it is refused */
static int
steps(const char *class_name, const char *config, int64_t length)
{
	const C1dTuning tuning = {.isa = C1D_ISA_BASELINE};
	const float ones[3] = {1, 1, 1};
	Folded		f = {
		.in = c1d_shape2(length, 1), .weights = {{c1d_shape3(1, 1, 2), ones}, {c1d_shape1(1), ones}},
		.conv = "{'in_channels': 1, 'out_channels': 1, 'kernel_size': 2}",
	};
	UnitModel	m;
	int			count = plan(&m, &f, class_name, config, &tuning) ? m.plan.steps : -1;

	unit_model_end(&m);
	return count;
}

/* kept: is each step there as often, where torch finds it in float32?  None lies behind the last. */
static bool
kept(int64_t length, int times, bool exact)
{
	float		step = 1 / (float) times;

	for (int64_t i = 0; i < length * times; i++)
	{
		volatile float at = exact ? (float) i + 0.5f : (float) i;

		at = at * step;
		if ((int64_t) at != i / times && i / times < length - 1)
			return false;
	}
	return true;
}

/*
 * torch finds the nearest steps in float32, and in millions of them not every
 * copy: the longest series that are folded, against that arithmetic.
 */
TEST(where_float32_ends)
{
	static const struct
	{
		int			times;
		bool		exact;
		int64_t		length;		/* the longest */
	}			cases[] = {
		{2, false, 8388610}, {3, false, 4194305}, {7, false, 1797559}, {8, false, 2097153}, {2, true, 4194305}, {3, true, 2097153}, {7, true, 898780},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		char		config[80];
		int			one,
					two;

		sprintf(config, "{'scale_factor': %d, 'mode': '%s'}", cases[i].times, cases[i].exact ? "nearest-exact" : "nearest");
		one = steps("Upsample", config, cases[i].length);
		two = steps("Upsample", config, cases[i].length + 1);
		ok(one == 1 && two == 2 && kept(cases[i].length, cases[i].times, cases[i].exact) && !kept(cases[i].length + 1, cases[i].times, cases[i].exact),
		   "%s: %lld steps are folded (%d step), one more is not (%d)", config, (long long) cases[i].length, one, two);
	}
}

TEST(steps_of_their_own)
{
	static const struct
	{
		const char *class_name;
		const char *config;
		int64_t		length;
		int			steps;
	}			cases[] = {
		{"Upsample", "{'scale_factor': 8}", 5, 1},
		{"Upsample", "{'scale_factor': 9}", 5, 2},
		{"Upsample", "{'scale_factor': 1}", 5, 2},
		{"Upsample", "{'scale_factor': 2.5}", 4, 2},
		{"Upsample", "{'scale_factor': 2.4}", 2, 2},	/* of 2 and 2 copies torch makes 3 and 1 */
		{"Upsample", "{'scale_factor': 2.4, 'recompute_scale_factor': true}", 2, 1},
		{"Upsample", "{'size': 8}", 4, 1},
		{"Upsample", "{'size': 9}", 4, 2},
		{"Upsample", "{'size': 8, 'mode': 'linear'}", 4, 2},
		{"Upsample", "{'scale_factor': 2, 'mode': 'linear', 'align_corners': true}", 4, 2},
		{"resize1d", "{'length': 12}", 4, 1},
		{"resize1d", "{'length': 2}", 4, 2},
		{"resize1d", "{'length': 12, 'mode': 'linear'}", 4, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
	{
		int			got = steps(cases[i].class_name, cases[i].config, cases[i].length);

		ok(got == cases[i].steps, "%s %s of %lld steps and a convolution: %d steps of a plan", cases[i].class_name, cases[i].config,
		   (long long) cases[i].length, got);
	}
}

RUN(folded, where_float32_ends, steps_of_their_own)
