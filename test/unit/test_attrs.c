/*
 * test/unit/test_attrs.c
 *	  Reading attributes, the value tree they come in, and class names.
 */
#include "model.h"

static UnitBlock *blocks;
static C1dArena arena;
static C1dError err;

/* attributes: a fresh reader over a configuration */
static C1dAttrs
attributes(const char *config)
{
	unit_release(&blocks);
	arena = unit_arena(&blocks);
	err = (C1dError) {0};
	return (C1dAttrs) {.class_name = "Layer", .arena = &arena, .object = config == NULL ? NULL : unit_config(&arena, "%s", config)};
}

#define FAILED -77

/* the integer under "k" in 1 .. 9, by default 5 */
static int64_t
read_int(const char *config, int64_t otherwise)
{
	C1dAttrs	attrs = attributes(config);
	int64_t		out = FAILED;

	return c1d_attr_int(&attrs, "k", 1, 9, otherwise, &out, &err) ? out : FAILED;
}

/* refused with that code and a message that holds these words */
static bool
complains(C1dCode code, const char *words)
{
	return err.code == code && strstr(err.message, words) != NULL;
}

TEST(integers)
{
	ok(read_int("{'k': 3}", 5) == 3, "3 is an integer");
	ok(read_int("{'k': [3]}", 5) == 3, "[3] is the same");
	ok(read_int("{'k': {'class_name': '__tuple__', 'items': [3]}}", 5) == 3, "a tuple of Keras 2 is the same");
	ok(read_int("{'k': 3.0}", 5) == 3, "3.0 is the integer 3 in JSON");
	ok(read_int("{'k': 1}", 5) == 1 && read_int("{'k': 9}", 5) == 9, "both ends of a range belong to it");
	ok(read_int("{}", 5) == 5 && read_int(NULL, 5) == 5, "an absent key has its default");

	ok(read_int("{'k': 0}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "k of Layer must be at least 1, not 0"), "0 is under the range");
	ok(read_int("{'k': 10}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "k of Layer must be at most 9, not 10"), "10 is over the range");
	ok(read_int("{'k': [3, 3]}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "not 2"), "two integers are not one");
	ok(read_int("{'k': []}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "not 0"), "no integer is none");
	ok(read_int("{}", C1D_REQUIRED) == FAILED && complains(C1D_BAD_ARGUMENT, "k of Layer is missing") && strstr(err.hint, "\"k\""),
	   "a required key must be there, and the hint names it");

	ok(read_int("{'k': 3.5}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "k of Layer must be an integer"), "3.5 is no integer");
	ok(read_int("{'k': '3'}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "integer"), "a string is no integer");
	ok(read_int("{'k': true}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "integer"), "true is no integer");
	ok(read_int("{'k': {}}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "integer"), "an object is no integer");
	ok(read_int("{'k': {'items': 3}}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "integer"), "a tuple needs a list");
	ok(read_int("{'k': [[3]]}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "integer"), "a list in a list is no integer");
	ok(read_int("{'k': [null]}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "integer"), "null in a list is no integer");
	ok(read_int("{'k': 9223372036854775807}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "at most 9"), "2^63 - 1 is over any range");
	ok(read_int("{'k': -9223372036854775808}", 5) == FAILED && complains(C1D_BAD_ARGUMENT, "at least 1"), "-2^63 is under any range");
}

TEST(several_integers)
{
	C1dAttrs	attrs = attributes("{'one': 4, 'two': [1, 2], 'three': {'class_name': '__tuple__', 'items': [1, 2, 3]}, 'wrong': [1, 'x']}");
	int64_t		out[3];
	int			count;

	ok(c1d_attr_ints(&attrs, "one", 0, 9, 2, out, &count, &err) && count == 1 && out[0] == 4, "a plain number counts as one");
	ok(c1d_attr_ints(&attrs, "two", 0, 9, 2, out, &count, &err) && count == 2 && out[0] == 1 && out[1] == 2, "a list of two is two");
	ok(c1d_attr_ints(&attrs, "three", 0, 9, 3, out, &count, &err) && count == 3 && out[2] == 3, "a tuple of three is three");
	ok(!c1d_attr_ints(&attrs, "three", 0, 9, 2, out, &count, &err) && complains(C1D_BAD_ARGUMENT, "not 3"), "but not where two are the most");
	ok(!c1d_attr_ints(&attrs, "wrong", 0, 9, 2, out, &count, &err) && complains(C1D_BAD_ARGUMENT, "integer"), "every item must be an integer");
	ok(c1d_attr_ints(&attrs, "absent", 0, 9, 2, out, &count, &err) && count == 0, "an absent key has none");
}

TEST(nulls)
{
	C1dAttrs	attrs = attributes("{'k': null, 'v': 1}");

	ok(!c1d_attr_given(&attrs, "k") && !c1d_attr_given(&attrs, "absent") && c1d_attr_given(&attrs, "v"),
	   "a key is given when it is there and not null");
}

TEST(truth)
{
	C1dAttrs	attrs = attributes("{'yes': true, 'no': false, 'one': 1, 'word': 'true'}");
	bool		out;

	ok(c1d_attr_bool(&attrs, "yes", false, &out, &err) && out, "true is true");
	ok(c1d_attr_bool(&attrs, "no", true, &out, &err) && !out, "false is false");
	ok(c1d_attr_bool(&attrs, "absent", true, &out, &err) && out, "an absent key has its default");
	ok(!c1d_attr_bool(&attrs, "one", false, &out, &err) && complains(C1D_BAD_ARGUMENT, "one of Layer must be true or false"), "1 is not true");
	ok(!c1d_attr_bool(&attrs, "word", false, &out, &err) && complains(C1D_BAD_ARGUMENT, "true or false"), "\"true\" is not true");
}

TEST(numbers)
{
	C1dAttrs	attrs = attributes("{'half': 0.5, 'two': 2, 'nan': 'NaN', 'word': 'two', 'list': [1, 2.5, 'NaN'], 'bad': [1, true], 'none': []}");
	double		out;
	double	   *list;
	int64_t		count;

	ok(c1d_attr_real(&attrs, "half", 0, &out, &err) && out == 0.5, "0.5 is a number");
	ok(c1d_attr_real(&attrs, "two", 0, &out, &err) && out == 2, "2 is a number");
	ok(c1d_attr_real(&attrs, "nan", 0, &out, &err) && isnan(out), "\"NaN\" is one, which JSON cannot write otherwise");
	ok(c1d_attr_real(&attrs, "absent", 7, &out, &err) && out == 7, "an absent key has its default");
	ok(!c1d_attr_real(&attrs, "word", 0, &out, &err) && complains(C1D_BAD_ARGUMENT, "word of Layer must be a number"), "\"two\" is none");
	ok(!c1d_attr_real(&attrs, "list", 0, &out, &err) && complains(C1D_BAD_ARGUMENT, "must be a number"), "a list is none");
	ok(c1d_attr_reals(&attrs, "list", &list, &count, &err) && count == 3 && list[0] == 1 && list[1] == 2.5 && isnan(list[2]),
	   "a list of numbers is read in its order");
	ok(c1d_attr_reals(&attrs, "absent", &list, &count, &err) && count == 0, "an absent list has none");
	ok(!c1d_attr_reals(&attrs, "half", &list, &count, &err) && complains(C1D_BAD_ARGUMENT, "must be a list"), "a number is no list");
	ok(!c1d_attr_reals(&attrs, "bad", &list, &count, &err) && complains(C1D_BAD_ARGUMENT, "must be a number"), "every item must be a number");
}

TEST(words)
{
	static const char *const names[] = {"valid", "same", "causal"};
	C1dAttrs	attrs = attributes("{'padding': 'same', 'other': 'sam', 'number': 1, 'long': "
								   "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}");
	int			out;

	ok(c1d_attr_choice(&attrs, "padding", names, 3, 0, &out, &err) && out == 1, "a word is found");
	ok(c1d_attr_choice(&attrs, "absent", names, 3, 2, &out, &err) && out == 2, "an absent key has its default");
	ok(!c1d_attr_choice(&attrs, "other", names, 3, 0, &out, &err) && complains(C1D_BAD_ARGUMENT, "other of Layer cannot be \"sam\"") &&
	   strstr(err.hint, "valid, same, causal"), "a part of a word is not the word, and the hint lists them");
	ok(!c1d_attr_choice(&attrs, "number", names, 3, 0, &out, &err) && complains(C1D_BAD_ARGUMENT, "must be a word"), "1 is no word");
	ok(!c1d_attr_choice(&attrs, "long", names, 3, 0, &out, &err) && strlen(err.message) < 128, "what is echoed is cut");
}

/* closes: does a reader that asked for "filters" and "padding" accept the rest? */
static bool
closes(const char *config)
{
	C1dAttrs	attrs = attributes(config);

	c1d_attr(&attrs, "filters");
	c1d_attr(&attrs, "padding");
	return c1d_attrs_close(&attrs, &err);
}

TEST(closing)
{
	static const char *const ignored[] = {
		"'name': 'x'", "'trainable': false", "'dtype': 'float32'", "'activity_regularizer': {'l2': 0.1}",
		"'kernel_initializer': {'class_name': 'Zeros'}", "'bias_regularizer': 'l2'", "'kernel_constraint': {'max': 2}",
		"'lora_rank': 4", "'quantization_config': {}", "'build_config': {'input_shape': [null, 4, 1]}", "'module': 'keras.layers'",
		"'registered_name': 'x'", "'batch_input_shape': [null, 4, 1]", "'data_format': 'channels_last'", "'data_format': null",
	};
	int			closed = 0,
				count = sizeof(ignored) / sizeof(*ignored);
	char		config[256];

	for (int i = 0; i < count; i++)
	{
		snprintf(config, sizeof(config), "{'filters': 1, 'padding': 2, %s}", ignored[i]);
		closed += closes(config);
	}
	ok(closed == count, "%d of %d keys that change nothing at inference are ignored", closed, count);
	ok(closes("{'filters': 1, 'padding': 2}") && closes("{}") && closes(NULL), "keys that were asked for are known, absent ones are not missed");
	ok(!closes("{'filters': 1, 'activatoin': 'relu'}") && complains(C1D_UNSUPPORTED, "Layer does not support the attribute \"activatoin\"") &&
	   strstr(err.hint, "filters, padding"), "an unknown key is named, and the hint lists the known ones");
	ok(!closes("{'filter': 1}") && !closes("{'filterss': 1}") && !closes("{'Filters': 1}"), "a key must be spelled as it is");
	ok(!closes("{'data_format': 'channels_first'}") && complains(C1D_UNSUPPORTED, "data_format"), "channels_first is not ignored");
	ok(!closes("{'initializer': 1}") && !closes("{'_initializer': 1}") && !closes("{'lora_': 1}"), "an ending alone is no such key");
	{
		C1dAttrs	attrs = attributes("{'x': 1}");

		ok(!c1d_attrs_close(&attrs, &err) && complains(C1D_UNSUPPORTED, "\"x\"") && strstr(err.hint, "has no attributes"),
		   "a layer without attributes says so");
	}
}

/* the names of a hint's list that come more than once */
static int
twice(const char *list)
{
	char		copy[sizeof(err.hint)];
	char	   *words[64];
	int			count = 0,
				found = 0;

	snprintf(copy, sizeof(copy), "%s", list);
	for (char *word = strtok(copy, " ,.:"); word != NULL && count < 64; word = strtok(NULL, " ,.:"))
	{
		for (int i = 0; i < count; i++)
			found += strcmp(words[i], word) == 0;
		words[count++] = word;
	}
	return found;
}

/*
 * Every class refuses a key that none has.  Its list of keys has each once, or
 * the reader's own list, which has an end, holds keys twice.
 */
TEST(every_class_closes)
{
	static const char *const classes[][2] = {
		{"Conv1D", "'filters': 1, 'kernel_size': 1"}, {"conv1d", "'filters': 1, 'kernel_size': 1"},
		{"Conv1DTranspose", "'filters': 1, 'kernel_size': 1"}, {"conv1d_transpose", "'filters': 1, 'kernel_size': 1"},
		{"MaxPooling1D", ""}, {"max_pool1d", ""}, {"AveragePooling1D", ""}, {"avg_pool1d", ""}, {"UpSampling1D", ""},
		{"ZeroPadding1D", ""}, {"Cropping1D", ""}, {"Dense", "'units': 1"}, {"Flatten", ""}, {"Reshape", "'target_shape': [1]"},
		{"Activation", ""}, {"ReLU", ""}, {"Softmax", ""}, {"InputLayer", ""},
		{"conv1d", "'filters': 1, 'kernel_size': 1, 'pads': 0, 'activation': 'relu'"},
		{"conv1d_transpose", "'filters': 1, 'kernel_size': 1, 'pads': 0, 'output_padding': 0, 'strides': 2"},
		{"max_pool1d", "'pads': 0, 'strides': 1"}, {"ReLU", "'max_value': 6, 'negative_slope': 0.1, 'threshold': 0.5"},
		{"MinMaxScaler", "'data_min_': [0], 'data_max_': [1]"}, {"MinMaxInverse", "'data_min_': [0], 'data_max_': [1]"},
	};
	int			named = 0,
				once = 0,
				count = sizeof(classes) / sizeof(*classes);

	for (int i = 0; i < count; i++)
	{
		UnitModel	m;

		unit_model_begin(&m, 1);
		unit_add(&m, classes[i][0], 0, NULL, "{%s%s'nonsense': 1}", classes[i][1], classes[i][1][0] ? ", " : "");
		named += m.err.code == C1D_UNSUPPORTED && strstr(m.err.message, "\"nonsense\"") != NULL && strstr(m.err.message, classes[i][0]) != NULL;
		if (twice(m.err.hint) == 0)
			once++;
		else
			printf("# %s\n", m.err.hint);
		unit_model_end(&m);
	}
	ok(named == count, "%d of %d classes name the key that they do not have", named, count);
	ok(once == count, "%d of %d list each key that they have once", once, count);
}

/* class_name: the hint for a class that there is not, NULL when there is */
static const char *
class_hint(const char *class_name)
{
	UnitModel	m;
	static char hint[sizeof(err.hint)];

	unit_model_begin(&m, 1);
	unit_add(&m, class_name, 0, NULL, "{}");
	err = m.err;
	snprintf(hint, sizeof(hint), "%s", m.err.hint);
	unit_model_end(&m);
	return err.code == C1D_UNSUPPORTED && strstr(err.message, "is not supported") ? hint : NULL;
}

TEST(class_names)
{
	const char *hint;

	ok(class_hint("Flatten") == NULL && class_hint("conv1d") == NULL, "a class is found by its name");
	hint = class_hint("Conv_1D");
	ok(hint != NULL && (strstr(hint, "\"Conv1D\"") || strstr(hint, "\"conv1d\"")), "a name written otherwise gets the right one as a hint");
	hint = class_hint("maxpooling1d");
	ok(hint != NULL && strstr(hint, "\"MaxPooling1D\""), "so does one in lower case");
	hint = class_hint("Transformer");
	ok(hint != NULL && strlen(hint) > 0 && strstr(err.message, "\"Transformer\""), "an unknown name is named");
	ok(class_hint("") != NULL && class_hint("Conv1") != NULL && class_hint("Conv1DD") != NULL, "a part of a name, or more than it, is another");
	ok(class_hint("AaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaB") != NULL &&
	   strlen(err.message) < 128, "a long one is cut");
}

/* ---- the tree ---- */

static bool
is_sorted(const C1dValue *object)
{
	for (int64_t i = 1; i < object->as.object.count; i++)
		if (!c1d_key_before(&object->as.object.members[i - 1], &object->as.object.members[i]))
			return false;
	return true;
}

TEST(with)
{
	C1dAttrs	attrs = attributes("{'bb': 2, 'a': 1, 'ccc': 3, 'b': 4}");
	const char *const keys[] = {"a", "b", "bb", "ccc", "", "aa", "c", "zzzz", "bc"};
	int			good = 0,
				count = sizeof(keys) / sizeof(*keys);
	C1dValue	out,
				nothing = {.type = C1D_NULL};

	ok(is_sorted(attrs.object) && attrs.object->as.object.count == 4, "keys are in the order of jsonb, shorter ones first");
	for (int i = 0; i < count; i++)
	{
		bool		there = c1d_value_get(attrs.object, keys[i]) != NULL;

		good += c1d_value_with(attrs.object, keys[i], c1d_value_int(77), &arena, &out, &err) && is_sorted(&out) &&
			out.as.object.count == 4 + !there && c1d_value_get(&out, keys[i])->as.integer == 77 &&
			attrs.object->as.object.count == 4;
	}
	ok(good == count, "a key set in %d of %d places is there once, at its place in the order", good, count);
	ok(c1d_value_with(NULL, "k", c1d_value_int(1), &arena, &out, &err) && out.as.object.count == 1 &&
	   c1d_value_with(&nothing, "k", c1d_value_int(1), &arena, &out, &err) && out.as.object.count == 1,
	   "nothing with a key is an object of one");
	ok(c1d_value_get(&nothing, "k") == NULL && c1d_value_get(NULL, "k") == NULL, "nothing has no key");
	ok(c1d_value_is_real(0.5) && c1d_value_is_real(1e300) && !c1d_value_is_real(2) && !c1d_value_is_real(NAN) && !c1d_value_is_real(INFINITY) &&
	   !c1d_value_is_real(-0.0), "a real is finite and no integer");
	unit_release(&blocks);
}

RUN(integers, several_integers, nulls, truth, numbers, words, closing, every_class_closes, class_names, with)
