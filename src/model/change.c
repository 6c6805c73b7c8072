/*
 * src/model/change.c
 *	  Making changes in a list of layers, and saying them.
 *
 * Both go by the same edits, so that what is tried is what is said.
 */
#include "model/change.h"

#include <inttypes.h>
#include <string.h>

#include "base/words.h"

/* c1d_list_start: an empty list with room for so many layers. */
bool
c1d_list_start(C1dList *list, int64_t room, const C1dShape *input, C1dArena *arena, C1dError *err)
{
	*list = (C1dList) {.room = (int) room, .input = *input};
	list->text = c1d_alloc_array(arena, room, sizeof(C1dLayerText), err);
	if (list->text == NULL)
		return false;
	list->origin = c1d_alloc_array(arena, room, sizeof(int), err);
	return list->origin != NULL;
}

/* c1d_list_find: where a layer is now, -1 when it was taken out. */
int
c1d_list_find(const C1dList *list, int at)
{
	/* a layer is near its old place: few are put in or taken out */
	for (int i = at < list->count ? at : list->count - 1; i >= 0; i--)
		if (list->origin[i] == at)
			return i;
	for (int i = at + 1; i < list->count; i++)
		if (list->origin[i] == at)
			return i;
	return -1;
}

static bool
names_inputs(const C1dLayerText *text)
{
	return text->input_names != NULL && text->input_names->type == C1D_LIST && text->input_names->as.list.count > 0;
}

/*
 * put
 *		Place a layer before position, or at the end.  Where layer at names its
 *		inputs, the new one comes between it and the input that branch says.
 */
static bool
put(C1dList *list, const C1dEdit *edit, int position, C1dArena *arena, C1dError *err)
{
	C1dLayerText layer = {.config = edit->config};
	C1dValue   *values = c1d_alloc_array(arena, 3, sizeof(C1dValue), err);

	if (values == NULL)
		return false;
	values[0] = c1d_value_string(edit->class_name);
	layer.class_name = &values[0];
	if (position < list->count && names_inputs(&list->text[position]))
	{
		const C1dValue *old = list->text[position].input_names;
		C1dValue   *items = c1d_alloc_array(arena, old->as.list.count, sizeof(C1dValue), err);

		if (items == NULL)
			return false;
		memcpy(items, old->as.list.items, old->as.list.count * sizeof(C1dValue));
		values[1] = (C1dValue) {.type = C1D_LIST, .as.list = {&old->as.list.items[edit->branch], 1}};
		values[2] = (C1dValue) {.type = C1D_LIST, .as.list = {items, old->as.list.count}};
		items[edit->branch] = *c1d_value_get(edit->config, "name");
		layer.input_names = &values[1];
		list->text[position].input_names = &values[2];
	}
	memmove(list->text + position + 1, list->text + position, (list->count - position) * sizeof(C1dLayerText));
	memmove(list->origin + position + 1, list->origin + position, (list->count - position) * sizeof(int));
	list->text[position] = layer;
	list->origin[position] = -1;
	list->count++;
	return true;
}

static bool
edit_list(C1dList *list, const C1dEdit *edit, int position, C1dArena *arena, C1dError *err)
{
	C1dValue   *value;

	switch (edit->kind)
	{
		case C1D_SET:
			value = c1d_alloc(arena, sizeof(C1dValue), err);
			if (value == NULL ||
				!(edit->value.type == C1D_NULL ?
				  c1d_value_without(list->text[position].config, edit->key, arena, value, err) :
				  c1d_value_with(list->text[position].config, edit->key, edit->value, arena, value, err)))
				return false;
			list->text[position].config = value;
			return true;
		case C1D_SET_CLASS:
			value = c1d_alloc(arena, sizeof(C1dValue), err);
			if (value == NULL)
				return false;
			*value = c1d_value_string(edit->class_name);
			list->text[position].class_name = value;
			return true;
		case C1D_PUT:
			return put(list, edit, position, arena, err);
		case C1D_TAKE_OUT:
			list->count--;
			memmove(list->text + position, list->text + position + 1, (list->count - position) * sizeof(C1dLayerText));
			memmove(list->origin + position, list->origin + position + 1, (list->count - position) * sizeof(int));
			return true;
		case C1D_SET_INPUT:
			list->input = edit->shape;
			return true;
	}
	return true;
}

/*
 * c1d_list_edit
 *		Make a change in a copy of the list; to has room for from->count +
 *		C1D_MOST_EDITS layers, or has none and gets it.  *first is the first
 *		position that differs.  Returns false when memory runs out.
 */
bool
c1d_list_edit(const C1dList *from, const C1dChange *change, C1dArena *arena, C1dList *to, int *first, C1dError *err)
{
	if (to->room < from->count + C1D_MOST_EDITS &&
		!c1d_list_start(to, from->count + C1D_MOST_EDITS, &from->input, arena, err))
		return false;
	to->count = from->count;
	to->input = from->input;
	memcpy(to->text, from->text, from->count * sizeof(C1dLayerText));
	memcpy(to->origin, from->origin, from->count * sizeof(int));
	*first = from->count;
	for (int i = 0; i < change->count; i++)
	{
		const C1dEdit *edit = &change->edit[i];
		int			position = c1d_list_find(to, edit->at);

		if (position < 0)
			position = to->count;
		if (edit->kind != C1D_SET_INPUT && position < *first)
			*first = position;
		if (!edit_list(to, edit, position, arena, err))
			return false;
	}
	return true;
}

/* ---- words ---- */

/* say_value: as JSON */
static void
say_value(C1dWords *w, const C1dValue *value)
{
	switch (value->type)
	{
		case C1D_BOOL:
			c1d_say(w, value->as.boolean ? "true" : "false");
			break;
		case C1D_INT:
			c1d_say(w, "%" PRId64, value->as.integer);
			break;
		case C1D_REAL:
			c1d_say(w, "%g", value->as.real);
			break;
		case C1D_STRING:
			c1d_say(w, "\"%.*s\"", c1d_value_echo(value), value->as.string.bytes);
			break;
		case C1D_LIST:
			for (int64_t i = 0; i < value->as.list.count; i++)
			{
				c1d_say(w, i ? ", " : "[");
				say_value(w, &value->as.list.items[i]);
			}
			c1d_say(w, value->as.list.count ? "]" : "[]");
			break;
		default:
			c1d_say(w, "null");
			break;
	}
}

static void
say_layer(C1dWords *w, const C1dList *list, const C1dGraph *graph, int at)
{
	int			position = at < 0 ? -1 : c1d_list_find(list, at);

	if (at < 0)
	{
		c1d_say(w, "the layer put there before");
		return;
	}
	c1d_say(w, "layer %d", at + 1);
	if (position >= 0 && position < graph->count && graph->nodes[position].name != NULL)
		c1d_say(w, " \"%.*s\"", C1D_ECHO, graph->nodes[position].name);
}

static void
say_put(C1dWords *w, const C1dList *list, const C1dGraph *graph, const C1dEdit *edit)
{
	int			position = c1d_list_find(list, edit->at);

	c1d_say(w, position < 0 ? "append %s" : "put %s", edit->class_name);
	for (int64_t i = 0; edit->config != NULL && i < edit->config->as.object.count; i++)
	{
		const C1dMember *member = &edit->config->as.object.members[i];

		c1d_say(w, "%s\"%.*s\": ", i ? ", " : " with ", (int) member->key_length, member->key);
		say_value(w, &member->value);
	}
	if (position < 0)
		return;
	if (names_inputs(&list->text[position]))
	{
		int			from = graph->nodes[position].input[edit->branch];

		c1d_say(w, " between ");
		if (from < 0)
			c1d_say(w, "the input");
		else
			say_layer(w, list, graph, list->origin[from]);
		c1d_say(w, " and ");
	}
	else
		c1d_say(w, " before ");
	say_layer(w, list, graph, edit->at);
}

/* sets: does the edit after i set one more key of the same layer? */
static bool
sets(const C1dChange *change, int i)
{
	return i + 1 < change->count && change->edit[i + 1].kind == C1D_SET && change->edit[i + 1].at == change->edit[i].at &&
		change->edit[i + 1].value.type != C1D_NULL;
}

/* say_keys: "a": 1, "b": 2, of the edits from i on; returns the last of them */
static int
say_keys(C1dWords *w, const C1dChange *change, int i)
{
	for (;; i++)
	{
		c1d_say(w, "\"%s\": ", change->edit[i].key);
		say_value(w, &change->edit[i].value);
		if (!sets(change, i))
			return i;
		c1d_say(w, ", ");
	}
}

/*
 * c1d_change_text
 *		A change in words, without a capital and a full stop; the list and the
 *		graph are those that it is to be made in.
 */
const char *
c1d_change_text(const C1dList *list, const C1dGraph *graph, const C1dChange *change, char *text, size_t room)
{
	C1dWords	w;
	char		shape[C1D_SHAPE_TEXT];

	text[0] = '\0';
	w = c1d_words(text, room);
	for (int i = 0; i < change->count; i++)
	{
		const C1dEdit *edit = &change->edit[i];

		c1d_say(&w, "%s", i ? " and " : "");
		switch (edit->kind)
		{
			case C1D_SET:
				if (edit->value.type == C1D_NULL)
					c1d_say(&w, "leave \"%s\" out of ", edit->key);
				else
				{
					c1d_say(&w, "set ");
					i = say_keys(&w, change, i);
					c1d_say(&w, " in ");
				}
				say_layer(&w, list, graph, edit->at);
				break;
			case C1D_SET_CLASS:
				c1d_say(&w, "turn ");
				say_layer(&w, list, graph, edit->at);
				c1d_say(&w, " into %s", edit->class_name);
				if (sets(change, i))
				{
					c1d_say(&w, " with ");
					i = say_keys(&w, change, i + 1);
				}
				break;
			case C1D_PUT:
				say_put(&w, list, graph, edit);
				break;
			case C1D_TAKE_OUT:
				c1d_say(&w, "take out ");
				say_layer(&w, list, graph, edit->at);
				break;
			case C1D_SET_INPUT:
				c1d_say(&w, "give an input of shape %s", c1d_shape_text(&edit->shape, shape));
				break;
		}
	}
	if (change->note != NULL)
		c1d_say(&w, "%s", change->note);
	return text;
}
