/* ---- shape checks where the layers are rows: src/pg/check_rows.c ---- */

CREATE TYPE layer_check AS (output_shape int[], params bigint, problem text, detail text, hint text);
COMMENT ON TYPE layer_check IS 'what check_layer says of a layer';

CREATE FUNCTION check_layer_step(internal, input_shape int[], class_name text, config jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION check_layer_step(internal, int[], text, jsonb) IS 'aggregate transition function';
CREATE FUNCTION check_layer_final(internal) RETURNS layer_check
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION check_layer_final(internal) IS 'aggregate final function';
CREATE AGGREGATE check_layer(input_shape int[], class_name text, config jsonb) (
	SFUNC = check_layer_step, STYPE = internal, FINALFUNC = check_layer_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE check_layer(int[], text, jsonb) IS
	'what check_layers says of a layer, for each row of a table: check_layer(...) OVER (PARTITION BY model ORDER BY position)';

CREATE FUNCTION check_layer_step(internal, input_shape int[], class_name text, config jsonb, inputs text[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION check_layer_step(internal, int[], text, jsonb, text[]) IS 'aggregate transition function';
CREATE AGGREGATE check_layer(input_shape int[], class_name text, config jsonb, inputs text[]) (
	SFUNC = check_layer_step, STYPE = internal, FINALFUNC = check_layer_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE check_layer(int[], text, jsonb, text[]) IS
	'the same for models with branches: inputs names the layers that a layer takes, null is the one before';

CREATE FUNCTION check_layers_trigger() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION check_layers_trigger() IS
	'constraint trigger: no model that does not work can be committed; arguments are the columns of model, position, class_name, config, and perhaps the input shape (or an empty text) and the column of inputs';
