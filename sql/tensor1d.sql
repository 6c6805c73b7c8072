--
-- tensor1d: text, binary form, required shapes
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

-- Text: rank 1 to 4, any white space, the shortest digits that read back the same
SELECT '[1,2,3]'::tensor1d;
SELECT ' [ [1, 2],
           [3, 4] ] '::tensor1d;
SELECT '[[[1],[2]],[[3],[4]]]'::tensor1d;
SELECT '[[[[1,2],[3,4]]]]'::tensor1d;
SELECT '[1e2,+.5,5.,-0,1.0000000000000000000000001]'::tensor1d;
SELECT '[0.1,0.30000001192092896,16777217,3.4028235e38,1e-45]'::tensor1d;
SELECT '[NaN,nan,inf,-Infinity]'::tensor1d;

-- what is no tensor says why
SELECT pg_temp.refusal(format('SELECT %L::tensor1d', t)) FROM unnest(ARRAY[
	'', '[]', '[1', '[1,,2]', '1', '{1,2}', '[1]]', '[1]x', '[1,NULL]', '["1"]',
	'[[1,2],[3]]', '[[1],2]', '[1,[2]]', '[[]]',
	'[0x1p3]', '[1,5e]', '[nan(7)]', '[1_000]']) t;
SELECT pg_temp.refusal('SELECT ''[[[[[1]]]]]''::tensor1d');

-- out of the range of real, above and below, like real itself
SELECT pg_temp.refusal(format('SELECT %L::tensor1d', t)) FROM unnest(ARRAY['[1e39]', '[-1e39]', '[1e-50]', '[1,2,3.4028236e38]']) t;

-- endless literals are refused at once, and no more than 64 bytes of them come back
SELECT left(pg_temp.refusal(format('SELECT %L::tensor1d', t)), 5)
FROM unnest(ARRAY[repeat('[', 1000000), repeat('[1],', 100000), '[' || repeat('9', 100000) || ']', '[' || repeat('x', 100000)]) t;
SELECT pg_temp.refusal(format('SELECT %L::tensor1d', '[' || repeat('9', 1000) || ']'));
SELECT pg_temp.refusal(format('SELECT %L::tensor1d', repeat('[1],', 1000)));

-- Binary form: version, rank, flags, dimensions, elements, in network order
SELECT tensor1d_send('[[1,-2],[0.5,NaN]]');

-- Required shapes
CREATE TEMP TABLE reading (id int, sample tensor1d(3,1), features tensor1d('*',2), kernel tensor1d(2,1,2), anything tensor1d, many tensor1d(2)[]);
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = 'reading'::regclass AND attnum > 1 ORDER BY attnum;
INSERT INTO reading VALUES (1, '[[1],[2],[3]]', '[[1,2]]', '[[[1,2]],[[3,4]]]', '[5]', '{"[1,2]","[3,4]"}');
INSERT INTO reading (id, sample, features) VALUES (2, ARRAY[[1], [2.5], [3]], ARRAY[[1, 2], [3, 4], [5, 6]]);
SELECT * FROM reading ORDER BY id;

-- enforced by INSERT, UPDATE, COPY, casts, plpgsql; the hints work
SELECT pg_temp.refusal($$INSERT INTO reading (sample) VALUES ('[[1],[2]]')$$);
SELECT ('[[1],[2]]'::tensor1d || tensor1d_fill('{1,1}', 'NaN'))::tensor1d(3,1);
SELECT pg_temp.refusal($$UPDATE reading SET sample = '[[1],[2],[3],[4]]'$$);
SELECT slice('[[1],[2],[3],[4]]', 1, 3)::tensor1d(3,1);
SELECT pg_temp.refusal($$SELECT '[1,2,3]'::tensor1d(3,1)$$);
SELECT reshape('[1,2,3]', 3,1)::tensor1d(3,1);
SELECT pg_temp.refusal($$INSERT INTO reading (sample) SELECT ARRAY[[1, 2], [3, 4], [5, 6]]$$);
SELECT channel('[[1,2],[3,4],[5,6]]', 1)::tensor1d(3,1);
SELECT pg_temp.refusal($$INSERT INTO reading (features) VALUES ('[[1,2,3]]')$$);
SELECT '[[1,2,3]]'::tensor1d(1,3);
SELECT pg_temp.refusal($$INSERT INTO reading (features) SELECT anything FROM reading WHERE id = 1$$);
SELECT pg_temp.refusal($$INSERT INTO reading (many) VALUES ('{"[1,2]","[3]"}')$$);
SELECT pg_temp.refusal($$DO 'DECLARE x tensor1d(1); BEGIN x := ''[1,2]''; END'$$);
COPY reading (id, sample) FROM stdin;
3	[[7],[8],[9]]
\.
\set VERBOSITY terse
COPY reading (id, sample) FROM stdin;
4	[[7],[8]]
\.
\set VERBOSITY default
SELECT count(*), max(shape(sample)) FROM reading;

-- which shapes a type can require: sizes that multiply to less than 2^27, 2^25, 2^21, 2^18 at rank 1 to 4
CREATE TEMP TABLE wide (a tensor1d(134217727), b tensor1d(1048576,31), c tensor1d('*',33554431), d tensor1d(224,224,3), e tensor1d(3,3,128,128), f tensor1d('*','*','*','*'));
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'wide'::regclass AND attnum > 0 ORDER BY attnum;
SELECT pg_temp.refusal('SELECT NULL::tensor1d' || t) FROM unnest(ARRAY[
	'(134217728)', '(1048576,64)', '(0)', '(-1)', '(x)', '(''1x'')', '(1,2,3,4,5)', '(99999999999999999999)', '()']) t;

-- every shape that is taken prints as it was written
DO $$
DECLARE
	sizes text[];
	shown text;
BEGIN
	FOR i IN 1 .. 20000 LOOP
		SELECT array_agg(CASE WHEN (i * 7919 + k * 104729) % 5 = 0 THEN '*' ELSE ((i::bigint * i * (k + 2) * 31) % (ARRAY[134217727, 5792, 127, 22])[1 + i % 4] + 1)::text END)
		INTO sizes FROM generate_series(0, i % 4) k;
		EXECUTE format('SELECT tensor1d_typmod_out(tensor1d_typmod_in(%L::cstring[]))', sizes) INTO shown;
		IF shown <> replace(replace(replace(replace(sizes::text, '"', ''), '*', '''*'''), '{', '('), '}', ')') THEN
			RAISE '% became %', sizes, shown;
		END IF;
	END LOOP;
END $$;

-- A damaged or hand-made type modifier is refused, not obeyed
SELECT pg_temp.refusal('SELECT tensor1d_typmod_out(2147483647)');
SELECT pg_temp.refusal('SELECT tensor1d_typmod_in(ARRAY[NULL]::cstring[])');

-- Out of line, uncompressed: the shape and slices of a long series read a few chunks
CREATE TEMP TABLE long (x tensor1d);
INSERT INTO long SELECT tensor1d_agg(i % 100 ORDER BY i) FROM generate_series(1, 50000) i;
SELECT attstorage FROM pg_attribute WHERE attrelid = 'long'::regclass AND attname = 'x';
SELECT shape(x), timesteps(x), element(x, 49999, 1), slice(x, 49998, 50000) FROM long;
SELECT pg_column_size(x) >= 200000 AS uncompressed FROM long;
SELECT x = (SELECT tensor1d_agg(i % 100 ORDER BY i) FROM generate_series(1, 50000) i) AS same FROM long;
