--
-- minmax_scaler: fitting it, scaling with it, and what it refuses
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

-- Two channels over three steps: 0 .. 4 and 8 .. 40, each scaled to 0 .. 1 for itself
CREATE TEMP TABLE samples (id int, x tensor1d);
INSERT INTO samples VALUES (1, '[[0,8],[4,40]]'), (2, '[[2,24]]'), (3, NULL);
SELECT minmax_fit(x) FROM samples;
SELECT id, minmax_transform(s, x), minmax_inverse_transform(s, minmax_transform(s, x)) = x
FROM samples, (SELECT minmax_fit(x) AS s FROM samples) t ORDER BY id;
-- what was not seen lies outside of 0 .. 1, unless it is clipped; the inverse never clips
SELECT minmax_transform(s, '[[-4,72],[8,24]]'), minmax_transform(clipped, '[[-4,72],[8,24]]'), minmax_inverse_transform(clipped, '[[-1,2]]')
FROM (SELECT minmax_fit(x) AS s, minmax_fit(x, 0, 1, true) AS clipped FROM samples) t;
-- another range: to -1 .. 1, to 10 .. 18
SELECT minmax_fit(x, -1, 1) FROM samples;
SELECT minmax_transform(minmax_fit(x, -1, 1), '[[0,8],[2,24],[4,40]]'), minmax_transform(minmax_fit(x, 10, 18, false), '[[0,8],[1,24],[4,40]]') FROM samples;
-- numbers are a series of one channel
SELECT minmax_fit(v) FROM generate_series(-3, 5) v;
SELECT minmax_transform(minmax_fit(v), '[[-3],[1],[5]]'), minmax_transform(minmax_fit(v, -1, 1), '[[-3],[1],[5]]'), minmax_transform(minmax_fit(v, 0, 2, true), '[[-7],[1],[9]]') FROM generate_series(-3, 5) v;

-- a constant feature: scale is that of a range of 1.  scikit-learn's 5, 5 to -1 .. 1 has scale 2, min -11; 5, 7 become -1, 3
SELECT minmax_fit(v, -1, 1), minmax_transform(minmax_fit(v, -1, 1), '[[5],[7]]'), minmax_inverse_transform(minmax_fit(v, -1, 1), '[[-1],[3]]') FROM (VALUES (5.0), (5.0)) t(v);
-- ... and so is one whose range is below 10 epsilon of double precision, not below that of real
SELECT minmax_fit(v)::jsonb -> 'scale_' FROM (VALUES (0.0), (2e-15)) t(v);
SELECT minmax_fit(v)::jsonb -> 'scale_' FROM (VALUES (0.0), (2::float8 ^ -30)) t(v);

-- gaps do not count, their steps do; a feature without a number stays without one
SELECT minmax_fit(x) FROM (VALUES ('[[NaN,1],[2,NaN]]'::tensor1d), ('[[4,3]]')) v(x);
SELECT minmax_fit(x) FROM (VALUES ('[[NaN,1],[NaN,3]]'::tensor1d)) v(x);
SELECT minmax_transform(minmax_fit(x), '[[7,2],[NaN,NaN]]'), minmax_inverse_transform(minmax_fit(x), '[[7,0.5]]') FROM (VALUES ('[[NaN,1],[NaN,3]]'::tensor1d)) v(x);
SELECT minmax_fit(v)::jsonb - 'feature_range' - 'clip' FROM (VALUES ('NaN'::float8), (NULL), ('NaN')) t(v);
SELECT minmax_transform(minmax_fit(x, 0, 1, true), '[[NaN],[9]]') FROM (VALUES ('[[1],[3]]'::tensor1d)) v(x);
-- infinities are refused when fitting, and scaled like any number
SELECT pg_temp.refusal('SELECT minmax_fit(' || t || ')') FROM unnest(ARRAY['''[[1],[inf]]''::tensor1d', '''[[-inf]]''::tensor1d', '''-inf''::float8']) t;
SELECT minmax_fit(v) FILTER (WHERE v < 'inf') IS NOT NULL, minmax_transform(minmax_fit(v) FILTER (WHERE v < 'inf'), '[[inf],[-inf]]'), minmax_transform(minmax_fit(v, 0, 1, true) FILTER (WHERE v < 'inf'), '[[inf],[-inf]]') FROM (VALUES (1::float8), (3), ('inf')) t(v);
-- nothing gives NULL
SELECT minmax_fit(x) IS NULL FROM samples WHERE id = 3;
SELECT minmax_fit(x) IS NULL, minmax_fit(x, 0, 1) IS NULL, minmax_fit(1.0) IS NULL FROM samples WHERE false;
SELECT minmax_fit(NULL::tensor1d) IS NULL, minmax_fit(NULL::float8, NULL, NULL) IS NULL;
SELECT minmax_transform(NULL, '[[1]]') IS NULL, minmax_inverse_transform(NULL, '[[1]]') IS NULL, minmax_transform(s, NULL) IS NULL, minmax_inverse_transform(s, NULL) IS NULL FROM (SELECT minmax_fit(1.0) AS s) t;

-- any number of steps, any rank whose last axis fits; a vector is one step of features
SELECT minmax_transform(s, '[4,24]'), minmax_transform(s, '[[[4,24]],[[0,8]]]'), minmax_transform(s, tensor1d_fill('{1000,2}', 8)) = concat_channels(tensor1d_fill('{1000,1}', 2), tensor1d_fill('{1000,1}', 0))
FROM (SELECT minmax_fit(x) AS s FROM samples) t;
SELECT minmax_fit('[1,2,4]'::tensor1d)::jsonb -> 'data_min_', minmax_fit('[[[1,2]],[[3,4]]]'::tensor1d)::jsonb - 'feature_range' - 'clip';

-- The width is checked in both directions.  scikit-learn scales 32 columns back with a scaler of one and says nothing
SELECT pg_temp.refusal('SELECT ' || f || '((SELECT minmax_fit(v) FROM generate_series(1, 9) v), tensor1d_fill(''{49,32}'', 0.5))') FROM unnest(ARRAY['minmax_transform', 'minmax_inverse_transform']) f;
-- what the hints propose: a decoder that ends in one channel, a scaler of 32, one channel of 32
SELECT shape(minmax_inverse_transform(one, conv1d(x, tensor1d_fill('{3,32,1}', 1), padding => 'same'))), shape(minmax_transform(wide, x)), shape(minmax_transform(one, channel(x, 7)))
FROM (SELECT tensor1d_fill('{49,32}', 0.5) AS x, (SELECT minmax_fit(v) FROM generate_series(1, 9) v) AS one, minmax_fit(tensor1d_fill('{1,32}', 1) || tensor1d_fill('{1,32}', 2)) AS wide) t;
SELECT pg_temp.refusal('SELECT ' || f || '(''{"data_min_": [0,0,0], "data_max_": [1,2,4]}'', ' || x || ')') FROM unnest(ARRAY['minmax_transform', 'minmax_inverse_transform']) f, unnest(ARRAY['''[[1]]''', '''[[1,2]]''', '''[1,2]''', '''[[1,2],[3,4],[5,6]]''']) x;
SELECT minmax_transform('{"data_min_": [0,0,0], "data_max_": [1,2,4]}', permute('[[1,2],[3,4],[5,6]]', 2, 1));
SELECT pg_temp.refusal('SELECT minmax_transform(''{"data_min_": [0], "data_max_": [1]}'', ''[1,2,3]'')');
SELECT minmax_transform('{"data_min_": [0], "data_max_": [2]}', reshape('[1,2,3]', -1, 1));
-- one scaler, tensors of two widths
SELECT pg_temp.refusal('SELECT minmax_fit(x) FROM (VALUES (''[[1,2]]''::tensor1d), (''[[1]]'')) v(x)');
SELECT channels(x), minmax_fit(x)::jsonb -> 'data_max_' FROM (VALUES ('[[1,2]]'::tensor1d), ('[[1]]')) v(x) GROUP BY channels(x) ORDER BY 1;
-- ranges that are none
SELECT pg_temp.refusal('SELECT minmax_fit(1.0, ' || t || ')') FROM unnest(ARRAY['1, 1', '1, 0', '0, ''inf''', '''-inf'', 0', '''NaN'', 1', 'NULL, 1', '0, NULL', '0, 1, NULL']) t;

-- minmax_merge has seen what both have seen, as partial_fit
SELECT minmax_merge(minmax_fit(x) FILTER (WHERE id = 1), minmax_fit(x) FILTER (WHERE id = 2))::text = minmax_fit(x)::text FROM samples;
SELECT minmax_merge(minmax_fit(v) FILTER (WHERE v < 3), minmax_fit(v) FILTER (WHERE v > 7)) FROM generate_series(1, 9) v;
-- null has seen nothing
SELECT minmax_merge(s, NULL)::text = s::text, minmax_merge(NULL, s)::text = s::text, minmax_merge(NULL, NULL) IS NULL FROM (SELECT minmax_fit('[[1,2]]'::tensor1d) AS s) t;
-- gaps on one side take the numbers of the other, in either order
SELECT minmax_merge(a, b)::text = minmax_merge(b, a)::text, minmax_merge(a, b)::jsonb -> 'data_min_', minmax_merge(a, b)::jsonb -> 'data_max_', minmax_merge(a, b)::jsonb -> 'n_samples_seen_'
FROM (SELECT minmax_fit('[[NaN,1]]'::tensor1d) AS a, minmax_fit('[[3,NaN],[5,NaN]]'::tensor1d) AS b) t;
SELECT pg_temp.refusal('SELECT minmax_merge(minmax_fit(1.0), ' || t || ')') FROM unnest(ARRAY['minmax_fit(1.0, 0, 2)', 'minmax_fit(1.0, 0, 1, true)', 'minmax_fit(''[[1,2]]''::tensor1d)']) t;

-- The aggregate in every kind of plan gives the same scaler
CREATE TEMP TABLE series AS SELECT g % 7 AS kind, (g * 37 % 1001 - 500) / 4.0::float8 AS v, ARRAY[g % 11, g % 13]::tensor1d AS x FROM generate_series(1, 5000) g;
SELECT minmax_fit(v), minmax_fit(x)::jsonb -> 'data_max_' FROM series;
SELECT count(*), bool_and(a = b) FROM (SELECT kind, minmax_fit(x)::text AS a FROM series GROUP BY kind) hashed JOIN (SELECT DISTINCT kind, minmax_fit(x) OVER (PARTITION BY kind)::text AS b FROM series) windowed USING (kind);
SELECT v, minmax_fit(v) OVER (ORDER BY v ROWS 1 PRECEDING)::jsonb -> 'data_min_' FROM generate_series(1, 4) v;
SELECT minmax_fit(DISTINCT v / 2)::jsonb -> 'n_samples_seen_' FROM generate_series(1, 6) v;
SELECT kind, minmax_fit(v)::jsonb -> 'n_samples_seen_' FROM series GROUP BY GROUPING SETS ((kind), ()) HAVING kind = 3 OR kind IS NULL ORDER BY 1;
-- ... in parts by parallel workers
CREATE TABLE scaler_series AS SELECT g AS id, ARRAY[sin(g), CASE WHEN g % 10 = 0 THEN 'NaN' ELSE g::real END]::tensor1d AS x, g * 0.5::float8 AS v FROM generate_series(1, 20000) g;
ANALYZE scaler_series;
CREATE TEMP TABLE serial AS SELECT minmax_fit(x)::text AS x, minmax_fit(v, -1, 1, true)::text AS v FROM scaler_series;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT minmax_fit(x), minmax_fit(v, -1, 1, true) FROM scaler_series;
SELECT (SELECT minmax_fit(x)::text FROM scaler_series) = x, (SELECT minmax_fit(v, -1, 1, true)::text FROM scaler_series) = v FROM serial;
SELECT left(pg_temp.refusal('SELECT minmax_fit(CASE WHEN id = 19999 THEN flatten(x) || flatten(x) ELSE x END) FROM scaler_series'), 31);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
DROP TABLE scaler_series;

-- As text it is JSON with the names of scikit-learn, and comes back as it was
SELECT count(*), bool_and(minmax_scaler_send(s) = minmax_scaler_send(s::text::minmax_scaler)), bool_and(s::text = s::text::minmax_scaler::text)
FROM (SELECT minmax_fit(v, lo, lo + 1 + i, i % 2 = 0) AS s
	FROM generate_series(1, 100) i, LATERAL (SELECT CASE WHEN i % 10 = 0 THEN 'NaN' ELSE sin(i * j) * 10::float8 ^ (i - 50) END AS v, cos(i) AS lo FROM generate_series(1, 5) j) n GROUP BY i) t;
SELECT minmax_scaler_send('{"data_min_": [0], "data_max_": [1]}');
-- what is derived may be left out, and is compared when it is there; numbers of features and samples, too
SELECT '{"data_min_": [1, 2], "data_max_": [3, 2]}'::minmax_scaler;
SELECT '{"feature_range": [-1, 1], "clip": true, "n_features_in_": 1, "n_samples_seen_": 4, "data_range_": [2], "data_min_": [1], "data_max_": [3], "scale_": [1], "min_": [-2]}'::minmax_scaler;
SELECT '{"data_min_": ["NaN"], "data_max_": ["NaN"]}'::minmax_scaler;
SELECT pg_temp.refusal('SELECT ''' || t || '''::minmax_scaler') FROM unnest(ARRAY['[1]', '5', 'null', '{}', '{"data_min_": [1]}', '{"data_min_": [], "data_max_": []}', '{"data_min_": [1,2], "data_max_": [3]}', '{"data_min_": [3], "data_max_": [1]}', '{"data_min_": 1, "data_max_": 2}', '{"data_min_": ["a"], "data_max_": [2]}', '{"data_min_": [null], "data_max_": [2]}',
	'{"data_min_": [1], "data_max_": [3], "feature_range": [1, 1]}', '{"data_min_": [1], "data_max_": [3], "feature_range": [0, 1, 2]}', '{"data_min_": [1], "data_max_": [3], "scale_": [2]}', '{"data_min_": [1], "data_max_": [3], "min_": [0.5]}', '{"data_min_": [1], "data_max_": [3], "scale_": [0.5, 0.5]}', '{"data_min_": [1], "data_max_": [3], "n_features_in_": 2}',
	'{"data_min_": [1], "data_max_": [3], "n_samples_seen_": -1}', '{"data_min_": [1], "data_max_": [3], "clip": 1}', '{"data_min_": [1], "data_max_": [3], "scale": [1]}', '{"data_min_": [1e400], "data_max_": [3]}']) t;
SELECT left(pg_temp.refusal('SELECT ''' || t || '''::minmax_scaler'), 5) FROM unnest(ARRAY['', 'x', '{', '{"data_min_": [NaN], "data_max_": [NaN]}', '{"data_min_": ["NaN"], "data_max_": [1]}', '{"data_min_": [1], "data_max_": ["NaN"]}']) t;
-- however much it has seen, and however far out, it can be dumped and restored, or is not made at all
SELECT minmax_merge(s, s) FROM (SELECT '{"data_min_": [0], "data_max_": [1], "n_samples_seen_": 2147483647}'::minmax_scaler AS s) t;
CREATE FUNCTION pg_temp.comes_back(fit text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	s minmax_scaler;
BEGIN
	BEGIN
		EXECUTE 'SELECT ' || fit INTO s;
	EXCEPTION WHEN numeric_value_out_of_range OR invalid_parameter_value THEN
		RETURN true;
	END;
	RETURN minmax_scaler_send(s::text::minmax_scaler) = minmax_scaler_send(s);
EXCEPTION WHEN others THEN
	RETURN false;
END $$;
SELECT fit, pg_temp.comes_back(fit) FROM unnest(ARRAY[
	'minmax_merge(s, s) FROM (SELECT ''{"data_min_": [0], "data_max_": [1], "n_samples_seen_": 2147483647}''::minmax_scaler AS s) t',
	'minmax_fit(1e308)', 'minmax_fit(1e308, 0, 100)', 'minmax_fit(v) FROM (VALUES (-1e308), (1e308)) t(v)', 'minmax_fit(1, -1e308, 1e308)', 'minmax_fit(v, 0, 1e300) FROM (VALUES (0), (1e-14)) t(v)', 'minmax_fit(5e-324, 0, 5e-324)', 'minmax_fit(''-0''::float8, ''-0'', 1)', 'minmax_fit(''[[-0,0]]''::tensor1d)']) fit;

-- As jsonb it configures the layers MinMaxScaler and MinMaxInverse, which compute what the functions compute
SELECT tensor1d_send(minmax_transform(s, x)) = tensor1d_send(predict(there, x)), tensor1d_send(minmax_inverse_transform(s, x)) = tensor1d_send(predict(back, x)), predict(there, x)
FROM (SELECT s, model_agg('MinMaxScaler', s::jsonb, NULL) OVER () AS there, model_agg('MinMaxInverse', s::jsonb, NULL) OVER () AS back FROM (SELECT minmax_fit('[[0,NaN],[0.5,3.3]]'::tensor1d, -1, 1) AS s) fitted) t,
	(VALUES ('[[0.25,3.3],[0.3,1e30],[NaN,-7]]'::tensor1d)) v(x);
