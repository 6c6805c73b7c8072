/*
 * src/layers/registry.c
 *	  Every class name, a line each.
 */
#include <stdio.h>
#include <string.h>

#include "layers/layer.h"

/* SHARED: a name of torch that Keras has, too, with other arguments. */
#define KERAS(name, kind, default_name) {name, C1D_KERAS, &c1d_##kind##_ops, default_name, NULL}
#define TORCH(name, kind, default_name) {name, C1D_TORCH, &c1d_##kind##_ops, default_name, NULL}
#define SHARED(name, kind, default_name) {name, C1D_TORCH, &c1d_##kind##_ops, default_name, "torch.nn." name}
#define SQL(name, kind) {name, C1D_SQL, &c1d_##kind##_ops, name, NULL}

static const LayerClass classes[] = {
	KERAS("InputLayer", input, "input_layer"),
	KERAS("Conv1D", conv, "conv1d"),
	KERAS("Conv1DTranspose", conv_transpose, "conv1d_transpose"),
	KERAS("MaxPooling1D", max_pool, "max_pooling1d"),
	KERAS("AveragePooling1D", average_pool, "average_pooling1d"),
	KERAS("UpSampling1D", upsample, "up_sampling1d"),
	KERAS("ZeroPadding1D", padding, "zero_padding1d"),
	KERAS("Cropping1D", cropping, "cropping1d"),
	KERAS("Conv2D", conv, "conv2d"),
	KERAS("Conv2DTranspose", conv_transpose, "conv2d_transpose"),
	KERAS("DepthwiseConv1D", depthwise_conv, "depthwise_conv1d"),
	KERAS("DepthwiseConv2D", depthwise_conv, "depthwise_conv2d"),
	KERAS("SeparableConv1D", separable_conv, "separable_conv1d"),
	KERAS("SeparableConv2D", separable_conv, "separable_conv2d"),
	KERAS("MaxPool1D", max_pool, "max_pooling1d"),
	KERAS("AvgPool1D", average_pool, "average_pooling1d"),
	KERAS("MaxPooling2D", max_pool, "max_pooling2d"),
	KERAS("MaxPool2D", max_pool, "max_pooling2d"),
	KERAS("AveragePooling2D", average_pool, "average_pooling2d"),
	KERAS("AvgPool2D", average_pool, "average_pooling2d"),
	KERAS("UpSampling2D", upsample, "up_sampling2d"),
	KERAS("ZeroPadding2D", padding, "zero_padding2d"),
	KERAS("Cropping2D", cropping, "cropping2d"),
	KERAS("Dense", dense, "dense"),
	KERAS("Flatten", flatten, "flatten"),
	KERAS("Reshape", reshape, "reshape"),
	KERAS("Permute", permute, "permute"),
	KERAS("RepeatVector", repeat_vector, "repeat_vector"),
	TORCH("Linear", torch_linear, "linear"),
	SHARED("Flatten", torch_flatten, "flatten"),
	TORCH("Unflatten", unflatten, "unflatten"),
	KERAS("Activation", activation, "activation"),
	KERAS("ReLU", function, "re_lu"),
	KERAS("LeakyReLU", function, "leaky_re_lu"),
	KERAS("ELU", function, "elu"),
	KERAS("ThresholdedReLU", function, "thresholded_re_lu"),
	KERAS("PReLU", prelu, "p_re_lu"),
	KERAS("Softmax", softmax, "softmax"),
	KERAS("BatchNormalization", batch_norm, "batch_normalization"),
	KERAS("LayerNormalization", layer_norm, "layer_normalization"),
	KERAS("GroupNormalization", group_norm, "group_normalization"),
	KERAS("RMSNormalization", rms_norm, "rms_normalization"),
	KERAS("UnitNormalization", unit_norm, "unit_normalization"),
	TORCH("BatchNorm1d", batch_norm1d, "batchnorm1d"),
	TORCH("BatchNorm2d", batch_norm2d, "batchnorm2d"),
	TORCH("GroupNorm", torch_group_norm, "groupnorm"),
	TORCH("InstanceNorm1d", instance_norm1d, "instancenorm1d"),
	TORCH("InstanceNorm2d", instance_norm2d, "instancenorm2d"),
	TORCH("LayerNorm", torch_layer_norm, "layernorm"),
	TORCH("RMSNorm", torch_rms_norm, "rmsnorm"),
	KERAS("GlobalMaxPooling1D", global_max_pool, "global_max_pooling1d"),
	KERAS("GlobalMaxPool1D", global_max_pool, "global_max_pooling1d"),
	KERAS("GlobalAveragePooling1D", global_average_pool, "global_average_pooling1d"),
	KERAS("GlobalAvgPool1D", global_average_pool, "global_average_pooling1d"),
	KERAS("GlobalMaxPooling2D", global_max_pool2d, "global_max_pooling2d"),
	KERAS("GlobalMaxPool2D", global_max_pool2d, "global_max_pooling2d"),
	KERAS("GlobalAveragePooling2D", global_average_pool2d, "global_average_pooling2d"),
	KERAS("GlobalAvgPool2D", global_average_pool2d, "global_average_pooling2d"),
	KERAS("AdaptiveMaxPooling1D", adaptive_max_pool, "adaptive_max_pooling1d"),
	KERAS("AdaptiveAveragePooling1D", adaptive_average_pool, "adaptive_average_pooling1d"),
	KERAS("AdaptiveMaxPooling2D", adaptive_max_pool2d, "adaptive_max_pooling2d"),
	KERAS("AdaptiveAveragePooling2D", adaptive_average_pool2d, "adaptive_average_pooling2d"),
	TORCH("AdaptiveMaxPool1d", adaptive_max_pool, "adaptivemaxpool1d"),
	TORCH("AdaptiveAvgPool1d", adaptive_average_pool, "adaptiveavgpool1d"),
	TORCH("AdaptiveMaxPool2d", adaptive_max_pool2d, "adaptivemaxpool2d"),
	TORCH("AdaptiveAvgPool2d", adaptive_average_pool2d, "adaptiveavgpool2d"),
	TORCH("Upsample", torch_upsample, "upsample"),
	KERAS("Add", merge, "add"),
	KERAS("Subtract", subtract, "subtract"),
	KERAS("Multiply", merge, "multiply"),
	KERAS("Average", merge, "average"),
	KERAS("Maximum", merge, "maximum"),
	KERAS("Minimum", merge, "minimum"),
	KERAS("Concatenate", concatenate, "concatenate"),
	KERAS("TimeDistributed", time_distributed, "time_distributed"),
	KERAS("Masking", masking, "masking"),

	/* nothing at inference */
	KERAS("ActivityRegularization", regularization, "activity_regularization"),
	KERAS("AlphaDropout", dropout, "alpha_dropout"),
	KERAS("Dropout", dropout, "dropout"),
	KERAS("GaussianDropout", dropout, "gaussian_dropout"),
	KERAS("GaussianNoise", noise, "gaussian_noise"),
	KERAS("Identity", identity, "identity"),
	KERAS("SpatialDropout1D", spatial_dropout1d, "spatial_dropout1d"),
	KERAS("SpatialDropout2D", spatial_dropout2d, "spatial_dropout2d"),
	SHARED("AlphaDropout", dropout, "alphadropout"),
	SHARED("Dropout", dropout, "dropout"),
	TORCH("Dropout1d", dropout1d, "dropout1d"),
	TORCH("Dropout2d", dropout, "dropout2d"),
	TORCH("FeatureAlphaDropout", dropout, "featurealphadropout"),
	SHARED("Identity", identity, "identity"),

	KERAS("MinMaxScaler", minmax, "min_max_scaler"),
	KERAS("MinMaxInverse", minmax_inverse, "min_max_inverse"),

	/* windows and padding of torch */
	TORCH("Conv1d", conv, "conv1d"),
	TORCH("Conv2d", conv, "conv2d"),
	TORCH("ConvTranspose1d", conv_transpose, "convtranspose1d"),
	TORCH("ConvTranspose2d", conv_transpose, "convtranspose2d"),
	TORCH("MaxPool1d", max_pool, "maxpool1d"),
	TORCH("MaxPool2d", max_pool, "maxpool2d"),
	TORCH("AvgPool1d", average_pool, "avgpool1d"),
	TORCH("AvgPool2d", average_pool, "avgpool2d"),
	TORCH("CircularPad1d", torch_pad, "circularpad1d"),
	TORCH("CircularPad2d", torch_pad, "circularpad2d"),
	TORCH("ConstantPad1d", torch_pad, "constantpad1d"),
	TORCH("ConstantPad2d", torch_pad, "constantpad2d"),
	TORCH("ReflectionPad1d", torch_pad, "reflectionpad1d"),
	TORCH("ReflectionPad2d", torch_pad, "reflectionpad2d"),
	TORCH("ReplicationPad1d", torch_pad, "replicationpad1d"),
	TORCH("ReplicationPad2d", torch_pad, "replicationpad2d"),
	TORCH("ZeroPad1d", torch_pad, "zeropad1d"),
	TORCH("ZeroPad2d", torch_pad, "zeropad2d"),

	/* activations of torch: activation_torch.c */
	TORCH("CELU", torch_activation, "celu"),
	SHARED("ELU", torch_activation, "elu"),
	TORCH("GELU", torch_activation, "gelu"),
	TORCH("Hardshrink", torch_activation, "hardshrink"),
	TORCH("Hardsigmoid", torch_activation, "hardsigmoid"),
	TORCH("Hardswish", torch_activation, "hardswish"),
	TORCH("Hardtanh", torch_activation, "hardtanh"),
	SHARED("LeakyReLU", torch_activation, "leakyrelu"),
	TORCH("LogSigmoid", torch_activation, "logsigmoid"),
	TORCH("LogSoftmax", torch_activation, "logsoftmax"),
	TORCH("Mish", torch_activation, "mish"),
	SHARED("PReLU", prelu, "prelu"),
	SHARED("ReLU", torch_activation, "relu"),
	TORCH("ReLU6", torch_activation, "relu6"),
	TORCH("SELU", torch_activation, "selu"),
	TORCH("SiLU", torch_activation, "silu"),
	TORCH("Sigmoid", torch_activation, "sigmoid"),
	SHARED("Softmax", torch_activation, "softmax"),
	TORCH("Softmax2d", torch_activation, "softmax2d"),
	TORCH("Softplus", torch_activation, "softplus"),
	TORCH("Softshrink", torch_activation, "softshrink"),
	TORCH("Softsign", torch_activation, "softsign"),
	TORCH("Tanh", torch_activation, "tanh"),
	TORCH("Tanhshrink", torch_activation, "tanhshrink"),
	TORCH("Threshold", torch_activation, "threshold"),

	/* the SQL functions, as layers */
	SQL("activate", activation),
	SQL("adaptive_avg_pool1d", adaptive_average_pool),
	SQL("adaptive_max_pool1d", adaptive_max_pool),
	SQL("avg_pool1d", average_pool),
	SQL("batch_norm", batch_norm),
	SQL("conv1d", conv),
	SQL("conv1d_transpose", conv_transpose),
	SQL("crop1d", cropping),
	SQL("dense", dense),
	SQL("depthwise_conv1d", depthwise_conv),
	SQL("global_avg_pool1d", global_average_pool),
	SQL("global_max_pool1d", global_max_pool),
	SQL("layer_norm", layer_norm),
	SQL("max_pool1d", max_pool),
	SQL("repeat_vector", repeat_vector),
	SQL("resize1d", resize),
	SQL("log_softmax", softmax),
	SQL("separable_conv1d", separable_conv),
	SQL("softmax", softmax),
	SQL("upsample1d", upsample),
	SQL("zero_pad1d", padding),
};

#define CLASSES ((int) (sizeof(classes) / sizeof(*classes)))

/* is_called: one look at the first letter settles most of the table */
static bool
is_called(const C1dValue *name, const char *class_name)
{
	return name->as.string.length > 0 && name->as.string.bytes[0] == class_name[0] && c1d_value_is(name, class_name);
}

/* same: equal but for case, "-" and "_", to find what was meant */
static bool
same(const char *name, const char *bytes, int64_t length)
{
	for (; length > 0; bytes++, length--)
	{
		if (*bytes == '_' || *bytes == '-')
			continue;
		if (*name == '\0' || (*name | 32) != (*bytes | 32))
			return false;
		name++;
	}
	return *name == '\0';
}

/* Which dialect a qualified name asks for. */
static const struct
{
	const char *prefix;
	C1dDialect	dialect;
}			prefixes[] = {
	{"keras.layers.", C1D_KERAS},
	{"tf.keras.layers.", C1D_KERAS},
	{"torch.nn.", C1D_TORCH},
	{"nn.", C1D_TORCH},
};

/*
 * unqualified
 *		The name without "torch.nn." and the like; *dialect is set, and true
 *		returned, when there was one.
 */
static bool
unqualified(C1dValue *name, C1dDialect *dialect)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
	{
		int64_t		length = (int64_t) strlen(prefixes[i].prefix);

		if (name->as.string.length > length && memcmp(name->as.string.bytes, prefixes[i].prefix, length) == 0)
		{
			name->as.string.bytes += length;
			name->as.string.length -= length;
			*dialect = prefixes[i].dialect;
			return true;
		}
	}
	return false;
}

/*
 * c1d_layer_dialect
 *		The dialect that a class name shows by itself; false when it is in two
 *		dialects, or in none.
 */
bool
c1d_layer_dialect(const C1dValue *class_name, C1dDialect *dialect)
{
	int			found = 0;
	C1dValue	name;

	if (class_name == NULL || class_name->type != C1D_STRING)
		return false;
	name = *class_name;
	if (unqualified(&name, dialect))
		return true;
	for (int i = 0; i < CLASSES; i++)
		if (is_called(&name, classes[i].class_name))
		{
			*dialect = classes[i].dialect;
			found++;
		}
	return found == 1;
}

/* c1d_layer_full_name: a name that means this class in any model. */
const char *
c1d_layer_full_name(const LayerClass *class)
{
	return class->full_name != NULL ? class->full_name : class->class_name;
}

/* c1d_layer_meant: the class whose name differs in case or strokes only, NULL = there is none. */
const char *
c1d_layer_meant(const C1dValue *class_name)
{
	C1dDialect	ignored;
	C1dValue	name;

	if (class_name == NULL || class_name->type != C1D_STRING)
		return NULL;
	name = *class_name;
	unqualified(&name, &ignored);
	for (int i = 0; i < CLASSES; i++)
		if (same(classes[i].class_name, name.as.string.bytes, name.as.string.length))
			return classes[i].class_name;
	return NULL;
}

/*
 * c1d_layer_class
 *		Find a class by its name; C1D_UNSUPPORTED when there is none.
 *
 * A name that several dialects have, such as LeakyReLU, is taken in the
 * preferred one, else in Keras's.
 */
const LayerClass *
c1d_layer_class(const C1dValue *class_name, C1dDialect preferred, C1dError *err)
{
	const LayerClass *best = NULL;
	const char *meant;
	bool		qualified;
	C1dValue	name;
	int			echo;

	if (class_name == NULL || class_name->type != C1D_STRING)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "class_name of a layer must be a word");
		return NULL;
	}
	name = *class_name;
	qualified = unqualified(&name, &preferred);
	for (int i = 0; i < CLASSES; i++)
		if (is_called(&name, classes[i].class_name) &&
			(classes[i].dialect == preferred || (best == NULL && !qualified)))
			best = &classes[i];
	if (best != NULL)
		return best;

	echo = c1d_value_echo(class_name);
	c1d_fail(err, C1D_UNSUPPORTED, "layer \"%.*s\" is not supported", echo, class_name->as.string.bytes);
	meant = c1d_layer_meant(class_name);
	if (meant != NULL)
	{
		c1d_hint(err, "Perhaps you meant \"%s\".", meant);
		return NULL;
	}
	c1d_hint(err, "docs/layers.md lists the layers; a layer that does nothing at inference can be left out.");
	return NULL;
}
