--
-- predict: a model on a row, always the model that is visible
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
-- a model of layers with a configuration and no weights but those of one kernel
CREATE FUNCTION pg_temp.layer(class_name text, config jsonb, VARIADIC weights tensor1d[] = '{}') RETURNS conv1d_model LANGUAGE sql AS
	'SELECT model_agg(class_name, config, weights)';
CREATE FUNCTION pg_temp.chain(VARIADIC classes text[]) RETURNS conv1d_model LANGUAGE sql AS
	'SELECT model_agg(split_part(c, '' '', 1), nullif(substr(c, strpos(c, '' '')), c)::jsonb, NULL ORDER BY i) FROM unnest(classes) WITH ORDINALITY t(c, i)';
-- which line of a plan says so
CREATE FUNCTION pg_temp.plan_says(query text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ what THEN
			RETURN NEXT trim(line);
		END IF;
	END LOOP;
END $$;

CREATE TABLE predict_models (name text PRIMARY KEY, model conv1d_model);

-- differences, then the larger of every two, then their sum: 1 4 9 16 25 -> 3 5 7 9 -> 5 9 -> 14
INSERT INTO predict_models SELECT 'peaks', model_agg(class_name, config, weights ORDER BY position) FROM (VALUES
	(1, 'Conv1D', '{"filters": 1, "kernel_size": 2, "use_bias": false}'::jsonb, ARRAY['[[[-1]],[[1]]]']::tensor1d[]),
	(2, 'MaxPooling1D', '{"pool_size": 2}', NULL),
	(3, 'Flatten', NULL, NULL),
	(4, 'Dense', '{"units": 1}', ARRAY['[[1],[1]]', '[0]']::tensor1d[])) t(position, class_name, config, weights);
SELECT predict(model, '[[1],[4],[9],[16],[25]]'), predict(submodel(model, 'conv1d', 'conv1d'), '[[1],[4],[9],[16],[25]]'), predict(submodel(model, 'conv1d', 'max_pooling1d'), '[[1],[4],[9],[16],[25]]'), predict(submodel(model, 'flatten', 'flatten'), '[[5],[9]]') FROM predict_models;
-- for every row, with the model named once
CREATE TABLE predict_series AS SELECT id, tensor1d_agg(id * i ORDER BY i) AS x FROM generate_series(1, 3000) id, generate_series(1, 5) i GROUP BY id;
ANALYZE predict_series;
SELECT id, predict((SELECT model FROM predict_models WHERE name = 'peaks'), x) FROM predict_series ORDER BY id LIMIT 3;
SELECT count(*), bool_and(element(predict((SELECT model FROM predict_models WHERE name = 'peaks'), x), 1) = 2 * id) FROM predict_series;
-- the output of any layer: those after it are not run, and need not fit
SELECT predict(model, '[[1],[4],[9],[16],[25]]', layer) FROM predict_models, unnest(ARRAY['conv1d', 'max_pooling1d', 'flatten', 'dense']) layer WHERE name = 'peaks';
SELECT predict(model, '[[1],[4],[9],[16],[25],[36],[49]]', 'flatten') FROM predict_models WHERE name = 'peaks';
SELECT bool_and(predict(model, x, 'max_pooling1d') = predict(submodel(model, 'conv1d', 'max_pooling1d'), x)) AND bool_and(predict(model, x, 'dense') = predict(model, x)) FROM predict_models, predict_series WHERE name = 'peaks' AND id < 100;
SELECT predict(model, '[[1],[2],[3],[4],[5]]', NULL) IS NULL FROM predict_models;
SELECT pg_temp.refusal($$SELECT predict(model, '[[1],[2],[3],[4],[5]]', 'lstm') FROM predict_models$$);
-- it composes: aggregates, arrays, several models over several rows
SELECT avg(predict(model, x)), tensor1d_agg(predict(model, x) ORDER BY id) FROM predict_models, predict_series WHERE id <= 4;
SELECT name, element(predict(m.model, '[[1],[4],[9],[16],[25]]'), 1, 1) FROM (SELECT 'first' AS name, submodel(model, 'conv1d', 'conv1d') AS model FROM predict_models UNION ALL SELECT 'second', submodel(model, 'conv1d', 'max_pooling1d') FROM predict_models) m ORDER BY name;
-- one value, many shapes
SELECT predict(pg_temp.chain('AveragePooling1D {"pool_size": 2}', 'UpSampling1D'), x) FROM (VALUES ('[[1],[3]]'::tensor1d), ('[[1,2],[3,4],[5,6]]'), ('[[1],[3],[5],[7]]')) v(x);
SELECT predict(pg_temp.chain('Activation {"activation": "relu"}'), x) FROM (VALUES ('[-1,2]'::tensor1d), ('[[-1],[2]]'), ('[[[-1,2]]]'), ('[NaN]')) v(x);
-- layers that only rename the axes: alone, first, last, all of them
SELECT predict(pg_temp.chain('Flatten'), '[[1,2],[3,4]]'), predict(pg_temp.chain('Flatten', 'Reshape {"target_shape": [-1, 1]}', 'MaxPooling1D'), '[[1,2],[3,4]]'), predict(pg_temp.chain('UpSampling1D', 'Flatten'), '[[1,2]]'), predict(pg_temp.chain('InputLayer', 'Flatten', 'Reshape {"target_shape": [2, 2]}'), '[[1,2],[3,4]]'), predict(pg_temp.chain('ReLU', 'Flatten', 'ReLU', 'Reshape {"target_shape": [1, 4]}', 'ReLU'), '[[-1,2],[3,-4]]');
-- a deep one: a hundred layers, each adding one
SELECT predict(model_agg('Conv1D', '{"filters": 1, "kernel_size": 1}', ARRAY['[[[1]]]', '[1]']::tensor1d[]), '[[0],[0.5]]') FROM generate_series(1, 100);
SELECT predict(NULL, '[1]') IS NULL, predict(model, NULL) IS NULL FROM predict_models;
-- immutable: it may stand in a generated column, an index, a check
CREATE TEMP TABLE generated (x tensor1d, y tensor1d GENERATED ALWAYS AS (predict('{"version": 1, "layers": [{"class_name": "MaxPooling1D"}]}', x)) STORED, CHECK (channels(predict('{"version": 1, "layers": [{"class_name": "Flatten"}]}', x)) < 5));
CREATE INDEX ON generated (max_element(predict('{"version": 1, "layers": [{"class_name": "ReLU"}]}', x)));
INSERT INTO generated VALUES ('[[1],[2],[3],[1]]');
SELECT * FROM generated;
SELECT pg_temp.refusal('INSERT INTO generated VALUES (''[[1],[2],[3],[4],[5]]'')') ~ '^23514', pg_temp.refusal('INSERT INTO generated VALUES (''[[1]]'')');

-- What does not fit names the layer
SELECT pg_temp.refusal('SELECT predict(model, ''' || x || ''') FROM predict_models') FROM unnest(ARRAY['[[1]]', '[[1],[2]]', '[[1],[2],[3]]', '[[1],[2],[3],[4],[5],[6],[7]]', '[[1,2],[3,4],[5,6],[7,8],[9,10]]', '[1,2,3,4,5]', '[[[1]]]', '[[1,2,3,4,5]]']) x;
SELECT pg_temp.refusal('SELECT predict(' || m || ', ''[[1],[2],[3],[4]]'')') FROM unnest(ARRAY[
	$$pg_temp.chain('ReLU', 'MaxPooling1D {"pool_size": 5, "name": "pool"}')$$, $$pg_temp.chain('ReLU', 'Cropping1D {"cropping": [4, 0]}')$$, $$pg_temp.chain('ReLU', 'Reshape {"target_shape": [3, 2]}')$$, $$pg_temp.chain('ReLU', 'Reshape {"target_shape": [-1, 3]}')$$, $$pg_temp.chain('Flatten', 'UpSampling1D')$$, $$pg_temp.chain('ReLU', 'Softmax {"axis": 3}')$$,
	$$pg_temp.chain('UpSampling1D', 'MinMaxInverse {"data_min_": [0, 0], "data_max_": [1, 1]}')$$, $$pg_temp.chain('InputLayer {"batch_shape": [null, 5, 1]}', 'ReLU')$$]) m;
-- forty doublings of four steps are found before the first is made
SELECT pg_temp.refusal($$SELECT predict(model_agg('UpSampling1D', NULL, NULL), '[[1],[2],[3],[4]]') FROM generate_series(1, 40)$$);
SELECT shape(predict(model_agg(c, config, NULL ORDER BY i, c DESC), '[[1],[2],[3],[4]]')) FROM generate_series(1, 40) i, (VALUES ('UpSampling1D', NULL::jsonb), ('MaxPooling1D', NULL)) t(c, config);

--
-- Parallel workers: the sub-select is evaluated once and passed to them
--

CREATE TEMP TABLE serial AS SELECT id, predict((SELECT model FROM predict_models WHERE name = 'peaks'), x) AS y FROM predict_series;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.plan_says('CREATE TEMP TABLE parallel AS SELECT id, predict((SELECT model FROM predict_models WHERE name = ''peaks''), x) FROM predict_series', 'Workers|Parallel Seq Scan');
CREATE TEMP TABLE parallel AS SELECT id, predict((SELECT model FROM predict_models WHERE name = 'peaks'), x) AS y FROM predict_series;
SELECT count(*), count(*) FILTER (WHERE tensor1d_send(s.y) IS DISTINCT FROM tensor1d_send(p.y)) FROM serial s FULL JOIN parallel p USING (id);
SELECT pg_temp.plan_says('SELECT sum(predict((SELECT model FROM predict_models WHERE name = ''peaks''), x)) FROM predict_series', 'Workers|Partial Aggregate');
SELECT sum(predict((SELECT model FROM predict_models WHERE name = 'peaks'), x)) FROM predict_series;
-- an error in a worker is an error of the query
SELECT pg_temp.refusal($$SELECT sum(predict((SELECT model FROM predict_models WHERE name = 'peaks'), CASE WHEN id = 2999 THEN slice(x, 1, 2) ELSE x END)) FROM predict_series$$);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

--
-- The session keeps plans by content, and always uses the visible model
--

-- models of more than 2 kB are stored out of line: n times the sum of thirty numbers
CREATE FUNCTION pg_temp.times(n real) RETURNS conv1d_model LANGUAGE sql AS
	$$SELECT pg_temp.layer('Dense', '{"units": 30, "use_bias": false}', tensor1d_fill('{30,30}', n))$$;
CREATE FUNCTION pg_temp.ask(n text) RETURNS real LANGUAGE plpgsql AS $$
BEGIN
	RETURN element(predict((SELECT model FROM predict_models WHERE name = n), tensor1d_fill('{30}', 1)), 1);
END $$;
INSERT INTO predict_models VALUES ('one', pg_temp.times(1)), ('two', pg_temp.times(2));
SELECT name, pg_column_size(model) > 3600 AS large FROM predict_models WHERE name <> 'peaks' ORDER BY name;
SELECT pg_temp.ask('one'), pg_temp.ask('two'), pg_temp.ask('one');
-- one plan serves all rows, all statements and all copies of a model
CREATE FUNCTION pg_temp.plans_made() RETURNS bigint LANGUAGE sql AS
	$$SELECT value::bigint FROM conv1d_build_info() WHERE name = 'plans_made'$$;
SELECT pg_temp.plans_made() AS before \gset
SELECT count(predict((SELECT model FROM predict_models WHERE name = 'two'), tensor1d_fill('{30}', id))) FROM predict_series;
SELECT count(predict(model, tensor1d_fill('{30}', id))) FROM predict_models, generate_series(1, 100) id WHERE name <> 'peaks';
SELECT predict(model::text::conv1d_model, tensor1d_fill('{30}', 1)) = predict(model, tensor1d_fill('{30}', 1)), pg_temp.ask('two') FROM predict_models WHERE name = 'one';
SELECT pg_temp.plans_made() - :before AS plans;
-- switching between two models in a loop
DO $$
DECLARE
	m conv1d_model;
BEGIN
	FOR i IN 1 .. 500 LOOP
		ASSERT pg_temp.ask(CASE i % 2 WHEN 1 THEN 'one' ELSE 'two' END) = CASE i % 2 WHEN 1 THEN 30 ELSE 60 END, i;
		SELECT model INTO m FROM predict_models WHERE name = CASE i % 3 WHEN 1 THEN 'one' ELSE 'two' END;
		ASSERT predict(m, tensor1d_fill('{30}', i)) = tensor1d_fill('{30}', i * CASE i % 3 WHEN 1 THEN 30 ELSE 60 END), i;
	END LOOP;
END $$;
SELECT pg_temp.plans_made() - :before AS plans;
-- more models than are kept, more shapes than are kept, twice over
SELECT count(*), bool_and(predict(pg_temp.times(n), tensor1d_fill('{30}', 1)) = tensor1d_fill('{30}', 30 * n)) FROM generate_series(1, 2), generate_series(3, 102) n;
SELECT count(*), bool_and(predict(pg_temp.chain('UpSampling1D {"size": 3}'), tensor1d_fill(ARRAY[n, 1], n)) = tensor1d_fill(ARRAY[3 * n, 1], n)) FROM generate_series(1, 2), generate_series(1, 100) n;
SELECT value::int <= 64 FROM conv1d_build_info() WHERE name = 'cached_plans';

-- updates in one transaction, in savepoints, undone
BEGIN;
SELECT pg_temp.ask('one');
UPDATE predict_models SET model = pg_temp.times(3) WHERE name = 'one';
SELECT pg_temp.ask('one');
SAVEPOINT a;
UPDATE predict_models SET model = pg_temp.times(4) WHERE name = 'one';
SELECT pg_temp.ask('one');
SAVEPOINT b;
DELETE FROM predict_models WHERE name = 'one';
SELECT pg_temp.ask('one') IS NULL;
INSERT INTO predict_models VALUES ('one', pg_temp.times(5));
SELECT pg_temp.ask('one');
ROLLBACK TO b;
SELECT pg_temp.ask('one');
ROLLBACK TO a;
SELECT pg_temp.ask('one');
INSERT INTO predict_models VALUES ('bad', pg_temp.times(6)), ('bad', pg_temp.times(7));
ROLLBACK TO a;
SELECT pg_temp.ask('one');
ROLLBACK;
SELECT pg_temp.ask('one');
-- a cursor goes on with the model of its own snapshot, beside the new one
BEGIN;
DECLARE old CURSOR FOR SELECT element(predict(model, tensor1d_fill('{30}', i)), 1) FROM generate_series(1, 3) i, predict_models WHERE name = 'one';
FETCH old;
UPDATE predict_models SET model = pg_temp.times(8) WHERE name = 'one';
SELECT pg_temp.ask('one');
FETCH old;
UPDATE predict_models SET model = pg_temp.times(9) WHERE name = 'one' RETURNING element(predict(model, tensor1d_fill('{30}', 1)), 1);
FETCH old;
SELECT pg_temp.ask('one');
COMMIT;
SELECT pg_temp.ask('one');
-- exceptions in a loop undo the update each time
DO $$
BEGIN
	FOR i IN 1 .. 50 LOOP
		BEGIN
			UPDATE predict_models SET model = pg_temp.times(i) WHERE name = 'one';
			ASSERT pg_temp.ask('one') = 30 * i, i;
			RAISE unique_violation;
		EXCEPTION WHEN unique_violation THEN
			ASSERT pg_temp.ask('one') = 270, i;
		END;
	END LOOP;
END $$;
-- a trigger sees the new row before it is stored
CREATE FUNCTION pg_temp.asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% gives %', NEW.name, element(predict(NEW.model, tensor1d_fill('{30}', 1)), 1);
	RETURN NEW;
END $$;
CREATE TRIGGER asked BEFORE UPDATE ON predict_models FOR EACH ROW EXECUTE FUNCTION pg_temp.asked();
CREATE TRIGGER asked_again AFTER UPDATE ON predict_models FOR EACH ROW EXECUTE FUNCTION pg_temp.asked();
UPDATE predict_models SET model = pg_temp.times(1) WHERE name = 'one';
UPDATE predict_models SET name = 'one' WHERE name = 'one';
DROP TRIGGER asked ON predict_models;
DROP TRIGGER asked_again ON predict_models;
-- rewritten, truncated and filled again, stored in every way that a column can store
VACUUM FULL predict_models;
SELECT pg_temp.ask('one'), pg_temp.ask('two');
BEGIN;
SELECT pg_temp.ask('one'), pg_temp.ask('two');
TRUNCATE predict_models;
INSERT INTO predict_models VALUES ('two', pg_temp.times(1)), ('one', pg_temp.times(2));
SELECT pg_temp.ask('one'), pg_temp.ask('two');
ROLLBACK;
SELECT pg_temp.ask('one'), pg_temp.ask('two');
ALTER TABLE predict_models ALTER model SET STORAGE extended;
UPDATE predict_models SET model = pg_temp.times(10) WHERE name = 'one';
ALTER TABLE predict_models ALTER model SET STORAGE main;
UPDATE predict_models SET model = pg_temp.times(11) WHERE name = 'two';
SELECT pg_temp.ask('one'), pg_temp.ask('two'), bool_and(pg_column_size(model) < 1000) FROM predict_models;

--
-- Series stored aside are read into memory that the next one is read into
--

-- the number of a series is all of it but the last step, which is a half more
CREATE TABLE predict_aside (id int, steps int, x tensor1d);
INSERT INTO predict_aside SELECT id, steps, tensor1d_fill(ARRAY[steps - 1, 1], id) || tensor1d_fill('{1,1}', id + 0.5)
	FROM (VALUES (1, 3), (2, 100000), (3, 900), (4, 17000000), (5, 5000), (6, 250000), (7, 30)) AS s(id, steps);
CREATE FUNCTION pg_temp.largest(x tensor1d) RETURNS tensor1d LANGUAGE sql AS
	$$SELECT predict(pg_temp.chain('GlobalMaxPooling1D'), x)$$;
-- growing, shrinking, one in the other, two at a time
SELECT id, pg_temp.largest(x), pg_temp.largest(x - x) FROM predict_aside ORDER BY id;
SELECT a.id, b.id, pg_temp.largest(a.x), pg_temp.largest(b.x) FROM predict_aside a, predict_aside b
	WHERE a.id IN (2, 3, 5) AND b.id IN (3, 5, 6) ORDER BY 1, 2;
SELECT id, predict(m, x) = -x, predict(m, predict(m, x)) = x FROM predict_aside, (SELECT model_agg('Conv1D',
	'{"filters":1,"kernel_size":1,"use_bias":false}', '{"[[[-1]]]"}') AS m) AS m WHERE id <> 4 ORDER BY id;
-- compressed, in the row and aside
CREATE TABLE predict_packed (LIKE predict_aside);
ALTER TABLE predict_packed ALTER x SET STORAGE extended;
INSERT INTO predict_packed SELECT id, steps, x + 0 FROM predict_aside WHERE id <> 4;
SELECT id, pg_column_size(x) < steps, pg_temp.largest(x) FROM predict_packed WHERE steps > 800 ORDER BY id;
-- the memory is the transaction's: errors within, and the next transaction
DO $$
DECLARE
	narrow conv1d_model := model_agg('Conv1D', '{"filters":1,"kernel_size":1,"use_bias":false}', '{"[[[1],[1]]]"}');
	refused int := 0;
	found text := '';
	series record;
BEGIN
	FOR series IN SELECT id, x FROM predict_aside WHERE id <> 4 ORDER BY id LOOP
		BEGIN
			PERFORM predict(narrow, series.x);
		EXCEPTION WHEN data_exception THEN
			refused := refused + 1;
		END;
		found := found || pg_temp.largest(series.x)::text;
		COMMIT;
		found := found || pg_temp.largest(series.x)::text;
	END LOOP;
	RAISE INFO '% refused, %', refused, found;
END $$;
DROP TABLE predict_aside, predict_packed;

--
-- Settings
--

-- a result is the same one, or differs in its last bits, on every instruction set
SHOW conv1d.isa;
SET conv1d.isa = 'baseline';
SELECT pg_temp.ask('one'), value FROM conv1d_build_info() WHERE name = 'isa';
CREATE TEMP TABLE baseline AS SELECT id, predict(pg_temp.layer('Conv1D', '{"filters": 5, "kernel_size": 3, "activation": "tanh"}', tensor1d_fill('{3,1,5}', 0.001), tensor1d_fill('{5}', 0.1)), x) AS y FROM predict_series WHERE id < 100;
RESET conv1d.isa;
SELECT count(*), max(max_abs_error(y, predict(pg_temp.layer('Conv1D', '{"filters": 5, "kernel_size": 3, "activation": "tanh"}', tensor1d_fill('{3,1,5}', 0.001), tensor1d_fill('{5}', 0.1)), x))) < 1e-6 FROM baseline JOIN predict_series USING (id);
SELECT pg_temp.refusal('SET conv1d.isa = ''mmx''') ~ '^22023';
-- a run that would take more than is allowed does not begin; 300,000 steps take 1.2 MB
SET conv1d.max_memory = '1MB';
SELECT pg_temp.refusal($$SELECT predict(pg_temp.chain('UpSampling1D {"size": 1000}'), tensor1d_fill('{300,1}', 1))$$);
SELECT pg_temp.refusal($$SELECT predict(pg_temp.chain('UpSampling1D {"size": 1000}', 'MaxPooling1D {"pool_size": 1000}'), tensor1d_fill('{300,1}', 1))$$);
SELECT pg_temp.refusal($$SELECT upsample1d(tensor1d_fill('{300,1}', 1), 1000)$$);
-- weights take part: 600 x 600 of them
SELECT pg_temp.refusal($$SELECT dense(tensor1d_fill('{600}', 1), tensor1d_fill('{600,600}', 1))$$) ~ '^54000.*HINT: .*conv1d.max_memory';
SELECT shape(predict(pg_temp.chain('UpSampling1D {"size": 100}'), tensor1d_fill('{300,1}', 1)));
SET conv1d.max_memory = '4MB';
SELECT shape(predict(pg_temp.chain('UpSampling1D {"size": 1000}'), tensor1d_fill('{300,1}', 1)));
-- a plan that is kept obeys the limit of now
SET conv1d.max_memory = '1MB';
SELECT left(pg_temp.refusal($$SELECT predict(pg_temp.chain('UpSampling1D {"size": 1000}'), tensor1d_fill('{300,1}', 1))$$), 5);
SELECT pg_temp.refusal('SET conv1d.max_memory = ' || v) ~ '^22023' FROM unnest(ARRAY['0', '-1', '''x''', '''1 kB''', '''1000 TB''']) v;
RESET conv1d.max_memory;
SELECT pg_temp.ask('one');

DROP TABLE predict_models, predict_series;
