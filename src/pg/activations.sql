/* ---- activation functions: src/pg/activations.c ---- */

CREATE FUNCTION activate(x tensor1d, activation conv1d_activation) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION activate(tensor1d, conv1d_activation) IS
	'activation function, element by element; softmax and log_softmax go along the channels';

CREATE FUNCTION relu(x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION relu(tensor1d) IS 'x where x is not negative, otherwise 0; a NaN stays';

CREATE FUNCTION sigmoid(x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION sigmoid(tensor1d) IS '1 / (1 + exp(-x)), element by element';

CREATE FUNCTION softmax(x tensor1d, axis int = -1) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION softmax(tensor1d, int) IS
	'exp(x) divided by its sum along an axis: -1 the channels, 1 the timesteps (axis 0 of Keras is the batch)';

CREATE FUNCTION log_softmax(x tensor1d, axis int = -1) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION log_softmax(tensor1d, int) IS
	'logarithm of softmax(x, axis)';

CREATE FUNCTION leaky_relu(x tensor1d, negative_slope float8 = 0.01) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION leaky_relu(tensor1d, float8) IS
	'x where x is not negative, otherwise negative_slope * x';

CREATE FUNCTION elu(x tensor1d, alpha float8 = 1) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION elu(tensor1d, float8) IS
	'x where x is not negative, otherwise alpha * (exp(x) - 1)';

CREATE FUNCTION gelu(x tensor1d, approximate boolean = false) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION gelu(tensor1d, boolean) IS
	'x * Phi(x), with the error function or, if approximate, with its tanh formula';
