/* ---- layers as functions: src/pg/layers.c ---- */

CREATE TYPE conv1d_padding AS ENUM ('valid', 'same', 'causal');
COMMENT ON TYPE conv1d_padding IS 'padding of a window along time, as Keras names it';

CREATE TYPE conv1d_activation AS ENUM (
	'linear', 'relu', 'relu6', 'leaky_relu', 'elu', 'selu', 'celu', 'gelu', 'gelu_tanh', 'sigmoid', 'tanh',
	'softmax', 'log_softmax', 'softplus', 'softsign', 'silu', 'mish', 'exponential', 'hard_sigmoid', 'hard_silu',
	'hard_tanh', 'log_sigmoid', 'tanh_shrink', 'soft_shrink', 'hard_shrink', 'squareplus');
COMMENT ON TYPE conv1d_activation IS 'activation functions, by their Keras 3 names';

CREATE FUNCTION conv1d(input tensor1d, kernel tensor1d, bias tensor1d = NULL, strides int = 1,
	padding conv1d_padding = 'valid', dilation_rate int = 1, groups int = 1,
	activation conv1d_activation = 'linear', pads int[] = NULL) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION conv1d(tensor1d, tensor1d, tensor1d, int, conv1d_padding, int, int, conv1d_activation, int[]) IS
	'convolution along time: input (timesteps, channels), kernel (kernel_size, channels / groups, filters), bias (filters) -> (out_timesteps, filters)';

CREATE FUNCTION conv1d_transpose(input tensor1d, kernel tensor1d, bias tensor1d = NULL, strides int = 1,
	padding conv1d_padding = 'valid', output_padding int = NULL, dilation_rate int = 1, groups int = 1,
	activation conv1d_activation = 'linear', pads int[] = NULL) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION conv1d_transpose(tensor1d, tensor1d, tensor1d, int, conv1d_padding, int, int, int, conv1d_activation, int[]) IS
	'transposed convolution along time: input (timesteps, channels), kernel (kernel_size, filters / groups, channels), bias (filters) -> (out_timesteps, filters)';

CREATE FUNCTION dense(input tensor1d, kernel tensor1d, bias tensor1d = NULL,
	activation conv1d_activation = 'linear') RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION dense(tensor1d, tensor1d, tensor1d, conv1d_activation) IS
	'matrix product along the last axis: input (..., features), kernel (features, units), bias (units) -> (..., units)';

CREATE FUNCTION max_pool1d(input tensor1d, pool_size int = 2, strides int = NULL, padding conv1d_padding = 'valid',
	dilation_rate int = 1, ceil_mode boolean = false, pads int[] = NULL) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION max_pool1d(tensor1d, int, int, conv1d_padding, int, boolean, int[]) IS
	'maximum of each window: (timesteps, channels) -> (out_timesteps, channels); strides is pool_size when null; a NaN in a window gives NaN';

CREATE FUNCTION avg_pool1d(input tensor1d, pool_size int = 2, strides int = NULL, padding conv1d_padding = 'valid',
	ceil_mode boolean = false, count_include_pad boolean = false, pads int[] = NULL) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION avg_pool1d(tensor1d, int, int, conv1d_padding, boolean, boolean, int[]) IS
	'mean of each window: (timesteps, channels) -> (out_timesteps, channels); strides is pool_size when null; padding counts only with count_include_pad';

CREATE FUNCTION upsample1d(input tensor1d, size int = 2) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION upsample1d(tensor1d, int) IS
	'repeat every step: (timesteps, channels) -> (timesteps * size, channels)';

CREATE FUNCTION zero_pad1d(input tensor1d, before int, after int) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION zero_pad1d(tensor1d, int, int) IS
	'zeros at both ends: (timesteps, channels) -> (before + timesteps + after, channels)';

CREATE FUNCTION crop1d(input tensor1d, before int, after int) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION crop1d(tensor1d, int, int) IS
	'cut steps off both ends: (timesteps, channels) -> (timesteps - before - after, channels)';

CREATE FUNCTION repeat_vector(input tensor1d, n int) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION repeat_vector(tensor1d, int) IS
	'the vector as every one of n steps: (features) -> (n, features)';
