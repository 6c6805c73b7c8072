/*
 * src/pg/mirror.c
 *	  mirror_decoder: a decoder for an encoder, a row a layer.
 */
#include "pg/check.h"

#include "utils/builtins.h"
#include "utils/guc.h"

#include "model/mirror.h"
#include "pg/rows.h"
#include "pg/tensor.h"

/* other_lengths: which other lengths of an axis come back, as a sentence */
static void
other_lengths(StringInfo out, const C1dDecoder *decoder, int axis, C1dArena *arena)
{
	int			axes = decoder->input.rank - 1;
	C1dMirrorLengths lengths;
	C1dError	err;

	if (!c1d_decoder_lengths(decoder, axis, arena, &lengths, &err))
		c1d_throw(&err);
	if (lengths.period > 0)
		appendStringInfo(out, "%sIt is for " INT64_FORMAT ", " INT64_FORMAT ", " INT64_FORMAT ", ... %s, too.",
						 out->len > 0 ? " " : "", (int64) lengths.least, (int64) (lengths.least + lengths.period),
						 (int64) (lengths.least + 2 * lengths.period), c1d_axis_unit(axes, axis + C1D_AXES - axes));
}

/* heard: would a message of that level go anywhere? */
static bool
heard(int level)
{
#if PG_VERSION_NUM >= 140000
	return message_level_is_interesting(level);
#else
	return level >= client_min_messages || level >= log_min_messages;
#endif
}

/* say_lengths: the notice, if anybody hears it */
static void
say_lengths(const C1dDecoder *decoder, C1dArena *arena)
{
	char		text[C1D_SHAPE_TEXT];
	StringInfoData detail;

	if (!heard(NOTICE))
		return;
	initStringInfo(&detail);
	for (int axis = 0; axis < decoder->input.rank - 1 && decoder->input.rank <= C1D_AXES + 1; axis++)
		other_lengths(&detail, decoder, axis, arena);
	ereport(NOTICE,
			(errmsg("decoder is exact for an input of %s", c1d_shape_text(&decoder->input, text)),
			 detail.len > 0 ? errdetail("%s", detail.data) : 0,
			 errhint("For another input, ask again with its shape.")));
}

/*
 * mirror_decoder(input_shape int[], layers jsonb) -> (position, class_name,
 * config)
 *		A row for each layer of the decoder, positions from 1.  Raises the problem
 *		of an encoder that does not work, or that has branches.
 */
PGDLLEXPORT PG_FUNCTION_INFO_V1(mirror_decoder);
Datum
mirror_decoder(PG_FUNCTION_ARGS)
{
	ResultRows	rows = result_rows(fcinfo);
	C1dArena	arena = c1d_arena_in(CurrentMemoryContext);
	C1dLayerText *layers;
	C1dDecoder	decoder;
	C1dShape	input;
	C1dError	err;
	int			count;

	require_input_and_layers(fcinfo);
	input = tensor_shape_from_array(PG_GETARG_DATUM(0));
	layers = layers_from_jsonb(PG_GETARG_JSONB_P(1), &arena, &count);
	if (!c1d_decoder_make(layers, count, &input, &arena, &decoder, &err))
		c1d_throw(&err);
	for (int i = 0; i < decoder.mirror.count; i++)
	{
		const C1dMirrorLayer *layer = &decoder.mirror.layers[i];
		StringInfoData config;
		Datum		values[3];
		bool		nulls[3] = {false};

		initStringInfo(&config);
		value_to_json(&config, &layer->config_value);
		values[0] = Int32GetDatum(i + 1);
		values[1] = PointerGetDatum(cstring_to_text_with_len(layer->class_name.as.string.bytes, layer->class_name.as.string.length));
		values[2] = DirectFunctionCall1(jsonb_in, CStringGetDatum(config.data));
		result_row(&rows, values, nulls);
	}
	say_lengths(&decoder, &arena);
	return (Datum) 0;
}
