/*
 * test/unit/test_mirror.c
 *	  Decoders for encoders: whatever the encoder, its layers and those of its
 *	  decoder, as a user would write them one after the other, end at the very
 *	  shape that went in; and they run.
 */
#include "encoder.h"

#include "model/check.h"
#include "model/mirror.h"

/* Keep little of what was freed: fresh pages for each case take most of the time. */
extern const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "quarantine_size_mb=4";
}

#define MOST_LAYERS 200

/* ---- the layers of both, as a list ---- */

typedef struct Both
{
	int			count;
	C1dLayerText text[MOST_LAYERS];
} Both;

static void
append(Both *both, const C1dDecoder *decoder)
{
	for (int i = 0; i < decoder->mirror.count && both->count < MOST_LAYERS; i++)
		both->text[both->count++] = (C1dLayerText) {
			.class_name = &decoder->mirror.layers[i].class_name,
			.config = &decoder->mirror.layers[i].config_value,
		};
}

static Both
join(const UnitEncoder *e, const C1dDecoder *decoder)
{
	Both		both = {.count = e->count};

	memcpy(both.text, e->text, (size_t) e->count * sizeof(C1dLayerText));
	append(&both, decoder);
	return both;
}

/* clean: the check of those layers finds nothing, and they end at expected */
static bool
clean(const Both *both, const C1dShape *in, const C1dShape *expected, C1dArena *arena)
{
	C1dVerdict *verdicts;
	C1dError	err;

	if (both->count == 0)
		return c1d_shape_equal(in, expected);
	verdicts = unit_must(c1d_alloc_array(arena, both->count, sizeof(C1dVerdict), &err));
	if (!c1d_check(both->text, both->count, in, expected, arena, verdicts, &err))
		return false;
	for (int i = 0; i < both->count; i++)
		if (verdicts[i].problem.code != C1D_OK)
		{
			printf("# layer %d: %s\n", i + 1, verdicts[i].problem.message);
			return false;
		}
	return true;
}

static void
print_both(const Both *both, const C1dShape *in)
{
	char		text[C1D_SHAPE_TEXT];

	printf("# %s", c1d_shape_text(in, text));
	for (int i = 0; i < both->count; i++)
	{
		printf(" -> %.*s ", (int) both->text[i].class_name->as.string.length, both->text[i].class_name->as.string.bytes);
		unit_value_print(both->text[i].config);
	}
	printf("\n");
}

/* ---- every encoder has one ---- */

/* runs: the model of both computes an output of that shape, whole */
static bool
runs(const Both *both, const C1dShape *in)
{
	UnitModel	m;
	C1dShape	shapes[MOST_LAYERS];
	bool		good = true;
	float	   *x,
			   *y = NULL;

	unit_model_begin(&m, both->count);
	c1d_graph_expect(&m.graph, both->text, both->count);
	for (int i = 0; i < both->count && good; i++)
		good = c1d_graph_read(&m.graph, &both->text[i], &m.arena, &m.err) &&
			c1d_graph_node_infer(&m.graph, i, in, shapes, &m.err);
	for (int i = 0; i < both->count && good; i++)
	{
		C1dNode    *node = &m.graph.nodes[i];
		C1dWeightSpec specs[C1D_MAX_WEIGHTS];
		int			count = node->class->ops->weights == NULL ? 0 : node->class->ops->weights(node->config, i == 0 ? in : &shapes[i - 1], specs);
		C1dTensor  *weights = unit_must(c1d_alloc_array(&m.arena, count + 1, sizeof(C1dTensor), &m.err));

		for (int w = 0; w < count; w++)
		{
			float	   *data = unit_must(c1d_alloc_array(&m.arena, c1d_shape_elements(&specs[w].shape), sizeof(float), &m.err));

			for (int64_t k = 0; k < c1d_shape_elements(&specs[w].shape); k++)
				data[k] = unit_float();
			weights[w] = (C1dTensor) {specs[w].shape, data};
		}
		node->weights = weights;
		node->weight_count = count;
	}
	good = good && unit_plan(&m, *in, c1d_isa_best());
	x = unit_random_floats(c1d_shape_elements(in), false);
	if (good && c1d_shape_equal(&m.plan.output, in))
		y = unit_output(&m.plan, x, 0);
	if (!good)
		printf("# %s\n", m.err.message);
	good = y != NULL;
	unit_unguard(y);
	free(x);
	unit_model_end(&m);
	return good;
}

typedef struct Seen
{
	int64_t		encoders;
	int64_t		layers;
	int64_t		limited;		/* too large to have one */
	int64_t		refused;
	int64_t		wrong;
	int64_t		ran;
	int64_t		not_run;
	int64_t		other;			/* inputs that lengths() says come back */
	int64_t		other_wrong;
	int64_t		longer;			/* by one step, and not given back */
	int64_t		tampered;		/* decoders less their last layer */
	int64_t		noticed;
} Seen;

/* other_lengths: what is said of other inputs holds for some of them, drawn */
static void
other_lengths(const UnitEncoder *e, const C1dDecoder *decoder, const Both *both, Seen *seen)
{
	C1dArena	arena = e->arena;

	for (int axis = 0; axis < e->in.rank - 1; axis++)
	{
		C1dMirrorLengths lengths;
		C1dShape	in = e->in;
		C1dError	err;

		if (!c1d_decoder_lengths(decoder, axis, &arena, &lengths, &err))
			abort();
		if (lengths.period == 0)
			continue;
		seen->other++;
		in.dim[axis] = lengths.least + lengths.period * unit_between(0, 200);
		if ((e->in.dim[axis] - lengths.least) % lengths.period == 0 && lengths.least <= e->in.dim[axis] &&
			clean(both, &in, &in, &arena))
			continue;
		if (seen->other_wrong++ < 5)
			print_both(both, &in);
	}
}

static void
check_encoder(UnitEncoder *e, Seen *seen, bool run, bool lengths)
{
	C1dDecoder	decoder;
	C1dError	err = {0};
	Both		both,
				alone = {0};

	seen->encoders++;
	seen->layers += e->count;
	if (!c1d_decoder_make(e->text, e->count, &e->in, &e->arena, &decoder, &err))
	{
		both = (Both) {.count = e->count};
		memcpy(both.text, e->text, (size_t) e->count * sizeof(C1dLayerText));
		if (err.code == C1D_LIMIT)
			seen->limited++;
		else if (seen->refused++ < 5)
		{
			printf("# refused: %s\n", err.message);
			print_both(&both, &e->in);
		}
		return;
	}
	both = join(e, &decoder);
	append(&alone, &decoder);
	if (!clean(&both, &e->in, &e->in, &e->arena) ||
		!clean(&alone, &e->shape[e->count - 1], &e->in, &e->arena))
	{
		if (seen->wrong++ < 5)
			print_both(&both, &e->in);
		return;
	}
	if (run)
	{
		seen->ran++;
		if (!runs(&both, &e->in) && seen->not_run++ < 5)
			print_both(&both, &e->in);
	}
	if (lengths)
		other_lengths(e, &decoder, &both, seen);

	/* what would be wrong is seen: one step more, or the last layer left out */
	if (e->in.rank == 2 && seen->encoders % 50 == 0)
	{
		C1dShape	longer = c1d_shape2(e->in.dim[0] + 1, e->in.dim[1]);
		C1dVerdict	verdicts[MOST_LAYERS];
		const C1dShape *last = &verdicts[both.count - 1].out;

		seen->longer += c1d_check(both.text, both.count, &longer, NULL, &e->arena, verdicts, &err) &&
			!c1d_shape_equal(last, &longer);
		if (alone.count > 0 && c1d_check(both.text, both.count - 1, &e->in, NULL, &e->arena, verdicts, &err) &&
			!c1d_shape_equal(&verdicts[both.count - 2].out, &e->in))
		{
			seen->tampered++;
			both.count--;
			seen->noticed += c1d_check(both.text, both.count, &e->in, &e->in, &e->arena, verdicts, &err) &&
				verdicts[both.count - 1].problem.code == C1D_BAD_SHAPE;
		}
	}
}

TEST(random_encoders)
{
	static const char *const names[] = {"Keras", "torch", "SQL", "all dialects"};

	for (int dialect = 0; dialect <= C1D_SQL + 1; dialect++)
	{
		Seen		seen = {0};

		for (int i = 0; i < 26000; i++)
		{
			UnitEncoder e;
			bool		run = i % 20 == 0;

			unit_encoder(&e, N(1, ENCODER_LAYERS), dialect, run ? 40 : 400, run ? 1500 : 1000000);
			check_encoder(&e, &seen, run, i % 100 == 0);
			unit_release(&e.blocks);
		}
		ok(seen.refused == 0 && seen.wrong == 0 && seen.limited < seen.encoders / 1000, "%s: %lld encoders of %lld layers and their decoders end at the shape that went in, with a clean check",
		   names[dialect], (long long) seen.encoders, (long long) seen.layers);
		ok(seen.ran > 1000 && seen.not_run == 0, "%s: %lld of them run and write all of it", names[dialect], (long long) seen.ran);
		ok(seen.other > 50 && seen.other_wrong == 0, "%s: %lld times an input of another length that was said to come back does",
		   names[dialect], (long long) seen.other);
		ok(seen.longer > 50 && seen.tampered > 50 && seen.noticed == seen.tampered,
		   "%s: a wrong decoder would be seen: %lld inputs of one step more do not come back, %lld decoders less a layer end elsewhere",
		   names[dialect], (long long) seen.longer, (long long) seen.tampered);
	}
}

RUN(random_encoders)
