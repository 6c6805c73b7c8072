/*
 * test/unit/stack.h
 *	  Random models: layers that fit each other, with random weights.
 *
 * Most layers take the output of the one before, some that of an earlier one;
 * a layer that adds or concatenates takes two, where there is such a class.
 */
#ifndef C1D_UNIT_STACK_H
#define C1D_UNIT_STACK_H

#include "model.h"

#define UNIT_LAYERS 12			/* in a stack at most */
#define UNIT_ELEMENTS 3000		/* in a value at most */

typedef struct UnitStack
{
	UnitModel	m;				/* the graph, and the memory of all below */
	C1dShape	in;
	int			count;
	C1dLayerText text[UNIT_LAYERS];
	C1dShape	shape[UNIT_LAYERS];
} UnitStack;

#define N(low, high) ((int) unit_between(low, high))

static const char *const unit_merges[] = {"Add", "Concatenate", "Multiply", "Maximum", "Minimum", "Average", "Subtract"};

/*
 * unit_draw_layer
 *		A class and a configuration that may fit the shape, or not.  Names that
 *		torch has, too, say whose they are.
 */
static const char *
unit_draw_layer(const C1dShape *in, char config[400])
{
	static const char *const activations[] = {"linear", "relu", "tanh", "sigmoid", "softmax", "elu"};
	const char *activation = activations[unit_between(0, 5)];
	const char *bias = unit_between(0, 1) ? "true" : "false";
	int			channels = (int) c1d_shape_channels(in);
	int			used;
	const char *class_name;

	strcpy(config, "{}");
	switch (unit_between(0, 38))
	{
		case 0:
		case 1:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'padding': '%s', 'activation': '%s', 'use_bias': %s}",
					N(1, 12), N(1, 5), N(1, 2), (const char *[]) {"valid", "same", "causal"}[N(0, 2)], activation, bias);
			return "Conv1D";
		case 2:
			sprintf(config, "{'filters': %d, 'kernel_size': [%d], 'dilation_rate': %d, 'pads': [%d, %d], 'groups': %d, 'use_bias': %s}",
					2 * N(1, 6), N(1, 4), N(1, 3), N(0, 4), N(0, 4), N(1, 2), bias);
			return "conv1d";
		case 3:
		case 4:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'padding': '%s', 'activation': '%s', 'use_bias': %s}",
					N(1, 10), N(1, 5), N(1, 3), N(0, 1) ? "valid" : "same", activation, bias);
			return "Conv1DTranspose";
		case 5:
			sprintf(config, "{'pool_size': %d, 'strides': %d, 'padding': '%s'}", N(1, 4), N(1, 3), N(0, 1) ? "valid" : "same");
			return N(0, 1) ? "MaxPooling1D" : "AveragePooling1D";
		case 6:
			sprintf(config, "{'pool_size': %d, 'pads': 1, 'ceil_mode': true}", N(2, 4));
			return N(0, 1) ? "max_pool1d" : "avg_pool1d";
		case 7:
			sprintf(config, "{'size': %d}", N(1, 3));
			return "UpSampling1D";
		case 8:
			sprintf(config, "{'padding': [%d, %d]}", N(0, 3), N(0, 3));
			return "ZeroPadding1D";
		case 9:
			sprintf(config, "{'cropping': [%d, %d]}", N(0, 3), N(0, 3));
			return "Cropping1D";
		case 10:
		case 11:
			sprintf(config, "{'units': %d, 'activation': '%s', 'use_bias': %s}", N(1, 12), activation, bias);
			return "Dense";
		case 12:
			return "keras.layers.Flatten";
		case 13:
			sprintf(config, "{'target_shape': [-1, %d]}", N(1, 4));
			return "Reshape";
		case 14:
			sprintf(config, "{'target_shape': [-1, %d, %d]}", N(1, 2), channels);
			return "Reshape";
		case 15:
			sprintf(config, "{'activation': '%s'}", activation);
			return "Activation";
		case 16:
			sprintf(config, "{'negative_slope': 0.25, 'max_value': %d}", N(1, 6));
			return "keras.layers.ReLU";
		case 17:
			sprintf(config, "{'axis': %d}", -N(1, in->rank));
			return "keras.layers.Softmax";
		case 18:
			class_name = N(0, 1) ? "MinMaxScaler" : "MinMaxInverse";
			used = sprintf(config, "{'feature_range': [-1, 1], 'clip': %s, 'data_min_': [", bias);
			for (int c = 0; c < channels && used < 150; c++)
				used += sprintf(config + used, "%s%d", c ? ", " : "", -c);
			used += sprintf(config + used, "], 'data_max_': [");
			for (int c = 0; c < channels && used < 350; c++)
				used += sprintf(config + used, "%s%d", c ? ", " : "", c + 1);
			strcpy(config + used, "]}");
			return class_name;
		case 19:
			return "InputLayer";
		case 20:
			strcpy(config, "{'dims': [2, 1]}");
			return "Permute";
		case 21:
			return unit_merges[N(0, 6)];
		case 22:
			sprintf(config, "{'n': %d}", N(1, 3));
			return "RepeatVector";
		case 23:
			return N(0, 1) ? "GlobalAveragePooling1D" : "GlobalMaxPooling1D";
		case 24:
			return N(0, 1) ? "BatchNormalization" : "LayerNormalization";
		case 25:
			return N(0, 1) ? "keras.layers.PReLU" : "keras.layers.Dropout";
		case 26:
			sprintf(config, "{'kernel_size': %d, 'depth_multiplier': %d, 'padding': 'same', 'use_bias': %s}", N(1, 4), N(1, 2), bias);
			return "DepthwiseConv1D";
		case 27:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'use_bias': %s}", N(1, 6), N(1, 4), N(1, 2), bias);
			return "SeparableConv1D";
		case 28:
			sprintf(config, "{'filters': %d, 'kernel_size': [%d, %d], 'padding': '%s', 'use_bias': %s}", N(1, 5), N(1, 3), N(1, 3),
					N(0, 1) ? "valid" : "same", bias);
			return "Conv2D";
		case 29:
			sprintf(config, "{'in_channels': %d, 'out_channels': %d, 'kernel_size': %d, 'padding': %d, 'bias': %s}", channels, N(1, 5), N(1, 4),
					N(0, 2), bias);
			return "Conv1d";
		case 30:
			return "torch.nn.Flatten";
		case 31:
			if (N(0, 1))
				return "UpSampling1D";
			sprintf(config, "{'scale_factor': %d}", N(2, 4));
			return "Upsample";
		case 32:
			return "BatchNormalization";
		case 33:
			return "MaxPooling1D";
		case 34:
			sprintf(config, "{'activation': '%s'}", activation);
			return "Activation";
		default:				/* what others share a step with */
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'padding': '%s', 'use_bias': %s}", N(1, 6), N(1, 5),
					(const char *[]) {"valid", "same", "causal"}[N(0, 2)], bias);
			return "Conv1D";
	}
}

/* unit_weights: random weights for a node of that input, in the arena. */
static int
unit_weights(const C1dNode *node, const C1dShape *in, C1dArena *arena, C1dTensor **weights)
{
	C1dWeightSpec specs[C1D_MAX_WEIGHTS];
	C1dError	err;
	int			count = node->class->ops->weights == NULL ? 0 : node->class->ops->weights(node->config, in, specs);

	*weights = unit_must(c1d_alloc_array(arena, count + 1, sizeof(C1dTensor), &err));
	for (int i = 0; i < count; i++)
	{
		int64_t		elements = c1d_shape_elements(&specs[i].shape);
		float	   *data = unit_must(c1d_alloc_array(arena, elements, sizeof(float), &err));

		for (int64_t k = 0; k < elements; k++)
			data[k] = unit_float();
		(*weights)[i] = (C1dTensor) {specs[i].shape, data};
	}
	return count;
}

/*
 * unit_grow
 *		Try to add one more layer on top of node from; false when what was drawn
 *		does not fit, or would make too large a value.  A chain has no layer of
 *		two inputs.
 */
static bool
unit_grow(UnitStack *s, int from, bool chain)
{
	C1dArena   *arena = &s->m.arena;
	const C1dShape *in = from == C1D_MODEL_INPUT ? &s->in : &s->shape[from];
	C1dShape	shapes[UNIT_LAYERS];
	char		config[400];
	const char *class_name = unit_draw_layer(in, config);
	bool		merges = false;
	C1dError	err;
	int		   *input_at = unit_must(c1d_alloc_array(arena, 2, sizeof(int), &err));
	C1dLayerText text;
	C1dTensor  *weights;
	C1dNode    *node = &s->m.graph.nodes[s->count];

	for (int i = 0; i < 7; i++)
		merges = merges || strcmp(class_name, unit_merges[i]) == 0;
	if (chain && merges)
		return false;
	input_at[0] = from;
	input_at[1] = N(C1D_MODEL_INPUT, s->count - 1);
	text = unit_text(arena, class_name, unit_config(arena, "%s", config), 0, NULL);
	text.input_count = merges ? 2 : 1;
	text.input_at = input_at;
	memcpy(shapes, s->shape, sizeof(shapes));
	if (!c1d_graph_read(&s->m.graph, &text, arena, &err) ||
		!c1d_graph_node_infer(&s->m.graph, s->count, &s->in, shapes, &err) ||
		c1d_shape_elements(&shapes[s->count]) > UNIT_ELEMENTS)
	{
		s->m.graph.count = s->count;
		return false;
	}
	node->weight_count = text.weight_count = unit_weights(node, in, arena, &weights);
	node->weights = text.weights = weights;
	s->shape[s->count] = shapes[s->count];
	s->text[s->count++] = text;
	return true;
}

/* unit_stack: count layers that fit; branches = some start at an earlier layer. */
__attribute__((unused))
static void
unit_stack(UnitStack *s, int count, bool branches)
{
	memset(s, 0, sizeof(*s));
	unit_model_begin(&s->m, UNIT_LAYERS);
	s->in = unit_between(0, 7) ? c1d_shape2(N(1, 40), N(1, 6)) : c1d_shape1(N(1, 40));
	while (s->count < count)
		unit_grow(s, branches && N(0, 3) == 0 ? N(C1D_MODEL_INPUT, s->count - 1) : s->count - 1, !branches);
}

/* unit_rebuild: the same layers once more, in an arena that may run out. */
__attribute__((unused))
static bool
unit_rebuild(const UnitStack *s, C1dArena *arena, C1dGraph *graph, C1dError *err)
{
	if (!c1d_graph_start(graph, s->count, arena, err))
		return false;
	for (int i = 0; i < s->count; i++)
		if (!c1d_graph_add(graph, &s->text[i], arena, err))
			return false;
	return true;
}

/* unit_describe: the layers of a stack, for the reader of a failure. */
__attribute__((unused))
static void
unit_describe(const UnitStack *s, const char *what)
{
	char		text[C1D_SHAPE_TEXT];

	printf("# %s: %s", what, c1d_shape_text(&s->in, text));
	for (int i = 0; i < s->count; i++)
		printf(" -%d-> %s %s", s->m.graph.nodes[i].input[0], s->m.graph.nodes[i].class->class_name, c1d_shape_text(&s->shape[i], text));
	printf("\n");
}

#endif
