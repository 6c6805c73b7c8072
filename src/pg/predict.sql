/* ---- running: src/pg/predict.c ---- */

/*
 * The cost makes parallel plans attractive on tables of a few thousand rows
 * and stays below what would switch on JIT for a small one.
 */
CREATE FUNCTION predict(model conv1d_model, x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION predict(conv1d_model, tensor1d) IS
	'output of the model for one input tensor';
