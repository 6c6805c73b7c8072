/*
 * src/layers/mirror.c
 *	  Building the layers of a decoder: configurations, names in each dialect,
 *	  and the ways to another length that several kinds share.
 */
#include "layers/mirror.h"

#include <string.h>

/* ---- names ---- */

/*
 * c1d_mirror_name
 *		The class for a role, on series or on images.  What SQL has no layer of
 *		its own for, it borrows from Keras.
 */
const char *
c1d_mirror_name(const C1dMirror *m, C1dMirrorRole role, int axes)
{
	static const char *const names[C1D_BACK_ROLES][3][C1D_AXES] = {
		[C1D_BACK_ADAPTIVE] = {
			[C1D_KERAS] = {"AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D"},
			[C1D_TORCH] = {"AdaptiveAvgPool1d", "AdaptiveAvgPool2d"},
			[C1D_SQL] = {"adaptive_avg_pool1d", NULL}},
		[C1D_BACK_AVERAGE] = {
			[C1D_KERAS] = {"AveragePooling1D", "AveragePooling2D"},
			[C1D_TORCH] = {"AvgPool1d", "AvgPool2d"},
			[C1D_SQL] = {"avg_pool1d", NULL}},
		[C1D_BACK_CONV] = {
			[C1D_KERAS] = {"Conv1D", "Conv2D"},
			[C1D_TORCH] = {"Conv1d", "Conv2d"},
			[C1D_SQL] = {"conv1d", NULL}},
		[C1D_BACK_CUT] = {
			[C1D_KERAS] = {"Cropping1D", "Cropping2D"},
			[C1D_TORCH] = {"ConstantPad1d", "ConstantPad2d"},
			[C1D_SQL] = {"crop1d", NULL}},
		[C1D_BACK_REPEAT] = {
			[C1D_KERAS] = {"RepeatVector", NULL},
			[C1D_SQL] = {"repeat_vector", NULL}},
		[C1D_BACK_SQUEEZE] = {
			[C1D_KERAS] = {"GlobalAveragePooling1D", NULL},
			[C1D_SQL] = {"global_avg_pool1d", NULL}},
		[C1D_BACK_TRANSPOSE] = {
			[C1D_KERAS] = {"Conv1DTranspose", "Conv2DTranspose"},
			[C1D_TORCH] = {"ConvTranspose1d", "ConvTranspose2d"},
			[C1D_SQL] = {"conv1d_transpose", NULL}},
		[C1D_BACK_UPSAMPLE] = {
			[C1D_KERAS] = {"UpSampling1D", "UpSampling2D"},
			[C1D_TORCH] = {"Upsample", "Upsample"},
			[C1D_SQL] = {"upsample1d", NULL}},
		[C1D_BACK_ZEROS] = {
			[C1D_KERAS] = {"ZeroPadding1D", "ZeroPadding2D"},
			[C1D_TORCH] = {"ConstantPad1d", "ConstantPad2d"},
			[C1D_SQL] = {"zero_pad1d", NULL}},
	};

	return names[role][m->dialect][axes - 1];
}

/* ---- configurations ---- */

bool
c1d_mirror_set(C1dMirror *m, C1dValue *config, const char *key, C1dValue value, C1dError *err)
{
	C1dValue	before = *config;

	return c1d_value_with(&before, key, value, m->arena, config, err);
}

bool
c1d_mirror_int(C1dMirror *m, C1dValue *config, const char *key, int64_t value, C1dError *err)
{
	return c1d_mirror_set(m, config, key, c1d_value_int(value), err);
}

/* make_list: a list of values that are still to come */
static bool
make_list(C1dMirror *m, int count, C1dValue *list, C1dError *err)
{
	list->type = C1D_LIST;
	list->as.list.count = count;
	list->as.list.items = c1d_alloc_array(m->arena, count, sizeof(C1dValue), err);
	return list->as.list.items != NULL;
}

static bool
list_of_ints(C1dMirror *m, int count, const int64_t *values, C1dValue *list, C1dError *err)
{
	if (!make_list(m, count, list, err))
		return false;
	for (int i = 0; i < count; i++)
		list->as.list.items[i] = c1d_value_int(values[i]);
	return true;
}

bool
c1d_mirror_ints(C1dMirror *m, C1dValue *config, const char *key, int count, const int64_t *values, C1dError *err)
{
	C1dValue	list;

	return list_of_ints(m, count, values, &list, err) && c1d_mirror_set(m, config, key, list, err);
}

/* c1d_mirror_axes: a number for a series, {down, along} for an image. */
bool
c1d_mirror_axes(C1dMirror *m, C1dValue *config, const char *key, int axes, const int64_t values[C1D_AXES], C1dError *err)
{
	if (axes == 1)
		return c1d_mirror_int(m, config, key, values[C1D_ALONG], err);
	return c1d_mirror_ints(m, config, key, C1D_AXES, values, err);
}

/*
 * c1d_mirror_unnamed
 *		The configuration of the encoder's layer, for a layer of the decoder: no
 *		two layers have the same name, and only a first one declares an input.
 */
bool
c1d_mirror_unnamed(C1dMirror *m, C1dValue *config, C1dError *err)
{
	static const char *const left_out[] = {"name", "batch_shape", "batch_input_shape", "input_shape", "build_config"};
	const C1dValue *given = m->config_value;
	int64_t		count = given == NULL || given->type != C1D_OBJECT ? 0 : given->as.object.count;

	config->type = C1D_OBJECT;
	config->as.object.count = 0;
	config->as.object.members = c1d_alloc_array(m->arena, count, sizeof(C1dMember), err);
	if (config->as.object.members == NULL)
		return false;
	for (int64_t i = 0; i < count; i++)
	{
		const C1dMember *member = &given->as.object.members[i];
		size_t		k = 0;

		while (k < sizeof(left_out) / sizeof(*left_out) &&
			   (member->key_length != (int64_t) strlen(left_out[k]) || memcmp(member->key, left_out[k], member->key_length) != 0))
			k++;
		if (k == sizeof(left_out) / sizeof(*left_out))
			config->as.object.members[config->as.object.count++] = *member;
	}
	return true;
}

/* c1d_mirror_activation: for layers with weights; torch has layers for it. */
bool
c1d_mirror_activation(C1dMirror *m, C1dValue *config, C1dError *err)
{
	return m->activation == NULL || m->dialect == C1D_TORCH ||
		c1d_mirror_set(m, config, "activation", *m->activation, err);
}

/* ---- layers ---- */

/* make: read a layer and infer what it makes of the shape so far */
static bool
make(C1dMirror *m, const char *class_name, const C1dValue *config, C1dMirrorLayer *layer, C1dError *err)
{
	layer->class_name = c1d_value_string(class_name);
	layer->config_value = *config;
	layer->config_value.type = C1D_OBJECT;
	layer->class = c1d_layer_class(&layer->class_name, m->dialect, err);
	return layer->class != NULL &&
		c1d_layer_parse(layer->class, config, m->arena, &layer->config, err) &&
		c1d_layer_infer(layer->class, layer->config, &m->shape, 1, &layer->out, err);
}

/*
 * c1d_mirror_try
 *		The shape that the layer would lead to; one of rank 0, and the error, when
 *		it does not fit.  False only when memory or a limit runs out.
 */
bool
c1d_mirror_try(C1dMirror *m, const char *class_name, const C1dValue *config, C1dShape *out, C1dError *err)
{
	C1dMirrorLayer layer;
	bool		made = make(m, class_name, config, &layer, err);

	*out = made ? layer.out : (C1dShape) {0};
	return made || !m->arena->dry;
}

/*
 * c1d_mirror_append
 *		Append a layer that was read and inferred from the shape so far.  Its
 *		weights must be possible, too: C1D_LIMIT.
 */
bool
c1d_mirror_append(C1dMirror *m, const C1dMirrorLayer *layer, C1dError *err)
{
	C1dMirrorLayer *appended;
	int64_t		params;

	if (!c1d_layer_params(layer->class, layer->config, &m->shape, &params, err))
		return false;
	if (m->count == m->room)
	{
		int			room = 2 * m->room + 16;
		C1dMirrorLayer *layers = c1d_alloc_array(m->arena, room, sizeof(C1dMirrorLayer), err);

		if (layers == NULL)
			return false;
		if (m->count > 0)
			memcpy(layers, m->layers, m->count * sizeof(C1dMirrorLayer));
		m->layers = layers;
		m->room = room;
	}
	appended = &m->layers[m->count++];
	*appended = *layer;
	appended->weighted = params > 0;
	m->shape = layer->out;
	return true;
}

/* c1d_mirror_add: append the layer of that name; config may be {0}. */
bool
c1d_mirror_add(C1dMirror *m, const char *class_name, const C1dValue *config, C1dError *err)
{
	C1dMirrorLayer layer;

	return make(m, class_name, config, &layer, err) && c1d_mirror_append(m, &layer, err);
}

/* ---- other lengths ---- */

/*
 * side_config
 *		The arguments of a layer that adds so many steps, or cuts them: by axis in
 *		Keras, from the last axis on in torch, where cut ones are negative.
 */
static bool
side_config(C1dMirror *m, C1dMirrorRole role, int axes, const int64_t before[C1D_AXES], const int64_t after[C1D_AXES],
			C1dValue *config, C1dError *err)
{
	const int64_t along[2] = {before[C1D_ALONG], after[C1D_ALONG]};
	const int64_t down[2] = {before[C1D_DOWN], after[C1D_DOWN]};
	const int64_t torch[4] = {along[0], along[1], down[0], down[1]};
	C1dValue	sides;

	if (m->dialect == C1D_TORCH)
		return c1d_mirror_ints(m, config, "padding", 2 * axes, torch, err) &&
			c1d_mirror_int(m, config, "value", 0, err);
	if (axes == 1 ? !list_of_ints(m, 2, along, &sides, err) :
		!make_list(m, C1D_AXES, &sides, err) ||
		!list_of_ints(m, 2, down, &sides.as.list.items[C1D_DOWN], err) ||
		!list_of_ints(m, 2, along, &sides.as.list.items[C1D_ALONG], err))
		return false;
	return c1d_mirror_set(m, config, role == C1D_BACK_ZEROS ? "padding" : "cropping", sides, err);
}

/* side: append such a layer; none when there is nothing to do */
static bool
side(C1dMirror *m, C1dMirrorRole role, int axes, const int64_t before[C1D_AXES], const int64_t after[C1D_AXES], C1dError *err)
{
	C1dValue	config = {0};

	if (before[C1D_DOWN] == 0 && after[C1D_DOWN] == 0 && before[C1D_ALONG] == 0 && after[C1D_ALONG] == 0)
		return true;
	return side_config(m, role, axes, before, after, &config, err) &&
		c1d_mirror_add(m, c1d_mirror_name(m, role, axes), &config, err);
}

/*
 * c1d_mirror_sides
 *		Add zeros before and after each axis, or cut where it is negative.
 *
 * In torch one layer does both, if enough is left between the cuts; otherwise
 * the zeros come first.
 */
bool
c1d_mirror_sides(C1dMirror *m, int axes, const int64_t before[C1D_AXES], const int64_t after[C1D_AXES], C1dError *err)
{
	int64_t		zeros[2][C1D_AXES] = {{0}},
				cut[2][C1D_AXES] = {{0}};
	int64_t		sign = m->dialect == C1D_TORCH ? 1 : -1;
	C1dValue	both = {0};
	C1dShape	out;

	for (int a = C1D_AXES - axes; a < C1D_AXES; a++)
	{
		*(before[a] > 0 ? &zeros[0][a] : &cut[0][a]) = before[a] > 0 ? before[a] : sign * before[a];
		*(after[a] > 0 ? &zeros[1][a] : &cut[1][a]) = after[a] > 0 ? after[a] : sign * after[a];
	}
	if (m->dialect == C1D_TORCH)
	{
		if (!side_config(m, C1D_BACK_CUT, axes, before, after, &both, err) ||
			!c1d_mirror_try(m, c1d_mirror_name(m, C1D_BACK_CUT, axes), &both, &out, err))
			return false;
		if (out.rank > 0)
			return side(m, C1D_BACK_CUT, axes, before, after, err);
	}
	return side(m, C1D_BACK_ZEROS, axes, zeros[0], zeros[1], err) &&
		side(m, C1D_BACK_CUT, axes, cut[0], cut[1], err);
}

/*
 * c1d_mirror_resize
 *		From any length of the axes to that of the input.
 *
 * torch and SQL have a layer for it.  In Keras steps are repeated and the rest
 * is cut off evenly; where there are too many steps, means of them are taken.
 */
bool
c1d_mirror_resize(C1dMirror *m, int axes, C1dError *err)
{
	C1dImage	from = c1d_image(&m->shape);
	C1dImage	to = c1d_image(&m->in);
	C1dValue	config = {0};
	int64_t		times[C1D_AXES] = {1, 1};
	int64_t		before[C1D_AXES] = {0},
				after[C1D_AXES] = {0};
	bool		fewer = false;

	if (from.length[C1D_DOWN] == to.length[C1D_DOWN] && from.length[C1D_ALONG] == to.length[C1D_ALONG])
		return true;
	if (m->dialect == C1D_SQL)
		return c1d_mirror_int(m, &config, "length", to.length[C1D_ALONG], err) &&
			c1d_mirror_add(m, "resize1d", &config, err);
	if (m->dialect == C1D_TORCH)
		return c1d_mirror_axes(m, &config, "size", axes, to.length, err) &&
			c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_UPSAMPLE, axes), &config, err);
	for (int a = C1D_AXES - axes; a < C1D_AXES; a++)
	{
		times[a] = (to.length[a] + from.length[a] - 1) / from.length[a];
		fewer = fewer || to.length[a] < from.length[a];
	}
	if (fewer)
		return c1d_mirror_axes(m, &config, "output_size", axes, to.length, err) &&
			c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_ADAPTIVE, axes), &config, err);
	if (!c1d_mirror_axes(m, &config, "size", axes, times, err) ||
		!c1d_mirror_add(m, c1d_mirror_name(m, C1D_BACK_UPSAMPLE, axes), &config, err))
		return false;
	from = c1d_image(&m->shape);
	for (int a = C1D_AXES - axes; a < C1D_AXES; a++)
	{
		int64_t		surplus = from.length[a] - to.length[a];

		before[a] = -(surplus / 2);
		after[a] = -(surplus - surplus / 2);
	}
	return c1d_mirror_sides(m, axes, before, after, err);
}

/* c1d_mirror_reshape: for kinds that give the same floats another shape. */
bool
c1d_mirror_reshape(const void *config, C1dMirror *m, C1dError *err)
{
	C1dValue	back = {0};

	(void) config;
	return c1d_shape_equal(&m->shape, &m->in) ||
		(c1d_mirror_ints(m, &back, "target_shape", m->in.rank, m->in.dim, err) &&
		 c1d_mirror_add(m, "Reshape", &back, err));
}

/* c1d_mirror_nothing: for kinds that a decoder has no use for. */
bool
c1d_mirror_nothing(const void *config, C1dMirror *m, C1dError *err)
{
	(void) config;
	(void) m;
	(void) err;
	return true;
}
