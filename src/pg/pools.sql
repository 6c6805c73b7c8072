/* ---- pooling: src/pg/pools.c ---- */

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

CREATE FUNCTION global_max_pool1d(input tensor1d, keepdims boolean = false) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION global_max_pool1d(tensor1d, boolean) IS
	'maximum over all timesteps: (timesteps, channels) -> (channels), or (1, channels) with keepdims';

CREATE FUNCTION global_avg_pool1d(input tensor1d, keepdims boolean = false) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION global_avg_pool1d(tensor1d, boolean) IS
	'mean over all timesteps: (timesteps, channels) -> (channels), or (1, channels) with keepdims';

CREATE FUNCTION adaptive_max_pool1d(input tensor1d, output_size int) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION adaptive_max_pool1d(tensor1d, int) IS
	'maximum of output_size bins of about equal width: (timesteps, channels) -> (output_size, channels)';

CREATE FUNCTION adaptive_avg_pool1d(input tensor1d, output_size int) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION adaptive_avg_pool1d(tensor1d, int) IS
	'mean of output_size bins of about equal width: (timesteps, channels) -> (output_size, channels)';
