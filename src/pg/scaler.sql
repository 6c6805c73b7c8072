/* ---- minmax_scaler: src/pg/scaler.c, src/pg/scaler_fit.c ---- */

CREATE TYPE minmax_scaler;
COMMENT ON TYPE minmax_scaler IS 'a fitted min-max scaler, as MinMaxScaler of scikit-learn: feature_range, clip, minimum and maximum of every feature';

CREATE FUNCTION minmax_scaler_in(cstring) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minmax_scaler_in(cstring) IS 'I/O';
CREATE FUNCTION minmax_scaler_out(minmax_scaler) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minmax_scaler_out(minmax_scaler) IS 'I/O';
CREATE FUNCTION minmax_scaler_recv(internal) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minmax_scaler_recv(internal) IS 'I/O';
CREATE FUNCTION minmax_scaler_send(minmax_scaler) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minmax_scaler_send(minmax_scaler) IS 'I/O';

CREATE TYPE minmax_scaler (
	INPUT = minmax_scaler_in,
	OUTPUT = minmax_scaler_out,
	RECEIVE = minmax_scaler_recv,
	SEND = minmax_scaler_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);

CREATE FUNCTION minmax_scaler_to_jsonb(minmax_scaler) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION minmax_scaler_to_jsonb(minmax_scaler) IS 'implementation of the cast to jsonb';
CREATE CAST (minmax_scaler AS jsonb) WITH FUNCTION minmax_scaler_to_jsonb(minmax_scaler);
COMMENT ON CAST (minmax_scaler AS jsonb) IS 'the configuration of the layers MinMaxScaler and MinMaxInverse';

CREATE CAST (jsonb AS minmax_scaler) WITH INOUT;
COMMENT ON CAST (jsonb AS minmax_scaler) IS 'a scaler from the attributes of scikit-learn''s';

CREATE FUNCTION minmax_merge(a minmax_scaler, b minmax_scaler) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION minmax_merge(minmax_scaler, minmax_scaler) IS
	'the scaler that has seen what both have seen, as partial_fit of scikit-learn; null has seen nothing';

CREATE FUNCTION minmax_transform(scaler minmax_scaler, x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION minmax_transform(minmax_scaler, tensor1d) IS
	'x * scale_ + min_ for each channel, (timesteps, features) -> the same shape; the number of channels must be that of the scaler';
CREATE FUNCTION minmax_inverse_transform(scaler minmax_scaler, x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION minmax_inverse_transform(minmax_scaler, tensor1d) IS
	'(x - min_) / scale_ for each channel, (timesteps, features) -> the same shape; the number of channels must be that of the scaler';

CREATE FUNCTION minmax_fit_step(minmax_scaler, x tensor1d) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION minmax_fit_step(minmax_scaler, tensor1d) IS 'aggregate transition function';
CREATE AGGREGATE minmax_fit(x tensor1d) (
	SFUNC = minmax_fit_step, STYPE = minmax_scaler, COMBINEFUNC = minmax_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minmax_fit(tensor1d) IS
	'a scaler fitted on every step of the tensors, a feature for each channel';

CREATE FUNCTION minmax_fit_step(minmax_scaler, x tensor1d, feature_min float8, feature_max float8) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION minmax_fit_step(minmax_scaler, tensor1d, float8, float8) IS 'aggregate transition function';
CREATE AGGREGATE minmax_fit(x tensor1d, feature_min float8, feature_max float8) (
	SFUNC = minmax_fit_step, STYPE = minmax_scaler, COMBINEFUNC = minmax_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minmax_fit(tensor1d, float8, float8) IS
	'a scaler fitted on every step of the tensors, a feature for each channel, to the range feature_min .. feature_max';

CREATE FUNCTION minmax_fit_step(minmax_scaler, x tensor1d, feature_min float8, feature_max float8, clip boolean) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION minmax_fit_step(minmax_scaler, tensor1d, float8, float8, boolean) IS 'aggregate transition function';
CREATE AGGREGATE minmax_fit(x tensor1d, feature_min float8, feature_max float8, clip boolean) (
	SFUNC = minmax_fit_step, STYPE = minmax_scaler, COMBINEFUNC = minmax_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minmax_fit(tensor1d, float8, float8, boolean) IS
	'a scaler fitted on every step of the tensors, a feature for each channel, to the range feature_min .. feature_max; clip keeps results within it';

CREATE FUNCTION minmax_fit_step(minmax_scaler, value float8) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME', 'minmax_fit_number_step' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION minmax_fit_step(minmax_scaler, float8) IS 'aggregate transition function';
CREATE AGGREGATE minmax_fit(value float8) (
	SFUNC = minmax_fit_step, STYPE = minmax_scaler, COMBINEFUNC = minmax_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minmax_fit(float8) IS
	'a scaler of one feature fitted on the values';

CREATE FUNCTION minmax_fit_step(minmax_scaler, value float8, feature_min float8, feature_max float8) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME', 'minmax_fit_number_step' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION minmax_fit_step(minmax_scaler, float8, float8, float8) IS 'aggregate transition function';
CREATE AGGREGATE minmax_fit(value float8, feature_min float8, feature_max float8) (
	SFUNC = minmax_fit_step, STYPE = minmax_scaler, COMBINEFUNC = minmax_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minmax_fit(float8, float8, float8) IS
	'a scaler of one feature fitted on the values, to the range feature_min .. feature_max';

CREATE FUNCTION minmax_fit_step(minmax_scaler, value float8, feature_min float8, feature_max float8, clip boolean) RETURNS minmax_scaler
	AS 'MODULE_PATHNAME', 'minmax_fit_number_step' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION minmax_fit_step(minmax_scaler, float8, float8, float8, boolean) IS 'aggregate transition function';
CREATE AGGREGATE minmax_fit(value float8, feature_min float8, feature_max float8, clip boolean) (
	SFUNC = minmax_fit_step, STYPE = minmax_scaler, COMBINEFUNC = minmax_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE minmax_fit(float8, float8, float8, boolean) IS
	'a scaler of one feature fitted on the values, to the range feature_min .. feature_max; clip keeps results within it';
