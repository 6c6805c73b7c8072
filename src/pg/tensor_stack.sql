-- src/pg/tensor_stack.sql: tensor1d_agg, rows in order -> (timesteps, channels)

CREATE FUNCTION tensor1d_agg_transition(state internal, value double precision) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_number' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_inverse(state internal, value double precision) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_inverse_number' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_transition(state internal, value real[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_inverse(state internal, value real[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_inverse_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_transition(state internal, value double precision[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_inverse(state internal, value double precision[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_inverse_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_transition(state internal, value integer[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_inverse(state internal, value integer[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_inverse_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_transition(state internal, value numeric[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_inverse(state internal, value numeric[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_inverse_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_transition(state internal, value tensor1d) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_tensor' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_inverse(state internal, value tensor1d) RETURNS internal
	AS 'MODULE_PATHNAME', 'tensor1d_agg_inverse_tensor' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_agg_final(state internal) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;

CREATE AGGREGATE tensor1d_agg(value double precision) (
	SFUNC = tensor1d_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = tensor1d_agg_final,
	MSFUNC = tensor1d_agg_transition, MINVFUNC = tensor1d_agg_inverse, MSTYPE = internal, MSSPACE = 1024, MFINALFUNC = tensor1d_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg(value real[]) (
	SFUNC = tensor1d_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = tensor1d_agg_final,
	MSFUNC = tensor1d_agg_transition, MINVFUNC = tensor1d_agg_inverse, MSTYPE = internal, MSSPACE = 1024, MFINALFUNC = tensor1d_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg(value double precision[]) (
	SFUNC = tensor1d_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = tensor1d_agg_final,
	MSFUNC = tensor1d_agg_transition, MINVFUNC = tensor1d_agg_inverse, MSTYPE = internal, MSSPACE = 1024, MFINALFUNC = tensor1d_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg(value integer[]) (
	SFUNC = tensor1d_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = tensor1d_agg_final,
	MSFUNC = tensor1d_agg_transition, MINVFUNC = tensor1d_agg_inverse, MSTYPE = internal, MSSPACE = 1024, MFINALFUNC = tensor1d_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg(value numeric[]) (
	SFUNC = tensor1d_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = tensor1d_agg_final,
	MSFUNC = tensor1d_agg_transition, MINVFUNC = tensor1d_agg_inverse, MSTYPE = internal, MSSPACE = 1024, MFINALFUNC = tensor1d_agg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE tensor1d_agg(value tensor1d) (
	SFUNC = tensor1d_agg_transition, STYPE = internal, SSPACE = 1024, FINALFUNC = tensor1d_agg_final,
	MSFUNC = tensor1d_agg_transition, MINVFUNC = tensor1d_agg_inverse, MSTYPE = internal, MSSPACE = 1024, MFINALFUNC = tensor1d_agg_final,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION tensor1d_agg_transition(internal, double precision) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_inverse(internal, double precision) IS 'aggregate inverse transition function';
COMMENT ON FUNCTION tensor1d_agg_transition(internal, real[]) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_inverse(internal, real[]) IS 'aggregate inverse transition function';
COMMENT ON FUNCTION tensor1d_agg_transition(internal, double precision[]) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_inverse(internal, double precision[]) IS 'aggregate inverse transition function';
COMMENT ON FUNCTION tensor1d_agg_transition(internal, integer[]) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_inverse(internal, integer[]) IS 'aggregate inverse transition function';
COMMENT ON FUNCTION tensor1d_agg_transition(internal, numeric[]) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_inverse(internal, numeric[]) IS 'aggregate inverse transition function';
COMMENT ON FUNCTION tensor1d_agg_transition(internal, tensor1d) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_agg_inverse(internal, tensor1d) IS 'aggregate inverse transition function';
COMMENT ON FUNCTION tensor1d_agg_final(internal) IS 'aggregate final function';
COMMENT ON AGGREGATE tensor1d_agg(double precision) IS 'stack along time: n numbers -> (n,1); write tensor1d_agg(value ORDER BY ts)';
COMMENT ON AGGREGATE tensor1d_agg(real[]) IS 'stack along time: n rows of C values -> (n,C); write tensor1d_agg(value ORDER BY ts)';
COMMENT ON AGGREGATE tensor1d_agg(double precision[]) IS 'stack along time: n rows of C values -> (n,C); write tensor1d_agg(value ORDER BY ts)';
COMMENT ON AGGREGATE tensor1d_agg(integer[]) IS 'stack along time: n rows of C values -> (n,C); write tensor1d_agg(value ORDER BY ts)';
COMMENT ON AGGREGATE tensor1d_agg(numeric[]) IS 'stack along time: n rows of C values -> (n,C); write tensor1d_agg(value ORDER BY ts)';
COMMENT ON AGGREGATE tensor1d_agg(tensor1d) IS 'stack along time: n tensors (C), or (L,C), -> (n,C), or (sum of L,C); write tensor1d_agg(value ORDER BY ts)';
