/* ---- normalization: src/pg/norms.c ---- */

CREATE FUNCTION batch_norm(input tensor1d, gamma tensor1d, beta tensor1d, mean tensor1d, variance tensor1d,
	epsilon float8 = 1e-3) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION batch_norm(tensor1d, tensor1d, tensor1d, tensor1d, tensor1d, float8) IS
	'(input - mean) / sqrt(variance + epsilon) * gamma + beta, for each channel; gamma and beta may be null';

CREATE FUNCTION layer_norm(input tensor1d, gamma tensor1d, beta tensor1d, epsilon float8 = 1e-3) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION layer_norm(tensor1d, tensor1d, tensor1d, float8) IS
	'every step normalized over its channels, times gamma plus beta; gamma and beta may be null';
