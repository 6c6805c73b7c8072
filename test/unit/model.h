/*
 * test/unit/model.h
 *	  Building, planning and running models in tests.
 *
 * Outputs and work memory lie between guards and are filled with a bit pattern
 * that no kernel computes, so that a test sees what was written and what was
 * not.  Inputs have exactly their size: the address sanitizer sees one float
 * too many being read.
 */
#ifndef C1D_UNIT_MODEL_H
#define C1D_UNIT_MODEL_H

#include "config.h"

#include "model/run.h"

/* ---- guarded floats ---- */

#define UNIT_GUARD 48
#define UNIT_UNTOUCHED UINT32_C(0x7fa5a5a5)	/* a signalling NaN */

static bool
unit_untouched(const float *at, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
	{
		uint32_t	bits;

		memcpy(&bits, at + i, sizeof(bits));
		if (bits != UNIT_UNTOUCHED)
			return false;
	}
	return true;
}

/* unit_guarded: count floats, untouched, between guards; unit_unguard() frees them. */
__attribute__((unused))
static float *
unit_guarded(int64_t count)
{
	int64_t		all = count + 2 * UNIT_GUARD;
	float	   *block = unit_must(malloc((size_t) all * sizeof(float)));
	uint32_t	bits = UNIT_UNTOUCHED;

	for (int64_t i = 0; i < all; i++)
		memcpy(block + i, &bits, sizeof(bits));
	return block + UNIT_GUARD;
}

/* unit_intact: nothing was written outside the count floats. */
__attribute__((unused))
static bool
unit_intact(const float *floats, int64_t count)
{
	return unit_untouched(floats - UNIT_GUARD, UNIT_GUARD) && unit_untouched(floats + count, UNIT_GUARD);
}

/* unit_written: each of the count floats was written. */
__attribute__((unused))
static bool
unit_written(const float *floats, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		if (unit_untouched(floats + i, 1))
			return false;
	return true;
}

__attribute__((unused))
static void
unit_unguard(float *floats)
{
	if (floats != NULL)
		free(floats - UNIT_GUARD);
}

__attribute__((unused))
static float *
unit_floats(int64_t count)
{
	return unit_must(malloc((size_t) (count > 0 ? count : 1) * sizeof(float)));
}

/* Floats in (-1, 1), or, where sums shall be exact in float32, whole numbers in -8 .. 8. */
__attribute__((unused))
static float *
unit_random_floats(int64_t count, bool whole)
{
	float	   *floats = unit_floats(count);

	for (int64_t i = 0; i < count; i++)
		floats[i] = whole ? (float) unit_between(-8, 8) : unit_float();
	return floats;
}

/* ---- comparing ---- */

/*
 * unit_off
 *		How far a float is from what it should be, in roundings: multiples of
 *		2^-24 times the magnitude of the numbers that were added up.  Infinite
 *		when one is a NaN, or an infinity, and the other is not the same.
 */
__attribute__((unused))
static double
unit_off(float got, double expected, double magnitude)
{
	if (isnan(expected))
		return isnan(got) ? 0 : INFINITY;
	if (isinf(expected) || !isfinite(got))
		return (double) got == expected ? 0 : INFINITY;
	if ((double) got == expected)
		return 0;
	return fabs((double) got - expected) / (magnitude * 0x1p-24);
}

/*
 * unit_same_bits
 *		Bit for bit the same, a NaN being a NaN: which operand of an addition
 *		passes on its sign and payload is the compiler's choice.
 */
__attribute__((unused))
static bool
unit_same_bits(const float *a, const float *b, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		if (memcmp(a + i, b + i, sizeof(float)) != 0 && !(isnan(a[i]) && isnan(b[i])))
			return false;
	return true;
}

/* ---- models ---- */

typedef struct UnitModel
{
	UnitBlock  *blocks;
	C1dArena	arena;
	C1dGraph	graph;
	C1dPlan		plan;
	C1dError	err;			/* of what failed */
	char		text[400];		/* its last layer, for the reader of a failure */
} UnitModel;

__attribute__((unused))
static void
unit_model_begin(UnitModel *m, int room)
{
	memset(m, 0, sizeof(*m));
	m->arena = unit_arena(&m->blocks);
	if (!c1d_graph_start(&m->graph, room, &m->arena, &m->err))
		abort();
}

__attribute__((unused))
static void
unit_model_end(UnitModel *m)
{
	unit_release(&m->blocks);
}

/* A block function that has only so many blocks to give; its owner is a UnitScarce. */
typedef struct UnitScarce
{
	UnitBlock  *blocks;
	int			left;
} UnitScarce;

__attribute__((unused))
static void *
unit_scarce_block(void *owner, size_t size)
{
	UnitScarce *scarce = owner;

	return scarce->left-- > 0 ? unit_block(&scarce->blocks, size) : NULL;
}

/*
 * unit_scarce
 *		An arena that has blocks for the first so many requests, or a limit of so
 *		many bytes, and of which advance pieces have been taken: over all of
 *		both, each allocation of whatever comes next is once the one that fails.
 *		false when even these pieces were too many.
 */
__attribute__((unused))
static bool
unit_scarce(C1dArena *arena, UnitScarce *scarce, int blocks, size_t limit, int advance, C1dError *err)
{
	bool		taken = true;

	*err = (C1dError) {0};
	*scarce = (UnitScarce) {.left = limit ? 1000000 : blocks};
	*arena = (C1dArena) {.block = unit_scarce_block, .owner = scarce, .limit = limit};
	for (int i = 0; taken && i < advance; i++)
		taken = c1d_alloc(arena, C1D_ALIGN, err) != NULL;
	return taken;
}

#define UNIT_ADVANCES (8192 / C1D_ALIGN)	/* the pieces of a block */

/* unit_text: a layer as text, in the arena. */
__attribute__((unused))
static C1dLayerText
unit_text(C1dArena *arena, const char *class_name, const C1dValue *config, int weight_count, const C1dTensor *weights)
{
	C1dError	err;
	C1dValue   *class_value = unit_must(c1d_alloc(arena, sizeof(*class_value), &err));

	*class_value = c1d_value_string(class_name);
	return (C1dLayerText) {.class_name = class_value, .config = config, .weight_count = weight_count, .weights = weights};
}

/* unit_add: append a layer; the configuration is a format for unit_config(). */
__attribute__((format(printf, 5, 6), unused))
static bool
unit_add(UnitModel *m, const char *class_name, int weight_count, const C1dTensor *weights, const char *format,...)
{
	const C1dValue *config;
	C1dLayerText text;
	va_list		args;

	va_start(args, format);
	config = unit_config_list(&m->arena, format, args);
	va_end(args);
	va_start(args, format);
	snprintf(m->text, sizeof(m->text), "%s ", class_name);
	vsnprintf(m->text + strlen(m->text), sizeof(m->text) - strlen(m->text), format, args);
	va_end(args);
	text = unit_text(&m->arena, class_name, config, weight_count, weights);
	return c1d_graph_add(&m->graph, &text, &m->arena, &m->err);
}

/* unit_isa: one of the sets of instructions that there are here. */
__attribute__((unused))
static C1dIsa
unit_isa(void)
{
	C1dIsa		isa;

	do
		isa = (C1dIsa) unit_between(0, C1D_ISAS - 1);
	while (!c1d_isa_available(isa));
	return isa;
}

__attribute__((unused))
static bool
unit_plan(UnitModel *m, C1dShape in, C1dIsa isa)
{
	return c1d_plan_make(&m->graph, &in, &(C1dTuning) {.isa = isa, .winograd = true}, &m->arena, &m->plan, &m->err);
}

/*
 * unit_output
 *		The output of a plan, to be freed with unit_unguard(); NULL when
 *		something was written where it must not be, or not written where it must.
 *
 * With chunk > 0 steps are cut into chunks of so many rows and the run is
 * interrupted after each of them.
 */
__attribute__((unused))
static float *
unit_output(C1dPlan *plan, const float *x, int64_t chunk)
{
	const volatile sig_atomic_t stop = 1;
	int64_t		count = c1d_shape_elements(&plan->output);
	float	   *y = unit_guarded(count);
	float	   *work = unit_guarded(plan->work_floats);
	C1dRun		run = {0};
	int64_t		calls = 0,
				wanted = 0;

	for (int i = 0; i < plan->steps; i++)
	{
		plan->step[i].chunk = chunk > 0 ? chunk : plan->step[i].rows;
		wanted += (plan->step[i].rows + plan->step[i].chunk - 1) / plan->step[i].chunk;
	}
	do
		calls++;
	while (!c1d_run(plan, &run, x, y, work, chunk > 0 ? &stop : NULL));
	if (!unit_intact(y, count) || !unit_written(y, count) || !unit_intact(work, plan->work_floats) ||
		(chunk > 0 && wanted > 0 && calls != wanted))
	{
		unit_unguard(y);
		y = NULL;
	}
	unit_unguard(work);
	return y;
}

/* ---- many cases in one line ---- */

typedef struct UnitTally
{
	int64_t		cases;			/* that ran */
	int64_t		refused;		/* that were refused, as they should be */
	int64_t		values;
	int64_t		finite;			/* of the values */
	int64_t		wrong;			/* cases */
	double		worst;			/* error, as a share of what is allowed */
} UnitTally;

/* unit_wrong: count a wrong case; the first ones are described. */
__attribute__((unused))
static void
unit_wrong(UnitTally *tally, const UnitModel *m, const C1dShape *in, const char *what)
{
	char		text[C1D_SHAPE_TEXT];

	if (tally->wrong++ < 5)
		printf("# %s of %s: %s%s%s\n", m->text, c1d_shape_text(in, text), what,
			   m->err.code == C1D_OK ? "" : "; ", m->err.code == C1D_OK ? "" : m->err.message);
}

/* unit_refused: the last layer, or its plan, was refused with that code. */
__attribute__((unused))
static void
unit_refused(UnitTally *tally, const UnitModel *m, const C1dShape *in, C1dCode code)
{
	tally->refused++;
	if (m->err.code != code || m->err.message[0] == '\0')
		unit_wrong(tally, m, in, m->err.code == C1D_OK ? "is not refused" : "is refused for another reason");
}

/*
 * unit_check
 *		Run a plan, in one go and in chunks, whose outputs are known: out has the
 *		shape of the output, expected and allowed an entry for each element, how
 *		far it may be off.
 */
__attribute__((unused))
static void
unit_check(UnitTally *tally, UnitModel *m, const C1dShape *out, const float *x, const double *expected, const double *allowed)
{
	const C1dShape *in = &m->plan.input;
	int64_t		count = c1d_shape_elements(out);
	float	   *y,
			   *again;
	bool		right = true;

	tally->cases++;
	if (!c1d_shape_equal(&m->plan.output, out))
	{
		unit_wrong(tally, m, in, "another shape");
		return;
	}
	y = unit_output(&m->plan, x, 0);
	again = unit_output(&m->plan, x, unit_between(0, 1) ? 1 : unit_between(2, 7));
	if (y == NULL || again == NULL)
		unit_wrong(tally, m, in, "writes too much or too little");
	else if (!unit_same_bits(y, again, count))
		unit_wrong(tally, m, in, "gives other bits in chunks");
	for (int64_t i = 0; y != NULL && i < count; i++)
	{
		double		off = y[i] == expected[i] || (isnan(y[i]) && isnan(expected[i])) ? 0 : fabs(y[i] - expected[i]) / allowed[i];

		tally->values++;
		tally->finite += isfinite(y[i]) != 0;
		if (!(off <= 1))
		{
			if (right)
				unit_wrong(tally, m, in, "wrong values");
			right = false;
		}
		else if (off > tally->worst)
			tally->worst = off;
	}
	unit_unguard(y);
	unit_unguard(again);
}

#endif
