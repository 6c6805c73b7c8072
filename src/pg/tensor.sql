-- src/pg/tensor.sql: the type tensor1d

CREATE TYPE tensor1d;

CREATE FUNCTION tensor1d_in(cstring, oid, integer) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_out(tensor1d) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_recv(internal, oid, integer) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_send(tensor1d) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_typmod_in(cstring[]) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
CREATE FUNCTION tensor1d_typmod_out(integer) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE TYPE tensor1d (
	INPUT = tensor1d_in,
	OUTPUT = tensor1d_out,
	RECEIVE = tensor1d_recv,
	SEND = tensor1d_send,
	TYPMOD_IN = tensor1d_typmod_in,
	TYPMOD_OUT = tensor1d_typmod_out,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = external
);

CREATE FUNCTION tensor1d_enforce_typmod(tensor1d, integer, boolean) RETURNS tensor1d
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;

CREATE CAST (tensor1d AS tensor1d)
	WITH FUNCTION tensor1d_enforce_typmod(tensor1d, integer, boolean) AS IMPLICIT;

COMMENT ON TYPE tensor1d IS 'float32 tensor of rank 1 to 4, row-major, channels last; a sample is (timesteps, channels); tensor1d(256,1) and tensor1d(''*'',3) require a shape';
COMMENT ON FUNCTION tensor1d_in(cstring, oid, integer) IS 'I/O: ''[[1,2],[3,4]]'' is (2,2)';
COMMENT ON FUNCTION tensor1d_out(tensor1d) IS 'I/O: the shortest text that reads back to the same bits';
COMMENT ON FUNCTION tensor1d_recv(internal, oid, integer) IS 'I/O: version, rank, flags, dimensions, elements, in network order';
COMMENT ON FUNCTION tensor1d_send(tensor1d) IS 'I/O: version, rank, flags, dimensions, elements, in network order';
COMMENT ON FUNCTION tensor1d_typmod_in(cstring[]) IS 'I/O: type modifier, the required shape';
COMMENT ON FUNCTION tensor1d_typmod_out(integer) IS 'I/O: type modifier, the required shape';
COMMENT ON FUNCTION tensor1d_enforce_typmod(tensor1d, integer, boolean) IS 'raises when the value does not have the shape its type requires';
COMMENT ON CAST (tensor1d AS tensor1d) IS 'enforces the shape of tensor1d(L,C)';
