/* ---- running: src/pg/predict.c ---- */

/*
 * The cost makes parallel plans attractive from about a thousand rows on; ten
 * times as much would switch on JIT, which has nothing to gain, for as few.
 */
CREATE FUNCTION predict(model conv1d_model, x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION predict(conv1d_model, tensor1d) IS
	'output of the model for one input tensor';

/* text, as layers' names are: postgres_fdw does not send the call to the other server */
CREATE FUNCTION predict(model conv1d_model, x tensor1d, output text) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'predict_layer' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION predict(conv1d_model, tensor1d, text) IS
	'output of the layer of that name, an embedding for example; model_summary(model) has the names';
