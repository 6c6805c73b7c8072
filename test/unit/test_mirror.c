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

#define MOST_LAYERS 100

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
			check_encoder(&e, &seen, run, i % 400 == 0);
			unit_release(&e.blocks);
		}
		ok(seen.refused == 0 && seen.wrong == 0 && seen.limited < seen.encoders / 1000, "%s: %lld encoders of %lld layers and their decoders end at the shape that went in, with a clean check",
		   names[dialect], (long long) seen.encoders, (long long) seen.layers);
		ok(seen.ran > 1000 && seen.not_run == 0, "%s: %lld of them run and write all of it", names[dialect], (long long) seen.ran);
		ok(seen.other > 10 && seen.other_wrong == 0, "%s: %lld times an input of another length that was said to come back does",
		   names[dialect], (long long) seen.other);
		ok(seen.longer > 50 && seen.tampered > 50 && seen.noticed == seen.tampered,
		   "%s: a wrong decoder would be seen: %lld inputs of one step more do not come back, %lld decoders less a layer end elsewhere",
		   names[dialect], (long long) seen.longer, (long long) seen.tampered);
	}
}

/* ---- what is in it ---- */

/* An encoder of given layers; its memory is released by the caller. */
static void
make_encoder(UnitEncoder *e, const char *const layers[][2], int count, C1dShape in)
{
	memset(e, 0, sizeof(*e));
	e->arena = unit_arena(&e->blocks);
	e->in = in;
	for (e->count = 0; e->count < count; e->count++)
		e->text[e->count] = unit_text(&e->arena, layers[e->count][0], unit_config(&e->arena, "%s", layers[e->count][1]), 0, NULL);
}

/* names: the classes of a decoder and their activations in a line; the message where there is none */
static const char *
names(const char *const layers[][2], int count, C1dShape in)
{
	static char text[1000];
	UnitEncoder e;
	C1dDecoder	decoder;
	C1dError	err;

	make_encoder(&e, layers, count, in);
	text[0] = '\0';
	if (!c1d_decoder_make(e.text, e.count, &e.in, &e.arena, &decoder, &err))
		strcpy(text, err.message);
	else
		for (int i = 0; i < decoder.mirror.count; i++)
		{
			const C1dMirrorLayer *layer = &decoder.mirror.layers[i];
			const C1dValue *activation = c1d_value_get(&layer->config_value, "activation");

			sprintf(text + strlen(text), "%s%.*s", i ? " " : "", (int) layer->class_name.as.string.length, layer->class_name.as.string.bytes);
			if (activation != NULL)
				sprintf(text + strlen(text), ":%.*s", (int) activation->as.string.length, activation->as.string.bytes);
		}
	unit_release(&e.blocks);
	return text;
}

#define COUNT(layers) ((int) (sizeof(layers) / sizeof(*(layers))))

#define NAMES(in, wanted, ...) \
	do { \
		static const char *const layers[][2] = {__VA_ARGS__}; \
		const char *got = names(layers, COUNT(layers), in); \
		ok(strcmp(got, wanted) == 0, "%s", got); \
	} while (0)

#define CONV(more) {"Conv1D", "{'filters': 4, 'kernel_size': 3" more "}"}

TEST(copies)
{
	/* activations go where their output is given back; the last layer is linear */
	NAMES(c1d_shape2(20, 1), "Conv1DTranspose:tanh Conv1DTranspose:relu Conv1DTranspose",
		  CONV(", 'activation': 'relu'"), CONV(", 'activation': 'tanh'"), CONV(", 'activation': 'elu'"));
	NAMES(c1d_shape2(20, 1), "Conv1DTranspose", CONV(", 'activation': 'relu'"), {"BatchNormalization", "{}"});
	NAMES(c1d_shape2(20, 1), "Conv1DTranspose:relu BatchNormalization Dropout Conv1DTranspose",
		  {"GaussianNoise", "{'stddev': 1}"}, CONV(", 'activation': 'relu'"), {"BatchNormalization", "{}"}, {"Dropout", "{}"}, CONV(""), {"ReLU", "{}"});

	/* a pooling comes back with weights of its own, and what stood before it with both */
	NAMES(c1d_shape2(20, 1), "Conv1DTranspose:relu BatchNormalization LeakyReLU UpSampling1D Conv1D:relu BatchNormalization LeakyReLU Conv1DTranspose",
		  CONV(", 'activation': 'relu'"), {"BatchNormalization", "{}"}, {"Masking", "{}"}, {"LeakyReLU", "{}"}, {"MaxPooling1D", "{}"}, CONV(""));
	NAMES(c1d_shape2(20, 1), "ConvTranspose1d Upsample Tanh ConvTranspose1d",
		  {"Conv1d", "{'in_channels': 1, 'out_channels': 2, 'kernel_size': 3}"}, {"Tanh", "{}"}, {"MaxPool1d", "{'kernel_size': 2}"},
		  {"Conv1d", "{'in_channels': 2, 'out_channels': 2, 'kernel_size': 3}"}, {"Tanh", "{}"});

	/* the value of a vector was made by the layer before it */
	NAMES(c1d_shape2(20, 1), "Dense:relu Reshape Conv1DTranspose", CONV(", 'activation': 'relu'"), {"keras.layers.Flatten", "{}"}, {"Dense", "{'units': 2}"});
	NAMES(c1d_shape2(20, 1), "UpSampling1D Conv1D", {"MaxPooling1D", "{}"}, {"ReLU", "{}"});
	NAMES(c1d_shape2(20, 1), "TimeDistributed TimeDistributed", {"TimeDistributed", "{'layer': {'class_name': 'Dense', 'config': {'units': 3, 'activation': 'relu'}}}"},
		  {"TimeDistributed", "{'layer': {'class_name': 'Dense', 'config': {'units': 2}}}"});
}

TEST(refusals)
{
	static const char *const layers[][2] = {CONV(""), CONV("")};
	const int	first = 0;
	UnitEncoder e;
	C1dDecoder	decoder;
	C1dError	err;

	NAMES(c1d_shape2(4, 1), "layer 2 \"conv1d_1\" (Conv1D): kernel_size 3 does not fit the input of 2 steps", CONV(""), CONV(""));
	NAMES(c1d_shape2(4, 1), "layer 2 \"input_layer\" (InputLayer): a decoder cannot follow branches; this layer takes \"input\"", CONV(""), {"InputLayer", "{}"});
	NAMES(c1d_shape2(1 << 13, 1 << 12), "layer 2 \"dense\" (Dense): on the way back: tensor is too large", {"keras.layers.Flatten", "{}"}, {"Dense", "{'units': 16}"});
	make_encoder(&e, layers, COUNT(layers), c1d_shape2(20, 1));
	e.text[1].input_count = 1;
	e.text[1].input_at = &first;
	ok(c1d_decoder_make(e.text, e.count, &e.in, &e.arena, &decoder, &err), "a layer may name the one before it");
	ok(c1d_decoder_make(e.text, 0, &e.in, &e.arena, &decoder, &err) && decoder.mirror.count == 0, "without layers there is nothing to give back");
	unit_release(&e.blocks);
}

TEST(lengths)
{
	static const char *const worked[][2] = {
		{"Conv1D", "{'filters': 32, 'kernel_size': 5, 'strides': 2, 'padding': 'same'}"}, {"MaxPooling1D", "{}"}, CONV("")};
	static const char *const fixed[][2] = {{"keras.layers.Flatten", "{}"}, {"Dense", "{'units': 3}"}};
	C1dMirrorLengths lengths;
	UnitEncoder e;
	C1dDecoder	decoder;
	C1dError	err;

	make_encoder(&e, worked, COUNT(worked), c1d_shape2(101, 1));
	ok(c1d_decoder_make(e.text, e.count, &e.in, &e.arena, &decoder, &err) && c1d_decoder_lengths(&decoder, 0, &e.arena, &lengths, &err) &&
	   lengths.period == 4 && lengths.least == 13, "strides of 2 and 2: every fourth length, from 13 on");
	unit_release(&e.blocks);
	make_encoder(&e, fixed, COUNT(fixed), c1d_shape2(10, 2));
	ok(c1d_decoder_make(e.text, e.count, &e.in, &e.arena, &decoder, &err) && c1d_decoder_lengths(&decoder, 0, &e.arena, &lengths, &err) &&
	   lengths.period == 0, "from a vector there is one way back");
	unit_release(&e.blocks);
}

/* A decoder that is made at all is the one that is made with all the memory. */
TEST(memory_runs_out)
{
	int64_t		failed = 0,
				wrong = 0;

	for (int limited = 0; limited <= 1; limited++)
		for (int n = 0; n < 120; n++)
		{
			UnitEncoder e;
			C1dDecoder	whole;
			C1dError	err;
			bool		made = false;

			unit_encoder(&e, ENCODER_LAYERS, n % 4, 100, 100000);
			if (!c1d_decoder_make(e.text, e.count, &e.in, &e.arena, &whole, &err))
				abort();
			for (int blocks = 0; !made; blocks++)
			{
				UnitScarce	scarce;
				C1dArena	arena;
				C1dDecoder	decoder;

				made = unit_scarce(&arena, &scarce, blocks, limited ? (size_t) blocks * 4096 + 1 : 0, n % UNIT_ADVANCES, &err) &&
					c1d_decoder_make(e.text, e.count, &e.in, &arena, &decoder, &err);
				failed += !made;
				if (!made)
					wrong += err.code != (limited ? C1D_LIMIT : C1D_NO_MEMORY);
				else if (decoder.mirror.count != whole.mirror.count)
					wrong++;
				else
					for (int i = 0; i < whole.mirror.count; i++)
						wrong += !c1d_shape_equal(&decoder.mirror.layers[i].out, &whole.mirror.layers[i].out) ||
							decoder.mirror.layers[i].class != whole.mirror.layers[i].class;
				unit_release(&scarce.blocks);
			}
			unit_release(&e.blocks);
		}
	ok(failed > 500 && wrong == 0, "%lld times memory or a limit ran out, which is an error and no other decoder", (long long) failed);
}

RUN(random_encoders, copies, refusals, lengths, memory_runs_out)
