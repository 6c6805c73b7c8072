-- src/pg/tensor_measure.sql: one number out of tensors

CREATE FUNCTION sum_elements(x tensor1d) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION mean(x tensor1d) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION min_element(x tensor1d) RETURNS real
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION max_element(x tensor1d) RETURNS real
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION has_nan(x tensor1d) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION mse(a tensor1d, b tensor1d) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION mae(a tensor1d, b tensor1d) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION rmse(a tensor1d, b tensor1d) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION max_abs_error(a tensor1d, b tensor1d) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

COMMENT ON FUNCTION sum_elements(tensor1d) IS 'the sum of all elements, in float8';
COMMENT ON FUNCTION mean(tensor1d) IS 'the mean of all elements, in float8';
COMMENT ON FUNCTION min_element(tensor1d) IS 'the least element; NaN is greater than any number';
COMMENT ON FUNCTION max_element(tensor1d) IS 'the greatest element; NaN is greater than any number';
COMMENT ON FUNCTION has_nan(tensor1d) IS 'is any element NaN?';
COMMENT ON FUNCTION mse(tensor1d, tensor1d) IS 'mean squared difference of two tensors of one shape';
COMMENT ON FUNCTION mae(tensor1d, tensor1d) IS 'mean absolute difference of two tensors of one shape';
COMMENT ON FUNCTION rmse(tensor1d, tensor1d) IS 'square root of the mean squared difference of two tensors of one shape';
COMMENT ON FUNCTION max_abs_error(tensor1d, tensor1d) IS 'largest absolute difference of two tensors of one shape';
