/*
 * src/layers/registry.c
 *	  Every class name, a line each.
 */
#include <stdio.h>
#include <string.h>

#include "layers/layer.h"

static const LayerClass classes[] = {
	{"InputLayer", C1D_KERAS, &c1d_input_ops, "input_layer"},
	{"Conv1D", C1D_KERAS, &c1d_conv_ops, "conv1d"},
	{"Conv1DTranspose", C1D_KERAS, &c1d_conv_transpose_ops, "conv1d_transpose"},
	{"MaxPooling1D", C1D_KERAS, &c1d_max_pool_ops, "max_pooling1d"},
	{"AveragePooling1D", C1D_KERAS, &c1d_average_pool_ops, "average_pooling1d"},
	{"UpSampling1D", C1D_KERAS, &c1d_upsample_ops, "up_sampling1d"},
	{"ZeroPadding1D", C1D_KERAS, &c1d_padding_ops, "zero_padding1d"},
	{"Cropping1D", C1D_KERAS, &c1d_cropping_ops, "cropping1d"},
	{"Dense", C1D_KERAS, &c1d_dense_ops, "dense"},
	{"Flatten", C1D_KERAS, &c1d_flatten_ops, "flatten"},
	{"Reshape", C1D_KERAS, &c1d_reshape_ops, "reshape"},
	{"Activation", C1D_KERAS, &c1d_activation_ops, "activation"},
	{"ReLU", C1D_KERAS, &c1d_relu_ops, "re_lu"},
	{"Softmax", C1D_KERAS, &c1d_softmax_ops, "softmax"},
	{"MinMaxScaler", C1D_KERAS, &c1d_minmax_ops, "min_max_scaler"},
	{"MinMaxInverse", C1D_KERAS, &c1d_minmax_inverse_ops, "min_max_inverse"},

	/* the SQL functions, as layers */
	{"activate", C1D_SQL, &c1d_activation_ops, "activate"},
	{"avg_pool1d", C1D_SQL, &c1d_average_pool_ops, "avg_pool1d"},
	{"conv1d", C1D_SQL, &c1d_conv_ops, "conv1d"},
	{"conv1d_transpose", C1D_SQL, &c1d_conv_transpose_ops, "conv1d_transpose"},
	{"crop1d", C1D_SQL, &c1d_cropping_ops, "crop1d"},
	{"dense", C1D_SQL, &c1d_dense_ops, "dense"},
	{"max_pool1d", C1D_SQL, &c1d_max_pool_ops, "max_pool1d"},
	{"softmax", C1D_SQL, &c1d_softmax_ops, "softmax"},
	{"upsample1d", C1D_SQL, &c1d_upsample_ops, "upsample1d"},
	{"zero_pad1d", C1D_SQL, &c1d_padding_ops, "zero_pad1d"},
};

#define CLASSES ((int) (sizeof(classes) / sizeof(*classes)))

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

/*
 * c1d_layer_class
 *		Find a class by its name; C1D_UNSUPPORTED when there is none.
 */
const LayerClass *
c1d_layer_class(const C1dValue *class_name, C1dError *err)
{
	int			echo;
	char		known[512] = "";
	size_t		used = 0;

	if (class_name == NULL || class_name->type != C1D_STRING)
	{
		c1d_fail(err, C1D_BAD_ARGUMENT, "class_name of a layer must be a word");
		return NULL;
	}
	for (int i = 0; i < CLASSES; i++)
		if (c1d_value_is(class_name, classes[i].class_name))
			return &classes[i];

	echo = (int) (class_name->as.string.length < C1D_ECHO ? class_name->as.string.length : C1D_ECHO);
	c1d_fail(err, C1D_UNSUPPORTED, "layer \"%.*s\" is not supported", echo, class_name->as.string.bytes);
	for (int i = 0; i < CLASSES; i++)
		if (same(classes[i].class_name, class_name->as.string.bytes, class_name->as.string.length))
		{
			c1d_hint(err, "Perhaps you meant \"%s\".", classes[i].class_name);
			return NULL;
		}
	for (int i = 0; i < CLASSES && used < sizeof(known); i++)
		used += snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", classes[i].class_name);
	c1d_hint(err, "Supported layers: %s.", known);
	return NULL;
}
