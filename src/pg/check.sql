/* ---- shape checks: src/pg/check.c ---- */

CREATE FUNCTION check_layers(input_shape int[], layers jsonb, expected_output int[] = NULL,
	OUT "position" int, OUT name text, OUT class_name text, OUT input_shape int[], OUT output_shape int[],
	OUT params bigint, OUT problem text, OUT detail text, OUT hint text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION check_layers(int[], jsonb, int[]) IS
	'one row a layer with its shapes and number of weights; a layer that does not work has a problem and a hint, nothing is raised';

CREATE FUNCTION layer_output_shape(input_shape int[], class_name text, config jsonb) RETURNS int[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION layer_output_shape(int[], text, jsonb) IS
	'output shape of one layer; raises what is wrong with it';

CREATE FUNCTION conv1d_output_length(length int, kernel_size int, strides int = 1,
	padding conv1d_padding = 'valid', dilation_rate int = 1, pads int[] = NULL) RETURNS int
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION conv1d_output_length(int, int, int, conv1d_padding, int, int[]) IS
	'timesteps that Conv1D makes of length timesteps';

CREATE FUNCTION conv1d_transpose_output_length(length int, kernel_size int, strides int = 1,
	padding conv1d_padding = 'valid', output_padding int = NULL, dilation_rate int = 1, pads int[] = NULL) RETURNS int
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION conv1d_transpose_output_length(int, int, int, conv1d_padding, int, int, int[]) IS
	'timesteps that Conv1DTranspose makes of length timesteps';

CREATE FUNCTION pool1d_output_length(length int, pool_size int = 2, strides int = NULL,
	padding conv1d_padding = 'valid', dilation_rate int = 1, ceil_mode boolean = false, pads int[] = NULL) RETURNS int
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION pool1d_output_length(int, int, int, conv1d_padding, int, boolean, int[]) IS
	'timesteps that pooling makes of length timesteps; strides is pool_size when null';

CREATE FUNCTION layers_agg_step(internal, class_name text, config jsonb) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION layers_agg_step(internal, text, jsonb) IS 'aggregate transition function';
CREATE FUNCTION layers_agg_final(internal) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION layers_agg_final(internal) IS 'aggregate final function';
CREATE AGGREGATE layers_agg(class_name text, config jsonb) (
	SFUNC = layers_agg_step, STYPE = internal, FINALFUNC = layers_agg_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE layers_agg(text, jsonb) IS
	'one row a layer -> the layers argument of check_layers; ORDER BY position belongs in the call';

CREATE FUNCTION layers_agg_step(internal, class_name text, config jsonb, inputs text[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION layers_agg_step(internal, text, jsonb, text[]) IS 'aggregate transition function';
CREATE AGGREGATE layers_agg(class_name text, config jsonb, inputs text[]) (
	SFUNC = layers_agg_step, STYPE = internal, FINALFUNC = layers_agg_final, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE
);
COMMENT ON AGGREGATE layers_agg(text, jsonb, text[]) IS
	'the same for models with branches: inputs names the layers that a layer takes, null is the one before';
