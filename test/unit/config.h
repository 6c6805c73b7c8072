/*
 * test/unit/config.h
 *	  Configurations as a user would write them: JSON, with ' where JSON has ".
 *
 * unit_config() makes the value tree that src/base/value.h describes: keys in
 * order, whole numbers as integers.  It trusts the test that wrote the text and
 * aborts when that is no JSON.
 */
#ifndef C1D_UNIT_CONFIG_H
#define C1D_UNIT_CONFIG_H

#include "unit.h"

#include "base/value.h"

typedef struct UnitReader
{
	const char *at;
	C1dArena   *arena;
} UnitReader;

static C1dValue unit_read_value(UnitReader *r);

static void *
unit_must(void *piece)
{
	if (piece == NULL)
		abort();
	return piece;
}

static char
unit_next(UnitReader *r)
{
	while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t')
		r->at++;
	return *r->at;
}

static bool
unit_accept(UnitReader *r, char wanted)
{
	if (unit_next(r) != wanted)
		return false;
	r->at++;
	return true;
}

static bool
unit_word(UnitReader *r, const char *word)
{
	size_t		length = strlen(word);

	if (strncmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

/* a string without escapes; the tree has its own copy of the bytes */
static C1dValue
unit_read_string(UnitReader *r)
{
	C1dValue	value = {.type = C1D_STRING};
	char		quote = *r->at++;
	const char *end = strchr(r->at, quote);
	C1dError	err;
	char	   *copy;

	if (end == NULL)
		abort();
	value.as.string.length = end - r->at;
	copy = unit_must(c1d_alloc(r->arena, (size_t) (end - r->at) + 1, &err));
	memcpy(copy, r->at, (size_t) (end - r->at));
	value.as.string.bytes = copy;
	r->at = end + 1;
	return value;
}

/* the members of an object, or the items of a list as members without a key */
static C1dMember *
unit_read_members(UnitReader *r, char close, int64_t *count)
{
	C1dMember  *kept = NULL;

	*count = 0;
	if (unit_accept(r, close))
		return NULL;
	do
	{
		C1dMember	member = {.key = ""};

		unit_next(r);
		if (close == '}')
		{
			C1dValue	key = unit_read_string(r);

			member.key = key.as.string.bytes;
			member.key_length = key.as.string.length;
			if (!unit_accept(r, ':'))
				abort();
		}
		member.value = unit_read_value(r);
		kept = unit_must(realloc(kept, (size_t) (*count + 1) * sizeof(*kept)));
		kept[(*count)++] = member;
	} while (unit_accept(r, ','));
	if (!unit_accept(r, close))
		abort();
	return kept;
}

static C1dValue
unit_read_value(UnitReader *r)
{
	C1dValue	value = {.type = C1D_NULL};
	C1dError	err;
	C1dMember  *members;
	int64_t		count;
	char	   *end;
	double		real;

	switch (unit_next(r))
	{
		case '{':
			r->at++;
			members = unit_read_members(r, '}', &count);
			value.type = C1D_OBJECT;
			value.as.object.count = 0;
			for (int64_t i = 0; i < count; i++)
			{
				C1dValue	before = value;

				if (!c1d_value_with(&before, members[i].key, members[i].value, r->arena, &value, &err))
					abort();
			}
			free(members);
			return value;
		case '[':
			r->at++;
			members = unit_read_members(r, ']', &count);
			value.type = C1D_LIST;
			value.as.list.count = count;
			value.as.list.items = unit_must(c1d_alloc_array(r->arena, count, sizeof(C1dValue), &err));
			for (int64_t i = 0; i < count; i++)
				value.as.list.items[i] = members[i].value;
			free(members);
			return value;
		case '\'':
		case '"':
			return unit_read_string(r);
	}
	if (unit_word(r, "null"))
		return value;
	value.type = C1D_BOOL;
	value.as.boolean = *r->at == 't';
	if (unit_word(r, "true") || unit_word(r, "false"))
		return value;

	/* an integer in all its digits, or a real that is none */
	value.type = C1D_INT;
	value.as.integer = strtoll(r->at, &end, 10);
	if (end == r->at)
		abort();
	if (*end == '.' || *end == 'e')
	{
		real = strtod(r->at, &end);
		if (c1d_value_is_real(real))
		{
			value.type = C1D_REAL;
			value.as.real = real;
		}
		else
			value.as.integer = (int64_t) real;
	}
	r->at = end;
	return value;
}

/* unit_config: a tree in the arena. */
__attribute__((format(printf, 2, 0)))
static const C1dValue *
unit_config_list(C1dArena *arena, const char *format, va_list args)
{
	va_list		again;
	UnitReader	r = {.arena = arena};
	C1dError	err;
	C1dValue   *value = unit_must(c1d_alloc(arena, sizeof(*value), &err));
	char	   *text;
	int			length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	r.at = text = unit_must(malloc((size_t) length + 1));
	vsnprintf(text, (size_t) length + 1, format, args);
	*value = unit_read_value(&r);
	if (unit_next(&r) != '\0')
		abort();
	free(text);
	return value;
}

__attribute__((format(printf, 2, 3), unused))
static const C1dValue *
unit_config(C1dArena *arena, const char *format,...)
{
	const C1dValue *value;
	va_list		args;

	va_start(args, format);
	value = unit_config_list(arena, format, args);
	va_end(args);
	return value;
}

#endif
