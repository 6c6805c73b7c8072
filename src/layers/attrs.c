/*
 * src/layers/attrs.c
 *	  Attributes by name, from a value tree.
 *
 * Keras writes one number as 3, [3] or {"class_name": "__tuple__", "items":
 * [3]}, depending on its version; all of them are accepted everywhere.
 */
#include "layers/attrs.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Largest size that an attribute may name; products of two stay in int64. */
#define LARGEST INT64_C(2147483647)

/*
 * c1d_attr
 *		The value of a key, NULL when it is absent; notes the key as known.
 */
const C1dValue *
c1d_attr(C1dAttrs *attrs, const char *key)
{
	int			i = 0;

	while (i < attrs->asked_count && strcmp(attrs->asked[i], key) != 0)
		i++;
	if (i == attrs->asked_count && i < C1D_MAX_ASKED)
		attrs->asked[attrs->asked_count++] = key;
	return c1d_value_get(attrs->object, key);
}

/*
 * c1d_attr_given
 *		Is the key there with a value?  For attributes that may be null; the
 *		readers below refuse a null.
 */
bool
c1d_attr_given(C1dAttrs *attrs, const char *key)
{
	const C1dValue *value = c1d_attr(attrs, key);

	return value != NULL && value->type != C1D_NULL;
}

/* elements: the list behind a tuple or a list, NULL when it is neither */
static const C1dValue *
elements(const C1dValue *value)
{
	const C1dValue *items;

	if (value->type == C1D_LIST)
		return value;
	items = c1d_value_get(value, "items");
	return items != NULL && items->type == C1D_LIST ? items : NULL;
}

static bool
missing(const C1dAttrs *attrs, const char *key, C1dError *err)
{
	char		given[256] = "nothing";
	size_t		used = 0;

	for (int64_t i = 0; attrs->object != NULL && i < attrs->object->as.object.count && used < sizeof(given); i++)
		used += snprintf(given + used, sizeof(given) - used, "%s%.*s", i ? ", " : "",
						 (int) (attrs->object->as.object.members[i].key_length < C1D_ECHO ?
								attrs->object->as.object.members[i].key_length : C1D_ECHO),
						 attrs->object->as.object.members[i].key);
	c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s is missing", key, attrs->class_name);
	c1d_detail(err, "Given: %s.", given);
	return c1d_hint(err, "Add \"%s\" to the configuration of the layer.", key);
}

/*
 * whole_number
 *		One integer in low .. high.  2.0 is not an integer, as in Keras.
 */
static bool
whole_number(const C1dAttrs *attrs, const char *key, const C1dValue *value,
			 int64_t low, int64_t high, int64_t *out, C1dError *err)
{
	if (high > LARGEST)
		high = LARGEST;
	if (value->type != C1D_INT)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be an integer", key, attrs->class_name);
	if (value->as.integer < low || value->as.integer > high)
	{
		if (value->as.integer < low)
			c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be at least %" PRId64 ", not %" PRId64,
					 key, attrs->class_name, low, value->as.integer);
		else
			c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be at most %" PRId64 ", not %" PRId64,
					 key, attrs->class_name, high, value->as.integer);
		return false;
	}
	*out = value->as.integer;
	return true;
}

/*
 * c1d_attr_ints
 *		Read 1 to most integers in low .. high; a plain number counts as one.
 *
 * *count is 0 when the key is absent.
 */
bool
c1d_attr_ints(C1dAttrs *attrs, const char *key, int64_t low, int64_t high,
			  int most, int64_t *out, int *count, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, key);
	const C1dValue *list;

	*count = 0;
	if (value == NULL)
		return true;
	list = elements(value);
	if (list == NULL)
	{
		*count = 1;
		return whole_number(attrs, key, value, low, high, out, err);
	}
	if (list->as.list.count < 1 || list->as.list.count > most)
		return most == 1 ?
			c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be one integer, not %" PRId64,
					 key, attrs->class_name, list->as.list.count) :
			c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be 1 to %d integers, not %" PRId64,
					 key, attrs->class_name, most, list->as.list.count);
	for (int64_t i = 0; i < list->as.list.count; i++)
		if (!whole_number(attrs, key, &list->as.list.items[i], low, high, &out[i], err))
			return false;
	*count = (int) list->as.list.count;
	return true;
}

/*
 * c1d_attr_int
 *		Read one integer in low .. high; otherwise is its default, C1D_REQUIRED
 *		when it has none.
 */
bool
c1d_attr_int(C1dAttrs *attrs, const char *key, int64_t low, int64_t high,
			 int64_t otherwise, int64_t *out, C1dError *err)
{
	int			count;

	if (!c1d_attr_ints(attrs, key, low, high, 1, out, &count, err))
		return false;
	if (count == 0)
	{
		if (otherwise == C1D_REQUIRED)
			return missing(attrs, key, err);
		*out = otherwise;
	}
	return true;
}

bool
c1d_attr_bool(C1dAttrs *attrs, const char *key, bool otherwise, bool *out, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, key);

	*out = otherwise;
	if (value == NULL)
		return true;
	if (value->type != C1D_BOOL)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be true or false", key, attrs->class_name);
	*out = value->as.boolean;
	return true;
}

static bool
number(const C1dAttrs *attrs, const char *key, const C1dValue *value, double *out, C1dError *err)
{
	/* JSON has no NaN and no infinity: whoever writes one writes a string */
	if (c1d_value_is(value, "NaN"))
		*out = NAN;
	else if (c1d_value_is(value, "Infinity"))
		*out = INFINITY;
	else if (c1d_value_is(value, "-Infinity"))
		*out = -INFINITY;
	else if (value->type == C1D_INT)
		*out = (double) value->as.integer;
	else if (value->type == C1D_REAL && isfinite(value->as.real))
		*out = value->as.real;
	else
		return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be a number", key, attrs->class_name);
	return true;
}

bool
c1d_attr_real(C1dAttrs *attrs, const char *key, double otherwise, double *out, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, key);

	*out = otherwise;
	return value == NULL || number(attrs, key, value, out, err);
}

/*
 * c1d_attr_reals
 *		Read a list of numbers into the arena; *count is 0 when it is absent.
 */
bool
c1d_attr_reals(C1dAttrs *attrs, const char *key, double **out, int64_t *count, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, key);
	const C1dValue *list = value == NULL ? NULL : elements(value);

	*count = 0;
	*out = NULL;
	if (value == NULL)
		return true;
	if (list == NULL)
		return c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be a list of numbers", key, attrs->class_name);
	*out = c1d_alloc_array(attrs->arena, list->as.list.count, sizeof(double), err);
	if (*out == NULL)
		return false;
	for (int64_t i = 0; i < list->as.list.count; i++)
		if (!number(attrs, key, &list->as.list.items[i], &(*out)[i], err))
			return false;
	*count = list->as.list.count;
	return true;
}

/*
 * c1d_attr_choice
 *		Read one of several words; *out is its index in names.
 */
bool
c1d_attr_choice(C1dAttrs *attrs, const char *key, const char *const *names, int count,
				int otherwise, int *out, C1dError *err)
{
	const C1dValue *value = c1d_attr(attrs, key);
	char		known[512] = "";
	size_t		used = 0;

	*out = otherwise;
	if (value == NULL)
		return true;
	for (int i = 0; i < count; i++)
		if (c1d_value_is(value, names[i]))
		{
			*out = i;
			return true;
		}
	for (int i = 0; i < count && used < sizeof(known); i++)
		used += snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", names[i]);
	if (value->type != C1D_STRING)
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s must be a word", key, attrs->class_name);
	else
		c1d_fail(err, C1D_BAD_ARGUMENT, "%s of %s cannot be \"%.*s\"", key, attrs->class_name,
				 c1d_value_echo(value),
				 value->as.string.bytes);
	return c1d_hint(err, "Possible values: %s.", known);
}

/*
 * ignorable
 *		Keys of get_config() that change nothing at inference.
 */
static bool
ignorable(const C1dAttrs *attrs, const C1dMember *member)
{
	static const char *const names[] = {
		"name", "trainable", "dtype", "activity_regularizer", "seed", "noise_shape",
		"build_config", "module", "registered_name", "quantization_config",
		"batch_input_shape", "batch_shape", "input_shape", "input_dtype",
	};
	static const char *const torch_names[] = {"device"};
	static const char *const endings[] = {"_initializer", "_regularizer", "_constraint"};

	if (member->value.type == C1D_NULL)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (member->key_length == (int64_t) strlen(names[i]) &&
			memcmp(member->key, names[i], member->key_length) == 0)
			return true;
	for (size_t i = 0; i < sizeof(torch_names) / sizeof(*torch_names) && attrs->dialect == C1D_TORCH; i++)
		if (member->key_length == (int64_t) strlen(torch_names[i]) &&
			memcmp(member->key, torch_names[i], member->key_length) == 0)
			return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
	{
		int64_t		length = (int64_t) strlen(endings[i]);

		if (member->key_length > length &&
			memcmp(member->key + member->key_length - length, endings[i], length) == 0)
			return true;
	}
	if (member->key_length > 5 && memcmp(member->key, "lora_", 5) == 0)
		return true;
	return attrs->dialect == C1D_KERAS && member->key_length == 11 &&
		memcmp(member->key, "data_format", 11) == 0 && c1d_value_is(&member->value, "channels_last");
}

/*
 * c1d_attrs_close
 *		Fail on the first key that nobody asked for: C1D_UNSUPPORTED.
 */
bool
c1d_attrs_close(C1dAttrs *attrs, C1dError *err)
{
	int64_t		count = attrs->object == NULL ? 0 : attrs->object->as.object.count;

	for (int64_t i = 0; i < count; i++)
	{
		const C1dMember *member = &attrs->object->as.object.members[i];
		char		known[512] = "";
		size_t		used = 0;
		int			k;

		for (k = 0; k < attrs->asked_count; k++)
			if (member->key_length == (int64_t) strlen(attrs->asked[k]) &&
				memcmp(member->key, attrs->asked[k], member->key_length) == 0)
				break;
		if (k < attrs->asked_count || ignorable(attrs, member))
			continue;
		for (k = 0; k < attrs->asked_count && used < sizeof(known); k++)
			used += snprintf(known + used, sizeof(known) - used, "%s%s", k ? ", " : "", attrs->asked[k]);
		if (member->key_length == 11 && memcmp(member->key, "data_format", 11) == 0)
		{
			c1d_fail(err, C1D_UNSUPPORTED, "%s supports no data_format but channels_last", attrs->class_name);
			return c1d_hint(err, "Put Permute before and after the layer, or export the model with channels last.");
		}
		c1d_fail(err, C1D_UNSUPPORTED, "%s does not support the attribute \"%.*s\"", attrs->class_name,
				 (int) (member->key_length < C1D_ECHO ? member->key_length : C1D_ECHO), member->key);
		c1d_about(err, C1D_OF_KEY, i);
		if (used)
			return c1d_hint(err, "Attributes of %s: %s.", attrs->class_name, known);
		return c1d_hint(err, "%s has no attributes.", attrs->class_name);
	}
	return true;
}
