--
-- tensor1d: arithmetic
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

-- same shape
SELECT a + b, a - b, a * b, a / b FROM (VALUES ('[[1,2],[3,4]]'::tensor1d, '[[4,2],[1,0.5]]'::tensor1d)) v(a, b);
-- a vector of C values goes by channel, on either side
SELECT x + v, x - v, v - x, x * v, x / v, v / x FROM (VALUES ('[[1,2],[3,4],[5,8]]'::tensor1d, '[1,2]'::tensor1d)) v(x, v);
SELECT '[[1],[2]]'::tensor1d * '[3]', '[[[1,2]],[[3,4]]]'::tensor1d + '[10,20]';
-- a number on either side, of any numeric type
SELECT x + 1, 1 + x, x - 0.5, 0.5 - x, x * 2::smallint, 2::bigint * x, x / 4::real, 8::numeric / x FROM (VALUES ('[[1,2],[4,8]]'::tensor1d)) v(x);
SELECT (x - mean(x)) / 0.5 FROM (VALUES ('[1,2,3]'::tensor1d)) v(x);
SELECT -x, tensor1d_abs(x), -(-x) = x FROM (VALUES ('[1,-2,0,NaN,-inf]'::tensor1d)) v(x);
-- the result is float4: 0.1 is rounded before, the product after
SELECT '[3]'::tensor1d * 0.1 = ARRAY[3::real * 0.1::real]::tensor1d, '[16777216]'::tensor1d + 1;
-- NaN and infinities go through
SELECT '[NaN,inf,-inf,1]'::tensor1d + '[1,1,inf,-inf]', '[inf,0]'::tensor1d * '[0,NaN]', '[1,-1]'::tensor1d / 'inf'::float8, '[NaN]'::tensor1d / 0;
SELECT '[1,0]'::tensor1d * '[0,0]', '[0]'::tensor1d / '[5]', '[1e-45]'::tensor1d - '[1e-45]';
SELECT ('[1]'::tensor1d + NULL::tensor1d) IS NULL, ('[1]'::tensor1d * NULL::float8) IS NULL;

-- other shapes, and the errors of real
SELECT pg_temp.refusal('SELECT ' || t) FROM unnest(ARRAY[
	$$'[[1,2],[3,4]]'::tensor1d + '[1,2,3]'$$, $$'[[1,2],[3,4]]'::tensor1d * '[[1,2]]'$$, $$'[1]'::tensor1d - '[1,2]'$$, $$'[[1,2]]'::tensor1d / '[[[1,2]]]'$$,
	$$'[1,0]'::tensor1d / '[1,0]'$$, $$'[1]'::tensor1d / 0$$, $$1 / '[1,0]'::tensor1d$$, $$'[1,2]'::tensor1d / '[1,-0]'$$,
	$$'[1,3e38]'::tensor1d + '[1,3e38]'$$, $$'[1,-3e38]'::tensor1d - '[1,3e38]'$$, $$'[1e30]'::tensor1d * 1e30$$, $$'[1e30]'::tensor1d / 1e-30$$,
	$$'[1,1e-30]'::tensor1d * '[1,1e-30]'$$, $$'[1e-30]'::tensor1d / 1e30$$, $$'[1]'::tensor1d + 1e39$$, $$1e-50 * '[1]'::tensor1d$$, $$'[[1,1e30],[1,1]]'::tensor1d * '[1,1e30]'$$]) t;
