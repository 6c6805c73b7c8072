-- src/pg/tensor_json.sql: tensor1d and jsonb

CREATE FUNCTION tensor1d_to_jsonb(tensor1d) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION jsonb_to_tensor1d(jsonb) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

CREATE CAST (tensor1d AS jsonb) WITH FUNCTION tensor1d_to_jsonb(tensor1d);
CREATE CAST (jsonb AS tensor1d) WITH FUNCTION jsonb_to_tensor1d(jsonb);

COMMENT ON FUNCTION tensor1d_to_jsonb(tensor1d) IS 'nested arrays of numbers; NaN and infinities as strings';
COMMENT ON FUNCTION jsonb_to_tensor1d(jsonb) IS 'nested arrays of numbers, or of the strings "NaN", "Infinity", "-Infinity"';
COMMENT ON CAST (tensor1d AS jsonb) IS 'nested arrays of numbers; NaN and infinities as strings';
COMMENT ON CAST (jsonb AS tensor1d) IS 'nested arrays of numbers, or of the strings "NaN", "Infinity", "-Infinity"';
