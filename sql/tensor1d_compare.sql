--
-- tensor1d: order, equality, indexes
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

-- one total order: elements first, the shorter first, then the shape; NaN last, -0 = 0
SELECT x FROM unnest(ARRAY['[2]', '[1,2]', '[[1,2]]', '[[1],[2]]', '[1]', '[NaN]', '[inf]', '[-inf]', '[1,1,1]', '[1,NaN]', '[0]', '[-0]']::tensor1d[]) x ORDER BY x, x::text;
SELECT '[-0]'::tensor1d = '[0]', '[NaN,1]'::tensor1d = '[nan,1]', '[1,2]'::tensor1d = '[[1,2]]', '[1]'::tensor1d <> '[2]', '[1]'::tensor1d < '[1,0]', '[2]'::tensor1d > '[1,9]', '[NaN]'::tensor1d >= '[inf]', '[1]'::tensor1d <= '[1]';
SELECT '[1]'::tensor1d = ARRAY[1]::real[]::tensor1d, ('[1]'::tensor1d = NULL) IS NULL;
-- the operators agree with each other on every pair
SELECT count(*), bool_and((a < b) = (tensor1d_cmp(a, b) < 0) AND (a <= b) = (tensor1d_cmp(a, b) <= 0) AND (a = b) = (tensor1d_cmp(a, b) = 0)
	AND (a <> b) <> (a = b) AND (a >= b) = (b <= a) AND (a > b) = (b < a) AND tensor1d_cmp(a, b) = -tensor1d_cmp(b, a)
	AND (a <> b OR (tensor1d_hash(a) = tensor1d_hash(b) AND tensor1d_hash_extended(a, 7) = tensor1d_hash_extended(b, 7))))
FROM unnest(ARRAY['[2]', '[1,2]', '[[1,2]]', '[[1],[2]]', '[1]', '[NaN]', '[inf]', '[-inf]', '[0]', '[-0]', '[[0]]', '[nan,0]', '[NaN,-0]']::tensor1d[]) a,
	unnest(ARRAY['[2]', '[1,2]', '[[1,2]]', '[[1],[2]]', '[1]', '[NaN]', '[inf]', '[-inf]', '[0]', '[-0]', '[[0]]', '[nan,0]', '[NaN,-0]']::tensor1d[]) b;
-- every NaN is the same NaN, whatever its bits
SELECT a = b, tensor1d_hash(a) = tensor1d_hash(b), tensor1d_to_bytes(a) <> tensor1d_to_bytes(b)
FROM (VALUES (tensor1d_from_bytes('\x0100c0ff', '{1}'), tensor1d_from_bytes('\x0000c07f', '{1}'))) v(a, b);
-- the hashes are for ever (a hash-partitioned table depends on them); with seed 0 the low half of the long one is the short one
SELECT tensor1d_hash('[[1,2],[3,4]]'), tensor1d_hash('[1,2,3,4]'), tensor1d_hash_extended('[[1,2],[3,4]]', 0), tensor1d_hash_extended('[[1,2],[3,4]]', 1);
SELECT tensor1d_hash(x) = (tensor1d_hash_extended(x, 0) & 4294967295)::bit(32)::int FROM (SELECT tensor1d_fill('{5000}', 1.5)) v(x);
SELECT count(DISTINCT tensor1d_hash(ARRAY[i]::tensor1d)) > 9990 FROM generate_series(1, 10000) i;

-- DISTINCT, GROUP BY, joins by hash and by merge, UNION
CREATE TEMP TABLE t AS SELECT i AS id, ARRAY[i % 10, i % 3]::tensor1d AS x FROM generate_series(1, 3000) i;
SELECT count(DISTINCT x) FROM t;
SELECT x, count(*) FROM t GROUP BY x ORDER BY x LIMIT 3;
SET enable_mergejoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM t a JOIN t b USING (x);
SELECT count(*) FROM t a JOIN t b USING (x);
RESET enable_mergejoin; SET enable_hashjoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM t a JOIN t b USING (x);
SELECT count(*) FROM t a JOIN t b USING (x);
RESET enable_hashjoin; RESET enable_nestloop;
SELECT count(*) FROM (SELECT x FROM t UNION SELECT x FROM t) u;

-- btree and hash indexes, a primary key, a hash-partitioned table
CREATE INDEX t_btree ON t (x);
CREATE INDEX t_hash ON t USING hash (x);
SET enable_seqscan = off; SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM t WHERE x > '[9,1]' ORDER BY x;
SELECT count(*) FROM t WHERE x > '[9,1]';
SELECT count(*) FROM t WHERE x = '[3,0]';
DROP INDEX t_btree;
EXPLAIN (COSTS OFF) SELECT * FROM t WHERE x = '[3,0]';
SELECT count(*) FROM t WHERE x = '[3,0]';
RESET enable_seqscan; RESET enable_bitmapscan;
CREATE TEMP TABLE k (x tensor1d PRIMARY KEY);
INSERT INTO k VALUES ('[0]'), ('[1]'), ('[NaN]');
SELECT pg_temp.refusal($$INSERT INTO k VALUES ('[-0]')$$);
CREATE TEMP TABLE p (x tensor1d) PARTITION BY HASH (x);
CREATE TEMP TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO p SELECT ARRAY[i]::tensor1d FROM generate_series(1, 1000) i;
SELECT count(*) > 400 FROM p0;
SELECT count(*) > 400 FROM p1;
SELECT x FROM p WHERE x = '[77]';

-- expression index, generated column and CHECK over our functions
CREATE TEMP TABLE g (x tensor1d CHECK (channels(x) = 2), energy float8 GENERATED ALWAYS AS (mse(x, x * 0)) STORED);
CREATE INDEX ON g (mean(x));
INSERT INTO g VALUES ('[[1,2]]'), ('[[3,4],[5,6]]');
SELECT * FROM g ORDER BY mean(x);
SELECT pg_temp.refusal($$INSERT INTO g VALUES ('[1,2,3]')$$) ~ '^23514: new row for relation "g" violates check constraint';
