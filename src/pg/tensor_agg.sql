-- src/pg/tensor_agg.sql: sum, avg, min, max, element by element; all of them combine

CREATE FUNCTION tensor1d_accum(state double precision[], x tensor1d) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_combine(a double precision[], b double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_sum_final(state double precision[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_avg_final(state double precision[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_smaller(a tensor1d, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_larger(a tensor1d, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

CREATE AGGREGATE sum(x tensor1d) (
	SFUNC = tensor1d_accum, STYPE = double precision[], INITCOND = '{}',
	COMBINEFUNC = tensor1d_combine, FINALFUNC = tensor1d_sum_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE avg(x tensor1d) (
	SFUNC = tensor1d_accum, STYPE = double precision[], INITCOND = '{}',
	COMBINEFUNC = tensor1d_combine, FINALFUNC = tensor1d_avg_final,
	PARALLEL = SAFE
);
CREATE AGGREGATE min(x tensor1d) (
	SFUNC = tensor1d_smaller, STYPE = tensor1d,
	COMBINEFUNC = tensor1d_smaller,
	PARALLEL = SAFE
);
CREATE AGGREGATE max(x tensor1d) (
	SFUNC = tensor1d_larger, STYPE = tensor1d,
	COMBINEFUNC = tensor1d_larger,
	PARALLEL = SAFE
);

COMMENT ON FUNCTION tensor1d_accum(double precision[], tensor1d) IS 'aggregate transition function';
COMMENT ON FUNCTION tensor1d_combine(double precision[], double precision[]) IS 'aggregate combine function';
COMMENT ON FUNCTION tensor1d_sum_final(double precision[]) IS 'aggregate final function';
COMMENT ON FUNCTION tensor1d_avg_final(double precision[]) IS 'aggregate final function';
COMMENT ON FUNCTION tensor1d_smaller(tensor1d, tensor1d) IS 'the smaller of each pair of elements; NaN is greater than any number';
COMMENT ON FUNCTION tensor1d_larger(tensor1d, tensor1d) IS 'the larger of each pair of elements; NaN is greater than any number';
COMMENT ON AGGREGATE sum(tensor1d) IS 'sum of tensors of one shape, element by element, in float8';
COMMENT ON AGGREGATE avg(tensor1d) IS 'mean of tensors of one shape, element by element, in float8';
COMMENT ON AGGREGATE min(tensor1d) IS 'minimum of tensors of one shape, element by element';
COMMENT ON AGGREGATE max(tensor1d) IS 'maximum of tensors of one shape, element by element';
