/*
 * src/base/value.h
 *	  A tree of plain values: what a layer's configuration is before its layer
 *	  has read it, whether it came from jsonb, from SQL arguments or from a file.
 *
 * Strings are not terminated by a zero and belong to whoever built the tree.
 *
 * There is one way to write a tree, so that equal trees have equal bytes: a
 * whole number within int64 is C1D_INT and never C1D_REAL, and the keys of an
 * object are in the order of jsonb, each once.
 */
#ifndef C1D_VALUE_H
#define C1D_VALUE_H

#include "base/arena.h"

typedef enum C1dValueType
{
	C1D_NULL,
	C1D_BOOL,
	C1D_INT,
	C1D_REAL,
	C1D_STRING,
	C1D_LIST,
	C1D_OBJECT
} C1dValueType;

#define C1D_VALUE_TYPES (C1D_OBJECT + 1)

/* Deeper trees than this are refused by everything that builds one. */
#define C1D_VALUE_DEPTH 16

typedef struct C1dValue C1dValue;
typedef struct C1dMember C1dMember;

struct C1dValue
{
	C1dValueType type;
	union
	{
		bool		boolean;
		int64_t		integer;
		double		real;
		struct
		{
			const char *bytes;
			int64_t		length;
		}			string;
		struct
		{
			C1dValue   *items;
			int64_t		count;
		}			list;
		struct
		{
			C1dMember  *members;
			int64_t		count;
		}			object;
	}			as;
};

struct C1dMember
{
	const char *key;
	int64_t		key_length;
	C1dValue	value;
};

/* c1d_value_is_string, c1d_value_is_list: false for NULL, too. */
static inline bool
c1d_value_is_string(const C1dValue *value)
{
	return value != NULL && value->type == C1D_STRING;
}

static inline bool
c1d_value_is_list(const C1dValue *value)
{
	return value != NULL && value->type == C1D_LIST;
}

/* c1d_value_echo: the bytes of a string that a message repeats, for "%.*s". */
static inline int
c1d_value_echo(const C1dValue *string)
{
	return (int) (string->as.string.length < C1D_ECHO ? string->as.string.length : C1D_ECHO);
}

extern C1dValue c1d_value_string(const char *zero_terminated);
extern C1dValue c1d_value_int(int64_t integer);
extern bool c1d_value_is_real(double number);
extern bool c1d_key_before(const C1dMember *a, const C1dMember *b);
extern const C1dValue *c1d_value_get(const C1dValue *object, const char *key);
extern bool c1d_value_is(const C1dValue *value, const char *string);
extern bool c1d_value_with(const C1dValue *object, const char *key, C1dValue value,
						   C1dArena *arena, C1dValue *out, C1dError *err);
extern bool c1d_value_without(const C1dValue *object, const char *key, C1dArena *arena, C1dValue *out, C1dError *err);
extern char *c1d_value_copy_string(const C1dValue *value, C1dArena *arena, C1dError *err);

#endif
