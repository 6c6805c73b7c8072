--
-- tensor1d: aggregates
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

-- tensor1d_agg: rows in order -> (timesteps, channels)
SELECT tensor1d_agg(v ORDER BY v) FROM generate_series(1, 5) v;
SELECT tensor1d_agg(v ORDER BY v DESC) FROM generate_series(1, 3) v;
SELECT tensor1d_agg(v) FROM (VALUES (1.5::float8), ('NaN'), ('-inf')) t(v);
SELECT tensor1d_agg(ARRAY[v, v * 0.5]::real[] ORDER BY v) FROM generate_series(1, 3) v;
SELECT tensor1d_agg(ARRAY[v, v * 0.5]::float8[] ORDER BY v), tensor1d_agg(ARRAY[v, 2] ORDER BY v), tensor1d_agg(ARRAY[v, 2.5] ORDER BY v) FROM generate_series(1, 2) v;
SELECT tensor1d_agg(x) FROM (VALUES ('[1,2]'::tensor1d), ('[[3,4],[5,6]]'), ('[7,8]')) v(x);
SELECT tensor1d_agg(v), shape(tensor1d_agg(v)) FROM (VALUES (1::int), (2)) t(v);
-- a series cut into windows and put together again
SELECT tensor1d_agg(w ORDER BY position) = x FROM (VALUES ('[[1,2],[3,4],[5,6],[7,8]]'::tensor1d)) v(x), windows(x, 2, 2) GROUP BY x;
-- NULL rows are left out; nothing gives NULL
SELECT tensor1d_agg(v ORDER BY i) FROM (VALUES (1, 1::float8), (2, NULL), (3, 3)) t(i, v);
SELECT tensor1d_agg(v) IS NULL FROM (VALUES (NULL::float8), (NULL)) t(v);
SELECT tensor1d_agg(v::float8) IS NULL FROM generate_series(1, 0) v;
SELECT tensor1d_agg(v ORDER BY v) FILTER (WHERE v > 2), tensor1d_agg(DISTINCT v / 3) FROM generate_series(1, 6) v;
SELECT pg_temp.refusal('SELECT ' || t) FROM unnest(ARRAY[
	$$tensor1d_agg(x) FROM (VALUES ('[1,2]'::tensor1d), ('[1,2]'), ('[1,2,3]')) v(x)$$, $$tensor1d_agg(x) FROM (VALUES ('{1,2}'::real[]), ('{{1},{2}}')) v(x)$$,
	$$tensor1d_agg('[[[1]]]'::tensor1d)$$, $$tensor1d_agg('{}'::real[])$$, $$tensor1d_agg('{1,NULL}'::real[])$$, $$tensor1d_agg(1e39)$$, $$tensor1d_agg(1e-50)$$,
	$$tensor1d_agg(tensor1d_fill('{50000000,1}', v)) FROM generate_series(1, 3) v$$]) t;

-- as a window function the oldest row leaves and the newest comes, exactly
SELECT v, tensor1d_agg(v) OVER (ORDER BY v ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM generate_series(1, 6) v;
SELECT v, tensor1d_agg(v) OVER (ORDER BY v ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) FROM generate_series(1, 4) v;
SELECT v, tensor1d_agg(x) OVER (ORDER BY v ROWS 1 PRECEDING) FROM (VALUES (1, 1::float8), (2, NULL), (3, NULL), (4, 4), (5, 5)) t(v, x);
SELECT v, tensor1d_agg(v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM generate_series(1, 4) v;
SELECT v, tensor1d_agg(v) FILTER (WHERE v % 2 = 0) OVER (ORDER BY v ROWS 3 PRECEDING) FROM generate_series(1, 6) v;
SELECT v, tensor1d_agg(x) OVER (ORDER BY v ROWS 1 PRECEDING) FROM (VALUES (1, '[1,2]'::tensor1d), (2, '[[3,4],[5,6]]'), (3, '[7,8]')) t(v, x);
-- every frame of a long series is the slice that it names
SELECT count(*), bool_and(w = slice(x, greatest(i - 99, 1), i))
FROM (SELECT i, tensor1d_agg(sin(i)) OVER (ORDER BY i ROWS 99 PRECEDING) AS w FROM generate_series(1, 2000) i) frames,
	(SELECT tensor1d_agg(sin(i) ORDER BY i) AS x FROM generate_series(1, 2000) i) series;

-- tensor1d_agg_at: any order, by position
SELECT tensor1d_agg_at(v, v * 10) FROM unnest(ARRAY[3, 1, 2]) v;
SELECT tensor1d_agg_at(v, ARRAY[v, -v]::real[]), tensor1d_agg_at(v, ARRAY[v, -v]), tensor1d_agg_at(v, ARRAY[v, 0.5]::float8[]), tensor1d_agg_at(v, ARRAY[v, 0.5]), tensor1d_agg_at(v, ('[' || v || ',7]')::tensor1d) FROM unnest(ARRAY[2, 1]) v;
SELECT tensor1d_agg_at(v, v) IS NULL FROM generate_series(1, 0) v;
SELECT tensor1d_agg_at(v, NULL::float8) IS NULL, tensor1d_agg_at(NULL, v) IS NULL FROM generate_series(1, 3) v;
SELECT tensor1d_agg_at(i::int, v) = tensor1d_agg(v ORDER BY i) FROM (SELECT row_number() OVER (ORDER BY k) AS i, k::float8 AS v FROM generate_series(1, 100000) k ORDER BY md5(k::text)) t;
SELECT pg_temp.refusal('SELECT tensor1d_agg_at(' || t) FROM unnest(ARRAY[
	$$v, 1) FROM unnest(ARRAY[1,3]) v$$, $$v, 1) FROM unnest(ARRAY[1,2,2]) v$$, $$v, 1) FROM unnest(ARRAY[2,3]) v$$, $$v, 1) FROM unnest(ARRAY[5]) v$$, $$0, 1)$$, $$-7, 1)$$, $$2147483647, 1)$$,
	$$v, array_fill(1::real, ARRAY[v])) FROM unnest(ARRAY[1,2]) v$$, $$1, '[[1],[2]]'::tensor1d)$$,
	$$i, CASE WHEN i <> 2 THEN 1::float8 END) FROM generate_series(1, 3) i$$]) t;

-- sum, avg, min, max, element by element
SELECT sum(x), avg(x), min(x), max(x) FROM (VALUES ('[[1,2],[3,4]]'::tensor1d), ('[[5,-2],[3,0]]'), (NULL)) v(x);
SELECT sum(x), avg(x), min(x), max(x) FROM (VALUES ('[1,NaN,inf]'::tensor1d), ('[NaN,2,-inf]')) v(x);
SELECT sum(x) IS NULL, avg(x) IS NULL, min(x) IS NULL, max(x) IS NULL FROM (VALUES (NULL::tensor1d)) v(x);
SELECT x, sum(x) OVER w, min(x) OVER w, max(x) OVER w FROM (VALUES (1, '[1,9]'::tensor1d), (2, '[2,8]'), (3, '[0,10]')) v(i, x) WINDOW w AS (ORDER BY i);
SELECT avg(ARRAY[16777216]::tensor1d), sum(ARRAY[i]::tensor1d) FROM generate_series(1, 10001) i;
SELECT pg_temp.refusal('SELECT ' || f || '(x) FROM (VALUES (''[1,2]''::tensor1d), (''[[1,2]]'')) v(x)') FROM unnest(ARRAY['sum', 'avg', 'min', 'max']) f;
SELECT pg_temp.refusal($$SELECT sum(x) FROM (VALUES ('[3e38]'::tensor1d), ('[3e38]')) v(x)$$);
SELECT avg(x) FROM (VALUES ('[3e38]'::tensor1d), ('[3e38]')) v(x);

-- The support functions survive being called by hand with any state
SELECT pg_temp.refusal('SELECT ' || t) <> 'not refused' FROM unnest(ARRAY[
	'tensor1d_agg_transition(NULL, 1.0::float8)', 'tensor1d_agg_inverse(NULL, ''[1]''::tensor1d)', 'tensor1d_agg_final(NULL)']) t;
SELECT pg_temp.refusal('SELECT ' || t) FROM unnest(ARRAY[
	'tensor1d_accum(''{1,2,3}'', ''[1]'')', 'tensor1d_accum(''{1,1,2,0,0,0,5}'', ''[1]'')', 'tensor1d_accum(''{NaN,NaN,NaN,NaN,NaN,NaN,NaN}'', ''[1]'')',
	'tensor1d_accum(''{1,9,1,1,1,1,1}'', ''[1]'')', 'tensor1d_accum(''{1,1,1,0,0,0,NULL}'', ''[1]'')', 'tensor1d_accum(''{{1,1,1,0,0,0,5}}'', ''[1]'')', 'tensor1d_accum(''{1,1,1,0,0,0,5}'', ''[1,2]'')',
	'tensor1d_combine(''{1,4,1e300,1e300,1e300,1e300,5}'', ''{1}'')', 'tensor1d_combine(''{}'', ''{1,1,2,0,0,0,5,6}'') = ''{1,1,2,0,0,0,5,6}''', 'tensor1d_avg_final(''{0,1,1,0,0,0,5}'')',
	'tensor1d_agg_at_transition(''\x00'', 1, 1.0::float8)', 'tensor1d_agg_at_transition(''\x0100000001000000'', 1, 1.0::float8)', 'tensor1d_agg_at_combine('''', ''\xffffff7fffffff7f00000000'')', 'tensor1d_agg_at_final(''\x00000000000000000000000000000000'')',
	'tensor1d_agg_at_final(''\xffffffffffffffff0000000000000000'')', 'tensor1d_agg_at_final(''\x0100000001000000000000800000803f'')']) t;
SELECT tensor1d_sum_final(tensor1d_combine(tensor1d_accum('{}', '[1,2]'), tensor1d_accum('{}', '[3,4]')));
SELECT tensor1d_agg_at_final(tensor1d_agg_at_transition('', 1, 5.0::float8));

-- What combines runs in parallel, and gives what the serial run gives: extremes and
-- positions exactly, sums and means within the last bit of float4
CREATE TABLE tensor1d_many AS SELECT i, ARRAY[sin(i), cos(i) * 1000]::real[]::tensor1d AS x FROM generate_series(1, 20000) i;
ANALYZE tensor1d_many;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT sum(x), avg(x), min(x), max(x), tensor1d_agg_at(i, x) FROM tensor1d_many;
CREATE TEMP TABLE parallel AS SELECT sum(x) AS s, avg(x) AS a, min(x) AS low, max(x) AS high, tensor1d_agg_at(i, x) AS placed FROM tensor1d_many;
SET max_parallel_workers_per_gather = 0;
SELECT low = min(x), high = max(x), placed = tensor1d_agg(x ORDER BY i),
	max_abs_error(a / avg(x), '[1,1]') <= 1.2e-7, max_abs_error(s / sum(x), '[1,1]') <= 1.2e-7
FROM parallel, tensor1d_many GROUP BY low, high, placed, a, s;
RESET max_parallel_workers_per_gather; RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;

-- many groups, spilled to disk, grouping sets: as grouped one by one
SET work_mem = '64kB';
SELECT count(*), bool_and(one = two AND shape(three) = '{4,2}') FROM (
	SELECT i % 5000 AS k, max(x) AS one, max(x) FILTER (WHERE true) AS two, tensor1d_agg(x) AS three FROM tensor1d_many GROUP BY k) g;
SELECT grouping(k, l), count(*), count(DISTINCT s) FROM (
	SELECT i % 100 AS k, i % 2 AS l, sum(x) AS s, GROUPING(i % 100) FROM tensor1d_many GROUP BY GROUPING SETS ((i % 100), (i % 2), ())) g GROUP BY GROUPING SETS ((k, l), ()) HAVING grouping(k, l) = 3;
RESET work_mem;
DROP TABLE tensor1d_many;
