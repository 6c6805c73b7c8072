/*
 * test/unit/test_ways.c
 *	  Hints about weights that do not fit, and about groups, axes and inputs:
 *	  what each says is done here, and the layer runs; without it, it does not.
 */
#include "model.h"

#include <inttypes.h>

/* One layer, its weights by their shapes, and an input. */
typedef struct Try
{
	const char *class_name;
	const char *config;
	C1dShape	weights[4];		/* rank 0 ends them */
	C1dShape	in;
} Try;

typedef struct Case
{
	Try			wrong;
	const char *hint;			/* words of it */
	Try			followed;		/* class_name NULL: as above, likewise config, weights and in */
} Case;

/* runs: is there a plan? */
static bool
runs(const Try *t, bool flattened, C1dError *err)
{
	static const float zeros[4096];
	C1dTensor	weights[4];
	int			count = 0;
	UnitModel	m;
	bool		good;

	for (; count < 4 && t->weights[count].rank > 0; count++)
		weights[count] = (C1dTensor) {t->weights[count], zeros};
	unit_model_begin(&m, 2);
	good = (!flattened || unit_add(&m, "keras.layers.Flatten", 0, NULL, "{}")) &&
		unit_add(&m, t->class_name, count, weights, "%s", t->config) && unit_plan(&m, t->in, C1D_ISA_BASELINE);
	*err = m.err;
	unit_model_end(&m);
	return good;
}

static void
check_case(const Case *c)
{
	Try			followed = c->followed;
	bool		flattened = strstr(c->hint, "put Flatten before") != NULL;
	C1dError	err,
				ignored;
	char		text[C1D_SHAPE_TEXT];
	bool		wrong = !runs(&c->wrong, false, &err);

	if (followed.class_name == NULL)
		followed.class_name = c->wrong.class_name;
	if (followed.config == NULL)
		followed.config = c->wrong.config;
	if (followed.weights[0].rank == 0)
		memcpy(followed.weights, c->wrong.weights, sizeof(followed.weights));
	if (followed.in.rank == 0)
		followed.in = c->wrong.in;
	ok(wrong && err.detail[0] != '\0' && strstr(err.hint, c->hint) != NULL && runs(&followed, flattened, &ignored),
	   "%s %s on %s: %s: %s", c->wrong.class_name, c->wrong.config, c1d_shape_text(&c->wrong.in, text), err.message, err.hint);
}

#define D1(a) {1, {a}}
#define D2(a, b) {2, {a, b}}
#define D3(a, b, c) {3, {a, b, c}}
#define D4(a, b, c, d) {4, {a, b, c, d}}

TEST(weights_for_another_input)
{
	static const Case cases[] = {
		{{"Dense", "{'units': 3}", {D2(5, 3), D1(3)}, D2(8, 4)}, "are for an input of shape (8,5):", {.in = D2(8, 5)}},
		{{"Dense", "{'units': 3}", {D2(5, 3), D1(3)}, D2(8, 4)}, "or weights of the shape needed", {.weights = {D2(4, 3), D1(3)}}},
		{{"Dense", "{'units': 3}", {D2(5, 3), D1(3)}, D1(4)}, "are for an input of shape (5):", {.in = D1(5)}},
		{{"Dense", "{'units': 3}", {D2(32, 3), D1(3)}, D2(8, 4)}, "put Flatten before the layer", {0}},
		{{"dense", "{'units': 3}", {D2(32, 3), D1(3)}, D2(8, 4)}, "flatten(x) makes the input one", {.in = D1(32)}},
		{{"Dense", "{'units': 3}", {D2(8, 3), D1(3)}, D2(8, 4)}, "permute(x, 2, 1)", {.in = D2(4, 8)}},
		{{"Dense", "{'units': 3}", {D2(8, 3), D1(3)}, D2(8, 1)}, "put Flatten before the layer", {0}},
		{{"Conv1D", "{'filters': 5, 'kernel_size': 3}", {D3(3, 7, 5), D1(5)}, D2(8, 4)}, "are for an input of shape (8,7):", {.in = D2(8, 7)}},
		{{"Conv1D", "{'filters': 6, 'kernel_size': 3, 'groups': 2}", {D3(3, 3, 6), D1(6)}, D2(8, 4)}, "are for an input of shape (8,6):", {.in = D2(8, 6)}},
		{{"Conv2D", "{'filters': 2, 'kernel_size': 3}", {D4(3, 3, 3, 2), D1(2)}, D3(9, 8, 1)}, "are for an input of shape (9,8,3):", {.in = D3(9, 8, 3)}},
		{{"Conv1DTranspose", "{'filters': 5, 'kernel_size': 3}", {D3(3, 5, 2), D1(5)}, D2(8, 4)}, "are for an input of shape (8,2):", {.in = D2(8, 2)}},
		{{"DepthwiseConv1D", "{'kernel_size': 3, 'depth_multiplier': 2}", {D3(3, 5, 2), D1(10)}, D2(8, 4)}, "are for an input of shape (8,5):", {.in = D2(8, 5)}},
		{{"BatchNormalization", "{}", {D1(5), D1(5), D1(5), D1(5)}, D2(8, 4)}, "are for an input of shape (8,5):", {.in = D2(8, 5)}},
		{{"LayerNormalization", "{'axis': 1}", {D1(5), D1(5)}, D2(8, 4)}, "are for an input of shape (5,4):", {.in = D2(5, 4)}},
		{{"PReLU", "{'shared_axes': [1]}", {D2(1, 5)}, D2(8, 4)}, "are for an input of shape (8,5):", {.in = D2(8, 5)}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_case(&cases[i]);
}

TEST(weights_for_another_configuration)
{
	static const Case cases[] = {
		{{"Dense", "{'units': 3}", {D2(4, 5), D1(5)}, D2(8, 4)}, "\"units\": 5", {.config = "{'units': 5}"}},
		{{"Dense", "{'units': 3}", {D1(3), D2(4, 3)}, D2(8, 4)}, "another order; it is kernel (*,3), bias (3).", {.weights = {D2(4, 3), D1(3)}}},
		{{"Conv1D", "{'filters': 2, 'kernel_size': 3}", {D3(5, 4, 2), D1(2)}, D2(8, 4)}, "\"kernel_size\": 5", {.config = "{'filters': 2, 'kernel_size': 5}"}},
		{{"Conv1D", "{'filters': 2, 'kernel_size': 3}", {D3(3, 4, 6), D1(6)}, D2(8, 4)}, "\"filters\": 6", {.config = "{'filters': 6, 'kernel_size': 3}"}},
		{{"Conv1d", "{'in_channels': 4, 'out_channels': 2, 'kernel_size': 3}", {D3(6, 4, 3), D1(6)}, D2(8, 4)}, "\"out_channels\": 6",
			{.config = "{'in_channels': 4, 'out_channels': 6, 'kernel_size': 3}"}},
		{{"Conv1d", "{'in_channels': 4, 'out_channels': 2, 'kernel_size': 3}", {D3(2, 5, 3), D1(2)}, D2(8, 4)}, "\"in_channels\": 5",
			{.config = "{'in_channels': 5, 'out_channels': 2, 'kernel_size': 3}", .in = D2(8, 5)}},
		{{"Conv1D", "{'filters': 2, 'kernel_size': 3}", {D1(24), D1(2)}, D2(8, 4)}, "reshape(w, 3, -1, 2)", {.weights = {D3(3, 4, 2), D1(2)}}},
		{{"Dense", "{'units': 3}", {D2(4, 3), D2(1, 3)}, D2(8, 4)}, "reshape(w, 3) ", {.weights = {D2(4, 3), D1(3)}}},
		{{"Linear", "{'in_features': 8, 'out_features': 2}", {D2(3, 8), D1(3)}, D2(8, 4)}, "\"out_features\": 3", {.config = "{'in_features': 8, 'out_features': 3}"}},
		{{"BatchNorm1d", "{'num_features': 3}", {D1(4), D1(4), D1(4), D1(4)}, D2(8, 4)}, "\"num_features\": 4", {.config = "{'num_features': 4}"}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_case(&cases[i]);
}

TEST(groups_and_axes)
{
	static const Case cases[] = {
		{{"Conv1D", "{'filters': 12, 'kernel_size': 1, 'groups': 4, 'use_bias': false}", {D3(1, 3, 12)}, D2(8, 6)}, "such as 2,",
			{.config = "{'filters': 12, 'kernel_size': 1, 'groups': 2, 'use_bias': false}"}},
		{{"Conv1D", "{'filters': 12, 'kernel_size': 1, 'groups': 4, 'use_bias': false}", {D3(1, 3, 12)}, D2(8, 6)}, "a multiple of 4.", {.in = D2(8, 12)}},
		{{"GroupNormalization", "{'groups': 4, 'scale': false, 'center': false}", {{0}}, D2(8, 6)}, "such as 2,",
			{.config = "{'groups': 2, 'scale': false, 'center': false}"}},
		{{"Conv1d", "{'in_channels': 9, 'out_channels': 12, 'kernel_size': 1, 'groups': 6, 'bias': false}", {D3(12, 3, 1)}, D2(8, 9)}, "such as 3.",
			{.config = "{'in_channels': 9, 'out_channels': 12, 'kernel_size': 1, 'groups': 3, 'bias': false}"}},
		{{"GroupNorm", "{'num_groups': 4, 'num_channels': 6, 'affine': false}", {{0}}, D2(8, 6)}, "such as 2.",
			{.config = "{'num_groups': 2, 'num_channels': 6, 'affine': false}"}},
		{{"GlobalMaxPooling2D", "{}", {{0}}, D2(12, 5)}, "[3, 4, 5]", {.in = D3(3, 4, 5)}},
		{{"AdaptiveAvgPool2d", "{'output_size': 2}", {{0}}, D1(12)}, "[3, 4, 1]", {.in = D3(3, 4, 1)}},
		{{"SpatialDropout2D", "{'rate': 0.5}", {{0}}, D2(12, 5)}, "[3, 4, 5]", {.in = D3(3, 4, 5)}},
		{{"InstanceNorm2d", "{'num_features': 5}", {{0}}, D2(12, 5)}, "[3, 4, 5]", {.in = D3(3, 4, 5)}},
		{{"BatchNorm2d", "{'num_features': 5, 'affine': false}", {D1(5), D1(5)}, D2(12, 5)}, "[3, 4, 5]", {.in = D3(3, 4, 5)}},
		{{"BatchNorm1d", "{'num_features': 5, 'affine': false}", {D1(5), D1(5)}, D3(4, 3, 5)}, "BatchNorm2d", {.class_name = "BatchNorm2d"}},
		{{"Linear", "{'in_features': 7, 'out_features': 2, 'bias': false}", {D2(2, 7)}, D2(4, 3)}, "in_features to 4,",
			{.config = "{'in_features': 4, 'out_features': 2, 'bias': false}", .weights = {D2(2, 4)}}},
		{{"Linear", "{'in_features': 7, 'out_features': 2, 'bias': false}", {D2(2, 7)}, D2(4, 3)}, "to 12 with Flatten before",
			{.config = "{'in_features': 12, 'out_features': 2, 'bias': false}", .weights = {D2(2, 12)}, .in = D1(12)}},
		{{"Permute", "{'dims': [2, 1]}", {{0}}, D3(4, 3, 5)}, "such as [3, 2, 1]", {.config = "{'dims': [3, 2, 1]}"}},
		{{"Upsample", "{'size': [2, 3]}", {{0}}, D2(4, 3)}, "\"size\" as one number", {.config = "{'size': 3}"}},
		{{"Upsample", "{'scale_factor': [2, 2.0]}", {{0}}, D2(4, 3)}, "\"scale_factor\" as one number", {.config = "{'scale_factor': 2.0}"}},
		{{"Upsample", "{'scale_factor': 0.2}", {{0}}, D2(4, 3)}, "\"size\", which", {.config = "{'size': 1}"}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_case(&cases[i]);
}

RUN(weights_for_another_input, weights_for_another_configuration, groups_and_axes)
