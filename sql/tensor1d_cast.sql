--
-- tensor1d: casts from and to arrays, jsonb, raw bytes
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\a \t on

-- what a statement is refused with: SQLSTATE, message, detail, hint
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'not refused';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', sqlstate || ': ' || message, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''));
END $$;

-- Arrays of one to four dimensions become tensors of that shape
SELECT ARRAY[1.5, 2, 3]::real[]::tensor1d;
SELECT ARRAY[[1.5, 2], [3, 4]]::double precision[]::tensor1d;
SELECT ARRAY[[[1, 2]], [[3, 4]]]::integer[]::tensor1d;
SELECT ARRAY[[[[0.1, 1e30]]]]::numeric[]::tensor1d;
SELECT ARRAY['NaN', 'Infinity', '-Infinity', '-0']::real[]::tensor1d, ARRAY['NaN', 'Infinity']::float8[]::tensor1d, ARRAY['NaN']::numeric[]::tensor1d;
SELECT ARRAY[16777217, -2147483648]::tensor1d;

-- back, without a word where a real[] is wanted
SELECT '[[1,2],[3,4]]'::tensor1d::real[], '[[1,2],[3,4]]'::tensor1d::double precision[];
SELECT x::real[], array_dims(x::real[]), (x::real[])[2][1] FROM (VALUES ('[[1,2],[3,4]]'::tensor1d)) v(x);
SELECT array_length(ARRAY['[1,2]'::tensor1d], 1);
CREATE FUNCTION pg_temp.takes_real(real[]) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
SELECT pg_temp.takes_real('[1,2]'::tensor1d);

-- what no tensor can be
SELECT pg_temp.refusal('SELECT ' || t || '::tensor1d') FROM unnest(ARRAY[
	'''{}''::real[]', '''{1,NULL}''::real[]', '''{1,NULL}''::float8[]', '''{1,NULL}''::int[]', '''{1,NULL}''::numeric[]',
	'''{{{{{1}}}}}''::int[]', '''[5:7]={1,2,3}''::int[]', '''[1:1][0:1]={{1,2}}''::float8[]',
	'''{1e39}''::float8[]', '''{1e-50}''::float8[]', '''{1e39}''::numeric[]', '''{1e-50}''::numeric[]', '(''{'' || repeat(''9'', 1000) || ''}'')::numeric[]']) t;
-- the hints of two of them
SELECT ('[5:7]={1,2,3}'::int[])[:]::tensor1d;
SELECT array_replace('{1,NULL}'::real[], NULL, 'NaN')::tensor1d;

-- assignment: no cast needed in INSERT; nor does one happen elsewhere
CREATE TEMP TABLE t (x tensor1d(2));
INSERT INTO t VALUES (ARRAY[1, 2]), (ARRAY[1.5, 2]), (ARRAY[1.5, 2]::real[]), (ARRAY[1.5, 2]::float8[]);
SELECT * FROM t;
SELECT split_part(pg_temp.refusal('SELECT timesteps(ARRAY[1.5, 2]::real[])'), E'\n', 1);

-- numeric is read exactly: halfway between two floats, then a digit more
SELECT ARRAY[16777217, 16777217.0000000000000000000000000000000001]::numeric[]::tensor1d;

-- jsonb: nested arrays; what JSON has no number for travels as a string
SELECT '[[1,2.5],[NaN,-inf]]'::tensor1d::jsonb;
SELECT '[[1,2.5],["NaN","-Infinity"]]'::jsonb::tensor1d;
SELECT '[0.1,1e-45,3.4028235e38,16777216]'::tensor1d::jsonb;
SELECT '[0.1,1e-45,3.4028235e38,16777216]'::tensor1d::jsonb::tensor1d;
SELECT '[[[[1],[2]]]]'::tensor1d::jsonb, shape('[[[[1],[2]]]]'::jsonb::tensor1d);
SELECT pg_temp.refusal(format('SELECT %L::jsonb::tensor1d', j)) FROM unnest(ARRAY[
	'1', '"NaN"', 'null', '{}', '[]', '[[]]', '[{}]', '[1,{"a":2}]', '[true]', '["1"]', '["x"]', '[1,null]',
	'[[1,2],[3]]', '[[1],2]', '[1,[2]]', '[[[[[1]]]]]', '[1e39]', '[1e-50]']) j;

-- raw bytes, little-endian, as numpy's tobytes(): f4 keeps every bit
SELECT tensor1d_to_bytes('[[1,-2],[0.5,NaN]]');
SELECT tensor1d_from_bytes('\x0000803f000000c00000003f0100c0ff', '{2,2}');
SELECT tensor1d_to_bytes(tensor1d_from_bytes('\x0000803f000000c00000003f0100c0ff', '{2,2}'));
SELECT d, tensor1d_to_bytes('[1,2,200]', d), tensor1d_from_bytes(tensor1d_to_bytes('[1,2,200]', d), '{3}', d)
FROM unnest(ARRAY['f2', 'f4', 'f8', 'i2', 'i4', 'u1']) d;
SELECT tensor1d_from_bytes('\xffff', '{1}', 'i2'), tensor1d_from_bytes('\xffffff7f', '{1}', 'i4'), tensor1d_from_bytes('\xff', '{1}', 'u1');
-- half precision: largest, smallest normal, smallest, infinities, NaN, -0, ties to even
SELECT tensor1d_from_bytes('\xff7b000401000000007c00fc007e0080', '{8}', 'f2');
SELECT tensor1d_to_bytes('[65504,2049,2051,6.1035156e-05,5.9604645e-08,-inf,NaN,-0,1023.75e-6]', 'f2');
-- every half that is a number survives the way through tensor1d
SELECT bool_and(tensor1d_to_bytes(tensor1d_from_bytes(b, '{1}', 'f2'), 'f2') = b)
FROM (SELECT set_byte(set_byte('\x0000', 0, i % 256), 1, i / 256) FROM generate_series(0, 65535) i WHERE i % 32768 <= 31744) h(b);
-- integers are rounded half to even
SELECT tensor1d_from_bytes(tensor1d_to_bytes('[0.5,1.5,2.5,-0.5]', 'i2'), '{4}', 'i2');
SELECT pg_temp.refusal('SELECT ' || t) FROM unnest(ARRAY[
	$$tensor1d_from_bytes('\x0000803f', '{2}')$$, $$tensor1d_from_bytes('\x0000803f00', '{1}')$$, $$tensor1d_from_bytes('', '{1}')$$,
	$$tensor1d_from_bytes('\x00', '{}', 'u1')$$, $$tensor1d_from_bytes('\x00', '{0}', 'u1')$$, $$tensor1d_from_bytes('\x00', '{1,NULL}', 'u1')$$,
	$$tensor1d_from_bytes('\x00', '{1,1,1,1,1}', 'u1')$$, $$tensor1d_from_bytes('\x00', '{65536,65536}', 'u1')$$, $$tensor1d_from_bytes('\x00', '{2147483647,2147483647,2147483647}', 'u1')$$,
	$$tensor1d_from_bytes('\x00', '{1}', 'f16')$$, $$tensor1d_from_bytes('\x000000000000f07e', '{1}', 'f8')$$, $$tensor1d_from_bytes('\x0100000000000000', '{1}', 'f8')$$,
	$$tensor1d_to_bytes('[65520]', 'f2')$$, $$tensor1d_to_bytes('[1e-9]', 'f2')$$, $$tensor1d_to_bytes('[40000]', 'i2')$$,
	$$tensor1d_to_bytes('[-1]', 'u1')$$, $$tensor1d_to_bytes('[NaN]', 'i4')$$, $$tensor1d_to_bytes('[2147483648]', 'i4')$$]) t;

-- NULL gives NULL
SELECT NULL::tensor1d::jsonb IS NULL, NULL::real[]::tensor1d IS NULL, tensor1d_from_bytes(NULL, '{1}') IS NULL, tensor1d_from_bytes('\x00', NULL) IS NULL;
