-- src/pg/tensor_bytes.sql: raw little-endian numbers

CREATE FUNCTION tensor1d_from_bytes(bytes bytea, shape integer[], dtype text DEFAULT 'f4') RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION tensor1d_to_bytes(x tensor1d, dtype text DEFAULT 'f4') RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION tensor1d_from_bytes(bytea, integer[], text) IS 'raw little-endian numbers, row-major, as numpy''s tobytes(); dtype f2, f4, f8, i2, i4 or u1';
COMMENT ON FUNCTION tensor1d_to_bytes(tensor1d, text) IS 'raw little-endian numbers, row-major, for numpy''s frombuffer(); dtype f2, f4, f8, i2, i4 or u1';
