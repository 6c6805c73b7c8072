-- src/pg/tensor_arith.sql: arithmetic in float4

CREATE FUNCTION tensor1d_add(a tensor1d, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_add(a tensor1d, b double precision) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'tensor1d_add_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_add(a double precision, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'tensor1d_number_add' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_subtract(a tensor1d, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_subtract(a tensor1d, b double precision) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'tensor1d_subtract_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_subtract(a double precision, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'tensor1d_number_subtract' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_multiply(a tensor1d, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_multiply(a tensor1d, b double precision) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'tensor1d_multiply_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_multiply(a double precision, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'tensor1d_number_multiply' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_divide(a tensor1d, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_divide(a tensor1d, b double precision) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'tensor1d_divide_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_divide(a double precision, b tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME', 'tensor1d_number_divide' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_negate(x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tensor1d_abs(x tensor1d) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION fill_nan(x tensor1d, value double precision) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;

CREATE OPERATOR + (LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_add, COMMUTATOR = +);
CREATE OPERATOR + (LEFTARG = tensor1d, RIGHTARG = double precision, FUNCTION = tensor1d_add, COMMUTATOR = +);
CREATE OPERATOR + (LEFTARG = double precision, RIGHTARG = tensor1d, FUNCTION = tensor1d_add, COMMUTATOR = +);
CREATE OPERATOR - (LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_subtract);
CREATE OPERATOR - (LEFTARG = tensor1d, RIGHTARG = double precision, FUNCTION = tensor1d_subtract);
CREATE OPERATOR - (LEFTARG = double precision, RIGHTARG = tensor1d, FUNCTION = tensor1d_subtract);
CREATE OPERATOR * (LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_multiply, COMMUTATOR = *);
CREATE OPERATOR * (LEFTARG = tensor1d, RIGHTARG = double precision, FUNCTION = tensor1d_multiply, COMMUTATOR = *);
CREATE OPERATOR * (LEFTARG = double precision, RIGHTARG = tensor1d, FUNCTION = tensor1d_multiply, COMMUTATOR = *);
CREATE OPERATOR / (LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_divide);
CREATE OPERATOR / (LEFTARG = tensor1d, RIGHTARG = double precision, FUNCTION = tensor1d_divide);
CREATE OPERATOR / (LEFTARG = double precision, RIGHTARG = tensor1d, FUNCTION = tensor1d_divide);
CREATE OPERATOR - (RIGHTARG = tensor1d, FUNCTION = tensor1d_negate);

COMMENT ON FUNCTION tensor1d_add(tensor1d, tensor1d) IS 'implementation of + operator';
COMMENT ON FUNCTION tensor1d_add(tensor1d, double precision) IS 'implementation of + operator';
COMMENT ON FUNCTION tensor1d_add(double precision, tensor1d) IS 'implementation of + operator';
COMMENT ON OPERATOR + (tensor1d, tensor1d) IS 'sum of each pair of elements; a vector of C values beside (L,C) goes by channel';
COMMENT ON OPERATOR + (tensor1d, double precision) IS 'sum of each element and the number';
COMMENT ON OPERATOR + (double precision, tensor1d) IS 'sum of the number and each element';
COMMENT ON FUNCTION tensor1d_subtract(tensor1d, tensor1d) IS 'implementation of - operator';
COMMENT ON FUNCTION tensor1d_subtract(tensor1d, double precision) IS 'implementation of - operator';
COMMENT ON FUNCTION tensor1d_subtract(double precision, tensor1d) IS 'implementation of - operator';
COMMENT ON OPERATOR - (tensor1d, tensor1d) IS 'difference of each pair of elements; a vector of C values beside (L,C) goes by channel';
COMMENT ON OPERATOR - (tensor1d, double precision) IS 'difference of each element and the number';
COMMENT ON OPERATOR - (double precision, tensor1d) IS 'difference of the number and each element';
COMMENT ON FUNCTION tensor1d_multiply(tensor1d, tensor1d) IS 'implementation of * operator';
COMMENT ON FUNCTION tensor1d_multiply(tensor1d, double precision) IS 'implementation of * operator';
COMMENT ON FUNCTION tensor1d_multiply(double precision, tensor1d) IS 'implementation of * operator';
COMMENT ON OPERATOR * (tensor1d, tensor1d) IS 'product of each pair of elements; a vector of C values beside (L,C) goes by channel';
COMMENT ON OPERATOR * (tensor1d, double precision) IS 'product of each element and the number';
COMMENT ON OPERATOR * (double precision, tensor1d) IS 'product of the number and each element';
COMMENT ON FUNCTION tensor1d_divide(tensor1d, tensor1d) IS 'implementation of / operator';
COMMENT ON FUNCTION tensor1d_divide(tensor1d, double precision) IS 'implementation of / operator';
COMMENT ON FUNCTION tensor1d_divide(double precision, tensor1d) IS 'implementation of / operator';
COMMENT ON OPERATOR / (tensor1d, tensor1d) IS 'quotient of each pair of elements; a vector of C values beside (L,C) goes by channel';
COMMENT ON OPERATOR / (tensor1d, double precision) IS 'quotient of each element and the number';
COMMENT ON OPERATOR / (double precision, tensor1d) IS 'quotient of the number and each element';
COMMENT ON FUNCTION tensor1d_negate(tensor1d) IS 'implementation of - operator';
COMMENT ON OPERATOR - (NONE, tensor1d) IS 'negative of each element';
COMMENT ON FUNCTION tensor1d_abs(tensor1d) IS 'absolute value of each element';
COMMENT ON FUNCTION fill_nan(tensor1d, double precision) IS 'every NaN replaced by the value';
