/*
 * src/model/repair.c
 *	  A model ends at a shape that was not wanted: which change mends it?
 *
 * Every change is tried out: it becomes a hint only when the whole model,
 * changed so, ends where it should.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/check.h"

#define MOST_HINTS 3

/* Layers read in all trials together: a fraction of a second. */
#define MOST_READS 30000

typedef struct Repair
{
	const C1dLayerText *layers;
	int			count;
	const C1dShape *input;
	const C1dShape *expected;
	const C1dVerdict *verdicts;
	C1dArena   *arena;
	C1dError   *problem;
	C1dError   *err;			/* memory ran out */
	int			hints;
	int64_t		reads;			/* layers read so far */
	int			culprit;		/* the layer of the first hint, -1 = none */
} Repair;

/* final_shape: where the layers end, false when they do not get that far */
static bool
final_shape(Repair *r, const C1dLayerText *layers, int count, C1dShape *shape)
{
	C1dGraph	graph;
	C1dShape   *shapes = c1d_alloc_array(r->arena, count, sizeof(C1dShape), r->err);
	C1dError	ignored;

	r->reads += count;
	if (shapes == NULL || !c1d_graph_start(&graph, count, r->arena, &ignored))
		return false;
	c1d_graph_expect(&graph, layers, count);
	for (int i = 0; i < count; i++)
		if (!c1d_graph_read(&graph, &layers[i], r->arena, &ignored))
			return false;
	if (!c1d_graph_infer(&graph, r->input, shapes, &ignored))
		return false;
	*shape = shapes[count - 1];
	return true;
}

/* say: one more change, joined to those before */
static void C1D_PRINTF(2, 3)
say(Repair *r, const char *change,...)
{
	size_t		used = strlen(r->problem->hint);
	va_list		args;

	if (used > 0 && used < sizeof(r->problem->hint) - 8)
	{
		/* the full stop of the change before makes room */
		memcpy(r->problem->hint + used - 1, "; or ", 6);
		used += 4;
	}
	va_start(args, change);
	vsnprintf(r->problem->hint + used, sizeof(r->problem->hint) - used, change, args);
	va_end(args);
	if (used > 0)
		r->problem->hint[used] |= 32;	/* no capital within the sentence */
	r->hints++;
}

/*
 * set
 *		Try a configuration with key = value in layer i; say so when it mends.
 */
static bool
set(Repair *r, int i, const char *key, C1dValue value, const char *value_text)
{
	C1dLayerText *layers = c1d_alloc_array(r->arena, r->count, sizeof(C1dLayerText), r->err);
	C1dValue   *config = c1d_alloc(r->arena, sizeof(C1dValue), r->err);
	C1dShape	shape;

	if (layers == NULL || config == NULL)
		return false;
	memcpy(layers, r->layers, r->count * sizeof(C1dLayerText));
	if (!c1d_value_with(layers[i].config, key, value, r->arena, config, r->err))
		return false;
	layers[i].config = config;
	if (final_shape(r, layers, r->count, &shape) && c1d_shape_equal(&shape, r->expected))
	{
		if (r->culprit < 0)
			r->culprit = i;
		say(r, "Set \"%s\": %s in layer %d \"%.*s\".", key, value_text, i + 1, C1D_ECHO, r->verdicts[i].name);
	}
	return true;
}

/*
 * insert
 *		Try one more layer, without attributes, before the last one or after it.
 */
static bool
insert(Repair *r, const char *class_name, int at)
{
	C1dLayerText *layers = c1d_alloc_array(r->arena, r->count + 1, sizeof(C1dLayerText), r->err);
	C1dValue   *name = c1d_alloc(r->arena, sizeof(C1dValue), r->err);
	C1dShape	shape;

	if (layers == NULL || name == NULL)
		return false;
	*name = c1d_value_string(class_name);
	memcpy(layers, r->layers, at * sizeof(C1dLayerText));
	memcpy(layers + at + 1, r->layers + at, (r->count - at) * sizeof(C1dLayerText));
	layers[at] = (C1dLayerText) {.class_name = name};
	if (!final_shape(r, layers, r->count + 1, &shape) || !c1d_shape_equal(&shape, r->expected))
		return true;
	if (at == r->count)
		say(r, "Append %s.", class_name);
	else
		say(r, "Put %s before layer %d \"%.*s\".", class_name, at + 1, C1D_ECHO, r->verdicts[at].name);
	return true;
}

/*
 * append
 *		Try one more layer at the end, with two integers under key.
 */
static bool
append(Repair *r, const char *class_name, const char *key, int64_t before, int64_t after)
{
	C1dLayerText *layers = c1d_alloc_array(r->arena, r->count + 1, sizeof(C1dLayerText), r->err);
	C1dValue   *parts = c1d_alloc_array(r->arena, 5, sizeof(C1dValue), r->err);
	C1dShape	shape;

	if (layers == NULL || parts == NULL)
		return false;
	memcpy(layers, r->layers, r->count * sizeof(C1dLayerText));
	parts[0] = c1d_value_string(class_name);
	parts[1] = c1d_value_int(before);
	parts[2] = c1d_value_int(after);
	parts[3].type = C1D_LIST;
	parts[3].as.list.items = &parts[1];
	parts[3].as.list.count = 2;
	if (!c1d_value_with(NULL, key, parts[3], r->arena, &parts[4], r->err))
		return false;
	layers[r->count] = (C1dLayerText) {.class_name = &parts[0], .config = &parts[4]};
	if (final_shape(r, layers, r->count + 1, &shape) && c1d_shape_equal(&shape, r->expected))
		say(r, "Append %s with \"%s\": [%" PRId64 ", %" PRId64 "]%s.", class_name, key, before, after,
			strcmp(class_name, "ZeroPadding1D") == 0 ? ", which adds zeros" : "");
	return true;
}

/*
 * set_word, set_number
 *		The change of one key, when the layer's class has such a key: where it
 *		has none, the changed model does not read and is not a repair.
 */
static bool
set_word(Repair *r, int i, const char *key, const char *word)
{
	char		text[32];

	snprintf(text, sizeof(text), "\"%s\"", word);
	return set(r, i, key, c1d_value_string(word), text);
}

static bool
set_number(Repair *r, int i, const char *key, int64_t number)
{
	char		text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	return set(r, i, key, c1d_value_int(number), text);
}

/*
 * try_layer
 *		Every change of a layer that is worth a try.
 */
static bool
try_layer(Repair *r, int i)
{
	const C1dValue *strides = c1d_value_get(r->layers[i].config, "strides");

	if (strides == NULL)
		strides = c1d_value_get(r->layers[i].config, "stride");		/* torch */
	if (r->reads < MOST_READS &&
		!c1d_value_is(c1d_value_get(r->layers[i].config, "padding"), "same") &&
		!set_word(r, i, "padding", "same"))
		return false;
	if (strides != NULL && strides->type == C1D_LIST && strides->as.list.count == 1)
		strides = &strides->as.list.items[0];
	if (strides != NULL && strides->type == C1D_INT)
		for (int64_t p = 0; p < strides->as.integer && p < 16 && r->hints < MOST_HINTS && r->reads < MOST_READS; p++)
			if (!set_number(r, i, "output_padding", p))
				return false;
	return true;
}

/*
 * try_width
 *		The last layer that has a width, set to the channels that are wanted.
 */
static bool
try_width(Repair *r)
{
	static const char *const keys[] = {"filters", "units", "out_channels", "out_features"};

	for (int i = r->count - 1; i >= 0; i--)
		for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
			if (c1d_value_get(r->layers[i].config, keys[k]) != NULL)
				return set_number(r, i, keys[k], c1d_shape_channels(r->expected));
	return true;
}

/*
 * trail
 *		The detail: every shape on the way, and the layer that the first repair
 *		changes.
 */
static void
trail(Repair *r)
{
	char	   *detail = r->problem->detail;
	const size_t room = sizeof(r->problem->detail);
	char		text[C1D_SHAPE_TEXT];
	size_t		used = 0;

	if (r->culprit >= 0)
	{
		const C1dVerdict *v = &r->verdicts[r->culprit];

		used = snprintf(detail, room, "Layer %d \"%.*s\" turns %s", r->culprit + 1, C1D_ECHO, v->name,
						c1d_shape_text(&v->in, text));
		used += snprintf(detail + used, room - used, " into %s. ", c1d_shape_text(&v->out, text));
	}
	used += snprintf(detail + used, room - used, "Shapes on the way: %s", c1d_shape_text(r->input, text));
	for (int i = 0; i < r->count && used + C1D_SHAPE_TEXT + 16 < room; i++)
		used += snprintf(detail + used, room - used, " -> %s", c1d_shape_text(&r->verdicts[i].out, text));
	if (used + 2 < room)
		snprintf(detail + used, room - used, ".");
}

/*
 * c1d_repair_output
 *		Describe in problem that a sound model ends at a shape other than
 *		expected, with up to MOST_HINTS changes that were tried and mend it.
 */
bool
c1d_repair_output(const C1dLayerText *layers, int count, const C1dShape *input, const C1dShape *expected,
				  const C1dVerdict *verdicts, C1dArena *arena, C1dError *problem, C1dError *err)
{
	Repair		r = {layers, count, input, expected, verdicts, arena, problem, err, 0, 0, -1};
	const C1dShape *got = &verdicts[count - 1].out;
	char		a[C1D_SHAPE_TEXT],
				b[C1D_SHAPE_TEXT];

	c1d_fail(problem, C1D_BAD_SHAPE, "model ends at %s, expected was %s",
			 c1d_shape_text(got, a), c1d_shape_text(expected, b));
	for (int i = 0; i < count && r.hints < MOST_HINTS && r.reads < MOST_READS; i++)
		if (!try_layer(&r, i))
			return false;
	if (r.hints < MOST_HINTS && !try_width(&r))
		return false;
	if (got->rank > 1 && expected->rank == 1)
		for (int at = count - 1; at <= count && r.hints < MOST_HINTS; at++)
			if (!insert(&r, "GlobalAveragePooling1D", at) || !insert(&r, "Flatten", at))
				return false;
	if (r.hints < MOST_HINTS && got->rank == 2 && expected->rank == 2)
	{
		int64_t		missing = expected->dim[0] - got->dim[0];

		if (missing > 0 && !append(&r, "ZeroPadding1D", "padding", missing / 2, missing - missing / 2))
			return false;
		if (missing < 0 && !append(&r, "Cropping1D", "cropping", -missing / 2, -missing - -missing / 2))
			return false;
	}
	trail(&r);
	return true;
}
