--
-- tensor1d: looking into a tensor, cutting it, giving it another shape
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

-- shape; a sample is (timesteps, channels), a vector one step of features
SELECT x, shape(x), timesteps(x), channels(x)
FROM (VALUES ('[1,2,3]'::tensor1d), ('[[1,2],[3,4],[5,6]]'), ('[[[1,2]],[[3,4]]]'), ('[[[[1,2,3]]]]')) v(x);

-- element: 1-based, one index an axis
SELECT element('[[1,2],[3,4],[5,6]]', 3, 1), element('[7,8]', 2), element('[[[1,2]],[[3,4]]]', 2, 1, 2), element('[[1,2]]', VARIADIC ARRAY[1, 2]);
SELECT element('[[1,2]]', 1, NULL) IS NULL, element(NULL, 1) IS NULL;
SELECT pg_temp.refusal('SELECT element(''[[1,2],[3,4]]'', ' || t || ')') FROM unnest(ARRAY['1', '1,1,1', '0,1', '3,1', '1,-1', '2147483647,1', 'VARIADIC ''{}''']) t;

-- slice: both ends included, along time
SELECT slice('[[1,2],[3,4],[5,6]]', 2, 3), slice('[1,2,3,4,5,6,7]', 1, 7, 3), slice('[1,2,3,4,5,6]', 1, 6, 3), slice('[1,2,3]', 2, 2), slice('[1,2,3]', 1, 3, 2147483647);
SELECT pg_temp.refusal('SELECT slice(''[[1,2],[3,4]]'', ' || t || ')') FROM unnest(ARRAY['0, 1', '1, 3', '2, 1', '1, 2, 0', '1, 2, -1', '-2147483648, 2147483647']) t;

-- channel, reverse, flatten, reshape, permute
SELECT channel('[[1,2],[3,4]]', 2), shape(channel('[[1,2],[3,4]]', 2)), channel('[1,2,3]', 3), channel('[[[1,2],[3,4]]]', 1);
SELECT pg_temp.refusal('SELECT channel(''[[1,2],[3,4]]'', ' || n || ')') FROM unnest(ARRAY[0, 3, -1]) n;
SELECT reverse('[[1,2],[3,4],[5,6]]'::tensor1d), reverse('[1,2,3]'::tensor1d), reverse('[[1,2]]'::tensor1d);
SELECT flatten('[[1,2],[3,4]]'), flatten('[1]'), flatten('[[[[1,2],[3,4]]]]');
SELECT reshape('[1,2,3,4,5,6]', 3, 2), reshape('[1,2,3,4,5,6]', -1, 3), reshape('[[1,2],[3,4]]', 4), reshape('[1]', 1, 1, 1, -1);
SELECT pg_temp.refusal('SELECT reshape(''[[1,2],[3,4],[5,6]]'', ' || t || ')') FROM unnest(ARRAY['4', '4, -1', '7', '-1, -1', '0', '-2', '1,1,1,1,6', '2147483647, 2147483647', '-1, 2147483647', 'VARIADIC ''{}''']) t;
SELECT permute('[[1,2,3],[4,5,6]]', 2, 1), permute('[[1,2],[3,4]]', 1, 2), permute('[1,2]', 1);
SELECT permute('[[[1,2],[3,4],[5,6]],[[7,8],[9,10],[11,12]]]', 3, 1, 2);
SELECT shape(permute('[[[[1,2,3],[4,5,6]]]]', 4, 3, 2, 1)), permute(permute('[[[1,2],[3,4],[5,6]]]', 3, 1, 2), 2, 3, 1);
SELECT pg_temp.refusal('SELECT permute(''[[1,2],[3,4]]'', ' || t || ')') FROM unnest(ARRAY['1', '1, 1', '0, 1', '2, 3', '1, 2, 3', '-2147483648, 2147483647']) t;

-- || joins along time, concat_channels along channels
SELECT '[[1,2]]'::tensor1d || '[[3,4],[5,6]]', '[1,2]'::tensor1d || '[3]', '[[1,2]]'::tensor1d || '[3,4]', '[3,4]'::tensor1d || '[[1,2]]';
SELECT '[[1,2]]' || '[[3,4]]'::tensor1d, '[[[1,2]]]'::tensor1d || '[3,4]';
SELECT concat_channels('[[1],[2]]', '[[3,4],[5,6]]', '[[7],[8]]'), concat_channels('[1,2]', '[3]'), concat_channels('[[1]]'), concat_channels(VARIADIC ARRAY['[[1]]', '[[2]]']::tensor1d[]);
SELECT concat_channels('[[1]]', NULL) IS NULL, concat_channels(VARIADIC NULL::tensor1d[]) IS NULL;
SELECT pg_temp.refusal('SELECT ' || t) FROM unnest(ARRAY[
	$$'[[1,2]]'::tensor1d || '[[1,2,3]]'$$, $$'[[1,2]]'::tensor1d || '[1,2,3]'$$, $$'[[1,2]]'::tensor1d || '[[[1,2]]]'$$,
	$$concat_channels('[[1]]', '[[1],[2]]')$$, $$concat_channels('[1]', '[[1]]')$$, $$concat_channels(VARIADIC '{}'::tensor1d[])$$,
	$$tensor1d_fill('{100000000}', 0) || tensor1d_fill('{100000000}', 0)$$]) t;

-- tensor1d_fill
SELECT tensor1d_fill('{2,3}', 0.5), tensor1d_fill('{1}', 'NaN'), tensor1d_fill(ARRAY[1,1,1,2], -1);
SELECT pg_temp.refusal('SELECT tensor1d_fill(' || t || ', 0)') FROM unnest(ARRAY[
	$$'{}'$$, $$'{0}'$$, $$'{2,-1}'$$, $$'{1,1,1,1,1}'$$, $$'{{1,2}}'$$, $$'{1,NULL}'$$, $$'{134217729}'$$, $$'{65536,65536,65536}'$$]) t;

-- windows: whole ones only; position is the step they start at
SELECT * FROM windows('[[1],[2],[3],[4],[5],[6]]', 3);
SELECT * FROM windows('[[1,10],[2,20],[3,30],[4,40],[5,50],[6,60]]', 2, 3);
SELECT * FROM windows('[[1],[2],[3]]', 3, 2147483647);
SELECT count(*) FROM windows('[[1],[2]]', 3);
SELECT id, position, w FROM (VALUES (1, '[1,2,3]'::tensor1d), (2, '[4,5]')) v(id, x), windows(x, 2);
SELECT windows('[1,2,3]', 2);
SELECT count(*) FROM windows(NULL, 3);
SELECT pg_temp.refusal('SELECT * FROM windows(''[[1],[2]]'', ' || t || ')') FROM unnest(ARRAY['0', '-1', '1, 0', '1, -5']) t;

-- one number: sums in float8, NaN greater than any number
SELECT sum_elements('[1,2,3.5]'), mean('[[1,2],[3,4]]'), min_element('[3,NaN,-1]'), max_element('[3,-1]'), max_element('[3,NaN,-1]'), min_element('[NaN]'), min_element('[NaN,2]');
SELECT has_nan('[1,2]'), has_nan('[1,NaN]'), has_nan('[inf]'), fill_nan('[1,NaN,3]', 0.5), fill_nan('[1,NaN,3]', mean('[1,3]'));
SELECT sum_elements(tensor1d_fill('{1000003}', 0.5)), mean(tensor1d_fill('{1000003}', 16777216));
SELECT mse('[1,2]', '[2,4]'), mae('[1,2]', '[2,4]'), rmse('[1,2]', '[1,2]'), rmse('[0,0]', '[3,3]'), max_abs_error('[1,2,9]', '[2,4,8]');
SELECT mse('[1,NaN]', '[1,1]'), max_abs_error('[1,NaN,1]', '[1,1,5]'), mae('[inf]', '[0]'), mse('[1]', NULL) IS NULL;
SELECT mse('[3e38]', '[-3e38]');
SELECT pg_temp.refusal('SELECT ' || f || '(''[[1],[2]]'', ''[1,2]'')') FROM unnest(ARRAY['mse', 'mae', 'rmse', 'max_abs_error']) f;
SELECT pg_temp.refusal('SELECT mse(''[1,2]'', ''[1,2,3]'')');
SELECT pg_temp.refusal('SELECT fill_nan(''[1]'', 1e39)');
