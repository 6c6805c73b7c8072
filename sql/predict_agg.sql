--
-- predict_agg, predict_windows_agg: a model on many rows at once
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

-- differences, then the larger of every two, then their sum: 1 4 9 16 25 -> 3 5 7 9 -> 5 9 -> 14
CREATE TEMP TABLE model (name text PRIMARY KEY, model conv1d_model);
INSERT INTO model SELECT 'peaks', model_agg(class_name, config, weights ORDER BY position) FROM (VALUES
	(1, 'Conv1D', '{"filters": 1, "kernel_size": 2, "use_bias": false}'::jsonb, ARRAY['[[[-1]],[[1]]]']::tensor1d[]),
	(2, 'MaxPooling1D', '{"pool_size": 2}', NULL),
	(3, 'Flatten', NULL, NULL),
	(4, 'Dense', '{"units": 1}', ARRAY['[[1],[1]]', '[0]']::tensor1d[])) t(position, class_name, config, weights);
INSERT INTO model SELECT 'differences', submodel(model, 'conv1d', 'conv1d') FROM model;
-- stored out of line: n times the sum of thirty numbers
INSERT INTO model SELECT 'times' || n, model_agg('Dense', '{"units": 30, "use_bias": false}', ARRAY[tensor1d_fill('{30,30}', n)]) FROM generate_series(1, 2) n GROUP BY n;
CREATE TEMP TABLE series AS SELECT id, tensor1d_agg(id * i ORDER BY i) AS x FROM generate_series(1, 3000) id, generate_series(1, 5) i GROUP BY id;

--
-- Rows of a group, in their order
--

SELECT predict_agg(model, x ORDER BY id) FROM model, series WHERE name = 'peaks' AND id <= 4;
SELECT predict_agg(model, x ORDER BY id DESC) FROM model, series WHERE name = 'peaks' AND id <= 4;
SELECT predict_agg(model, x ORDER BY id) FROM model, series WHERE name = 'differences' AND id <= 2;
-- the elements are those of predict(), and stand beside other columns
SELECT id, y FROM (SELECT array_agg(id ORDER BY id) AS ids, predict_agg((SELECT model FROM model WHERE name = 'peaks'), x ORDER BY id) AS ys FROM series WHERE id % 1000 = 7) s, unnest(ids, ys) AS u(id, y);
SELECT count(*), bool_and(y = predict(model, x)) FROM model, (SELECT array_agg(id ORDER BY id) AS ids, predict_agg((SELECT model FROM model WHERE name = 'peaks'), x ORDER BY id) AS ys FROM series) s, unnest(ids, ys) AS u(id, y) JOIN series USING (id) WHERE name = 'peaks';
-- a NULL row gives a NULL, so places do not shift; without rows there is no array
SELECT predict_agg(model, CASE WHEN id <> 2 THEN x END ORDER BY id) FROM model, series WHERE name = 'peaks' AND id <= 3;
SELECT predict_agg(model, CASE WHEN id > 70 THEN x END ORDER BY id) = array_fill(NULL::tensor1d, '{70}') || ARRAY['[142]', '[144]']::tensor1d[] FROM model, series WHERE name = 'peaks' AND id <= 72;
SELECT predict_agg(model, CASE WHEN id <= 70 THEN x END ORDER BY id) IS NOT DISTINCT FROM array_agg(CASE WHEN id <= 70 THEN predict(model, x) END ORDER BY id) FROM model, series WHERE name = 'peaks' AND id <= 200;
SELECT predict_agg(model, NULL), predict_agg(NULL, x) FROM model, series WHERE name = 'peaks' AND id <= 3;
SELECT predict_agg(model, x) IS NULL FROM model, series WHERE name = 'peaks' AND id < 0;
SELECT predict_agg(model, x) FROM model, series WHERE name = 'peaks' AND id = 1;
-- grouped, filtered, distinct, in grouping sets
SELECT id % 3 AS g, predict_agg(model, x ORDER BY id) FROM model, series WHERE name = 'peaks' AND id <= 7 GROUP BY g ORDER BY g;
SELECT predict_agg(model, x ORDER BY id) FILTER (WHERE id % 2 = 0) FROM model, series WHERE name = 'peaks' AND id <= 7;
SELECT predict_agg(DISTINCT model, x ORDER BY x) FROM model, (SELECT x FROM series WHERE id <= 3 UNION ALL SELECT x FROM series WHERE id <= 2) s WHERE name = 'peaks';
SELECT id % 2 AS a, id % 3 AS b, predict_agg(model, x ORDER BY id) FROM model, series WHERE name = 'peaks' AND id <= 6 GROUP BY GROUPING SETS ((a), (b), ()) ORDER BY a, b;
-- several models, each its own group, small and stored out of line, and none that is stored
SELECT name, predict_agg(model, x ORDER BY id) FROM model, series WHERE name IN ('peaks', 'differences') AND id <= 2 GROUP BY name ORDER BY name;
SELECT name, element((predict_agg(model, tensor1d_fill('{30}', id) ORDER BY id))[2], 1) FROM model, generate_series(1, 2) id WHERE name LIKE 'times%' GROUP BY name ORDER BY name;
SELECT n, element((predict_agg(model, tensor1d_fill('{30}', 1)))[1], 1) FROM (SELECT n, model_agg('Dense', '{"units": 30, "use_bias": false}', ARRAY[tensor1d_fill('{30,30}', n)]) AS model FROM generate_series(1, 5) n GROUP BY n) m GROUP BY n ORDER BY n;
-- more models at once than a session keeps plans
SET enable_sort = off;
SELECT count(*), bool_and(element(y[1], 1) = 30 * n AND element(y[2], 30) = 60 * n) FROM (SELECT n, predict_agg(model, tensor1d_fill('{30}', i) ORDER BY i) AS y FROM (SELECT n, model_agg('Dense', '{"units": 30, "use_bias": false}', ARRAY[tensor1d_fill('{30,30}', n)]) AS model FROM generate_series(1, 100) n GROUP BY n) m, generate_series(1, 2) i GROUP BY n) s;
SELECT count(*), bool_and(element(y[1], 1) IN (30 * n, 60 * n) AND element(y[1], 1) + element(y[2], 30) = 90 * n) FROM (SELECT n, predict_agg(model, tensor1d_fill('{30}', i)) AS y FROM (SELECT n, model_agg('Dense', '{"units": 30, "use_bias": false}', ARRAY[tensor1d_fill('{30,30}', n)]) AS model FROM generate_series(1, 100) n GROUP BY n) m, generate_series(1, 2) i GROUP BY n) s;
SELECT predict('{"version": 1, "layers": [{"class_name": "ReLU"}]}', '[-1,2,3]');
SELECT value::int <= 64 FROM conv1d_build_info() WHERE name = 'cached_plans';
RESET enable_sort;
-- over a window frame
SELECT id, predict_agg(model, x) OVER (ORDER BY id), predict_agg(model, x) OVER (ORDER BY id ROWS 1 PRECEDING) FROM model, series WHERE name = 'peaks' AND id <= 4;

-- one shape and one model a group; what does not fit names the layer
SELECT pg_temp.refusal('SELECT predict_agg(model, slice(x, 1, 6 - id) ORDER BY id) FROM model, series WHERE name = ''peaks'' AND id <= 2');
SELECT pg_temp.refusal('SELECT predict_agg(model, x ORDER BY name) FROM model, series WHERE name IN (''peaks'', ''differences'') AND id <= 2');
SELECT pg_temp.refusal('SELECT predict_agg(model, ''[[1]]'') FROM model WHERE name = ''peaks''');
SELECT pg_temp.refusal('SELECT predict_agg(model, ''[[1],[2],[3]]'') FROM model WHERE name = ''peaks''');
-- a result is a value: its limit is found as soon as there are too many rows, here before the first is run
SET conv1d.max_memory = '4GB';
SET conv1d.threads = 64;
SELECT pg_temp.refusal($$SELECT predict_agg('{"version": 1, "layers": [{"class_name": "UpSampling1D", "config": {"size": 1000}}]}', tensor1d_fill('{10000,1}', 1)) FROM generate_series(1, 100)$$);
RESET conv1d.max_memory;
RESET conv1d.threads;

--
-- Every window of one series
--

SELECT predict_windows_agg(model, i * i, 5, 1 ORDER BY i) FROM model, generate_series(1, 8) i WHERE name = 'peaks';
-- whole windows only: the rest of the series is not scored
SELECT step, predict_windows_agg(model, i * i, 5, step ORDER BY i) FROM model, generate_series(1, 12) i, unnest(ARRAY[2, 5, 6, 7, 8, 100, 2147483647]) step WHERE name = 'peaks' GROUP BY step ORDER BY step;
SELECT predict_windows_agg(model, i * i, 5, 1 ORDER BY i) FROM model, generate_series(1, 4) i WHERE name = 'peaks';
SELECT predict_windows_agg(model, i * i, 5, 1 ORDER BY i) IS NULL FROM model, generate_series(1, 0) i WHERE name = 'peaks';
SELECT predict_windows_agg(NULL::conv1d_model, i * i, 5, 1 ORDER BY i) IS NULL FROM generate_series(1, 8) i;
-- a NULL is left out, as by tensor1d_agg
SELECT predict_windows_agg(model, CASE WHEN i % 2 = 0 THEN i * i / 4 END, 5, 1 ORDER BY i) FROM model, generate_series(1, 12) i WHERE name = 'peaks';
-- the same as windows(), whose positions they have; values of every kind; several channels; several steps a row
SELECT bool_and(y = predict(model, w)) AND count(*) = 96 FROM model, (SELECT tensor1d_agg(i * i % 17 ORDER BY i) AS x, predict_windows_agg((SELECT model FROM model WHERE name = 'peaks'), i * i % 17, 5, 1 ORDER BY i) AS ys FROM generate_series(1, 100) i) s, ROWS FROM (windows(x, 5), unnest(ys)) AS u(position, w, y) WHERE name = 'peaks';
SELECT predict_windows_agg('{"version": 1, "layers": [{"class_name": "GlobalAveragePooling1D"}]}', v, 2, 1 ORDER BY i) FROM (SELECT i, ARRAY[i, 10 * i] AS v FROM generate_series(1, 4) i) s;
SELECT predict_windows_agg(m, v::real[], 2, 1 ORDER BY i), predict_windows_agg(m, v::float8[], 2, 1 ORDER BY i), predict_windows_agg(m, v::numeric[], 2, 1 ORDER BY i), predict_windows_agg(m, v::tensor1d, 2, 2 ORDER BY i)
FROM (SELECT '{"version": 1, "layers": [{"class_name": "GlobalAveragePooling1D"}]}'::conv1d_model AS m, i, ARRAY[i, 10 * i] AS v FROM generate_series(1, 4) i) s;
SELECT predict_windows_agg('{"version": 1, "layers": [{"class_name": "GlobalAveragePooling1D"}]}', slice('[[1],[2],[3],[4],[5],[6],[7]]', a, b), 3, 2 ORDER BY a) FROM (VALUES (1, 1), (2, 5), (6, 7)) v(a, b);
-- a long one, in batches; and windows far apart
SELECT count(*), bool_and(element(y, 1) = 4 * o + 10) FROM (SELECT predict_windows_agg((SELECT model FROM model WHERE name = 'peaks'), i * i, 5, 1 ORDER BY i) AS ys FROM generate_series(1, 1000) i) s, unnest(ys) WITH ORDINALITY u(y, o);
SET conv1d.max_memory = '1MB';
SELECT count(*), bool_and(element(y, 1) = 1.5 + (o - 1) * 3) FROM (SELECT predict_windows_agg('{"version": 1, "layers": [{"class_name": "GlobalAveragePooling1D"}]}', i, 2, 3 ORDER BY i) AS ys FROM generate_series(1, 60000) i) s, unnest(ys) WITH ORDINALITY u(y, o);
SELECT count(*), bool_and(y = tensor1d_fill('{4000,1}', o - 1)) FROM (SELECT predict_windows_agg('{"version": 1, "layers": [{"class_name": "UpSampling1D", "config": {"size": 10}}]}', tensor1d_fill('{40,1}', i / 10), 400, 400 ORDER BY i) AS ys FROM generate_series(0, 999) i) s, unnest(ys) WITH ORDINALITY u(y, o);
SELECT count(*), bool_and(element(y, 1, 1) = 30000 * (o - 1) + 1) FROM (SELECT predict_windows_agg('{"version": 1, "layers": [{"class_name": "ReLU"}]}', i, 1, 30000 ORDER BY i) AS ys FROM generate_series(1, 60000) i) s, unnest(ys) WITH ORDINALITY u(y, o);
RESET conv1d.max_memory;
-- over a frame: the windows that are complete so far
SELECT i, predict_windows_agg(model, i * i, 5, 2) OVER (ORDER BY i) FROM model, generate_series(1, 9) i WHERE name = 'peaks';

SELECT pg_temp.refusal(format('SELECT predict_windows_agg(model, i, %s ORDER BY i) FROM model, generate_series(1, 9) i WHERE name = ''peaks''', a)) FROM unnest(ARRAY['5, 0', '0, 1', '-1, 1', '5, i', 'i + 4, 1', '5, NULL', 'NULL, 1', '4, 1', '200000000, 1']) a;
SELECT pg_temp.refusal('SELECT predict_windows_agg(model, CASE i WHEN 3 THEN ARRAY[1, 2] ELSE ARRAY[1] END, 5, 1 ORDER BY i) FROM model, generate_series(1, 9) i WHERE name = ''peaks''');
SELECT pg_temp.refusal('SELECT predict_windows_agg(model, i, 5, 1 ORDER BY i) FROM model, generate_series(1, 9) i WHERE name IN (''peaks'', ''differences'')');

--
-- Threads and memory
--

-- the same digits with any number of threads, in batches that are worth them
CREATE TEMP TABLE wide AS SELECT model_agg('Conv1D', '{"filters": 16, "kernel_size": 9, "padding": "same", "activation": "tanh"}', ARRAY[tensor1d_fill(ARRAY[9, CASE i WHEN 1 THEN 1 ELSE 16 END, 16], 0.01), tensor1d_fill('{16}', 0.1)] ORDER BY i) AS model FROM generate_series(1, 3) i;
CREATE TEMP TABLE long AS SELECT id, tensor1d_agg(sin(id * i) ORDER BY i) AS x FROM generate_series(1, 99) id, generate_series(1, 300) i GROUP BY id;
CREATE FUNCTION pg_temp.digest() RETURNS text LANGUAGE sql AS
	$$SELECT md5(string_agg(tensor1d_send(y), '' ORDER BY o)) FROM (SELECT predict_agg((SELECT model FROM wide), x ORDER BY id) AS ys FROM long) s, unnest(ys) WITH ORDINALITY u(y, o)$$;
SELECT md5(string_agg(tensor1d_send(predict((SELECT model FROM wide), x)), '' ORDER BY id)) AS serial FROM long \gset
CREATE FUNCTION pg_temp.digest(threads int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('conv1d.threads', threads::text, true);
	RETURN pg_temp.digest();
END $$;
SELECT t, pg_temp.digest(t) = :'serial' FROM unnest(ARRAY[1, 2, 3, 8, -1]) t;
SELECT pg_temp.refusal('SET conv1d.threads = ' || v) ~ '^22023' FROM unnest(ARRAY['0', '-2', '257', '''x''']) v;
-- conv1d.max_memory makes batches smaller before it refuses: a row takes 19 kB, and 19 kB to work with
SET conv1d.max_memory = '1MB';
SELECT pg_temp.digest(8) = :'serial';
SELECT pg_temp.refusal($$SELECT predict_agg('{"version": 1, "layers": [{"class_name": "UpSampling1D", "config": {"size": 1000}}]}', tensor1d_fill('{300,1}', 1))$$);
RESET conv1d.max_memory;
