-- src/pg/tensor_spark.sql: a channel as a line of block characters

CREATE FUNCTION sparkline(x tensor1d, channel integer DEFAULT 1, width integer DEFAULT 60) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION sparkline(tensor1d, integer, integer) IS 'channel n of (L,C) as at most width characters, lowest to highest value; a dot is NaN';
