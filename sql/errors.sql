--
-- errors: one SQLSTATE a kind of mistake, and the session lives on
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\a \t on
SELECT pg_backend_pid() AS backend \gset
CREATE FUNCTION pg_temp.layer(class_name text, config jsonb, VARIADIC weights tensor1d[] = '{}') RETURNS conv1d_model LANGUAGE sql AS
	'SELECT model_agg(class_name, config, weights)';

-- As a user sees them: what is wrong, the numbers, a way out
SELECT '[[1,2],[3]]'::tensor1d;
SELECT conv1d('[[1],[2]]', '[[[1]],[[1]],[[1]]]');
SELECT minmax_inverse_transform('{"data_min_": [0], "data_max_": [1]}', '[[1,2,3]]');
SELECT predict(pg_temp.layer('MaxPooling1D', '{"pool_size": 3}'), '[[1],[2]]');
SELECT model_agg(class_name, config, NULL ORDER BY i) FROM (VALUES (1, 'Flatten', NULL::jsonb), (2, 'LSTM', '{"units": 3}')) t(i, class_name, config);
SELECT upsample1d('[[1]]', 2147483647);

-- As a program sees them
\set VERBOSITY sqlstate
-- 22P02: text that is no tensor, model or scaler
SELECT '[1'::tensor1d;
SELECT '[]'::conv1d_model;
SELECT '{}'::minmax_scaler;
SELECT activate('[1]', 'step');
SELECT conv1d('[[1]]', '[[[1]]]', padding => 'full');
-- 22P03: bad binary, too short and too long included
SELECT tensor1d_from_bytes('\x0000', '{1}');
SELECT tensor1d_from_bytes('\x0000000000', '{1}');
-- 22023: an argument out of its range
SELECT conv1d('[[1]]', '[[[1]]]', strides => 0);
SELECT conv1d('[[1]]', '[[[1]]]', strides => NULL);
SELECT softmax('[1]', 0);
SELECT pg_temp.layer('Conv1D', '{"filters": 0, "kernel_size": 1}');
SELECT pg_temp.layer('Conv1D', '{"filters": 1, "kernel_size": 1, "padding": "full"}');
SELECT submodel(pg_temp.layer('Flatten', NULL), 'flatten', 'dense');
SELECT minmax_fit(1.0, 1, 0);
SELECT * FROM check_layers('{0}', '[]');
-- 22000: two values that disagree in shape, or one that does not fit its type's shape
SELECT dense('[1,2]', '[[1]]');
SELECT minmax_transform('{"data_min_": [0], "data_max_": [1]}', '[[1,2]]');
SELECT minmax_fit(x) FROM (VALUES ('[1]'::tensor1d), ('[1,2]')) v(x);
SELECT pg_temp.layer('Dense', '{"units": 2}', '[[1]]');
SELECT '[[1,2]]'::tensor1d(1,1);
-- 22003: a number outside float4, or one that is no number to fit on
SELECT '[1e39]'::tensor1d;
SELECT minmax_fit('inf'::float8);
-- 22004: a null inside of an array
SELECT pg_temp.layer('Flatten', NULL, NULL);
SELECT '{1,NULL}'::real[]::tensor1d;
-- 54000: a size over a limit, found before allocating
SELECT zero_pad1d('[[1]]', 2147483647, 2147483647);
SELECT conv1d_output_length(2147483647, 1);
SELECT layer_output_shape('{134217728,1}', 'UpSampling1D', NULL);
SELECT predict(model_agg('UpSampling1D', NULL, NULL), '[[1]]') FROM generate_series(1, 40);
SET conv1d.max_memory = '1MB';
SELECT shape(upsample1d('[[1]]', 1000000));
RESET conv1d.max_memory;
-- 0A000: a layer, attribute or format that is not supported
SELECT pg_temp.layer('LSTM', NULL);
SELECT pg_temp.layer('Conv1D', '{"filters": 1, "kernel_size": 1, "dilatation": 2}');
SELECT '{"version": 99, "layers": [{"class_name": "Flatten"}]}'::conv1d_model;
-- 57014: cancelled; ten million steps by a window of a million take an hour
SET statement_timeout = '100ms';
SELECT count(conv1d(tensor1d_fill('{10000000,1}', 1), tensor1d_fill('{1000000,1,1}', 1)));
RESET statement_timeout;
\set VERBOSITY default

--
-- Aggregates' support functions, called by hand
--

-- those with a state of C cannot be called at all: servers from 14 on find no such function, older ones refuse the NULL
CREATE FUNCTION pg_temp.refused(call text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE call;
	RETURN false;
EXCEPTION WHEN undefined_function OR feature_not_supported THEN
	RETURN true;
END $$;
SELECT call, pg_temp.refused('SELECT ' || call) AS refused
FROM unnest(ARRAY['model_agg_step(NULL, ''Dense'', ''{}'', NULL)', 'model_agg_final(NULL)', 'layers_agg_step(NULL, ''Dense'', ''{}'')', 'layers_agg_final(NULL)']) call;
-- nor made an aggregate of
\set VERBOSITY sqlstate
CREATE AGGREGATE pg_temp.stolen(text, jsonb, tensor1d[]) (SFUNC = model_agg_step, STYPE = internal);
-- those whose state is a value refuse to work outside of an aggregate, whose state they would change in place
\set VERBOSITY default
SELECT minmax_fit_step(NULL, '[1]'::tensor1d);
SELECT minmax_fit_step(NULL, 1.0);
SELECT minmax_fit_step('{"data_min_": [0], "data_max_": [1]}', '[5]'::tensor1d, 0, 1, true);
SELECT s, minmax_merge(s, s) FROM (SELECT '{"data_min_": [0], "data_max_": [1], "n_samples_seen_": 2}'::minmax_scaler AS s) t;

--
-- Every function of the extension, with every absurd argument: nothing but the errors above and a division by zero
--

-- what is tried for each type that SQL can make a value of
CREATE TEMP TABLE absurd AS
SELECT type, value FROM (VALUES
	('integer', ARRAY[NULL, '0', '-1', '1', '3', '2147483647', '-2147483648']),
	('bigint', ARRAY[NULL, '0', '-9223372036854775808']),
	('real', ARRAY[NULL, '0', 'NaN', 'inf', '-1e-45']),
	('double precision', ARRAY[NULL, '0', '1', 'NaN', '-inf', '1e308', '-1e308']),
	('boolean', ARRAY[NULL, 'true', 'false']),
	('text', ARRAY[NULL, '', 'é', 'Conv1D', 'f4', 'flatten', repeat('x', 100)]),
	('bytea', ARRAY[NULL, '', '\x00', '\xffffffffffffffff']),
	('jsonb', ARRAY[NULL, '{}', '[]', 'null', '5', '"x"', '[1, 2]', '[[1], [2, 3]]', '{"filters": 1, "kernel_size": 1}', '[{"class_name": "Conv1D", "config": {"filters": 2147483647, "kernel_size": 2147483647}}]', '{"units": 1e300, "size": -1e300}']),
	('integer[]', ARRAY[NULL, '{}', '{1}', '{2,1}', '{0}', '{NULL}', '{{1}}', '{-1,2}', '{2147483647,2147483647,2147483647,2147483647}', '{1,1,1,1,1}']),
	('real[]', ARRAY[NULL, '{}', '{1}', '{NULL}', '{{NaN,1}}', '[5:6]={1,2}', '{{{{{1}}}}}']),
	('double precision[]', ARRAY[NULL, '{}', '{1e300}', '{NULL}', '{{NaN,1}}']),
	('numeric[]', ARRAY[NULL, '{}', '{1e300}', '{NaN,1}']),
	('text[]', ARRAY[NULL, '{}', '{NULL}', '{input,x}', '{{"",""}}']),
	('tensor1d', ARRAY[NULL, '[1]', '[NaN,-inf]', '[[1,2],[3,4]]', '[[NaN]]', '[[[1],[2]]]', '[[[[1]]]]']),
	('tensor1d[]', ARRAY[NULL, '{}', '{NULL}', '{[1]}', '{"[[1,2]]","[1]"}', '{{[1]},{[2]}}']),
	('conv1d_model', ARRAY[NULL, '{"version": 1, "layers": [{"class_name": "Flatten"}]}', '{"version": 1, "layers": [{"class_name": "UpSampling1D", "config": {"size": 2147483647}}]}', '{"version": 1, "layers": [{"class_name": "Dense", "config": {"units": 1, "use_bias": false}, "weights": ["[[NaN]]"]}]}']),
	('minmax_scaler', ARRAY[NULL, '{"data_min_": [0], "data_max_": [0]}', '{"data_min_": ["NaN", 1], "data_max_": ["NaN", 2], "clip": true, "feature_range": [-1e308, 1e307]}']),
	('cstring', ARRAY[NULL, '', 'x', '[1]', '{}']),
	('cstring[]', ARRAY[NULL, '{}', '{1}', '{0}', '{*,1}', '{NULL}']),
	('oid', ARRAY[NULL, '0', '4294967295'])) v(type, list), unnest(list) value
UNION ALL SELECT format_type(enumtypid, NULL), nullif(enumlabel, max(enumlabel) OVER (PARTITION BY enumtypid)) FROM pg_enum;
CREATE FUNCTION pg_temp.outcome(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE call;
	RETURN 'works';
EXCEPTION WHEN others THEN
	RETURN CASE WHEN sqlstate IN ('22P02', '22P03', '22023', '22000', '22003', '22004', '22012', '54000', '0A000') THEN 'refused' ELSE sqlstate || ' ' || sqlerrm END;
END $$;
CREATE TEMP TABLE functions AS
SELECT p.oid, p.oid::regprocedure AS name, p.pronargs, p.proretset, p.prorettype = 'trigger'::regtype AS trigger
FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'conv1d'
WHERE p.prokind = 'f' AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[])
	AND NOT coalesce('query' = ANY (p.proargnames), false);	-- a query raises what its own text does
-- no type is forgotten
SELECT DISTINCT format_type(t, NULL) FROM functions JOIN pg_proc USING (oid), unnest(proargtypes) t EXCEPT SELECT type FROM absurd;
-- each function with forty choices of arguments, the same ones every time; the last argument of some is spread
CREATE TEMP TABLE calls AS
SELECT f.name, r, format(CASE WHEN f.trigger THEN 'SELECT %s()' ELSE 'SELECT * FROM %s(%s) AS result' END || CASE WHEN f.proretset THEN ' LIMIT 1000' ELSE '' END, split_part(f.name::text, '(', 1), string_agg(CASE WHEN i = f.pronargs AND provariadic <> 0 THEN 'VARIADIC ' ELSE '' END || coalesce(quote_literal(value), 'NULL') || '::' || type, ', ' ORDER BY i)) AS call
FROM functions f JOIN pg_proc USING (oid), generate_series(1, 40) r,
	LATERAL (SELECT i, format_type(t, NULL) AS type, (SELECT array_agg(value ORDER BY value) FROM absurd WHERE absurd.type = format_type(t, NULL)) AS choices FROM unnest(proargtypes::oid[]) WITH ORDINALITY a(t, i)) a,
	LATERAL (SELECT choices[1 + (hashtext(f.name::text || ' ' || r || ' ' || i) & 1048575) % array_length(choices, 1)] AS value) v
GROUP BY f.oid, f.name, f.trigger, f.proretset, r;
SELECT count(*) > 4000 AS calls, count(DISTINCT name) > 100 AS functions FROM calls;
CREATE TEMP TABLE outcomes AS SELECT call, pg_temp.outcome(call) AS outcome FROM calls;
SELECT count(*) FILTER (WHERE outcome = 'works') > 1000 AS works, count(*) FILTER (WHERE outcome = 'refused') > 500 AS refused FROM outcomes;
SELECT outcome, min(call), count(*) FROM outcomes WHERE outcome NOT IN ('works', 'refused') GROUP BY outcome ORDER BY 1, 2;

-- One session has seen all of this
SELECT pg_backend_pid() = :backend, conv1d('[[1],[2],[3],[4]]', '[[[1]],[[10]]]');
