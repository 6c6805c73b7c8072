-- src/pg/tensor_compare.sql: order, equality, hashes

CREATE FUNCTION tensor1d_lt(a tensor1d, b tensor1d) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION tensor1d_le(a tensor1d, b tensor1d) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION tensor1d_eq(a tensor1d, b tensor1d) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION tensor1d_ne(a tensor1d, b tensor1d) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION tensor1d_ge(a tensor1d, b tensor1d) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION tensor1d_gt(a tensor1d, b tensor1d) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION tensor1d_cmp(a tensor1d, b tensor1d) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION tensor1d_hash(x tensor1d) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION tensor1d_hash_extended(x tensor1d, seed bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;

CREATE OPERATOR < (
	LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
	LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
	LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
	LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
	LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
	LEFTARG = tensor1d, RIGHTARG = tensor1d, FUNCTION = tensor1d_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR CLASS tensor1d_ops DEFAULT FOR TYPE tensor1d USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 tensor1d_cmp(tensor1d, tensor1d);

CREATE OPERATOR CLASS tensor1d_ops DEFAULT FOR TYPE tensor1d USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 tensor1d_hash(tensor1d),
	FUNCTION 2 tensor1d_hash_extended(tensor1d, bigint);

COMMENT ON FUNCTION tensor1d_lt(tensor1d, tensor1d) IS 'implementation of < operator';
COMMENT ON OPERATOR < (tensor1d, tensor1d) IS 'less than';
COMMENT ON FUNCTION tensor1d_le(tensor1d, tensor1d) IS 'implementation of <= operator';
COMMENT ON OPERATOR <= (tensor1d, tensor1d) IS 'less than or equal';
COMMENT ON FUNCTION tensor1d_eq(tensor1d, tensor1d) IS 'implementation of = operator';
COMMENT ON OPERATOR = (tensor1d, tensor1d) IS 'equal: one shape, equal elements; NaN equals NaN, -0 equals 0';
COMMENT ON FUNCTION tensor1d_ne(tensor1d, tensor1d) IS 'implementation of <> operator';
COMMENT ON OPERATOR <> (tensor1d, tensor1d) IS 'not equal';
COMMENT ON FUNCTION tensor1d_ge(tensor1d, tensor1d) IS 'implementation of >= operator';
COMMENT ON OPERATOR >= (tensor1d, tensor1d) IS 'greater than or equal';
COMMENT ON FUNCTION tensor1d_gt(tensor1d, tensor1d) IS 'implementation of > operator';
COMMENT ON OPERATOR > (tensor1d, tensor1d) IS 'greater than';
COMMENT ON FUNCTION tensor1d_cmp(tensor1d, tensor1d) IS 'less-equal-greater: by elements, then by shape';
COMMENT ON FUNCTION tensor1d_hash(tensor1d) IS 'hash';
COMMENT ON FUNCTION tensor1d_hash_extended(tensor1d, bigint) IS 'hash';
COMMENT ON OPERATOR CLASS tensor1d_ops USING btree IS 'order by elements, then by shape';
COMMENT ON OPERATOR CLASS tensor1d_ops USING hash IS 'hash of elements and shape';
COMMENT ON OPERATOR FAMILY tensor1d_ops USING btree IS 'order by elements, then by shape';
COMMENT ON OPERATOR FAMILY tensor1d_ops USING hash IS 'hash of elements and shape';
