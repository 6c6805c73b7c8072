/*
 * src/base/value.c
 *	  Making and reading single values of a tree.
 */
#include "base/value.h"

#include <math.h>
#include <string.h>

C1dValue
c1d_value_string(const char *zero_terminated)
{
	C1dValue	value = {.type = C1D_STRING};

	value.as.string.bytes = zero_terminated;
	value.as.string.length = (int64_t) strlen(zero_terminated);
	return value;
}

C1dValue
c1d_value_int(int64_t integer)
{
	C1dValue	value = {.type = C1D_INT};

	value.as.integer = integer;
	return value;
}

/* c1d_value_is_real: finite, and not to be written as C1D_INT. */
bool
c1d_value_is_real(double number)
{
	return isfinite(number) && (number != trunc(number) || fabs(number) >= 9.2e18);
}

/* c1d_key_before: shorter keys first, then by bytes, as jsonb sorts them. */
bool
c1d_key_before(const C1dMember *a, const C1dMember *b)
{
	if (a->key_length != b->key_length)
		return a->key_length < b->key_length;
	return memcmp(a->key, b->key, a->key_length) < 0;
}

/* c1d_value_get: the member of that name, NULL when absent or no object. */
const C1dValue *
c1d_value_get(const C1dValue *object, const char *key)
{
	int64_t		length = (int64_t) strlen(key);

	if (object == NULL || object->type != C1D_OBJECT)
		return NULL;
	for (int64_t i = 0; i < object->as.object.count; i++)
	{
		const C1dMember *member = &object->as.object.members[i];

		if (member->key_length == length && memcmp(member->key, key, length) == 0)
			return &member->value;
	}
	return NULL;
}

/* c1d_value_is: is it this very string? */
bool
c1d_value_is(const C1dValue *value, const char *string)
{
	return value != NULL && value->type == C1D_STRING &&
		value->as.string.length == (int64_t) strlen(string) &&
		memcmp(value->as.string.bytes, string, value->as.string.length) == 0;
}

/*
 * c1d_value_with
 *		A copy of an object (or of NULL, or of null) in which key has that value,
 *		at its place in the order.  Members are shared with the original.
 */
bool
c1d_value_with(const C1dValue *object, const char *key, C1dValue value,
			   C1dArena *arena, C1dValue *out, C1dError *err)
{
	int64_t		count = object == NULL || object->type != C1D_OBJECT ? 0 : object->as.object.count;
	C1dMember	member = {key, (int64_t) strlen(key), value};
	C1dMember  *members = c1d_alloc_array(arena, count + 1, sizeof(C1dMember), err);
	int64_t		before = 0;

	if (members == NULL)
		return false;
	while (before < count && c1d_key_before(&object->as.object.members[before], &member))
		before++;
	out->type = C1D_OBJECT;
	out->as.object.members = members;
	out->as.object.count = 0;
	for (int64_t i = 0; i < before; i++)
		members[out->as.object.count++] = object->as.object.members[i];
	members[out->as.object.count++] = member;

	/* the member it replaces, if there is one, comes next: neither is before the other */
	if (before < count && !c1d_key_before(&member, &object->as.object.members[before]))
		before++;
	for (int64_t i = before; i < count; i++)
		members[out->as.object.count++] = object->as.object.members[i];
	return true;
}

/*
 * c1d_value_without
 *		A copy of an object (or of NULL, or of null) that has no such key.
 */
bool
c1d_value_without(const C1dValue *object, const char *key, C1dArena *arena, C1dValue *out, C1dError *err)
{
	int64_t		count = object == NULL || object->type != C1D_OBJECT ? 0 : object->as.object.count;
	int64_t		length = (int64_t) strlen(key);
	C1dMember  *members = c1d_alloc_array(arena, count, sizeof(C1dMember), err);

	if (members == NULL)
		return false;
	out->type = C1D_OBJECT;
	out->as.object.members = members;
	out->as.object.count = 0;
	for (int64_t i = 0; i < count; i++)
	{
		const C1dMember *member = &object->as.object.members[i];

		if (member->key_length != length || memcmp(member->key, key, length) != 0)
			members[out->as.object.count++] = *member;
	}
	return true;
}

/* c1d_value_copy_string: a string's bytes with a zero after them. */
char *
c1d_value_copy_string(const C1dValue *value, C1dArena *arena, C1dError *err)
{
	char	   *copy = c1d_alloc(arena, (size_t) value->as.string.length + 1, err);

	if (copy != NULL)
		memcpy(copy, value->as.string.bytes, value->as.string.length);
	return copy;
}
