/*
 * test/unit/test_native_bytes.c
 *	  Bytes of models written by hand: each way to be wrong, and the sizes that
 *	  a count may claim.
 */
#include "take.h"

typedef struct Builder
{
	unsigned char *bytes;
	int64_t		size;
	int64_t		room;
} Builder;

static void
u32(Builder *b, uint32_t number)
{
	if (b->size + 4 > b->room)
		b->bytes = unit_must(realloc(b->bytes, (size_t) (b->room = 2 * b->room + 64)));
	for (int i = 0; i < 4; i++)
		b->bytes[b->size++] = (unsigned char) (number >> (8 * i));
}

static void
text(Builder *b, const char *word)
{
	uint32_t	length = (uint32_t) strlen(word);

	u32(b, length);
	for (uint32_t i = 0; i < length; i += 4)
	{
		char		four[4] = {0};

		memcpy(four, word + i, length - i < 4 ? length - i : 4);
		u32(b, (uint32_t) (unsigned char) four[0] | (uint32_t) (unsigned char) four[1] << 8 |
			(uint32_t) (unsigned char) four[2] << 16 | (uint32_t) (unsigned char) four[3] << 24);
	}
}

/* head: everything up to the first layer */
static Builder
head(uint32_t layers)
{
	Builder		b = {0};

	u32(&b, 'c' | '1' << 8 | 'd' << 16 | 'm' << 24);
	u32(&b, C1D_NATIVE_VERSION);
	for (int i = 0; i < C1D_FINGERPRINT / 4; i++)
		u32(&b, 0);
	u32(&b, layers);
	return b;
}

/* tail: a Flatten's input and weights */
static void
tail(Builder *b, int input)
{
	u32(b, 1);
	u32(b, (uint32_t) input);
	u32(b, 0);
}

/* with_config: a layer up to its configuration, which is yet to come */
static Builder
with_config(void)
{
	Builder		b = head(1);

	text(&b, "Flatten");
	u32(&b, C1D_OBJECT);
	u32(&b, 1);
	text(&b, "build_config");
	return b;
}

TEST(layers)
{
	static const struct
	{
		uint32_t	count;
		C1dCode		code;
	}			cases[] = {{0, C1D_BAD_BINARY}, {1, C1D_OK}, {300, C1D_OK}, {C1D_MAX_NODES + 1, C1D_LIMIT}};
	int			right = 0;

	for (int i = 0; i < 4; i++)
	{
		Builder		b = head(cases[i].count);
		Seen		seen = {0};

		for (uint32_t k = 0; k < cases[i].count; k++)
		{
			text(&b, "Flatten");
			u32(&b, C1D_NULL);
			tail(&b, (int) k - 1);
		}
		right += take(b.bytes, b.size, &seen) == cases[i].code && seen.wrong == 0 && seen.memory <= 1;
		free(b.bytes);
	}
	ok(right == 4, "a model of 1 layer and one of 300 are read, one of none and one of %d are refused", C1D_MAX_NODES + 1);
}

/* nested: lists in a list, so deep, in a configuration's ignored key */
static C1dCode
nested(int depth, uint32_t count, int64_t filler, Seen *seen)
{
	Builder		b = with_config();
	C1dCode		code;

	for (int i = 0; i < depth; i++)
	{
		u32(&b, C1D_LIST);
		u32(&b, count == 0 ? (uint32_t) (filler + 8) : count);
	}
	u32(&b, C1D_NULL);
	for (int64_t i = 0; i < filler; i++)
		u32(&b, C1D_NULL);
	tail(&b, -1);
	code = take(b.bytes, b.size, seen);
	free(b.bytes);
	return code;
}

TEST(depth)
{
	Seen		seen = {0};
	int			deepest = 0;

	while (deepest < 1000 && nested(deepest + 1, 1, 0, &seen) == C1D_OK)
		deepest++;
	ok(deepest == C1D_VALUE_DEPTH - 1 && seen.wrong == 0, "lists in an object nest %d deep, no deeper", deepest);
	ok(nested(100000, 1, 0, &seen) == C1D_BAD_BINARY, "a hundred thousand lists in each other are C1D_BAD_BINARY");
}

/*
 * Every list claims all the bytes that are left, and what is in it claims them
 * once more: what has been promised to a list cannot be promised again.
 */
TEST(promises)
{
	Seen		seen = {0};
	C1dCode		code = nested(C1D_VALUE_DEPTH - 1, 0, 100000, &seen);

	ok(code == C1D_BAD_BINARY && seen.wrong == 0 && seen.memory <= 1,
	   "lists that each claim the whole rest are refused with at most %d + %d bytes of memory a byte, at %.2f of it",
	   MOST_AT_ALL, MOST_PER_BYTE, seen.memory);
}

/* many small pieces: the most memory for the fewest bytes that are accepted */
TEST(small_pieces)
{
	Seen		seen = {0};
	Builder		b = with_config();
	C1dCode		taken;

	u32(&b, C1D_LIST);
	u32(&b, 50000);
	for (int i = 0; i < 50000; i++)
	{
		u32(&b, i & 1 ? C1D_LIST : C1D_OBJECT);
		u32(&b, 0);
	}
	tail(&b, -1);
	taken = take(b.bytes, b.size, &seen);
	ok(taken == C1D_OK && seen.wrong == 0 && seen.memory <= 1,
	   "50000 empty lists are read with at most %d + %d bytes of memory a byte, at %.2f of it", MOST_AT_ALL, MOST_PER_BYTE, seen.memory);
	free(b.bytes);
}

static void
refused(const char *what, Builder b, C1dCode code)
{
	Seen		seen = {0};

	ok(take(b.bytes, b.size, &seen) == code && seen.wrong == 0, "refused: %s", what);
	free(b.bytes);
}

TEST(refusals)
{
	Builder		b;

	b = head(0);
	b.bytes[0] = 'C';
	refused("another beginning", b, C1D_BAD_BINARY);
	b = head(0);
	b.bytes[4]++;
	refused("a later version", b, C1D_UNSUPPORTED);
	refused("more layers than bytes", head(4000000), C1D_BAD_BINARY);
	b = head(1);
	text(&b, "Flatten");
	b.bytes[b.size - 1] = 1;
	u32(&b, C1D_NULL);
	tail(&b, -1);
	refused("padding that is not zero", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_BOOL);
	u32(&b, 2);
	tail(&b, -1);
	refused("a truth value of 2", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_VALUE_TYPES);
	tail(&b, -1);
	refused("a value of no type", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_REAL);
	u32(&b, 0);
	u32(&b, 0x7ff00000);
	tail(&b, -1);
	refused("an infinite number", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_REAL);
	u32(&b, 0);
	u32(&b, 0x3ff00000);
	tail(&b, -1);
	refused("1 as a real number", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_STRING);
	u32(&b, 4);
	u32(&b, 0x00610061);
	tail(&b, -1);
	refused("a zero byte in a text", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_OBJECT);
	u32(&b, 2);
	text(&b, "b");
	u32(&b, C1D_NULL);
	text(&b, "a");
	u32(&b, C1D_NULL);
	tail(&b, -1);
	refused("keys out of order", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_OBJECT);
	u32(&b, 2);
	text(&b, "a");
	u32(&b, C1D_NULL);
	text(&b, "a");
	u32(&b, C1D_NULL);
	tail(&b, -1);
	refused("a key twice", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_NULL);
	tail(&b, 0);
	refused("a layer that is its own input", b, C1D_BAD_BINARY);
	b = with_config();
	u32(&b, C1D_NULL);
	tail(&b, -2);
	refused("an input before the model's", b, C1D_BAD_BINARY);
	b = head(1);
	text(&b, "Transformer");
	u32(&b, C1D_NULL);
	tail(&b, -1);
	refused("a class that is not supported", b, C1D_UNSUPPORTED);
	b = head(1);
	text(&b, "Flatten");
	u32(&b, C1D_LIST);
	u32(&b, 0);
	tail(&b, -1);
	refused("a configuration that is a list", b, C1D_BAD_ARGUMENT);
}

/* weights that have a text form, and not more: neither written nor read */
TEST(too_many_weights)
{
	const int64_t features = C1D_MAX_MODEL_WEIGHTS + 1;
	const C1dTensor none = {c1d_shape2(features, 1), NULL};	/* only its shape is looked at */
	UnitModel	m;
	UnitBlock  *blocks = NULL;
	C1dArena	arena = unit_arena(&blocks);
	C1dGraph	graph;
	C1dError	err = {0};
	Builder		b = head(1);
	int64_t		size;

	unit_model_begin(&m, 1);
	ok(unit_add(&m, "Dense", 1, &none, "{'units': 1, 'use_bias': false}") && !c1d_native_size(&m.graph, &size, &m.err) &&
	   m.err.code == C1D_LIMIT, "a model of %lld weights is not written", (long long) features);
	unit_model_end(&m);

	text(&b, "Dense");
	u32(&b, C1D_OBJECT);
	u32(&b, 2);
	text(&b, "units");
	u32(&b, C1D_INT);
	u32(&b, 1);
	u32(&b, 0);
	text(&b, "use_bias");
	u32(&b, C1D_BOOL);
	u32(&b, 0);
	u32(&b, 1);
	u32(&b, (uint32_t) -1);
	u32(&b, 1);
	u32(&b, 2);
	u32(&b, (uint32_t) features);
	u32(&b, 1);
	b.room = b.size + features * 4;
	b.bytes = unit_must(realloc(b.bytes, (size_t) b.room));
	memset(b.bytes + b.size, 0, (size_t) (features * 4));
	ok(!c1d_native_read((char *) b.bytes, b.room, &arena, &graph, &err) && err.code == C1D_BAD_BINARY, "nor read: %s", err.message);
	unit_release(&blocks);
	free(b.bytes);
}

/* There is one way to write a layer, or equal models would have other fingerprints. */
TEST(one_way_to_write)
{
	Builder		b;

	b = head(1);
	text(&b, "keras.layers.Flatten");
	u32(&b, C1D_NULL);
	tail(&b, -1);
	refused("a class by another of its names", b, C1D_BAD_BINARY);
	b = head(2);
	text(&b, "Flatten");
	u32(&b, C1D_NULL);
	tail(&b, -1);
	text(&b, "InputLayer");
	u32(&b, C1D_NULL);
	tail(&b, 0);
	refused("an input layer that takes the output of another", b, C1D_BAD_BINARY);
	b = head(1);
	text(&b, "InputLayer");
	u32(&b, C1D_NULL);
	u32(&b, 2);
	u32(&b, (uint32_t) -1);
	u32(&b, (uint32_t) -1);
	u32(&b, 0);
	refused("an input layer with two inputs", b, C1D_BAD_BINARY);
}

RUN(layers, depth, promises, small_pieces, refusals, too_many_weights, one_way_to_write)
