/*
 * test/unit/test_native.c
 *	  The bytes of a model: what is written is read again, and what was changed
 *	  on the way is refused or is a model, never anything else.
 */
#include "take.h"

/* written: the bytes of a graph, malloc'ed */
static unsigned char *
written(const C1dGraph *graph, int64_t *size)
{
	C1dError	err;
	unsigned char *bytes;

	if (!c1d_native_size(graph, size, &err))
		abort();
	bytes = unit_must(malloc((size_t) *size));
	c1d_native_write(graph, (char *) bytes);
	return bytes;
}

/* model: a few layers with all there can be in a configuration */
static unsigned char *
small_model(int64_t *size)
{
	static const float numbers[] = {1, -0.0f, NAN, INFINITY, 0.5f, -3};
	const C1dTensor weights[] = {{{3, {3, 1, 2}}, numbers}, {{1, {2}}, numbers}};
	UnitModel	m;
	unsigned char *bytes;

	unit_model_begin(&m, 4);
	if (!unit_add(&m, "Conv1D", 2, weights, "{'filters': 2, 'kernel_size': [3], 'padding': 'same', 'name': 'first'}") ||
		!unit_add(&m, "MaxPooling1D", 0, NULL, "{'pool_size': 2, 'strides': null}") ||
		!unit_add(&m, "Flatten", 0, NULL, "{'build_config': [true, -1, 0.5, 'x', {}, [], {'a': null, 'bb': 9223372036854775807}]}") ||
		!unit_add(&m, "Activation", 0, NULL, "null"))
		abort();
	bytes = written(&m.graph, size);
	unit_model_end(&m);
	return bytes;
}

static void
bounded(const Seen *seen)
{
	ok(seen->memory <= 1, "with at most %d + %d bytes of memory a byte, the worst at %.2f of it", MOST_AT_ALL, MOST_PER_BYTE, seen->memory);
}

TEST(round_trip)
{
	Seen		seen = {0};

	for (int i = 0; i < 1500; i++)
	{
		UnitStack	s;
		int64_t		size;
		unsigned char *bytes;

		unit_stack(&s, N(1, UNIT_LAYERS), i & 1);
		bytes = written(&s.m.graph, &size);
		if (size % 4 != 0 || take(bytes, size, &seen) != C1D_OK)
			complain(&seen, "a model that was written is not read");
		free(bytes);
		unit_model_end(&s.m);
	}
	ok(seen.wrong == 0, "%lld random models are read and written to the same bytes", (long long) seen.read);
	bounded(&seen);
}

/* the numbers of a model come back to the last bit, and so do its answers */
TEST(same_answers)
{
	int64_t		wrong = 0;

	for (int i = 0; i < 300; i++)
	{
		UnitStack	s;
		int64_t		size;
		unsigned char *bytes;
		C1dGraph	graph;
		C1dPlan		plan;
		float	   *x,
				   *y = NULL,
				   *again = NULL;

		unit_stack(&s, N(1, 6), i & 1);
		x = unit_random_floats(c1d_shape_elements(&s.in), false);
		bytes = written(&s.m.graph, &size);
		if (unit_plan(&s.m, s.in, C1D_ISA_BASELINE) &&
			c1d_native_read((char *) bytes, size, &s.m.arena, &graph, &s.m.err) &&
			c1d_plan_make(&graph, &s.in, &(C1dTuning) {.isa = C1D_ISA_BASELINE, .winograd = true}, &s.m.arena, &plan, &s.m.err))
		{
			y = unit_output(&s.m.plan, x, 0);
			again = unit_output(&plan, x, 0);
		}
		wrong += y == NULL || again == NULL || !unit_same_bits(y, again, c1d_shape_elements(&s.m.plan.output));
		unit_unguard(y);
		unit_unguard(again);
		free(bytes);
		free(x);
		unit_model_end(&s.m);
	}
	ok(wrong == 0, "300 models give the same bits after they were written and read");
}

TEST(truncated)
{
	Seen		seen = {0};
	int64_t		size,
				refused = 0;
	unsigned char *bytes = small_model(&size);

	for (int64_t length = 0; length < size; length++)
		refused += take(bytes, length, &seen) == C1D_BAD_BINARY;
	ok(refused == size && seen.wrong == 0, "a model of %lld bytes cut short at any of them is C1D_BAD_BINARY", (long long) size);
	free(bytes);
}

TEST(followed)
{
	Seen		seen = {0};
	int64_t		size,
				refused = 0;
	unsigned char *bytes = small_model(&size);
	unsigned char *longer = unit_must(calloc(1, (size_t) size + 64));

	memcpy(longer, bytes, (size_t) size);
	for (int64_t more = 1; more <= 64; more++)
		refused += take(longer, size + more, &seen) == C1D_BAD_BINARY;
	ok(refused == 64 && seen.wrong == 0, "a model followed by 1 to 64 zeros is C1D_BAD_BINARY");
	free(bytes);
	free(longer);
}

TEST(one_byte_changed)
{
	Seen		seen = {0};
	int64_t		size,
				fingerprint = 0;
	unsigned char *bytes = small_model(&size);

	for (int64_t at = 0; at < size; at++)
	{
		unsigned char was = bytes[at];

		for (int other = 0; other < 256; other++)
			if (other != was)
			{
				bytes[at] = (unsigned char) other;
				if (take(bytes, size, &seen) == C1D_OK)
					fingerprint += at >= C1D_NATIVE_FINGERPRINT_AT && at < C1D_NATIVE_CONTENT_AT;
			}
		bytes[at] = was;
	}
	ok(seen.wrong == 0, "of %lld models with one byte changed %lld are refused; the others are written to the same bytes, and %lld run",
	   (long long) seen.read, (long long) (seen.read - seen.accepted), (long long) seen.run);
	ok(fingerprint == 255 * C1D_FINGERPRINT, "the fingerprint is not looked at");
	bounded(&seen);
	free(bytes);
}

TEST(one_number_changed)
{
	static const uint32_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 255, 4096, 4097, 0x7ffffff, 0x8000000, 0x3fffffff, 0x40000000,
	0x7fffffff, 0x80000000, 0xfffffffc, 0xfffffffe, 0xffffffff};
	Seen		seen = {0};
	int64_t		size;
	unsigned char *bytes = small_model(&size);

	for (int64_t at = 0; at < size; at += 4)
	{
		unsigned char was[4];

		memcpy(was, bytes + at, 4);
		for (size_t k = 0; k < sizeof(numbers) / sizeof(*numbers); k++)
		{
			for (int b = 0; b < 4; b++)
				bytes[at + b] = (unsigned char) (numbers[k] >> (8 * b));
			take(bytes, size, &seen);
		}
		memcpy(bytes + at, was, 4);
	}
	ok(seen.wrong == 0,
	   "counts, sizes and types from 0 to 2^32 - 1 at every place: %lld models, %lld accepted", (long long) seen.read, (long long) seen.accepted);
	bounded(&seen);
	free(bytes);
}

/* mutate: change, cut, repeat or insert a few bytes; returns the new size */
static int64_t
mutate(unsigned char *bytes, int64_t size, int64_t room)
{
	for (int64_t times = unit_between(1, 4); times > 0; times--)
	{
		int64_t		at = unit_between(0, size - 1);
		int64_t		length = unit_between(1, 16) * (unit_between(0, 1) ? 4 : 1);

		if (at + length > size)
			length = size - at;
		switch (unit_between(0, 6))
		{
			case 0:
				bytes[at] ^= (unsigned char) (1 << unit_between(0, 7));
				break;
			case 1:
				bytes[at] = (unsigned char) unit_between(0, 255);
				break;
			case 2:
				bytes[at & ~3] = (unsigned char) unit_between(0, 8);
				break;
			case 3:
				memset(bytes + at, unit_between(0, 1) ? 0 : 255, (size_t) length);
				break;
			case 4:
				if (size > length + 8)
				{
					memmove(bytes + at, bytes + at + length, (size_t) (size - at - length));
					size -= length;
				}
				break;
			case 5:
				if (size + length <= room)
				{
					memmove(bytes + at + length, bytes + at, (size_t) (size - at));
					size += length;
				}
				break;
			case 6:
				memmove(bytes + unit_between(0, size - length), bytes + at, (size_t) length);
				break;
		}
	}
	return size;
}

#define MUTATIONS 200000

TEST(mutations)
{
	Seen		seen = {0};

	for (int i = 0; i < MUTATIONS / 400; i++)
	{
		UnitStack	s;
		int64_t		size;
		unsigned char *bytes,
				   *changed;

		unit_stack(&s, N(1, 4), i & 1);
		bytes = i % 4 == 0 ? small_model(&size) : written(&s.m.graph, &size);
		changed = unit_must(malloc((size_t) size + 256));
		for (int k = 0; k < 400; k++)
		{
			memcpy(changed, bytes, (size_t) size);
			take(changed, mutate(changed, size, size + 256), &seen);
		}
		free(changed);
		free(bytes);
		unit_model_end(&s.m);
	}
	ok(seen.wrong == 0, "of %lld mutations %lld are refused; the others are written to the same bytes, and %lld run",
	   (long long) seen.read, (long long) (seen.read - seen.accepted), (long long) seen.run);
	bounded(&seen);
}

TEST(memory_runs_out)
{
	int64_t		tried[2] = {0},
				failed[2] = {0},
				wrong[2] = {0};

	for (int i = 0; i < 10; i++)
	{
		UnitStack	s;
		int64_t		size;
		unsigned char *bytes;

		unit_stack(&s, N(1, 6), i & 1);
		bytes = i == 0 ? small_model(&size) : written(&s.m.graph, &size);
		for (int limited = 0; limited <= 1; limited++)
			for (int advance = 0; advance < UNIT_ADVANCES; advance++)
			{
				bool		read = false;

				for (int blocks = 1; !read; blocks++)
				{
					UnitScarce	scarce;
					C1dArena	arena;
					C1dGraph	graph;
					C1dError	err;

					read = unit_scarce(&arena, &scarce, blocks, limited ? (size_t) blocks * 4096 : 0, advance, &err) &&
						c1d_native_read((char *) bytes, size, &arena, &graph, &err);
					tried[limited]++;
					failed[limited] += !read;
					wrong[limited] += !read && err.code != (limited ? C1D_LIMIT : C1D_NO_MEMORY);
					unit_release(&scarce.blocks);
				}
			}
		free(bytes);
		unit_model_end(&s.m);
	}
	ok(wrong[0] == 0 && failed[0] > 100, "%lld of %lld readings met an allocator without memory: that is the error",
	   (long long) failed[0], (long long) tried[0]);
	ok(wrong[1] == 0 && failed[1] > 100, "%lld of %lld readings met a limit: that is the error",
	   (long long) failed[1], (long long) tried[1]);
}

RUN(round_trip, same_answers, truncated, followed, one_byte_changed, one_number_changed, mutations, memory_runs_out)
