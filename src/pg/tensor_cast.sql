-- src/pg/tensor_cast.sql: casts between tensor1d and arrays

CREATE FUNCTION array_to_tensor1d(real[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION array_to_tensor1d(double precision[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION array_to_tensor1d(integer[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION array_to_tensor1d(numeric[]) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
CREATE FUNCTION tensor1d_to_real_array(tensor1d) RETURNS real[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_to_double_array(tensor1d) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

CREATE CAST (real[] AS tensor1d) WITH FUNCTION array_to_tensor1d(real[]) AS ASSIGNMENT;
CREATE CAST (double precision[] AS tensor1d) WITH FUNCTION array_to_tensor1d(double precision[]) AS ASSIGNMENT;
CREATE CAST (integer[] AS tensor1d) WITH FUNCTION array_to_tensor1d(integer[]) AS ASSIGNMENT;
CREATE CAST (numeric[] AS tensor1d) WITH FUNCTION array_to_tensor1d(numeric[]) AS ASSIGNMENT;
CREATE CAST (tensor1d AS real[]) WITH FUNCTION tensor1d_to_real_array(tensor1d) AS IMPLICIT;
CREATE CAST (tensor1d AS double precision[]) WITH FUNCTION tensor1d_to_double_array(tensor1d);

COMMENT ON FUNCTION array_to_tensor1d(real[]) IS 'an array of 1 to 4 dimensions, without nulls, as a tensor of that shape';
COMMENT ON FUNCTION array_to_tensor1d(double precision[]) IS 'an array of 1 to 4 dimensions, without nulls, as a tensor of that shape';
COMMENT ON FUNCTION array_to_tensor1d(integer[]) IS 'an array of 1 to 4 dimensions, without nulls, as a tensor of that shape';
COMMENT ON FUNCTION array_to_tensor1d(numeric[]) IS 'an array of 1 to 4 dimensions, without nulls, as a tensor of that shape';
COMMENT ON FUNCTION tensor1d_to_real_array(tensor1d) IS 'a tensor as an array of its shape';
COMMENT ON FUNCTION tensor1d_to_double_array(tensor1d) IS 'a tensor as an array of its shape';
COMMENT ON CAST (real[] AS tensor1d) IS 'an array as a tensor of its shape';
COMMENT ON CAST (double precision[] AS tensor1d) IS 'an array as a tensor of its shape; elements out of real''s range are refused';
COMMENT ON CAST (integer[] AS tensor1d) IS 'an array as a tensor of its shape';
COMMENT ON CAST (numeric[] AS tensor1d) IS 'an array as a tensor of its shape; elements out of real''s range are refused';
COMMENT ON CAST (tensor1d AS real[]) IS 'a tensor as an array of its shape';
COMMENT ON CAST (tensor1d AS double precision[]) IS 'a tensor as an array of its shape';
