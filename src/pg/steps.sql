/* ---- steps moved, repeated, resampled: src/pg/steps.c ---- */

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

CREATE TYPE conv1d_resize_mode AS ENUM ('nearest', 'linear');
COMMENT ON TYPE conv1d_resize_mode IS 'how resize1d finds a step between two others';

CREATE FUNCTION resize1d(input tensor1d, length int, mode conv1d_resize_mode = 'nearest',
	align_corners boolean = false) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION resize1d(tensor1d, int, conv1d_resize_mode, boolean) IS
	'resample along time, as Upsample of torch: (timesteps, channels) -> (length, channels)';
