/* ---- conv1d_model, the type: src/pg/model.c ---- */

CREATE TYPE conv1d_model;
COMMENT ON TYPE conv1d_model IS 'a neural network as one value: layers, configurations, weights';

CREATE FUNCTION conv1d_model_in(cstring) RETURNS conv1d_model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION conv1d_model_in(cstring) IS 'I/O';
CREATE FUNCTION conv1d_model_out(conv1d_model) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION conv1d_model_out(conv1d_model) IS 'I/O';
CREATE FUNCTION conv1d_model_recv(internal) RETURNS conv1d_model
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION conv1d_model_recv(internal) IS 'I/O';
CREATE FUNCTION conv1d_model_send(conv1d_model) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION conv1d_model_send(conv1d_model) IS 'I/O';

CREATE TYPE conv1d_model (
	INPUT = conv1d_model_in,
	OUTPUT = conv1d_model_out,
	RECEIVE = conv1d_model_recv,
	SEND = conv1d_model_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = external
);

CREATE FUNCTION conv1d_model_eq(conv1d_model, conv1d_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_eq(conv1d_model, conv1d_model) IS 'implementation of = operator';
CREATE FUNCTION conv1d_model_ne(conv1d_model, conv1d_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_ne(conv1d_model, conv1d_model) IS 'implementation of <> operator';
CREATE FUNCTION conv1d_model_lt(conv1d_model, conv1d_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_lt(conv1d_model, conv1d_model) IS 'implementation of < operator';
CREATE FUNCTION conv1d_model_le(conv1d_model, conv1d_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_le(conv1d_model, conv1d_model) IS 'implementation of <= operator';
CREATE FUNCTION conv1d_model_gt(conv1d_model, conv1d_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_gt(conv1d_model, conv1d_model) IS 'implementation of > operator';
CREATE FUNCTION conv1d_model_ge(conv1d_model, conv1d_model) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_ge(conv1d_model, conv1d_model) IS 'implementation of >= operator';
CREATE FUNCTION conv1d_model_cmp(conv1d_model, conv1d_model) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_cmp(conv1d_model, conv1d_model) IS 'less-equal-greater by fingerprint, for btree';
CREATE FUNCTION conv1d_model_hash(conv1d_model) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_hash(conv1d_model) IS 'hash of the fingerprint';
CREATE FUNCTION conv1d_model_hash_extended(conv1d_model, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION conv1d_model_hash_extended(conv1d_model, bigint) IS 'hash of the fingerprint, with a seed';

CREATE OPERATOR = (LEFTARG = conv1d_model, RIGHTARG = conv1d_model, FUNCTION = conv1d_model_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR = (conv1d_model, conv1d_model) IS 'same layers, configurations and weights';
CREATE OPERATOR <> (LEFTARG = conv1d_model, RIGHTARG = conv1d_model, FUNCTION = conv1d_model_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR <> (conv1d_model, conv1d_model) IS 'different layers, configurations or weights';
CREATE OPERATOR < (LEFTARG = conv1d_model, RIGHTARG = conv1d_model, FUNCTION = conv1d_model_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR < (conv1d_model, conv1d_model) IS 'fingerprint less than';
CREATE OPERATOR <= (LEFTARG = conv1d_model, RIGHTARG = conv1d_model, FUNCTION = conv1d_model_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR <= (conv1d_model, conv1d_model) IS 'fingerprint less than or equal';
CREATE OPERATOR > (LEFTARG = conv1d_model, RIGHTARG = conv1d_model, FUNCTION = conv1d_model_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR > (conv1d_model, conv1d_model) IS 'fingerprint greater than';
CREATE OPERATOR >= (LEFTARG = conv1d_model, RIGHTARG = conv1d_model, FUNCTION = conv1d_model_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR >= (conv1d_model, conv1d_model) IS 'fingerprint greater than or equal';

CREATE OPERATOR CLASS conv1d_model_btree_ops DEFAULT FOR TYPE conv1d_model USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 conv1d_model_cmp(conv1d_model, conv1d_model);
COMMENT ON OPERATOR CLASS conv1d_model_btree_ops USING btree IS 'models by content, in an arbitrary order';
CREATE OPERATOR CLASS conv1d_model_hash_ops DEFAULT FOR TYPE conv1d_model USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 conv1d_model_hash(conv1d_model),
	FUNCTION 2 conv1d_model_hash_extended(conv1d_model, bigint);
COMMENT ON OPERATOR CLASS conv1d_model_hash_ops USING hash IS 'models by content';
