/*
 * test/unit/hint.h
 *	  A reader of hints: does in a list of layers what the words of one say.
 *
 * It knows nothing of the edits that the words were made of.
 */
#ifndef C1D_UNIT_HINT_H
#define C1D_UNIT_HINT_H

#include "stack.h"

#include <inttypes.h>

#include "model/check.h"

#define UNIT_LIST (UNIT_LAYERS + 3 * C1D_MOST_EDITS)

typedef struct List
{
	UnitBlock  *blocks;
	C1dArena	arena;
	C1dShape	in;
	int			count;
	C1dLayerText text[UNIT_LIST];
	C1dVerdict	verdict[UNIT_LIST];
	int			moved[UNIT_LIST];	/* number of a layer before a hint was followed, 0 = put in */
	C1dError	err;
} List;

/* set: give a layer's configuration another value under a key. */
static void
set(List *l, int i, const char *key, C1dValue value)
{
	C1dValue   *config = unit_must(c1d_alloc(&l->arena, sizeof(*config), &l->err));

	if (!c1d_value_with(l->text[i].config, key, value, &l->arena, config, &l->err))
		abort();
	l->text[i].config = config;
}

/* leave_out: of an object that is as it was otherwise */
static void
leave_out(List *l, int i, const char *key)
{
	const C1dValue *old = l->text[i].config;
	C1dValue   *config = unit_must(c1d_alloc(&l->arena, sizeof(*config), &l->err));

	config->type = C1D_OBJECT;
	config->as.object.members = unit_must(c1d_alloc_array(&l->arena, old->as.object.count, sizeof(C1dMember), &l->err));
	for (int64_t k = 0; k < old->as.object.count; k++)
		if (old->as.object.members[k].key_length != (int64_t) strlen(key) ||
			memcmp(old->as.object.members[k].key, key, strlen(key)) != 0)
			config->as.object.members[config->as.object.count++] = old->as.object.members[k];
	l->text[i].config = config;
}

static void
insert(List *l, int at, const char *class_name, const char *config)
{
	memmove(l->text + at + 1, l->text + at, (size_t) (l->count - at) * sizeof(*l->text));
	memmove(l->moved + at + 1, l->moved + at, (size_t) (l->count - at) * sizeof(*l->moved));
	l->text[at] = unit_text(&l->arena, class_name, unit_config(&l->arena, "%s", config), 0, NULL);
	l->moved[at] = 0;
	l->count++;
}

/* reading the words of a change */
typedef struct Reader
{
	const char *at;
	List	   *l;
} Reader;

static bool
said(Reader *r, const char *words)
{
	size_t		length = strlen(words);

	/* the first word of a hint has a capital */
	if (r->at[0] == '\0' || (r->at[0] | 32) != (words[0] | 32) || strncmp(r->at + 1, words + 1, length - 1) != 0)
		return false;
	r->at += length;
	return true;
}

/* a layer by its number in the list as it was given, and its name: where it is now */
static int
said_layer(Reader *r)
{
	char	   *end;
	long		number;

	if (!said(r, "layer "))
		return -1;
	number = strtol(r->at, &end, 10);
	r->at = end;
	if (said(r, " \""))
		r->at = strchr(r->at, '"') + 1;
	for (int i = 0; i < r->l->count; i++)
		if (r->l->moved[i] == number)
			return i;
	return -1;
}

/* "a": 1, "b": [2, 3] as an object */
static const C1dValue *
said_keys(Reader *r)
{
	UnitReader	json = {.arena = &r->l->arena};
	C1dValue	object = {.type = C1D_OBJECT};
	C1dValue   *kept = unit_must(c1d_alloc(&r->l->arena, sizeof(C1dValue), &r->l->err));

	do
	{
		C1dValue	before = object,
					key,
					value;

		json.at = r->at;
		key = unit_read_value(&json);
		if (!unit_accept(&json, ':'))
			abort();
		value = unit_read_value(&json);
		r->at = json.at;
		if (!c1d_value_with(&before, key.as.string.bytes, value, &r->l->arena, &object, &r->l->err))
			abort();
	} while (strncmp(r->at, ", \"", 3) == 0 && said(r, ", "));
	*kept = object;
	return kept;
}

static char *
said_word(Reader *r)
{
	size_t		length = strspn(r->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
	char	   *word = unit_must(c1d_alloc(&r->l->arena, 64, &r->l->err));

	/* a full stop ends a sentence, or parts torch.nn.Flatten */
	while (length > 0 && r->at[length - 1] == '.')
		length--;
	memcpy(word, r->at, length);
	r->at += length;
	return word;
}

/* said_note: what is added to a change without being one, up to its end */
static void
said_note(Reader *r, const char *words)
{
	if (strncmp(r->at, words, strlen(words)) == 0)
		r->at = "";
}

static void
set_all(List *l, int i, const C1dValue *keys)
{
	for (int64_t k = 0; k < keys->as.object.count; k++)
		set(l, i, keys->as.object.members[k].key, keys->as.object.members[k].value);
}

/*
 * change
 *		Do what one change of a hint says; false when it is none that this reader
 *		knows, or speaks of no layer that there is.
 */
__attribute__((unused))
static bool
change(List *l, const char *words)
{
	Reader		r = {words, l};
	const C1dValue *keys = NULL;
	char	   *word;
	int			at;

	do
	{
		if (said(&r, "set "))
		{
			keys = said_keys(&r);
			if (!said(&r, " in ") || (at = said_layer(&r)) < 0)
				return false;
			set_all(l, at, keys);
		}
		else if (said(&r, "leave \""))
		{
			word = said_word(&r);
			if (!said(&r, "\" out of ") || (at = said_layer(&r)) < 0)
				return false;
			leave_out(l, at, word);
		}
		else if (said(&r, "take out "))
		{
			if ((at = said_layer(&r)) < 0)
				return false;
			l->count--;
			memmove(l->text + at, l->text + at + 1, (size_t) (l->count - at) * sizeof(*l->text));
			memmove(l->moved + at, l->moved + at + 1, (size_t) (l->count - at) * sizeof(*l->moved));
		}
		else if (said(&r, "turn "))
		{
			C1dValue   *name = unit_must(c1d_alloc(&l->arena, sizeof(C1dValue), &l->err));

			if ((at = said_layer(&r)) < 0 || !said(&r, " into "))
				return false;
			*name = c1d_value_string(said_word(&r));
			l->text[at].class_name = name;
			if (said(&r, " with "))
				set_all(l, at, said_keys(&r));
		}
		else if (said(&r, "give an input of shape "))
		{
			l->in.rank = 0;
			while (*r.at == '(' || *r.at == ',')
			{
				char	   *end;

				l->in.dim[l->in.rank++] = strtoll(r.at + 1, &end, 10);
				r.at = end;
			}
			if (!said(&r, ")"))
				return false;
			said_note(&r, ": ");
		}
		else
		{
			bool		append = said(&r, "append ");

			if (!append && !said(&r, "put "))
				return false;
			word = said_word(&r);
			keys = said(&r, " with ") ? said_keys(&r) : NULL;
			at = l->count;
			if (!append && (!said(&r, " before ") || (at = said_layer(&r)) < 0))
				return false;
			insert(l, at, word, "{}");
			l->text[at].config = keys;
		}
		said_note(&r, ", which ");
	} while (said(&r, " and "));
	return r.at[0] == '\0' || strcmp(r.at, ".") == 0;
}

#endif
