/*
 * src/formats/inbound_nodes.c
 *	  With which tensors a layer of a Functional model of Keras is called.
 *
 * Keras 2 writes [["name", 0, 0, {}], ...], Keras 3 arguments among which there
 * are tensors with a keras_history.
 */
#include "formats/inbound_nodes.h"

#include <inttypes.h>

static void
source(C1dSources *s, const C1dValue *name)
{
	if (!c1d_value_is_string(name))
		return;
	if (s->count < C1D_MAX_INPUTS)
		s->name[s->count] = name;
	s->count++;
}

/* tensors: every keras_history in a tree of arguments, in order */
static void
tensors(C1dSources *s, const C1dValue *value)
{
	const C1dValue *history = c1d_value_get(c1d_value_get(value, "config"), "keras_history");

	if (c1d_value_is_list(history) && history->as.list.count > 0)
		source(s, &history->as.list.items[0]);
	else if (c1d_value_is_list(value))
		for (int64_t i = 0; i < value->as.list.count; i++)
			tensors(s, &value->as.list.items[i]);
	else if (value != NULL && value->type == C1D_OBJECT)
		for (int64_t i = 0; i < value->as.object.count; i++)
			tensors(s, &value->as.object.members[i].value);
}

/*
 * c1d_sources_of
 *		What a layer of a Functional model is called with; it must be called once.
 */
bool
c1d_sources_of(const C1dValue *layer, const C1dValue *name, C1dSources *s, C1dError *err)
{
	const C1dValue *calls = c1d_value_get(layer, "inbound_nodes");
	const C1dValue *call;

	s->count = 0;
	if (calls == NULL || calls->type == C1D_NULL)
		return true;
	if (!c1d_value_is_list(calls))
		return c1d_fail(err, C1D_BAD_ARGUMENT, "inbound_nodes of layer \"%.*s\" must be an array", c1d_value_echo(name), name->as.string.bytes);
	if (calls->as.list.count == 0)
		return true;
	if (calls->as.list.count > 1)
	{
		c1d_fail(err, C1D_UNSUPPORTED, "layer \"%.*s\" is called %" PRId64 " times", c1d_value_echo(name), name->as.string.bytes,
				 calls->as.list.count);
		return c1d_hint(err, "A layer that is shared stands in the list once for each call, under names of their own.");
	}
	call = &calls->as.list.items[0];
	if (call->type == C1D_OBJECT)
		tensors(s, call);
	for (int64_t i = 0; c1d_value_is_list(call) && i < call->as.list.count; i++)
	{
		const C1dValue *from = &call->as.list.items[i];

		/* ["name", 0, 0, {}], or that name at once */
		source(s, c1d_value_is_list(from) && from->as.list.count > 0 ? &from->as.list.items[0] : i == 0 ? from : NULL);
	}
	if (s->count <= C1D_MAX_INPUTS)
		return true;
	c1d_fail(err, C1D_LIMIT, "layer has too many inputs");
	return c1d_detail(err, "%" PRId64 " were given, at most %d are possible.", s->count, C1D_MAX_INPUTS);
}
