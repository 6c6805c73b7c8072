-- src/pg/predict_agg.sql: predict_agg and predict_windows_agg, a model on many rows of one group

CREATE FUNCTION predict_agg_transition(state internal, model conv1d_model, x tensor1d) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
CREATE FUNCTION predict_agg_final(state internal) RETURNS tensor1d[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

/* the order of the result is that of the rows, so it cannot combine */
CREATE AGGREGATE predict_agg(model conv1d_model, x tensor1d) (
	SFUNC = predict_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = predict_agg_final,
	PARALLEL = SAFE
);

CREATE FUNCTION predict_windows_agg_transition(state internal, model conv1d_model, value double precision, "window" integer, step integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'predict_windows_agg_number' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION predict_windows_agg_transition(state internal, model conv1d_model, value real[], "window" integer, step integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'predict_windows_agg_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION predict_windows_agg_transition(state internal, model conv1d_model, value double precision[], "window" integer, step integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'predict_windows_agg_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION predict_windows_agg_transition(state internal, model conv1d_model, value integer[], "window" integer, step integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'predict_windows_agg_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION predict_windows_agg_transition(state internal, model conv1d_model, value numeric[], "window" integer, step integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'predict_windows_agg_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION predict_windows_agg_transition(state internal, model conv1d_model, value tensor1d, "window" integer, step integer) RETURNS internal
	AS 'MODULE_PATHNAME', 'predict_windows_agg_tensor' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
CREATE FUNCTION predict_windows_agg_final(state internal) RETURNS tensor1d[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

CREATE AGGREGATE predict_windows_agg(model conv1d_model, value double precision, "window" integer, step integer) (
	SFUNC = predict_windows_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = predict_windows_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE predict_windows_agg(model conv1d_model, value real[], "window" integer, step integer) (
	SFUNC = predict_windows_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = predict_windows_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE predict_windows_agg(model conv1d_model, value double precision[], "window" integer, step integer) (
	SFUNC = predict_windows_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = predict_windows_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE predict_windows_agg(model conv1d_model, value integer[], "window" integer, step integer) (
	SFUNC = predict_windows_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = predict_windows_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE predict_windows_agg(model conv1d_model, value numeric[], "window" integer, step integer) (
	SFUNC = predict_windows_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = predict_windows_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE predict_windows_agg(model conv1d_model, value tensor1d, "window" integer, step integer) (
	SFUNC = predict_windows_agg_transition, STYPE = internal, SSPACE = 4096, FINALFUNC = predict_windows_agg_final,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION predict_agg_transition(internal, conv1d_model, tensor1d) IS 'aggregate transition function';
COMMENT ON FUNCTION predict_agg_final(internal) IS 'aggregate final function';
COMMENT ON AGGREGATE predict_agg(conv1d_model, tensor1d) IS
	'outputs of the model for all rows, in their order, on several threads; NULL where a row is NULL; write predict_agg(model, x ORDER BY id)';
COMMENT ON FUNCTION predict_windows_agg_transition(internal, conv1d_model, double precision, integer, integer) IS 'aggregate transition function';
COMMENT ON FUNCTION predict_windows_agg_transition(internal, conv1d_model, real[], integer, integer) IS 'aggregate transition function';
COMMENT ON FUNCTION predict_windows_agg_transition(internal, conv1d_model, double precision[], integer, integer) IS 'aggregate transition function';
COMMENT ON FUNCTION predict_windows_agg_transition(internal, conv1d_model, integer[], integer, integer) IS 'aggregate transition function';
COMMENT ON FUNCTION predict_windows_agg_transition(internal, conv1d_model, numeric[], integer, integer) IS 'aggregate transition function';
COMMENT ON FUNCTION predict_windows_agg_transition(internal, conv1d_model, tensor1d, integer, integer) IS 'aggregate transition function';
COMMENT ON FUNCTION predict_windows_agg_final(internal) IS 'aggregate final function';
COMMENT ON AGGREGATE predict_windows_agg(conv1d_model, double precision, integer, integer) IS
	'outputs of the model for every whole window of one series, on several threads; n numbers are (n,1); write predict_windows_agg(model, value, 256, 128 ORDER BY ts)';
COMMENT ON AGGREGATE predict_windows_agg(conv1d_model, real[], integer, integer) IS
	'outputs of the model for every whole window of one series, on several threads; n rows of C values are (n,C); write predict_windows_agg(model, value, 256, 128 ORDER BY ts)';
COMMENT ON AGGREGATE predict_windows_agg(conv1d_model, double precision[], integer, integer) IS
	'outputs of the model for every whole window of one series, on several threads; n rows of C values are (n,C); write predict_windows_agg(model, value, 256, 128 ORDER BY ts)';
COMMENT ON AGGREGATE predict_windows_agg(conv1d_model, integer[], integer, integer) IS
	'outputs of the model for every whole window of one series, on several threads; n rows of C values are (n,C); write predict_windows_agg(model, value, 256, 128 ORDER BY ts)';
COMMENT ON AGGREGATE predict_windows_agg(conv1d_model, numeric[], integer, integer) IS
	'outputs of the model for every whole window of one series, on several threads; n rows of C values are (n,C); write predict_windows_agg(model, value, 256, 128 ORDER BY ts)';
COMMENT ON AGGREGATE predict_windows_agg(conv1d_model, tensor1d, integer, integer) IS
	'outputs of the model for every whole window of one series, on several threads; n tensors (C), or (L,C), are (n,C), or (sum of L,C); write predict_windows_agg(model, value, 256, 128 ORDER BY ts)';
