-- src/pg/tensor_shape.sql: the same elements in another shape or order

CREATE FUNCTION reshape(x tensor1d, VARIADIC shape integer[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION flatten(x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION permute(x tensor1d, VARIADIC axes integer[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION reverse(x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_concat(a tensor1d, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION concat_channels(VARIADIC parts tensor1d[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_fill(shape integer[], value real) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

CREATE OPERATOR || (LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_concat);

COMMENT ON FUNCTION reshape(tensor1d, integer[]) IS 'the same elements in another shape; one size may be -1, whatever remains';
COMMENT ON FUNCTION flatten(tensor1d) IS '(L,C) -> (L*C)';
COMMENT ON FUNCTION permute(tensor1d, integer[]) IS 'axes in another order, 1-based: permute(w, 3, 2, 1) turns a torch kernel into a Keras one';
COMMENT ON FUNCTION reverse(tensor1d) IS '(L,C) -> (L,C), last step first';
COMMENT ON FUNCTION tensor1d_concat(tensor1d, tensor1d) IS 'implementation of || operator';
COMMENT ON OPERATOR || (tensor1d, tensor1d) IS '(L1,C), (L2,C) -> (L1+L2,C): join along time; a vector is one step more';
COMMENT ON FUNCTION concat_channels(tensor1d[]) IS '(L,C1), (L,C2) ... -> (L,C1+C2+...)';
COMMENT ON FUNCTION tensor1d_fill(integer[], real) IS 'a tensor of this shape, every element the value';
