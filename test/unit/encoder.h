/*
 * test/unit/encoder.h
 *	  Random encoders: chains of layers of one dialect, or of all, with every
 *	  kind there is, on series, images and vectors.
 */
#ifndef C1D_UNIT_ENCODER_H
#define C1D_UNIT_ENCODER_H

#include "model.h"

#define ENCODER_LAYERS 7

typedef struct UnitEncoder
{
	UnitBlock  *blocks;
	C1dArena	arena;
	C1dShape	in;
	int			count;
	C1dLayerText text[ENCODER_LAYERS];
	C1dShape	shape[ENCODER_LAYERS];
} UnitEncoder;

#define N(low, high) ((int) unit_between(low, high))
#define EITHER(a, b) (N(0, 1) ? (a) : (b))

static const char *const unit_words[] = {"linear", "relu", "tanh", "sigmoid", "elu"};

/* unit_divisor: a divisor of n, often 1 */
static int
unit_divisor(int n)
{
	int			d = N(0, 1) ? 1 : N(1, n);

	while (n % d != 0)
		d--;
	return d;
}

/* unit_scaler: a scaler of so many features; false when the text is too long. */
static bool
unit_scaler(char config[600], int features)
{
	int			used;

	if (features > 40)
		return false;
	used = sprintf(config, "{'name': 'scale', 'data_min_': [");
	for (int c = 0; c < features; c++)
		used += sprintf(config + used, "%s%d", c ? ", " : "", -c);
	used += sprintf(config + used, "], 'data_max_': [");
	for (int c = 0; c < features; c++)
		used += sprintf(config + used, "%s%d", c ? ", " : "", c + 1);
	strcpy(config + used, "]}");
	return true;
}

/*
 * unit_draw_keras
 *		A class and a configuration that may fit the shape, or not; a layer of
 *		series on a series and so on, mostly.
 */
static const char *
unit_draw_keras(const C1dShape *in, char config[600])
{
	const char *word = unit_words[N(0, 4)];
	int			channels = (int) c1d_shape_channels(in);
	int			s = N(1, 4);
	int			g = unit_divisor(channels);
	const char *padding = (const char *[]) {"valid", "same", "causal"}[N(0, 2)];
	const char *two = EITHER("valid", "same");

	strcpy(config, "{}");
	if (N(0, 5) == 0)
		switch (N(0, 9))
		{
			case 0:
				sprintf(config, "{'activation': '%s'}", word);
				return "Activation";
			case 1:
				return "BatchNormalization";
			case 2:
				strcpy(config, "{'rate': 0.25}");
				return "keras.layers.Dropout";
			case 3:
				return "keras.layers.LeakyReLU";
			case 4:
				return "keras.layers.PReLU";
			case 5:
				return "LayerNormalization";
			case 6:
				return "Masking";
			case 7:
				return "ActivityRegularization";
			case 8:
				return unit_scaler(config, channels) ? EITHER("MinMaxScaler", "MinMaxInverse") : "GaussianNoise";
			default:
				return "keras.layers.Softmax";
		}
	if (N(0, 4) == 0)
		switch (N(0, 6))
		{
			case 0:
			case 1:
				sprintf(config, "{'units': %d, 'activation': '%s'}", N(1, 9), word);
				return "Dense";
			case 2:
				return "keras.layers.Flatten";
			case 3:
				sprintf(config, "{'target_shape': [-1, %d]}", unit_divisor(channels));
				return "Reshape";
			case 4:
				sprintf(config, "{'target_shape': [%d, -1, %d]}", N(1, 4), channels);
				return "Reshape";
			case 5:
				strcpy(config, in->rank == 3 ? EITHER("{'dims': [2, 3, 1]}", "{'dims': [2, 1, 3]}") : "{'dims': [2, 1]}");
				return "Permute";
			default:
				if (N(0, 1))
					sprintf(config, "{'layer': {'class_name': 'Dense', 'config': {'units': %d, 'activation': '%s'}}}", N(1, 9), word);
				else if (in->rank == 3)
					sprintf(config, "{'layer': {'class_name': 'Conv1D', 'config': {'filters': %d, 'kernel_size': %d, 'strides': %d, 'padding': '%s'}}}",
							N(1, 5), N(1, 4), s, padding);
				else
					strcpy(config, "{'layer': {'class_name': 'keras.layers.Dropout', 'config': {'rate': 0.5}}}");
				return "TimeDistributed";
		}
	if (in->rank == 1)
	{
		sprintf(config, "{'n': %d}", N(1, 9));
		return "RepeatVector";
	}
	if (in->rank == 3)
		switch (N(0, 11))
		{
			case 0:
			case 1:
				sprintf(config, "{'filters': %d, 'kernel_size': [%d, %d], 'strides': [%d, %d], 'padding': '%s', 'groups': %d, 'activation': '%s'}",
						g * N(1, 3), N(1, 5), N(1, 5), s, N(1, 3), two, g, word);
				return "Conv2D";
			case 2:
				sprintf(config, "{'filters': %d, 'kernel_size': %d, 'dilation_rate': [%d, %d], 'padding': '%s'}",
						N(1, 4), N(1, 4), N(1, 3), N(1, 3), two);
				return "Conv2D";
			case 3:
				sprintf(config, "{'kernel_size': [%d, %d], 'strides': %d, 'dilation_rate': [%d, %d], 'padding': '%s', 'depth_multiplier': %d}",
						N(1, 4), N(1, 4), N(1, 3), N(1, 2), N(1, 2), two, N(1, 2));
				return "DepthwiseConv2D";
			case 4:
				sprintf(config, "{'filters': %d, 'kernel_size': [%d, %d], 'strides': %d, 'padding': '%s'}", N(1, 4), N(1, 4), N(1, 4), s, two);
				return "SeparableConv2D";
			case 5:
				sprintf(config, "{'filters': %d, 'kernel_size': [%d, %d], 'strides': [%d, %d], 'padding': '%s', 'output_padding': %s}",
						N(1, 4), N(1, 4), N(1, 4), s, N(1, 3), two, EITHER("null", "0"));
				return "Conv2DTranspose";
			case 6:
				sprintf(config, "{'pool_size': [%d, %d], 'strides': [%d, %d], 'padding': '%s'}", N(1, 4), N(1, 4), s, N(1, 4), two);
				return EITHER("MaxPooling2D", "AveragePooling2D");
			case 7:
				sprintf(config, "{'keepdims': %s}", EITHER("true", "false"));
				return EITHER("GlobalMaxPooling2D", "GlobalAveragePooling2D");
			case 8:
				sprintf(config, "{'output_size': [%d, %d]}", N(1, 8), N(1, 8));
				return EITHER("AdaptiveMaxPooling2D", "AdaptiveAveragePooling2D");
			case 9:
				sprintf(config, "{'size': [%d, %d]}", N(1, 3), N(1, 3));
				return "UpSampling2D";
			case 10:
				sprintf(config, "{'padding': [[%d, %d], [%d, %d]]}", N(0, 2), N(0, 2), N(0, 2), N(0, 2));
				return "ZeroPadding2D";
			default:
				sprintf(config, "{'cropping': [[%d, %d], [%d, %d]]}", N(0, 2), N(0, 2), N(0, 2), N(0, 2));
				return "Cropping2D";
		}
	switch (N(0, 11))
	{
		case 0:
		case 1:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'padding': '%s', 'groups': %d, 'activation': '%s'}",
					g * N(1, 4), N(1, 9), s, padding, g, word);
			return "Conv1D";
		case 2:
			sprintf(config, "{'filters': %d, 'kernel_size': [%d], 'dilation_rate': %d, 'padding': '%s'}", N(1, 9), N(1, 7), N(1, 4), padding);
			return "Conv1D";
		case 3:
			sprintf(config, "{'kernel_size': %d, 'strides': %d, 'dilation_rate': %d, 'padding': '%s', 'depth_multiplier': %d}",
					N(1, 6), N(1, 3), N(1, 3), two, N(1, 2));
			return "DepthwiseConv1D";
		case 4:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'dilation_rate': %d, 'padding': '%s'}",
					N(1, 6), N(1, 6), s, N(1, 2), two);
			return "SeparableConv1D";
		case 5:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'padding': '%s'", N(1, 6), N(1, 7), s, two);
			sprintf(config + strlen(config), N(0, 1) ? "}" : ", 'output_padding': %d}", N(0, 3));
			return "Conv1DTranspose";
		case 6:
		case 7:
			sprintf(config, N(0, 1) ? "{'pool_size': %d, 'padding': '%s'}" : "{'pool_size': %d, 'padding': '%s', 'strides': %d}", N(1, 6), two, N(1, 7));
			return EITHER("MaxPooling1D", "AveragePooling1D");
		case 8:
			sprintf(config, "{'keepdims': %s}", EITHER("true", "false"));
			return EITHER("GlobalMaxPooling1D", "GlobalAveragePooling1D");
		case 9:
			sprintf(config, "{'output_size': %d}", N(1, 20));
			return EITHER("AdaptiveMaxPooling1D", "AdaptiveAveragePooling1D");
		case 10:
			sprintf(config, "{'size': %d}", N(1, 4));
			return "UpSampling1D";
		default:
			sprintf(config, "{'%s': [%d, %d]}", N(0, 1) ? "padding" : "cropping", N(0, 5), N(0, 5));
			return config[2] == 'p' ? "ZeroPadding1D" : "Cropping1D";
	}
}

/* unit_draw_torch: the same in torch. */
static const char *
unit_draw_torch(const C1dShape *in, char config[600])
{
	static const char *const pads[] = {"ConstantPad", "ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad"};
	static char name[24];
	int			channels = (int) c1d_shape_channels(in);
	bool		image = in->rank == 3;
	int			k = N(1, 6);
	int			g = unit_divisor(channels);
	int			kind;

	strcpy(config, "{}");
	if (N(0, 5) == 0)
		switch (N(0, 3))
		{
			case 0:
				sprintf(config, "{'num_features': %d}", channels);
				return image ? "BatchNorm2d" : "BatchNorm1d";
			case 1:
				return "torch.nn.Dropout";
			case 2:
				return "torch.nn.LeakyReLU";
			default:
				return "Tanh";
		}
	if (N(0, 4) == 0)
		switch (N(0, 2))
		{
			case 0:
				sprintf(config, "{'in_features': %d, 'out_features': %d}", (int) in->dim[in->rank == 1 ? 0 : in->rank - 2], N(1, 9));
				return "Linear";
			case 1:
				if (N(0, 1))
					sprintf(config, "{'start_dim': %d, 'end_dim': %d}", N(1, 2), N(1, 3));
				return "torch.nn.Flatten";
			default:
				sprintf(config, "{'dim': %d, 'unflattened_size': [%d, -1]}", N(1, 3), N(1, 4));
				return "Unflatten";
		}
	kind = in->rank == 1 ? 12 : N(0, 12);
	switch (kind)
	{
		case 0:
		case 1:
		case 2:
			sprintf(config, "{'in_channels': %d, 'out_channels': %d, 'groups': %d, 'kernel_size': ", channels, g * N(1, 3), g);
			sprintf(config + strlen(config), image ? "[%d, %d]" : "%d", k, N(1, 5));
			if (N(0, 2) == 0)
				sprintf(config + strlen(config), ", 'padding': 'same', 'dilation': %d}", N(1, 3));
			else if (image)
				sprintf(config + strlen(config), ", 'padding': [%d, %d], 'stride': [%d, %d], 'dilation': [%d, %d]}",
						N(0, 3), N(0, 3), N(1, 3), N(1, 3), N(1, 2), N(1, 2));
			else
				sprintf(config + strlen(config), ", 'padding': %d, 'stride': %d, 'dilation': %d}", N(0, 5), N(1, 5), N(1, 3));
			return image ? "Conv2d" : "Conv1d";
		case 3:
			sprintf(config, "{'in_channels': %d, 'out_channels': %d, 'kernel_size': %d, 'groups': %d, 'padding': %d, 'stride': %d, 'dilation': %d, 'output_padding': %d}",
					channels, g * N(1, 3), N(1, 5), g, N(0, 3), N(1, 4), N(1, 3), N(0, 3));
			return image ? "ConvTranspose2d" : "ConvTranspose1d";
		case 4:
		case 5:
			sprintf(config, "{'kernel_size': %d, 'padding': %d, 'dilation': %d, 'stride': %d, 'ceil_mode': %s}",
					k, N(0, k / 2), N(1, 3), N(1, 7), EITHER("true", "false"));
			return image ? "MaxPool2d" : "MaxPool1d";
		case 6:
			sprintf(config, "{'kernel_size': %d, 'padding': %d, 'ceil_mode': %s}", k, N(0, k / 2), EITHER("true", "false"));
			return image ? "AvgPool2d" : "AvgPool1d";
		case 7:
			sprintf(config, image ? "{'output_size': [%d, null]}" : "{'output_size': %d}", N(1, 12));
			return image ? EITHER("AdaptiveMaxPool2d", "AdaptiveAvgPool2d") : EITHER("AdaptiveMaxPool1d", "AdaptiveAvgPool1d");
		case 8:
		case 9:
			if (N(0, 1))
				sprintf(config, image ? "{'size': [%d, %d]}" : "{'size': %d}", N(1, 12), N(1, 12));
			else
				sprintf(config, "{'scale_factor': %s, 'mode': '%s'}", (const char *[]) {"2", "0.5", "1.5", "3"}[N(0, 3)],
						image ? EITHER("nearest", "bilinear") : EITHER("nearest", "linear"));
			return "Upsample";
		case 10:
		case 11:
			kind = N(0, 4);
			sprintf(name, "%s%dd", pads[kind], image ? 2 : 1);
			sprintf(config, "{'padding': [%d, %d", N(-3, 4), N(-3, 4));
			if (image)
				sprintf(config + strlen(config), ", %d, %d", N(-2, 3), N(-2, 3));
			strcat(config, kind == 0 ? "], 'value': 1}" : "]}");
			return name;
		default:
			sprintf(config, "{'dim': 1, 'unflattened_size': [%d, -1]}", N(1, 4));
			return "Unflatten";
	}
}

/* unit_draw_sql: the same in SQL. */
static const char *
unit_draw_sql(const C1dShape *in, char config[600])
{
	int			channels = (int) c1d_shape_channels(in);
	const char *padding = (const char *[]) {"valid", "same", "causal"}[N(0, 2)];
	int			k = N(1, 6);
	int			g = unit_divisor(channels);

	strcpy(config, "{}");
	switch (N(0, 13))
	{
		case 0:
		case 1:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'dilation_rate': %d, 'pads': [%d, %d], 'groups': %d}",
					g * N(1, 3), k, N(1, 5), N(1, 3), N(0, 6), N(0, 6), g);
			return "conv1d";
		case 2:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'padding': '%s', 'activation': 'relu'}", N(1, 5), k, N(1, 5), padding);
			return EITHER("conv1d", "separable_conv1d");
		case 3:
			sprintf(config, "{'kernel_size': %d, 'strides': %d, 'dilation_rate': %d, 'padding': '%s', 'depth_multiplier': %d}",
					k, N(1, 3), N(1, 3), padding, N(1, 2));
			return "depthwise_conv1d";
		case 4:
			sprintf(config, "{'filters': %d, 'kernel_size': %d, 'strides': %d, 'dilation_rate': %d, 'pads': [%d, %d], 'groups': %d, 'output_padding': %d}",
					g * N(1, 3), k, N(1, 4), N(1, 3), N(0, 3), N(0, 3), g, N(0, 3));
			return "conv1d_transpose";
		case 5:
		case 6:
			sprintf(config, "{'pool_size': %d, 'strides': %d, 'dilation_rate': %d, 'pads': [%d, %d], 'ceil_mode': %s}",
					k, N(1, 7), N(1, 3), N(0, k / 2), N(0, k / 2), EITHER("true", "false"));
			return "max_pool1d";
		case 7:
			sprintf(config, "{'pool_size': %d, 'pads': [%d, %d], 'ceil_mode': %s}", k, N(0, k / 2), N(0, k / 2), EITHER("true", "false"));
			return "avg_pool1d";
		case 8:
			sprintf(config, "{'size': %d}", N(1, 3));
			return "upsample1d";
		case 9:
			sprintf(config, "{'padding': [%d, %d]}", N(0, 4), N(0, 4));
			return "zero_pad1d";
		case 10:
			sprintf(config, "{'length': %d, 'mode': '%s'}", N(1, 30), EITHER("nearest", "linear"));
			return "resize1d";
		case 11:
			sprintf(config, "{'output_size': %d}", N(1, 20));
			return EITHER("adaptive_max_pool1d", "adaptive_avg_pool1d");
		case 12:
			sprintf(config, "{'units': %d}", N(1, 6));
			return "dense";
		default:
			return N(0, 1) ? EITHER("global_max_pool1d", "global_avg_pool1d") : EITHER("relu", "softmax");
	}
}

/*
 * unit_encoder_grow
 *		Try one more layer; false when what was drawn does not fit, or makes more
 *		than so many elements.
 */
static bool
unit_encoder_grow(UnitEncoder *e, C1dDialect dialect, int64_t most)
{
	const C1dShape *in = e->count == 0 ? &e->in : &e->shape[e->count - 1];
	C1dShape	out;
	char		config[600];
	const char *name = dialect == C1D_KERAS ? unit_draw_keras(in, config) :
	dialect == C1D_TORCH ? unit_draw_torch(in, config) : unit_draw_sql(in, config);
	const LayerClass *class;
	const void *parsed;
	C1dError	err;
	C1dLayerText text;
	char	   *copy = unit_must(c1d_alloc(&e->arena, strlen(name) + 1, &err));

	strcpy(copy, name);
	text = unit_text(&e->arena, copy, unit_config(&e->arena, "%s", config), 0, NULL);
	class = c1d_layer_class(text.class_name, dialect, &err);
	if (class == NULL || !c1d_layer_parse(class, text.config, &e->arena, &parsed, &err) ||
		!c1d_layer_infer(class, parsed, in, 1, &out, &err) || c1d_shape_elements(&out) > most)
		return false;
	if (strstr(config, "'name'") != NULL)	/* only once */
		for (int i = 0; i < e->count; i++)
			if (c1d_value_get(e->text[i].config, "name") != NULL)
				return false;
	e->shape[e->count] = out;
	e->text[e->count++] = text;
	return true;
}

/* unit_encoder: count layers of one dialect, or of any (C1D_SQL + 1), on values of at most so many elements. */
static void
unit_encoder(UnitEncoder *e, int count, int dialect, int length, int64_t most)
{
	memset(e, 0, sizeof(*e));
	e->arena = unit_arena(&e->blocks);
	e->in = N(0, 9) == 0 ? c1d_shape1(N(1, length)) :
		N(0, 3) == 0 && dialect != C1D_SQL ? c1d_shape3(N(1, 16), N(1, 16), N(1, 4)) : c1d_shape2(N(1, length), N(1, 6));
	while (e->count < count)
		unit_encoder_grow(e, dialect > C1D_SQL ? (C1dDialect) N(0, C1D_SQL) : (C1dDialect) dialect, most);
}

/* unit_encoder_print: what it is, for the reader of a failure. */
static void
unit_value_print(const C1dValue *v)
{
	if (v == NULL)
		return;
	switch (v->type)
	{
		case C1D_NULL:
			printf("null");
			break;
		case C1D_BOOL:
			printf(v->as.boolean ? "true" : "false");
			break;
		case C1D_INT:
			printf("%lld", (long long) v->as.integer);
			break;
		case C1D_REAL:
			printf("%g", v->as.real);
			break;
		case C1D_STRING:
			printf("\"%.*s\"", (int) v->as.string.length, v->as.string.bytes);
			break;
		case C1D_LIST:
			for (int64_t i = 0; i < v->as.list.count; i++)
			{
				printf(i ? ", " : "[");
				unit_value_print(&v->as.list.items[i]);
			}
			printf("]");
			break;
		case C1D_OBJECT:
			for (int64_t i = 0; i < v->as.object.count; i++)
			{
				printf("%s\"%.*s\": ", i ? ", " : "{", (int) v->as.object.members[i].key_length, v->as.object.members[i].key);
				unit_value_print(&v->as.object.members[i].value);
			}
			printf("}");
			break;
	}
}

#endif
