--
-- Installing the extension changes no call of anything else
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

-- built-in calls with untyped literals mean what they meant
SELECT abs('-5'), round('2.5'), upper('a'), length('abc'), reverse('abc'), concat('a', 'b'), 'a' || 'b', 'a' || 1, '1' || '2', left('abc', 2);
SELECT 1 + '2', '3' * 2.5, 2 - '1', '8' / 2, - '5'::int, '2' ^ 2, @ '-3'::int, 'a' < 'b', '1' = '1', 'x' <> 'y', 3 > '2';
SELECT '{1,2}'::int[] || '{3}', '{1,2}'::int[] || 3, ARRAY[1] || NULL, '[1, 2]'::jsonb || '[3]', '{1,2}'::int[] = '{1,2}';
SELECT date '2020-01-01' + 1, '1 day'::interval * 2, '1 day'::interval / 2, now() - '1 day'::interval < now(), point '(1,2)' + '(1,1)';
SELECT sum(v), avg(v), min(v), max(v) FROM (VALUES (1), (2)) t(v);
SELECT sum(v), avg(v), min(v), max(v) FROM (VALUES (1.5), (2)) t(v);
SELECT sum(v), avg(v), min(v), max(v) FROM (VALUES (1.5::float8), (2)) t(v);
SELECT sum(v), avg(v), min(v), max(v) FROM (VALUES ('1 day'::interval), ('3 days')) t(v);
SELECT min(v), max(v) FROM (VALUES ('a'), ('b')) t(v);
SELECT min('a'), max('b'), min(ARRAY[1, 2]), max(ARRAY[1, 2]::real[]);
SELECT array_agg(v), array_length('{1,2}'::int[], 1), cardinality('{1,2}'::real[]), array_to_string('{1,2}'::real[], ',') FROM generate_series(1, 2) v;
SELECT coalesce('1', '2'), greatest('a', 'b'), nullif('1', '1') IS NULL, CASE WHEN true THEN '1' ELSE '2' END;
-- what was ambiguous or unknown before still is, with the same code
SELECT left(pg_temp.refusal('SELECT ' || t), 5) FROM unnest(ARRAY['''1'' + ''2''', '''1'' * ''2''', '- ''5''', 'sum(''1'')', 'avg(''1'')']) t;

-- the usual expressions over tensors are not ambiguous
SELECT x = y, x <> y, x < y, x + y, x || y, array_agg(x), ARRAY[x, y] || x FROM (VALUES ('[1,2]'::tensor1d, '[3,4]'::tensor1d)) v(x, y) GROUP BY x, y;
SELECT x = '[1,2]', '[1,2]' = x, x + '[1,1]', '[1,1]' - x, x || '[9]', x * 2, 0.5 * x, x IN ('[1,2]', '[3]'), x = ANY (ARRAY['[1,2]', '[3]']::tensor1d[]) FROM (VALUES ('[1,2]'::tensor1d)) v(x);
SELECT coalesce(x, '[0]'), greatest(x, '[5]'), nullif(x, '[1,2]') IS NULL, x IS DISTINCT FROM NULL FROM (VALUES ('[1,2]'::tensor1d)) v(x);
SELECT 'x = '::text || x, x || ' is x'::text, x::text || '!', concat(x, ';'), format('%s', x) FROM (VALUES ('[1,2]'::tensor1d)) v(x);
SELECT unnest(x::real[]), generate_subscripts(x::real[], 1) FROM (VALUES ('[1,2]'::tensor1d)) v(x);
SELECT unnest(array_agg(x)) FROM (VALUES ('[1,2]'::tensor1d), ('[3]')) v(x);
SELECT min(x), max(x), count(x), count(DISTINCT x) FROM (VALUES ('[1,2]'::tensor1d), ('[0,3]')) v(x);
SELECT to_jsonb(ARRAY[1, 2]), row_to_json(v) FROM (VALUES ('[1,2]'::tensor1d)) v(x);

-- every object says what it is: none is silent
CREATE TEMP VIEW member AS SELECT classid, objid, pg_describe_object(classid, objid, 0) AS name FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'conv1d') AND deptype = 'e';
SELECT count(*) > 100 FROM member WHERE name ~ 'tensor1d';
SELECT name FROM member WHERE name ~ 'tensor1d' AND name !~ 'tensor1d\[\]$' AND obj_description(objid, classid::regclass::name) IS NULL ORDER BY name;
-- every function of the type is immutable, parallel safe, and not leakproof
SELECT oid::regprocedure FROM pg_proc JOIN member ON classid = 'pg_proc'::regclass AND objid = oid
WHERE proname ~ 'tensor1d' AND prokind = 'f' AND (proparallel <> 's' OR provolatile <> 'i' OR proleakproof OR prosecdef) ORDER BY 1;
