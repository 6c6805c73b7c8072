/*
 * src/model/repair_config.c
 *	  Proposals for a layer whose configuration is wrong by itself, and for an
 *	  InputLayer that gets another shape than it declares.
 */
#include "model/repair.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the frameworks call the same thing: to be tried for each other. */
static const char *const synonyms[][5] = {
	{"filters", "out_channels", "units", "out_features", "filter"},
	{"kernel_size", "pool_size", "size"},
	{"strides", "stride"},
	{"dilation_rate", "dilation"},
	{"use_bias", "bias"},
	{"epsilon", "eps"},
	{"units", "out_features", "filters", "unit"},
	{"size", "scale_factor"},
	{"rate", "p"},
	{"target_shape", "unflattened_size"},
};

/* rename_keys: what was spelled as in another framework, or in another layer */
static void
rename_keys(C1dRepair *r)
{
	const C1dValue *config = r->view->list.text[r->position].config;

	for (size_t s = 0; s < sizeof(synonyms) / sizeof(*synonyms); s++)
		for (int from = 0; from < 5 && synonyms[s][from] != NULL; from++)
		{
			const C1dValue *value = c1d_value_get(config, synonyms[s][from]);

			for (int to = 0; value != NULL && value->type != C1D_NULL && to < 5 && synonyms[s][to] != NULL; to++)
				if (c1d_value_get(config, synonyms[s][to]) == NULL)
				{
					C1dEdit		edits[2] = {
						c1d_edit_set(r->at, synonyms[s][to], *value),
						c1d_edit_out(r->at, synonyms[s][from]),
					};

					c1d_try(r, edits, 2, NULL);
				}
		}
}

/* unknown_key: what the layer does not know is left out */
static void
unknown_key(C1dRepair *r)
{
	const C1dValue *config = r->view->list.text[r->position].config;
	const C1dMember *member;
	char	   *key;

	if (r->problem->aspect != C1D_OF_KEY || r->problem->wanted >= config->as.object.count)
		return;
	member = &config->as.object.members[r->problem->wanted];
	key = c1d_alloc(r->arena, (size_t) member->key_length + 1, r->err);
	if (key == NULL)
		return;
	memcpy(key, member->key, member->key_length);
	c1d_try_one(r, c1d_edit_out(r->at, key));
}

/* class_names: what was meant, when a name differs in case or in a stroke */
static void
class_names(C1dRepair *r)
{
	const char *meant = c1d_layer_meant(r->view->list.text[r->position].class_name);

	if (meant != NULL)
		c1d_try_one(r, c1d_edit_class(r->at, meant));
}

/* say_steps: how many the layer makes with the change that has just been kept */
static void
say_steps(C1dRepair *r)
{
	const C1dTrial *trial = &r->check->trial;
	const C1dShape *made = &trial->shapes[c1d_list_find(&trial->list, r->at)];
	char	   *note = c1d_alloc(r->arena, 40, r->err);

	if (note == NULL || made->rank != 2)
		return;
	snprintf(note, 40, ", which makes %" PRId64 " steps", made->dim[0]);
	r->change[r->found - 1].note = note;
}

/*
 * output_paddings
 *		Every one that the strides allow, or none; and, for "same" in torch, the
 *		numbers that say so.
 */
static void
output_paddings(C1dRepair *r)
{
	const C1dValue *config = r->view->list.text[r->position].config;
	int64_t		stride = c1d_repair_int(r, r->position, "strides", c1d_repair_int(r, r->position, "stride", 1));
	int64_t		dilation = c1d_repair_int(r, r->position, "dilation_rate", c1d_repair_int(r, r->position, "dilation", 1));
	int64_t		span = dilation * (c1d_repair_int(r, r->position, "kernel_size", 1) - 1) + 1;
	int64_t		most = stride > dilation ? stride : dilation;

	if (c1d_value_get(config, "padding") != NULL && c1d_value_get(config, "padding")->type == C1D_STRING && span >= stride)
	{
		C1dEdit		edits[2] = {
			c1d_edit_set(r->at, "padding", c1d_value_int((span - stride + ((span - stride) & 1)) / 2)),
			c1d_edit_set(r->at, "output_padding", c1d_value_int((span - stride) & 1)),
		};

		c1d_try(r, edits, 1 + ((span - stride) & 1), NULL);
	}
	if (c1d_value_get(config, "output_padding") == NULL)
		return;
	for (int64_t p = most - 1; p >= 0 && p > most - 5; p--)
		if (c1d_try_one(r, c1d_edit_set(r->at, "output_padding", c1d_value_int(p))))
			say_steps(r);
	if (c1d_try_one(r, c1d_edit_out(r->at, "output_padding")))
		say_steps(r);
}

/* paddings: the words, half of the window, and nothing */
static void
paddings(C1dRepair *r)
{
	const C1dValue *config = r->view->list.text[r->position].config;
	int64_t		size = c1d_repair_int(r, r->position, "kernel_size", c1d_repair_int(r, r->position, "pool_size", 2));

	if (c1d_value_get(config, "padding") != NULL)
	{
		c1d_try_one(r, c1d_edit_set(r->at, "padding", c1d_value_int(size / 2)));
		c1d_try_one(r, c1d_edit_set(r->at, "padding", c1d_value_string("same")));
		c1d_try_one(r, c1d_edit_set(r->at, "padding", c1d_value_string("valid")));
	}
	if (c1d_value_get(config, "pads") != NULL)
	{
		c1d_try_one(r, c1d_edit_set(r->at, "pads", c1d_value_int(size / 2)));
		c1d_try_one(r, c1d_edit_out(r->at, "pads"));
	}
	if (c1d_value_get(config, "ceil_mode") != NULL)
		c1d_try_one(r, c1d_edit_out(r->at, "ceil_mode"));
}

/* groups: as many filters as form them, or so many groups as the filters form */
static void
groups(C1dRepair *r)
{
	static const char *const keys[] = {"filters", "out_channels", "in_channels"};
	int64_t		count = c1d_repair_int(r, r->position, "groups", 1);

	for (size_t k = 0; k < sizeof(keys) / sizeof(*keys) && count > 1; k++)
	{
		int64_t		filters = c1d_repair_int(r, r->position, keys[k], 0);

		if (filters < 1 || filters % count == 0 || k == 2)
			continue;
		c1d_try_one(r, c1d_edit_set(r->at, keys[k], c1d_value_int(filters + count - filters % count)));
		if (filters > count)
			c1d_try_one(r, c1d_edit_set(r->at, keys[k], c1d_value_int(filters - filters % count)));
	}
	for (int64_t fewer = count < 64 ? count - 1 : 64; fewer > 0; fewer--)
		if (c1d_try_one(r, c1d_edit_set(r->at, "groups", c1d_value_int(fewer))))
			return;
}

/* free_names: a name that no other layer has */
static void
free_name(C1dRepair *r)
{
	const C1dValue *given = c1d_value_get(r->view->list.text[r->position].config, "name");
	char	   *name;

	if (given == NULL || given->type != C1D_STRING)
		return;
	name = c1d_alloc(r->arena, (size_t) given->as.string.length + 3, r->err);
	if (name == NULL)
		return;
	memcpy(name, given->as.string.bytes, given->as.string.length);
	for (char digit = '1'; digit <= '9'; digit++)
	{
		memcpy(name + given->as.string.length, (char[]) {'_', digit, '\0'}, 3);
		if (c1d_try_one(r, c1d_edit_set(r->at, "name", c1d_value_string(name))))
			return;
	}
}

/* c1d_repair_config_fault: the configuration was not read. */
void
c1d_repair_config_fault(C1dRepair *r)
{
	const C1dValue *config = r->view->list.text[r->position].config;
	const LayerClass *class = r->view->graph.nodes[r->position].class;

	if (class == NULL)
	{
		class_names(r);
		return;
	}
	rename_keys(r);
	output_paddings(r);
	if (r->found == 0)
		paddings(r);
	if (c1d_repair_int(r, r->position, "strides", 1) > 1 || c1d_repair_int(r, r->position, "stride", 1) > 1)
	{
		c1d_try_one(r, c1d_edit_out(r->at, c1d_value_get(config, "strides") != NULL ? "dilation_rate" : "dilation"));
		c1d_try_one(r, c1d_edit_set(r->at, c1d_value_get(config, "strides") != NULL ? "strides" : "stride", c1d_value_int(1)));
	}
	groups(r);
	if (c1d_value_get(config, "dims") != NULL && r->in->rank == 2)
		c1d_try_one(r, c1d_edit_set(r->at, "dims", c1d_repair_ints(r, 2, (int64_t[]) {2, 1})));
	free_name(r);
	unknown_key(r);
	if (class->ops == &c1d_reshape_ops && r->in->rank > 0)
		c1d_repair_elements(r);
}

/* c1d_repair_declared: the InputLayer at the start gets another shape. */
void
c1d_repair_declared(C1dRepair *r)
{
	const C1dShape *in = &r->view->list.input;
	int64_t		batch_shape[C1D_MAX_RANK + 1];
	C1dValue	list;

	if (in->rank == 2)
	{
		C1dEdit		turned = c1d_edit_input(c1d_shape2(in->dim[1], in->dim[0]));

		c1d_try(r, &turned, 1, ": permute(x, 2, 1) swaps its axes");
	}
	if (in->rank == 1)
	{
		C1dEdit		series = c1d_edit_input(c1d_shape2(in->dim[0], 1));

		c1d_try(r, &series, 1, ": reshape(x, -1, 1) makes it");
	}
	if (in->rank == 3)
		c1d_try(r, &(C1dEdit) {.kind = C1D_SET_INPUT, .shape = c1d_shape2(in->dim[1], in->dim[2])}, 1,
				": a batch is rows, not an axis");
	batch_shape[0] = 0;
	for (int i = 0; i < in->rank; i++)
		batch_shape[i + 1] = in->dim[i];
	list = c1d_repair_ints(r, in->rank + 1, batch_shape);
	if (list.type == C1D_NULL)
		return;
	list.as.list.items[0] = (C1dValue) {.type = C1D_NULL};
	c1d_try_one(r, c1d_edit_set(r->at, c1d_value_get(r->view->list.text[r->position].config, "batch_shape") != NULL ?
								"batch_shape" : "batch_input_shape", list));
}
