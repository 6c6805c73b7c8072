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

CREATE FUNCTION depthwise_conv1d(input tensor1d, kernel tensor1d, bias tensor1d = NULL, strides int = 1,
	padding conv1d_padding = 'valid', dilation_rate int = 1, activation conv1d_activation = 'linear') RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION depthwise_conv1d(tensor1d, tensor1d, tensor1d, int, conv1d_padding, int, conv1d_activation) IS
	'convolution of each channel by itself: input (timesteps, channels), kernel (kernel_size, channels, depth_multiplier), bias (channels * depth_multiplier) -> (out_timesteps, channels * depth_multiplier)';

CREATE FUNCTION separable_conv1d(input tensor1d, depthwise_kernel tensor1d, pointwise_kernel tensor1d, bias tensor1d = NULL,
	strides int = 1, padding conv1d_padding = 'valid', dilation_rate int = 1,
	activation conv1d_activation = 'linear') RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION separable_conv1d(tensor1d, tensor1d, tensor1d, tensor1d, int, conv1d_padding, int, conv1d_activation) IS
	'depthwise, then pointwise convolution: depthwise_kernel (kernel_size, channels, depth_multiplier), pointwise_kernel (1, channels * depth_multiplier, filters), bias (filters) -> (out_timesteps, filters)';

CREATE FUNCTION dense(input tensor1d, kernel tensor1d, bias tensor1d = NULL,
	activation conv1d_activation = 'linear') RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION dense(tensor1d, tensor1d, tensor1d, conv1d_activation) IS
	'matrix product along the last axis: input (..., features), kernel (features, units), bias (units) -> (..., units)';
