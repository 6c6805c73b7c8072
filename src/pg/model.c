/*
 * src/pg/model.c
 *	  conv1d_model as a type: bytes in memory, text and binary I/O, comparison.
 *
 * The value carries a fingerprint of its content, half a SHA-256.  Whatever
 * comes from outside is read completely and its fingerprint compared; a stored
 * value is checked again when a plan is made of it.
 */
#include "pg/model.h"

#include "access/detoast.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "pg/attrs.h"

/*
 * sha256_half
 *		The first C1D_FINGERPRINT bytes of the SHA-256 of the content.
 */
static void
sha256_half(const char *bytes, int64 size, char result[C1D_FINGERPRINT])
{
	int64		content = size - C1D_NATIVE_CONTENT_AT;
	bytea	   *copy = palloc(content + VARHDRSZ);
	Datum		hash;

	SET_VARSIZE(copy, content + VARHDRSZ);
	memcpy(VARDATA(copy), bytes + C1D_NATIVE_CONTENT_AT, content);
	hash = DirectFunctionCall1(sha256_bytea, PointerGetDatum(copy));
	memcpy(result, VARDATA_ANY(DatumGetPointer(hash)), C1D_FINGERPRINT);
	pfree(copy);
	pfree(DatumGetPointer(hash));
}

/* model_is_intact: does the content have the fingerprint in the header? */
bool
model_is_intact(const Model *model)
{
	char		actual[C1D_FINGERPRINT];

	if (MODEL_BYTES(model) < C1D_NATIVE_CONTENT_AT)
		return false;
	sha256_half(model->bytes, MODEL_BYTES(model), actual);
	return memcmp(actual, model->bytes + C1D_NATIVE_FINGERPRINT_AT, C1D_FINGERPRINT) == 0;
}

static void __attribute__((noreturn))
too_short(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("corrupt conv1d_model value"),
			 errdetail("The value is shorter than its header.")));
}

/* model_from_datum: detoast, and check that at least a header is there. */
Model *
model_from_datum(Datum datum)
{
	Model	   *model = (Model *) PG_DETOAST_DATUM(datum);

	if (MODEL_BYTES(model) < C1D_NATIVE_CONTENT_AT)
		too_short();
	return model;
}

/* model_from_graph: the value, fingerprint filled in. */
Model *
model_from_graph(const C1dGraph *graph)
{
	C1dError	err;
	int64		size = 0;
	Model	   *model;

	if (!c1d_native_size(graph, &size, &err))
		c1d_throw(&err);
	model = palloc(size + VARHDRSZ);
	SET_VARSIZE(model, size + VARHDRSZ);
	c1d_native_write(graph, model->bytes);
	sha256_half(model->bytes, size, model->bytes + C1D_NATIVE_FINGERPRINT_AT);
	return model;
}

/* model_read: the graph of a stored value; it points into the value. */
void
model_read(const Model *model, C1dArena *arena, C1dGraph *graph)
{
	C1dError	err;

	if (c1d_native_read(model->bytes, MODEL_BYTES(model), arena, graph, &err))
		return;

	/* it was sound when it was stored */
	if (err.code == C1D_BAD_BINARY)
		err.code = C1D_CORRUPT;
	c1d_throw(&err);
}

/*
 * conv1d_model_in(cstring)
 *		{"version": 1, "layers": [{"class_name": ..., "config": {...}, "weights":
 *		["[[1,2],[3,4]]", ...]}, ...]}, each weight in the text form of tensor1d.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_model_in);
Datum
conv1d_model_in(PG_FUNCTION_ARGS)
{
	Datum		jsonb;
	C1dValue	root;
	const C1dValue *version,
			   *layers;
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dGraph	graph;
	C1dError	err;

	if (PG_GETARG_CSTRING(0)[strspn(PG_GETARG_CSTRING(0), " \t\r\n")] != '{')
	{
		c1d_fail(&err, C1D_BAD_TEXT, "invalid input syntax for type conv1d_model");
		c1d_hint(&err, "A model is a value, not a name: take it from its table, (SELECT model FROM model WHERE name = '...').");
		return c1d_throw_soft(fcinfo, &err);
	}
	if (!c1d_call_input(fcinfo, jsonb_in, PG_GETARG_CSTRING(0), &jsonb))
		PG_RETURN_NULL();
	root = value_from_jsonb(DatumGetJsonbP(jsonb));
	version = c1d_value_get(&root, "version");
	layers = c1d_value_get(&root, "layers");
	if (version == NULL || version->type != C1D_INT || layers == NULL || layers->type != C1D_LIST ||
		layers->as.list.count == 0)
	{
		c1d_fail(&err, C1D_BAD_TEXT, "invalid input syntax for type conv1d_model");
		c1d_hint(&err, "It is a JSON object with \"version\" and at least one of \"layers\"; model_agg() makes a model from rows.");
		return c1d_throw_soft(fcinfo, &err);
	}
	if (version->as.integer != C1D_NATIVE_VERSION)
	{
		c1d_fail(&err, C1D_UNSUPPORTED, "conv1d_model has version " INT64_FORMAT " of the format", (int64) version->as.integer);
		c1d_detail(&err, "This release reads version %d.", C1D_NATIVE_VERSION);
		return c1d_throw_soft(fcinfo, &err);
	}
	if (!c1d_graph_start(&graph, layers->as.list.count, &arena, &err))
		return c1d_throw_soft(fcinfo, &err);
	for (int64 i = 0; i < layers->as.list.count; i++)
	{
		const C1dValue *layer = &layers->as.list.items[i];
		const C1dValue *weights = c1d_value_get(layer, "weights");
		int64		count = weights == NULL || weights->type != C1D_LIST ? 0 : weights->as.list.count;
		C1dTensor  *views = palloc((count + 1) * sizeof(C1dTensor));
		C1dLayerText text = {
			.object = layer,
			.class_name = c1d_value_get(layer, "class_name"), .config = c1d_value_get(layer, "config"),
			.weight_count = (int) count, .weights = views,
			.input_names = c1d_value_get(layer, "inputs"),
		};

		for (int64 k = 0; k < count; k++)
		{
			const C1dValue *item = &weights->as.list.items[k];
			Datum		tensor;

			if (item->type != C1D_STRING)
			{
				c1d_fail(&err, C1D_BAD_TEXT, "weights of layer " INT64_FORMAT " must be texts of type tensor1d", i + 1);
				return c1d_throw_soft(fcinfo, &err);
			}
			if (!c1d_call_input(fcinfo, tensor1d_in, pnstrdup(item->as.string.bytes, item->as.string.length), &tensor))
				PG_RETURN_NULL();
			views[k] = tensor_view((Tensor *) DatumGetPointer(tensor));
		}
		if (!c1d_graph_add(&graph, &text, &arena, &err))
			return c1d_throw_soft(fcinfo, &err);
	}
	PG_RETURN_POINTER(model_from_graph(&graph));
}

/* conv1d_model_out(conv1d_model) -> cstring: lossless, weights included. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_model_out);
Datum
conv1d_model_out(PG_FUNCTION_ARGS)
{
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dGraph	graph;
	StringInfoData out;

	model_read(PG_GETARG_MODEL(0), &arena, &graph);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"version\": %d, \"layers\": [", C1D_NATIVE_VERSION);
	for (int i = 0; i < graph.count; i++)
	{
		const C1dNode *node = &graph.nodes[i];

		appendStringInfo(&out, "%s{\"class_name\": \"%s\", \"config\": ", i ? ", " : "", c1d_layer_full_name(node->class));
		value_to_json(&out, node->config_value);
		if (!c1d_graph_is_chain(&graph, i))
		{
			appendStringInfoString(&out, ", \"inputs\": [");
			for (int k = 0; k < node->inputs; k++)
			{
				if (k)
					appendStringInfoString(&out, ", ");
				escape_json(&out, c1d_graph_input_name(&graph, i, k));
			}
			appendStringInfoChar(&out, ']');
		}
		appendStringInfoString(&out, ", \"weights\": [");
		for (int k = 0; k < node->weight_count; k++)
		{
			Tensor	   *tensor = tensor_from_view(&node->weights[k]);
			char	   *text = DatumGetCString(DirectFunctionCall1(tensor1d_out, PointerGetDatum(tensor)));

			appendStringInfo(&out, "%s\"", k ? ", " : "");
			appendStringInfoString(&out, text);
			appendStringInfoChar(&out, '"');
			pfree(text);
			pfree(tensor);
		}
		appendStringInfoString(&out, "]}");
	}
	appendStringInfoString(&out, "]}");
	PG_RETURN_CSTRING(out.data);
}

/* conv1d_model_recv(internal) -> conv1d_model: the stored bytes, nothing more. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_model_recv);
Datum
conv1d_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			size = message->len - message->cursor;
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	Model	   *model = palloc(size + VARHDRSZ);
	C1dGraph	graph;
	C1dError	err;

	SET_VARSIZE(model, size + VARHDRSZ);
	memcpy(model->bytes, pq_getmsgbytes(message, size), size);
	if (!c1d_native_read(model->bytes, size, &arena, &graph, &err))
		c1d_throw(&err);
	for (int i = 0; i < graph.count; i++)
		value_check_encoding(graph.nodes[i].config_value);
	if (!model_is_intact(model))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid model: its fingerprint is not that of its content")));
	PG_RETURN_POINTER(model);
}

/* conv1d_model_send(conv1d_model) -> bytea: the stored bytes. */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_model_send);
Datum
conv1d_model_send(PG_FUNCTION_ARGS)
{
	Model	   *model = PG_GETARG_MODEL(0);
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendbytes(&out, model->bytes, MODEL_BYTES(model));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * model_fingerprint
 *		The fingerprint in a model's header, reading no more than that.
 */
void
model_fingerprint(Datum datum, char result[C1D_FINGERPRINT])
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);
	struct varlena *header = value;

	/* a value in the row is read where it lies */
	if (VARATT_IS_EXTERNAL(value) || VARATT_IS_COMPRESSED(value))
		header = detoast_attr_slice(value, 0, C1D_NATIVE_CONTENT_AT);
	if (VARSIZE_ANY_EXHDR(header) < C1D_NATIVE_CONTENT_AT)
		too_short();
	memcpy(result, VARDATA_ANY(header) + C1D_NATIVE_FINGERPRINT_AT, C1D_FINGERPRINT);
	if (header != value)
		pfree(header);
}

/* compare: models are ordered by fingerprint, so equal means equal content */
static int
compare(FunctionCallInfo fcinfo)
{
	char		a[C1D_FINGERPRINT],
				b[C1D_FINGERPRINT];

	model_fingerprint(PG_GETARG_DATUM(0), a);
	model_fingerprint(PG_GETARG_DATUM(1), b);
	return memcmp(a, b, C1D_FINGERPRINT);
}

#define MODEL_COMPARISON(name, operator) \
PGDLLEXPORT PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare(fcinfo) operator 0); \
}

/* conv1d_model_eq and its kin(conv1d_model, conv1d_model) -> boolean */
MODEL_COMPARISON(conv1d_model_eq, ==)
MODEL_COMPARISON(conv1d_model_ne, !=)
MODEL_COMPARISON(conv1d_model_lt, <)
MODEL_COMPARISON(conv1d_model_le, <=)
MODEL_COMPARISON(conv1d_model_gt, >)
MODEL_COMPARISON(conv1d_model_ge, >=)

/* conv1d_model_cmp(conv1d_model, conv1d_model) -> int: for btree */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_model_cmp);
Datum
conv1d_model_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare(fcinfo));
}

/* conv1d_model_hash(conv1d_model) -> int: of the fingerprint */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_model_hash);
Datum
conv1d_model_hash(PG_FUNCTION_ARGS)
{
	char		fingerprint[C1D_FINGERPRINT];

	model_fingerprint(PG_GETARG_DATUM(0), fingerprint);
	return hash_any((unsigned char *) fingerprint, C1D_FINGERPRINT);
}

/* conv1d_model_hash_extended(conv1d_model, bigint) -> bigint: with a seed */
PGDLLEXPORT PG_FUNCTION_INFO_V1(conv1d_model_hash_extended);
Datum
conv1d_model_hash_extended(PG_FUNCTION_ARGS)
{
	char		fingerprint[C1D_FINGERPRINT];

	model_fingerprint(PG_GETARG_DATUM(0), fingerprint);
	return hash_any_extended((unsigned char *) fingerprint, C1D_FINGERPRINT, PG_GETARG_INT64(1));
}
