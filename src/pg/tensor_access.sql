-- src/pg/tensor_access.sql: looking at a tensor

CREATE FUNCTION shape(x tensor1d) RETURNS integer[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION timesteps(x tensor1d) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION channels(x tensor1d) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION element(x tensor1d, VARIADIC indexes integer[]) RETURNS real
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION slice(x tensor1d, start integer, stop integer, step integer DEFAULT 1) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION channel(x tensor1d, n integer) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION windows(x tensor1d, "window" integer, step integer DEFAULT 1, OUT "position" integer, OUT w tensor1d)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;

COMMENT ON FUNCTION shape(tensor1d) IS 'the sizes of all axes: {timesteps,channels} of a sample';
COMMENT ON FUNCTION timesteps(tensor1d) IS 'the first size of (timesteps, ..., channels); 1 for a vector';
COMMENT ON FUNCTION channels(tensor1d) IS 'the last size of (timesteps, ..., channels)';
COMMENT ON FUNCTION element(tensor1d, integer[]) IS 'one element, by one 1-based index an axis';
COMMENT ON FUNCTION slice(tensor1d, integer, integer, integer) IS '(L,C) -> steps start, start+step ... up to stop; 1-based, both ends included';
COMMENT ON FUNCTION channel(tensor1d, integer) IS '(L,C) -> (L,1): channel n, 1-based';
COMMENT ON FUNCTION windows(tensor1d, integer, integer) IS '(L,C) -> every whole window (window,C), step apart, with the 1-based step it starts at';
