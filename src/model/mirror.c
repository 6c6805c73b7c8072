/*
 * src/model/mirror.c
 *	  A decoder for an encoder, and the inputs that it is exact for.
 *
 * The encoder is walked from its end to its beginning; each layer knows its own
 * way back (LayerOps.mirror).  What keeps its shape, activations, normalization
 * and dropout, is copied to where its output is given back, unless nothing
 * with weights would follow: what comes out last is linear, as the input is.
 * The code's own activation comes before all ways back and has no copy.
 */
#include "model/mirror.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Other lengths of the input that are tried, and of a row of them. */
#define REACH 4096
#define ROW 16

/* still: does the layer only stand by, between those that have a way back? */
static bool
still(const C1dNode *node)
{
	return node->class->ops->mirror == NULL || node->class->ops->mirror == c1d_mirror_nothing;
}

/* The encoder, and what is known of it. */
typedef struct Walk
{
	const C1dLayerText *layers;
	const C1dGraph *graph;
	const C1dShape *input;
	C1dShape   *shapes;			/* one for each layer's output */
	int			first;			/* the first whose way back has weights */
} Walk;

/* in_of: what layer i of a chain takes */
static const C1dShape *
in_of(const Walk *w, int i)
{
	return i == 0 ? w->input : &w->shapes[i - 1];
}

/* weighted: will something with weights stand on the way back from layer i? */
static bool
weighted(const Walk *w, int i)
{
	const C1dNode *node = &w->graph->nodes[i];
	C1dWeightSpec specs[C1D_MAX_WEIGHTS];

	return !still(node) && node->class->ops->weights != NULL && node->class->ops->weights(node->config, in_of(w, i), specs) > 0;
}

/*
 * check_chain
 *		The encoder must be a chain of layers that keep their shape or have a way
 *		back; the first that is not is named.
 */
static bool
check_chain(const Walk *w, C1dError *err)
{
	for (int i = 0; i < w->graph->count; i++)
	{
		const C1dNode *node = &w->graph->nodes[i];
		char		up_to[24] = "";

		if (i > 1)
			snprintf(up_to, sizeof(up_to), " to %d", i);
		if (node->inputs > 1)
			c1d_fail(err, C1D_UNSUPPORTED, "a decoder cannot take apart what %d inputs were joined to", node->inputs);
		else if (node->input[0] != i - 1)
			c1d_fail(err, C1D_UNSUPPORTED, "a decoder cannot follow branches; this layer takes \"%.*s\"",
					 C1D_ECHO, c1d_graph_input_name(w->graph, i, 0));
		else if (node->class->ops->mirror == NULL && !c1d_shape_equal(in_of(w, i), &w->shapes[i]))
			c1d_fail(err, C1D_UNSUPPORTED, "there is no way back from this layer");
		else
			continue;
		c1d_graph_blame(w->graph, i, err);
		if (i == 0)
			return false;
		return c1d_hint(err, "What comes before it, layer%s 1%s, has a decoder; a branch by itself, with the shape of its own input, has one, too.",
						i > 1 ? "s" : "", up_to);
	}
	return true;
}

/*
 * activation_before
 *		The activation that made the value which the way back from layer i gives
 *		back: that of the layer with weights before it, through those without.
 *		NULL = none, or nothing with weights is there.
 */
static const C1dValue *
activation_before(const Walk *w, int i)
{
	for (int j = i - 1; j >= w->first; j--)
	{
		const C1dNode *node = &w->graph->nodes[j];
		const C1dValue *config = node->config_value;
		const C1dValue *activation;

		if (node->class->ops == &c1d_time_distributed_ops)
			config = c1d_value_get(c1d_value_get(config, "layer"), "config");
		activation = c1d_value_get(config, "activation");
		if (still(node))
			continue;
		if (activation != NULL && activation->type != C1D_NULL && !c1d_value_is(activation, "linear"))
			return activation;
		if (node->class->ops->weights != NULL)
			return NULL;
	}
	return NULL;
}

/*
 * copy_run
 *		Copies of the layers that stand still between low and layer i; only those
 *		that keep the shape that the decoder has got to.
 */
static bool
copy_run(const Walk *w, int low, int i, C1dMirror *m, C1dError *err)
{
	for (int j = low; j < i; j++)
	{
		const C1dNode *node = &w->graph->nodes[j];
		C1dMirrorLayer layer = {.class = node->class, .config = node->config};
		C1dError	ignored;

		if (node->class->ops->mirror != NULL ||
			!c1d_layer_infer(node->class, node->config, &m->shape, 1, &layer.out, &ignored) ||
			!c1d_shape_equal(&layer.out, &m->shape))
			continue;
		m->config_value = node->config_value;
		layer.class_name = *w->layers[j].class_name;
		if (!c1d_mirror_unnamed(m, &layer.config_value, err) || !c1d_mirror_append(m, &layer, err))
			return false;
	}
	return true;
}

/* way_back: append the way back from layer i */
static bool
way_back(const Walk *w, int i, C1dMirror *m, C1dError *err)
{
	const C1dNode *node = &w->graph->nodes[i];

	m->dialect = node->class->dialect;
	m->config_value = node->config_value;
	m->in = *in_of(w, i);
	m->out = w->shapes[i];
	m->activation = activation_before(w, i);
	if (!node->class->ops->mirror(node->config, m, err))
		return false;
	return c1d_shape_equal(&m->shape, &m->in) ||
		c1d_fail(err, C1D_UNSUPPORTED, "its input is not reached");
}

/*
 * mirror_layer
 *		The way back from layer i, and copies of what stood before it.
 *
 * Where the way back brings weights that the layer itself has not, as from a
 * pooling in Keras, the value is made twice; then what stood before the layer
 * comes after both.
 */
static bool
mirror_layer(const Walk *w, int i, C1dMirror *m, C1dError *err)
{
	C1dMirror	start = *m;
	int			low = i;
	bool		made = false;

	while (low > w->first + 1 && still(&w->graph->nodes[low - 1]))
		low--;
	if (!way_back(w, i, m, err))
		return false;
	for (int k = start.count; k < m->count && w->graph->nodes[i].class->ops->weights == NULL; k++)
		made = made || m->layers[k].weighted;
	if (made && low < i && start.count > 0 && m->layers[start.count - 1].weighted)
	{
		m->shape = start.shape;
		m->count = start.count;
		if (!copy_run(w, low, i, m, err) || !way_back(w, i, m, err))
			return false;
	}
	return copy_run(w, low, i, m, err);
}

/*
 * c1d_decoder_make
 *		Find the decoder of layers that form a chain on that input.
 *
 * It leads from the encoder's output to the shape of input, exactly: each of
 * its layers has been read and inferred.  Errors: those of the encoder's own
 * layers, C1D_UNSUPPORTED where there are branches, C1D_LIMIT when a shape on
 * the way back is too large.
 */
bool
c1d_decoder_make(const C1dLayerText *layers, int count, const C1dShape *input, C1dArena *arena,
				 C1dDecoder *decoder, C1dError *err)
{
	C1dGraph   *graph = &decoder->encoder;
	C1dMirror  *m = &decoder->mirror;
	Walk		w = {.layers = layers, .graph = graph, .input = input};

	w.shapes = c1d_alloc_array(arena, count, sizeof(C1dShape), err);
	if (w.shapes == NULL || !c1d_graph_start(graph, count, arena, err))
		return false;
	c1d_graph_expect(graph, layers, count);
	for (int i = 0; i < count; i++)
		if (!c1d_graph_read(graph, &layers[i], arena, err))
		{
			c1d_graph_blame(graph, i, err);
			return false;
		}
	if (!c1d_graph_infer(graph, input, w.shapes, err) || !check_chain(&w, err))
		return false;
	while (w.first < count && !weighted(&w, w.first))
		w.first++;
	decoder->input = *input;
	*m = (C1dMirror) {.arena = arena, .shape = *in_of(&w, count)};
	for (int i = count - 1; i >= 0; i--)
		if (!still(&graph->nodes[i]) && !mirror_layer(&w, i, m, err))
		{
			char		message[sizeof(err->message)];

			memcpy(message, err->message, sizeof(message));
			snprintf(err->message, sizeof(err->message), "on the way back: %.200s", message);
			c1d_graph_blame(graph, i, err);
			return false;
		}
	return true;
}

/* ---- other inputs ---- */

/* gives_back: does the decoder lead from what the encoder makes of input back to its shape? */
static bool
gives_back(const C1dDecoder *decoder, const C1dShape *input, C1dShape *shapes)
{
	C1dShape	shape = *input,
				next;
	C1dError	ignored;

	if (!c1d_graph_infer(&decoder->encoder, input, shapes, &ignored))
		return false;
	if (decoder->encoder.count > 0)
		shape = shapes[decoder->encoder.count - 1];
	for (int i = 0; i < decoder->mirror.count; i++)
	{
		const C1dMirrorLayer *layer = &decoder->mirror.layers[i];

		if (!c1d_layer_infer(layer->class, layer->config, &shape, 1, &next, &ignored))
			return false;
		shape = next;
	}
	return c1d_shape_equal(&shape, input);
}

/*
 * c1d_decoder_lengths
 *		Which other lengths of that axis come back, too?
 *
 * Strides divide, so what holds for a length holds for all that lie a multiple
 * of the product of strides from it; the smallest such step is looked for among
 * REACH and is believed when it holds ROW times in a row.
 */
bool
c1d_decoder_lengths(const C1dDecoder *decoder, int axis, C1dArena *arena, C1dMirrorLengths *lengths, C1dError *err)
{
	C1dShape   *shapes = c1d_alloc_array(arena, decoder->encoder.count, sizeof(C1dShape), err);
	C1dShape	input = decoder->input;
	int64_t		length = input.dim[axis];

	*lengths = (C1dMirrorLengths) {0};
	if (shapes == NULL)
		return false;
	for (int64_t period = 1; period <= REACH && lengths->period == 0; period++)
	{
		int			row = 0;

		do
			input.dim[axis] = length + ++row * period;
		while (row <= ROW && gives_back(decoder, &input, shapes));
		if (row > ROW)
			lengths->period = period;
	}
	if (lengths->period == 0)
		return true;
	lengths->least = length;
	for (int i = 0; i < REACH && lengths->least > lengths->period; i++)
	{
		input.dim[axis] = lengths->least - lengths->period;
		if (!gives_back(decoder, &input, shapes))
			break;
		lengths->least = input.dim[axis];
	}
	return true;
}
