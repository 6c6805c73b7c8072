-- src/pg/tensor_place.sql: tensor1d_agg_at, rows with positions -> (timesteps, channels); combines

CREATE FUNCTION tensor1d_agg_at_transition(state bytea, "position" integer, value double precision) RETURNS bytea
	AS 'MODULE_PATHNAME', 'tensor1d_agg_at_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_at_transition(state bytea, "position" integer, value real[]) RETURNS bytea
	AS 'MODULE_PATHNAME', 'tensor1d_agg_at_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_at_transition(state bytea, "position" integer, value double precision[]) RETURNS bytea
	AS 'MODULE_PATHNAME', 'tensor1d_agg_at_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_at_transition(state bytea, "position" integer, value integer[]) RETURNS bytea
	AS 'MODULE_PATHNAME', 'tensor1d_agg_at_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_at_transition(state bytea, "position" integer, value numeric[]) RETURNS bytea
	AS 'MODULE_PATHNAME', 'tensor1d_agg_at_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_at_transition(state bytea, "position" integer, value tensor1d) RETURNS bytea
	AS 'MODULE_PATHNAME', 'tensor1d_agg_at_tensor' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_at_combine(a bytea, b bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_agg_at_final(state bytea) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

CREATE AGGREGATE tensor1d_agg_at("position" integer, value double precision) (
	SFUNC = tensor1d_agg_at_transition, STYPE = bytea, SSPACE = 1024, INITCOND = '',
	COMBINEFUNC = tensor1d_agg_at_combine, FINALFUNC = tensor1d_agg_at_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg_at("position" integer, value real[]) (
	SFUNC = tensor1d_agg_at_transition, STYPE = bytea, SSPACE = 1024, INITCOND = '',
	COMBINEFUNC = tensor1d_agg_at_combine, FINALFUNC = tensor1d_agg_at_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg_at("position" integer, value double precision[]) (
	SFUNC = tensor1d_agg_at_transition, STYPE = bytea, SSPACE = 1024, INITCOND = '',
	COMBINEFUNC = tensor1d_agg_at_combine, FINALFUNC = tensor1d_agg_at_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg_at("position" integer, value integer[]) (
	SFUNC = tensor1d_agg_at_transition, STYPE = bytea, SSPACE = 1024, INITCOND = '',
	COMBINEFUNC = tensor1d_agg_at_combine, FINALFUNC = tensor1d_agg_at_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg_at("position" integer, value numeric[]) (
	SFUNC = tensor1d_agg_at_transition, STYPE = bytea, SSPACE = 1024, INITCOND = '',
	COMBINEFUNC = tensor1d_agg_at_combine, FINALFUNC = tensor1d_agg_at_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg_at("position" integer, value tensor1d) (
	SFUNC = tensor1d_agg_at_transition, STYPE = bytea, SSPACE = 1024, INITCOND = '',
	COMBINEFUNC = tensor1d_agg_at_combine, FINALFUNC = tensor1d_agg_at_final,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION tensor1d_agg_at_transition(bytea, integer, double precision) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_at_transition(bytea, integer, real[]) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_at_transition(bytea, integer, double precision[]) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_at_transition(bytea, integer, integer[]) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_at_transition(bytea, integer, numeric[]) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_at_transition(bytea, integer, tensor1d) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_at_combine(bytea, bytea) IS 'aggregate combine function';
COMMENT ON FUNCTION tensor1d_agg_at_final(bytea) IS 'aggregate final function';
COMMENT ON AGGREGATE tensor1d_agg_at(integer, double precision) IS 'stack along time by 1-based positions, rows in any order: n numbers -> (n,1); combines';
COMMENT ON AGGREGATE tensor1d_agg_at(integer, real[]) IS 'stack along time by 1-based positions, rows in any order: n rows of C values -> (n,C); combines';
COMMENT ON AGGREGATE tensor1d_agg_at(integer, double precision[]) IS 'stack along time by 1-based positions, rows in any order: n rows of C values -> (n,C); combines';
COMMENT ON AGGREGATE tensor1d_agg_at(integer, integer[]) IS 'stack along time by 1-based positions, rows in any order: n rows of C values -> (n,C); combines';
COMMENT ON AGGREGATE tensor1d_agg_at(integer, numeric[]) IS 'stack along time by 1-based positions, rows in any order: n rows of C values -> (n,C); combines';
COMMENT ON AGGREGATE tensor1d_agg_at(integer, tensor1d) IS 'stack along time by 1-based positions, rows in any order: n tensors (C) -> (n,C); combines';
