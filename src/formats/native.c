/*
 * src/formats/native.c
 *	  Graph -> bytes, and hostile bytes -> graph.
 */
#include "formats/native.h"

#include <inttypes.h>
#include <string.h>

static const char magic[4] = {'c', '1', 'd', 'm'};

static bool
little_endian(void)
{
	const uint32_t one = 1;

	return *(const unsigned char *) &one == 1;
}

/* ---- writing: with at = NULL only the size is counted ---- */

typedef struct Writer
{
	char	   *at;
	int64_t		size;
} Writer;

static void
put_bytes(Writer *w, const void *bytes, int64_t length)
{
	int64_t		padding = -length & 3;

	if (w->at != NULL)
	{
		memcpy(w->at + w->size, bytes, length);
		memset(w->at + w->size + length, 0, padding);
	}
	w->size += length + padding;
}

static void
put_u32(Writer *w, uint32_t number)
{
	unsigned char bytes[4];

	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char) (number >> (8 * i));
	put_bytes(w, bytes, 4);
}

static void
put_u64(Writer *w, uint64_t number)
{
	put_u32(w, (uint32_t) number);
	put_u32(w, (uint32_t) (number >> 32));
}

static void
put_text(Writer *w, const char *text, int64_t length)
{
	put_u32(w, (uint32_t) length);
	put_bytes(w, text, length);
}

static void
put_value(Writer *w, const C1dValue *value)
{
	uint64_t	bits;

	put_u32(w, value == NULL ? C1D_NULL : (uint32_t) value->type);
	if (value == NULL)
		return;
	switch (value->type)
	{
		case C1D_NULL:
			break;
		case C1D_BOOL:
			put_u32(w, value->as.boolean);
			break;
		case C1D_INT:
			put_u64(w, (uint64_t) value->as.integer);
			break;
		case C1D_REAL:
			memcpy(&bits, &value->as.real, sizeof(bits));
			put_u64(w, bits);
			break;
		case C1D_STRING:
			put_text(w, value->as.string.bytes, value->as.string.length);
			break;
		case C1D_LIST:
			put_u32(w, (uint32_t) value->as.list.count);
			for (int64_t i = 0; i < value->as.list.count; i++)
				put_value(w, &value->as.list.items[i]);
			break;
		case C1D_OBJECT:
			put_u32(w, (uint32_t) value->as.object.count);
			for (int64_t i = 0; i < value->as.object.count; i++)
			{
				put_text(w, value->as.object.members[i].key, value->as.object.members[i].key_length);
				put_value(w, &value->as.object.members[i].value);
			}
			break;
	}
}

static void
put_tensor(Writer *w, const C1dTensor *tensor)
{
	int64_t		elements = c1d_shape_elements(&tensor->shape);

	put_u32(w, (uint32_t) tensor->shape.rank);
	for (int i = 0; i < tensor->shape.rank; i++)
		put_u32(w, (uint32_t) tensor->shape.dim[i]);
	if (w->at == NULL || little_endian())
		put_bytes(w, tensor->data, elements * (int64_t) sizeof(float));
	else
		for (int64_t i = 0; i < elements; i++)
		{
			uint32_t	bits;

			memcpy(&bits, &tensor->data[i], sizeof(bits));
			put_u32(w, bits);
		}
}

static void
put_graph(Writer *w, const C1dGraph *graph)
{
	const char	unknown[C1D_FINGERPRINT] = {0};

	put_bytes(w, magic, sizeof(magic));
	put_u32(w, C1D_NATIVE_VERSION);
	put_bytes(w, unknown, sizeof(unknown));
	put_u32(w, (uint32_t) graph->count);
	for (int i = 0; i < graph->count; i++)
	{
		const C1dNode *node = &graph->nodes[i];

		put_text(w, c1d_layer_full_name(node->class), (int64_t) strlen(c1d_layer_full_name(node->class)));
		put_value(w, node->config_value);
		put_u32(w, (uint32_t) node->inputs);
		for (int k = 0; k < node->inputs; k++)
			put_u32(w, (uint32_t) node->input[k]);
		put_u32(w, (uint32_t) node->weight_count);
		for (int k = 0; k < node->weight_count; k++)
			put_tensor(w, &node->weights[k]);
	}
}

/*
 * c1d_native_size
 *		The number of bytes that c1d_native_write() will write; C1D_LIMIT when
 *		the model has more than C1D_MAX_MODEL_WEIGHTS.
 */
bool
c1d_native_size(const C1dGraph *graph, int64_t *size, C1dError *err)
{
	Writer		w = {0};
	int64_t		weights = 0;

	for (int i = 0; i < graph->count; i++)
		for (int k = 0; k < graph->nodes[i].weight_count; k++)
			weights += c1d_shape_elements(&graph->nodes[i].weights[k].shape);
	if (weights > C1D_MAX_MODEL_WEIGHTS)
	{
		c1d_fail(err, C1D_LIMIT, "model is too large");
		return c1d_detail(err, "It has %" PRId64 " weights; at most %" PRId64 " are possible.",
						  weights, C1D_MAX_MODEL_WEIGHTS);
	}
	put_graph(&w, graph);
	*size = w.size;
	return true;
}

/* c1d_native_write: the fingerprint is left zero for the caller to fill in. */
void
c1d_native_write(const C1dGraph *graph, char *bytes)
{
	Writer		w = {.at = bytes};

	put_graph(&w, graph);
}

/* ---- reading: nothing is believed before it is checked ---- */

typedef struct Reader
{
	const char *at;
	int64_t		left;
	int64_t		items;			/* members of lists and objects still to come, at most */
	C1dArena   *arena;
	C1dError   *err;
} Reader;

static bool
broken(Reader *r, const char *what)
{
	c1d_fail(r->err, C1D_BAD_BINARY, "invalid model: %s", what);
	return false;
}

static bool
get_bytes(Reader *r, int64_t length, const char **bytes)
{
	if (length < 0 || length > r->left || (-length & 3) > r->left - length)
		return broken(r, "it ends too early");
	*bytes = r->at;
	for (int64_t i = length; i < length + (-length & 3); i++)
		if (r->at[i] != 0)
			return broken(r, "padding is not zero");
	length += -length & 3;
	r->at += length;
	r->left -= length;
	return true;
}

static bool
get_u32(Reader *r, uint32_t *number)
{
	const char *bytes;

	if (!get_bytes(r, 4, &bytes))
		return false;
	*number = 0;
	for (int i = 0; i < 4; i++)
		*number |= (uint32_t) (unsigned char) bytes[i] << (8 * i);
	return true;
}

static bool
get_u64(Reader *r, uint64_t *number)
{
	uint32_t	low,
				high;

	if (!get_u32(r, &low) || !get_u32(r, &high))
		return false;
	*number = (uint64_t) high << 32 | low;
	return true;
}

static bool
get_text(Reader *r, const char **text, int64_t *length)
{
	uint32_t	given;

	if (!get_u32(r, &given) || !get_bytes(r, given, text))
		return false;
	if (memchr(*text, 0, given) != NULL)
		return broken(r, "a text holds a zero byte");
	*length = given;
	return true;
}

/*
 * Every item takes at least 4 bytes, so a count can be checked at once; and all
 * counts together, since the lists in a list could each claim the same bytes.
 */
static bool
get_count(Reader *r, int64_t smallest, int64_t *count)
{
	uint32_t	given;

	if (!get_u32(r, &given))
		return false;
	if (given > r->left / smallest || given > r->items)
		return broken(r, "it ends too early");
	r->items -= given;
	*count = given;
	return true;
}

static bool
get_value(Reader *r, int depth, C1dValue *value)
{
	uint32_t	type,
				flag;
	uint64_t	bits;

	if (depth > C1D_VALUE_DEPTH)
		return broken(r, "a configuration is nested too deeply");
	if (!get_u32(r, &type))
		return false;
	if (type >= C1D_VALUE_TYPES)
		return broken(r, "a value has an unknown type");
	value->type = (C1dValueType) type;
	switch (value->type)
	{
		case C1D_NULL:
			return true;
		case C1D_BOOL:
			if (!get_u32(r, &flag))
				return false;
			value->as.boolean = flag != 0;
			return flag <= 1 || broken(r, "a boolean is neither true nor false");
		case C1D_INT:
			if (!get_u64(r, &bits))
				return false;
			value->as.integer = (int64_t) bits;
			return true;
		case C1D_REAL:
			if (!get_u64(r, &bits))
				return false;
			memcpy(&value->as.real, &bits, sizeof(bits));
			return c1d_value_is_real(value->as.real) || broken(r, "a number is not finite, or whole and not an integer");
		case C1D_STRING:
			return get_text(r, &value->as.string.bytes, &value->as.string.length);
		case C1D_LIST:
			if (!get_count(r, 4, &value->as.list.count))
				return false;
			value->as.list.items = c1d_alloc_array(r->arena, value->as.list.count, sizeof(C1dValue), r->err);
			if (value->as.list.items == NULL)
				return false;
			for (int64_t i = 0; i < value->as.list.count; i++)
				if (!get_value(r, depth + 1, &value->as.list.items[i]))
					return false;
			return true;
		case C1D_OBJECT:
			if (!get_count(r, 8, &value->as.object.count))
				return false;
			value->as.object.members = c1d_alloc_array(r->arena, value->as.object.count, sizeof(C1dMember), r->err);
			if (value->as.object.members == NULL)
				return false;
			for (int64_t i = 0; i < value->as.object.count; i++)
			{
				C1dMember  *member = &value->as.object.members[i];

				if (!get_text(r, &member->key, &member->key_length) ||
					!get_value(r, depth + 1, &member->value))
					return false;
				if (i > 0 && !c1d_key_before(member - 1, member))
					return broken(r, "the keys of an object are not in order");
			}
			return true;
	}
	return false;
}

static bool
get_tensor(Reader *r, C1dTensor *tensor)
{
	uint32_t	rank,
				dim;
	int64_t		elements;
	const char *bytes;

	if (!get_u32(r, &rank))
		return false;
	if (rank < 1 || rank > C1D_MAX_RANK)
		return broken(r, "a weight has an impossible rank");
	tensor->shape.rank = (int) rank;
	for (uint32_t i = 0; i < rank; i++)
	{
		if (!get_u32(r, &dim))
			return false;
		tensor->shape.dim[i] = dim;
	}
	if (!c1d_shape_check(&tensor->shape, r->err))
		return broken(r, "a weight has an impossible shape");
	elements = c1d_shape_elements(&tensor->shape);
	if (!get_bytes(r, elements * (int64_t) sizeof(float), &bytes))
		return false;
	tensor->data = (const float *) bytes;
	if (!little_endian())
	{
		float	   *copy = c1d_alloc_array(r->arena, elements, sizeof(float), r->err);

		if (copy == NULL)
			return false;
		for (int64_t i = 0; i < elements; i++)
		{
			uint32_t	bits = 0;

			for (int k = 0; k < 4; k++)
				bits |= (uint32_t) (unsigned char) bytes[4 * i + k] << (8 * k);
			memcpy(&copy[i], &bits, sizeof(bits));
		}
		tensor->data = copy;
	}
	return true;
}

static bool
get_node(Reader *r, C1dGraph *graph)
{
	C1dValue	class_name = {.type = C1D_STRING};
	C1dValue   *config = c1d_alloc(r->arena, sizeof(C1dValue), r->err);
	int			input[C1D_MAX_INPUTS];
	int64_t		inputs,
				weights;
	C1dTensor  *weight;
	C1dLayerText text;
	const C1dNode *node;

	if (config == NULL ||
		!get_text(r, &class_name.as.string.bytes, &class_name.as.string.length) ||
		!get_value(r, 0, config) ||
		!get_count(r, 4, &inputs))
		return false;
	if (inputs < 1 || inputs > C1D_MAX_INPUTS)
		return broken(r, "a layer has an impossible number of inputs");
	for (int64_t i = 0; i < inputs; i++)
	{
		uint32_t	number;

		if (!get_u32(r, &number))
			return false;
		input[i] = (int) (int32_t) number;
		if (input[i] < C1D_MODEL_INPUT || input[i] >= graph->count)
			return broken(r, "a layer takes its input from a later one");
	}
	if (!get_count(r, 8, &weights))
		return false;
	if (weights > C1D_MAX_WEIGHTS)
		return broken(r, "a layer has too many weights");
	weight = c1d_alloc_array(r->arena, weights + 1, sizeof(C1dTensor), r->err);
	if (weight == NULL)
		return false;
	for (int64_t i = 0; i < weights; i++)
		if (!get_tensor(r, &weight[i]))
			return false;
	text = (C1dLayerText) {
		.class_name = &class_name, .config = config,
		.weight_count = (int) weights, .weights = weight,
		.input_count = (int) inputs, .input_at = input,
	};
	if (!c1d_graph_add(graph, &text, r->arena, r->err))
		return false;

	/* there is one way to write a model */
	node = &graph->nodes[graph->count - 1];
	if (!c1d_value_is(&class_name, c1d_layer_full_name(node->class)))
		return broken(r, "a class is not called by its full name");
	if (node->inputs != inputs || memcmp(node->input, input, inputs * sizeof(int)) != 0)
		return broken(r, "an input layer takes the output of another");
	return true;
}

/*
 * c1d_native_read
 *		Rebuild the graph; it points into bytes, which must stay and must start
 *		on a 4-byte boundary.
 *
 * The fingerprint is not looked at: whoever received the bytes from outside
 * compares it.  Errors: C1D_BAD_BINARY, a layer's own, C1D_UNSUPPORTED for a
 * later version.
 */
bool
c1d_native_read(const char *bytes, int64_t size, C1dArena *arena, C1dGraph *graph, C1dError *err)
{
	Reader		r = {.at = bytes, .left = size, .items = size / 4, .arena = arena, .err = err};
	uint32_t	version;
	int64_t		count,
				total = 0;
	const char *start,
			   *fingerprint;

	if (!get_bytes(&r, sizeof(magic), &start))
		return false;
	if (memcmp(start, magic, sizeof(magic)) != 0)
		return broken(&r, "it does not begin with \"c1dm\"");
	if (!get_u32(&r, &version))
		return false;
	if (version != C1D_NATIVE_VERSION)
	{
		c1d_fail(err, C1D_UNSUPPORTED, "model has version %u of the format", version);
		return c1d_detail(err, "This release reads version %d.", C1D_NATIVE_VERSION);
	}
	if (!get_bytes(&r, C1D_FINGERPRINT, &fingerprint) ||
		!get_count(&r, 16, &count) ||
		(count == 0 && !broken(&r, "it has no layer")) ||
		!c1d_graph_start(graph, count, arena, err))
		return false;
	for (int64_t i = 0; i < count; i++)
		if (!get_node(&r, graph))
			return false;
	if (r.left != 0)
		return broken(&r, "something follows its end");
	for (int i = 0; i < graph->count; i++)
		for (int k = 0; k < graph->nodes[i].weight_count; k++)
			total += c1d_shape_elements(&graph->nodes[i].weights[k].shape);
	if (total > C1D_MAX_MODEL_WEIGHTS)
		return broken(&r, "it has too many weights");
	return true;
}
