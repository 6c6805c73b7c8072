/* ---- models from rows, rows from models: src/pg/model_parts.c ---- */

CREATE FUNCTION model_agg_step(internal, class_name text, config jsonb, weights tensor1d[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION model_agg_step(internal, text, jsonb, tensor1d[]) IS 'aggregate transition function';
CREATE FUNCTION model_agg_final(internal) RETURNS conv1d_model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION model_agg_final(internal) IS 'aggregate final function';

CREATE AGGREGATE model_agg(class_name text, config jsonb, weights tensor1d[]) (
	SFUNC = model_agg_step, STYPE = internal, FINALFUNC = model_agg_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE model_agg(text, jsonb, tensor1d[]) IS
	'a sequential model from one row a layer; ORDER BY position belongs in the call';

CREATE FUNCTION model_agg_step(internal, class_name text, config jsonb, weights tensor1d[], inputs text[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION model_agg_step(internal, text, jsonb, tensor1d[], text[]) IS 'aggregate transition function';
CREATE AGGREGATE model_agg(class_name text, config jsonb, weights tensor1d[], inputs text[]) (
	SFUNC = model_agg_step, STYPE = internal, FINALFUNC = model_agg_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE model_agg(text, jsonb, tensor1d[], text[]) IS
	'a model with branches from one row a layer: inputs names the layers it takes its input from, null is the one before; ORDER BY position belongs in the call';

CREATE FUNCTION model_layers(model conv1d_model, OUT "position" int, OUT name text, OUT class_name text,
	OUT config jsonb, OUT weights tensor1d[], OUT inputs text[]) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION model_layers(conv1d_model) IS
	'one row a layer, of which model_agg makes the same model again';

CREATE FUNCTION model_summary(model conv1d_model, input_shape int[] = NULL, OUT "position" int, OUT name text,
	OUT class_name text, OUT output_shape int[], OUT params bigint) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION model_summary(conv1d_model, int[]) IS
	'one row a layer with its output shape and number of weights, for input_shape or the shape that the model declares';

CREATE FUNCTION submodel(model conv1d_model, from_layer text, to_layer text) RETURNS conv1d_model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION submodel(conv1d_model, text, text) IS
	'the layers from one name to another, both included: the encoder of an autoencoder';
