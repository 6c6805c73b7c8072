--
-- predict_table: a model on the rows of a table, as a job
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\a \t on

-- the larger of every two steps
CREATE TABLE table_models (name text PRIMARY KEY, model conv1d_model);
INSERT INTO table_models SELECT 'pool', model_agg('MaxPooling1D', NULL, NULL);
INSERT INTO table_models SELECT 'relu', model_agg('ReLU', NULL, NULL);
CREATE FUNCTION table_model(n text) RETURNS conv1d_model LANGUAGE sql STABLE AS 'SELECT model FROM table_models WHERE name = n';
CREATE TABLE table_source AS SELECT id, tensor1d_agg(id * i ORDER BY i) AS x FROM generate_series(1, 1000) id, generate_series(1, 4) i GROUP BY id;
ALTER TABLE table_source ADD PRIMARY KEY (id);
ANALYZE table_source;

-- how far is it, is the target what predict gives?
CREATE FUNCTION table_right(target regclass, n text DEFAULT 'pool') RETURNS TABLE (rows bigint, right_rows bigint) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT count(*), count(*) FILTER (WHERE tensor1d_send(output) IS NOT DISTINCT FROM tensor1d_send(predict(table_model(%L), x))) FROM table_source s FULL JOIN %s t USING (id)', n, target);
END $$;

-- rates differ from run to run: only the fixed messages here
SET conv1d.progress_interval = -1;
-- CALL takes no sub-select; a query, a function or a psql variable names the model
CALL predict_table(model_from_query($$SELECT model FROM table_models WHERE name = 'pool'$$), source => 'table_source', key => 'id', input => 'x', target => 'table_target');
SELECT * FROM table_target ORDER BY id LIMIT 3;
SELECT * FROM table_right('table_target');
\d table_target
SELECT job, source, target, key, input, output, model ~ '^[0-9a-f]{32}$', last_key, rows_done, rows_skipped, rows_expected, pid, started <= updated AND updated <= finished FROM table_target_progress;
SELECT obj_description('table_target_progress'::regclass);
-- key and input have defaults: the primary key, the only tensor1d column
SELECT model FROM table_models WHERE name = 'relu' \gset
CALL predict_table(:'model', 'table_source', 'table_target2');
CALL predict_table(table_model('relu'), 'table_source', 'table_target3', batch_size => 7);
SELECT * FROM table_right('table_target2', 'relu') UNION ALL SELECT * FROM table_right('table_target3', 'relu');
-- the application has its name again
SELECT application_name = current_setting('application_name') FROM pg_stat_activity WHERE pid = pg_backend_pid();
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();

-- Called again, it scores what is new behind the last key
RESET conv1d.progress_interval;
CALL predict_table(table_model('pool'), 'table_source', 'table_target');
SET conv1d.progress_interval = -1;
INSERT INTO table_source VALUES (1001, '[[5],[6]]'), (1002, NULL), (1003, '[[7],[5],[1],[2]]');
CALL predict_table(table_model('pool'), 'table_source', 'table_target');
SELECT * FROM table_target WHERE id > 999 ORDER BY id;
SELECT last_key, rows_done FROM table_target_progress;

-- Another model, another input, an emptied target: not the same job
CALL predict_table(table_model('relu'), 'table_source', 'table_target');
CALL predict_table(table_model('pool'), 'table_models', 'table_target', key => 'name', input => 'model');
CREATE TABLE table_other (id int PRIMARY KEY, a tensor1d, b tensor1d);
INSERT INTO table_other VALUES (1, '[[1],[2]]', '[[3],[4]]');
CALL predict_table(table_model('pool'), 'table_other', 'table_target', input => 'a');
CALL predict_table(table_model('pool'), 'table_other', 'table_target');
TRUNCATE table_target;
CALL predict_table(table_model('pool'), 'table_source', 'table_target');
DELETE FROM public.table_target_progress WHERE job = 'public.table_target';
CALL predict_table(table_model('pool'), 'table_source', 'table_target');
SELECT * FROM table_right('table_target');
DROP TABLE table_target;
CALL predict_table(table_model('pool'), 'table_source', 'table_target');
SELECT to_regclass('table_target') IS NULL;
DROP TABLE table_target_progress;

-- Jobs with names of their own may share a progress table and a target
CREATE TABLE table_both (id int, a tensor1d, b tensor1d, at timestamptz DEFAULT now());
CALL predict_table(table_model('pool'), 'table_other', 'table_both', input => 'a', output => 'a', progress => 'table_jobs', job => 'of a');
CALL predict_table(table_model('pool'), 'table_other', 'table_both', input => 'b', output => 'b', progress => 'table_jobs', job => 'of b');
SELECT id, a, b, at IS NOT NULL FROM table_both;
SELECT job, rows_done FROM table_jobs ORDER BY job;
-- a column of the source itself can be the target
ALTER TABLE table_source ADD output tensor1d;
CALL predict_table(table_model('pool'), 'table_source', 'table_source', batch_size => 100);
SELECT count(*), count(output), count(*) FILTER (WHERE output = predict(table_model('pool'), x)) FROM table_source;
ALTER TABLE table_source DROP output;
DROP TABLE table_source_progress;

--
-- Rows that do not fit
--

INSERT INTO table_source VALUES (1500, '[1,2,3]'), (1501, '[[1],[2]]'), (1502, '[[1]]'), (1503, '[[2],[1]]');
-- the error names the row, and what was done before it is kept
CALL predict_table(table_model('pool'), 'table_source', 'table_target', batch_size => 300);
SELECT last_key, rows_done, pid IS NOT NULL, finished IS NULL FROM table_target_progress;
SELECT count(*) FROM table_target;
-- skipped, they give null
CALL predict_table(table_model('pool'), 'table_source', 'table_target', on_error => 'skip');
SELECT * FROM table_target WHERE id >= 1500 ORDER BY id;
SELECT last_key, rows_done, rows_skipped FROM table_target_progress;
DROP TABLE table_target, table_target_progress;
DELETE FROM table_source WHERE id > 1000;

--
-- Keys of every type that has an order, names that need quotes
--

CREATE SCHEMA "Table ""s""";
CREATE TYPE table_mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN table_code AS varchar(8) CHECK (VALUE <> '');
CREATE PROCEDURE table_by_key(type text, expression text) LANGUAGE plpgsql AS $$
DECLARE
	source text := '"Table ""s"""."Source x"';
	target text := '"Table ""s"""."Target x"';
	progress text := '"Table ""s"""."Target x_progress"';
	n int;
	r record;
BEGIN
	EXECUTE format('CREATE TEMP TABLE all_rows ("Key k" %s PRIMARY KEY, x tensor1d)', type);
	EXECUTE format('INSERT INTO all_rows SELECT DISTINCT ON (%1$s) %1$s, tensor1d_fill(''{2,1}'', i) FROM generate_series(1, 60) i ORDER BY %1$s, i', expression);
	EXECUTE format('CREATE TABLE %s ("Key k" %s PRIMARY KEY, gone int, "In""put" tensor1d)', source, type);
	EXECUTE format('ALTER TABLE %s DROP gone', source);
	SELECT count(*) / 2 INTO n FROM all_rows;
	-- the lower half, in a session with its own formats
	EXECUTE format('INSERT INTO %s SELECT * FROM all_rows ORDER BY 1 LIMIT %s', source, n);
	SET datestyle = 'SQL, DMY';
	SET intervalstyle = 'sql_standard';
	SET extra_float_digits = -5;
	SET timezone = 'Asia/Kathmandu';
	CALL predict_table(table_model('pool'), source, target, output => 'Out', batch_size => 4);
	RESET datestyle;
	RESET intervalstyle;
	RESET extra_float_digits;
	RESET timezone;
	-- then the upper half
	EXECUTE format('INSERT INTO %s SELECT * FROM all_rows ORDER BY 1 OFFSET %s', source, n);
	CALL predict_table(table_model('pool'), source, target, output => 'Out', batch_size => 5);
	EXECUTE format('SELECT count(*), count(t."Out") AS scored, count(*) FILTER (WHERE t."Out" = slice("In""put", 1, 1)) AS good, (SELECT last_key FROM %s) FROM %s s FULL JOIN %s t USING ("Key k")', progress, source, target) INTO r;
	RAISE NOTICE '%: %', type, r;
	EXECUTE format('DROP TABLE %s, %s, %s, all_rows', source, target, progress);
END $$;
CALL table_by_key('smallint', '10 - i');
CALL table_by_key('bigint', 'i * 10000000000');
CALL table_by_key('text', 'chr(32 + i) || ''"\''');
CALL table_by_key('text COLLATE "C"', '''x'' || i');
CALL table_by_key('table_code', '''x'' || i');
CALL table_by_key('uuid', 'md5(i::text)::uuid');
CALL table_by_key('numeric', 'i / 3.0');
CALL table_by_key('float8', '1 / i::float8');
CALL table_by_key('bytea', 'decode(md5(i::text), ''hex'')');
CALL table_by_key('int[]', 'ARRAY[i / 4, i]');
CALL table_by_key('inet', '(''10.0.0.'' || i)::inet');
CALL table_by_key('char(3)', 'i::text');
CALL table_by_key('date', '''2024-02-03''::date + i');
CALL table_by_key('timestamptz', '''2024-02-03 00:00:00+00''::timestamptz + i * ''1 s''::interval');
CALL table_by_key('interval', 'i * ''1 day 1 us''::interval');
CALL table_by_key('table_mood', '(enum_range(NULL::table_mood))[1 + i % 3]');

-- partitions, materialized views, temporary tables, arrays as input
CREATE TABLE table_parts (day date, id bigint, x real[], PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE table_parts1 PARTITION OF table_parts FOR VALUES FROM (1) TO (50);
CREATE TABLE table_parts2 PARTITION OF table_parts FOR VALUES FROM (50) TO (101);
INSERT INTO table_parts SELECT '2024-01-01', i, ARRAY[[i], [2 * i]] FROM generate_series(1, 100) i;
CALL predict_table(table_model('pool'), 'table_parts', 'pg_temp.table_parts_out', input => 'x', batch_size => 30);
SELECT count(*), sum(output) FROM pg_temp.table_parts_out;
CREATE MATERIALIZED VIEW table_view AS SELECT id, x FROM table_parts;
CREATE UNIQUE INDEX ON table_view (id);
CALL predict_table(table_model('pool'), 'table_view', 'table_view_out', key => 'id', input => 'x');
SELECT count(*), sum(output) FROM table_view_out;
DROP MATERIALIZED VIEW table_view;
CREATE MATERIALIZED VIEW table_view AS SELECT nullif(id, 100) AS id, x FROM table_parts;
CREATE UNIQUE INDEX ON table_view (id);
CALL predict_table(table_model('pool'), 'table_view', 'table_view_null', key => 'id', input => 'x', batch_size => 60);
SELECT to_regclass('table_view_null') IS NULL;
DROP MATERIALIZED VIEW table_view;
CREATE TEMP TABLE table_temp (id int PRIMARY KEY, x tensor1d);
INSERT INTO table_temp SELECT id::int, x FROM table_parts;
CALL predict_table(table_model('pool'), 'table_temp', 'pg_temp.table_temp_out');
SELECT count(*), sum(output) FROM table_temp_out;
-- an empty source is a job that is complete
CREATE TABLE table_empty (id int PRIMARY KEY, x tensor1d);
CALL predict_table(table_model('pool'), 'table_empty', 'table_empty_out');
SELECT count(*) FROM table_empty_out;
SELECT last_key IS NULL, rows_done, finished IS NOT NULL FROM table_empty_out_progress;

--
-- What is refused
--

-- where nothing can be committed
BEGIN;
CALL predict_table(table_model('pool'), 'table_source', 'table_target');
ROLLBACK;
DO $$
BEGIN
	CALL predict_table(table_model('pool'), 'table_source', 'table_target');
EXCEPTION WHEN unique_violation THEN
	NULL;
END $$;
-- but within a DO block it is at home
DO $$
DECLARE
	m conv1d_model := (SELECT model FROM table_models WHERE name = 'pool');
BEGIN
	CALL predict_table(m, 'table_source', 'table_target');
	CALL predict_table(m, 'table_source', 'table_target');
END $$;
SELECT * FROM table_right('table_target');
-- read-only transactions
SET default_transaction_read_only = on;
CALL predict_table(table_model('pool'), 'table_source', 'table_target');
RESET default_transaction_read_only;
-- nulls, numbers, words
CALL predict_table(table_model('pol'), 'table_source', 'table_target');
CALL predict_table(table_model('pool'), NULL, 'table_target');
CALL predict_table(table_model('pool'), 'table_source', NULL);
CALL predict_table(table_model('pool'), 'table_source', 'table_target', batch_size => -1);
CALL predict_table(table_model('pool'), 'table_source', 'table_target', on_error => 'ignore');
-- a key that could lose rows
CREATE TABLE table_bad (id int NOT NULL, maybe int UNIQUE, late int NOT NULL UNIQUE DEFERRABLE, part int NOT NULL, p point NOT NULL, x tensor1d, y tensor1d);
CREATE UNIQUE INDEX ON table_bad (part) WHERE id > 0;
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', input => 'x');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'id', input => 'x');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'maybe', input => 'x');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'late', input => 'x');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'part', input => 'x');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'p', input => 'x');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'nope', input => 'x');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'ctid', input => 'x');
CREATE UNIQUE INDEX ON public.table_bad (id);
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'id');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'id', input => 'part');
CALL predict_table(table_model('pool'), 'table_bad', 'table_bad_out', key => 'id', input => 'x');
SELECT to_regclass('table_bad_out') IS NOT NULL;
-- what is no table
CREATE VIEW table_not AS SELECT * FROM table_source;
CALL predict_table(table_model('pool'), 'table_not', 'table_not_out', key => 'id');
CREATE TABLE table_child () INHERITS (table_empty);
CALL predict_table(table_model('pool'), 'table_empty', 'table_empty_out');
CALL predict_table(table_model('pool'), 'table_source', 'nowhere.table_target');
CALL predict_table(table_model('pool'), 'table_source', 'a.b.c.d');
CALL predict_table(table_model('pool'), 'table_source', 'table_models');
CALL predict_table(table_model('pool'), 'table_source', 'table_source', input => 'x', output => 'x');
CALL predict_table(table_model('pool'), 'table_source', 'table_source', output => 'x');
CALL predict_table(table_model('pool'), 'table_source', 'table_target4', progress => 'table_models');
SELECT to_regclass('table_target4') IS NULL;
-- rows that are there already are not doubled
DELETE FROM table_target_progress;
\set VERBOSITY terse
CALL predict_table(table_model('pool'), 'table_source', 'table_target');
\set VERBOSITY default
SELECT * FROM table_right('table_target');
SELECT rows_done FROM table_target_progress;

-- A table that only looks like a progress table; one that has lost its primary key
CREATE TABLE table_like (LIKE table_target_progress);
ALTER TABLE table_like ALTER rows_done TYPE numeric;
CALL predict_table(table_model('pool'), 'table_source', 'table_target4', progress => 'table_like');
CALL predict_table(table_model('pool'), 'table_source', 'table_target4', progress => 'table_target4');
ALTER TABLE table_like ALTER rows_done TYPE bigint;
CALL predict_table(table_model('pool'), 'table_source', 'table_target4', progress => 'table_like');
INSERT INTO table_like TABLE table_like;
CALL predict_table(table_model('pool'), 'table_source', 'table_target4', progress => 'table_like');
SELECT count(*), min(rows_done) = max(rows_done) FROM table_like;

-- A row type has an order, but is no key
CREATE TYPE table_pair AS (a int, b int);
CREATE TABLE table_pairs (id table_pair PRIMARY KEY, x tensor1d);
CALL predict_table(table_model('pool'), 'table_pairs', 'table_pairs_out');

-- What fails at the commit is not counted as committed
CREATE TABLE table_late (id int PRIMARY KEY, output tensor1d);
CREATE FUNCTION table_late() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN IF new.id > 15 THEN RAISE ''too late''; END IF; RETURN NULL; END';
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON table_late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION table_late();
CALL predict_table(table_model('pool'), 'table_source', 'table_late', batch_size => 10);
SELECT count(*) FROM table_late;

-- Another table in the place of the source, or of the target, between two batches
CREATE FUNCTION table_swap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF new.rows_done = 20 THEN
    EXECUTE format('ALTER TABLE %I RENAME TO table_away', tg_argv[0]);
    EXECUTE format('CREATE TABLE %I (LIKE table_away)', tg_argv[0]);
  END IF;
  RETURN NULL;
END $$;
CREATE TABLE table_swapped (id int PRIMARY KEY, x tensor1d);
INSERT INTO table_swapped SELECT id, x FROM table_source WHERE id <= 50;
CREATE TABLE table_swap_jobs (LIKE table_target_progress INCLUDING ALL);
CREATE TRIGGER swap AFTER UPDATE ON table_swap_jobs FOR EACH ROW EXECUTE FUNCTION table_swap('table_swapped');
CALL predict_table(table_model('pool'), 'table_swapped', 'table_swap_out', progress => 'table_swap_jobs', batch_size => 10);
SELECT rows_done, finished IS NULL AS unfinished FROM table_swap_jobs;
DROP TABLE table_swapped;
ALTER TABLE table_away RENAME TO table_swapped;
DROP TRIGGER swap ON table_swap_jobs;
CALL predict_table(table_model('pool'), 'table_swapped', 'table_swap_out', progress => 'table_swap_jobs', batch_size => 10);
SELECT count(*) FROM table_swap_out;
CREATE TRIGGER swap AFTER UPDATE ON table_swap_jobs FOR EACH ROW EXECUTE FUNCTION table_swap('table_swap_out2');
CALL predict_table(table_model('pool'), 'table_swapped', 'table_swap_out2', progress => 'table_swap_jobs', batch_size => 10);
SELECT rows_done FROM table_swap_jobs WHERE job = 'public.table_swap_out2';
SELECT count(*) FROM table_swap_out2;

-- Other sessions, in databases of other encodings too, see the job's name in ASCII
CREATE TABLE table_seen (id int PRIMARY KEY, output tensor1d, seen text);
CREATE FUNCTION table_see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  new.seen := (SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid());
  RETURN new;
END $$;
CREATE TRIGGER see BEFORE INSERT ON table_seen FOR EACH ROW EXECUTE FUNCTION table_see();
CALL predict_table(table_model('pool'), 'table_swapped', 'table_seen', progress => 'table_swap_jobs', job => U&'n\00E4chtlich\000A');
SELECT DISTINCT regexp_replace(seen, '\d+ %', 'n %') FROM table_seen;

-- Whose rights: the caller's
CREATE ROLE regress_table_scorer;
GRANT SELECT ON table_models, table_other TO regress_table_scorer;
CREATE SCHEMA table_own AUTHORIZATION regress_table_scorer;
SET ROLE regress_table_scorer;
CALL predict_table(table_model('pool'), 'table_source', 'table_own.target');
CALL predict_table(table_model('pool'), 'table_other', 'table_own.target', input => 'a');
CALL predict_table(table_model('pool'), 'table_other', 'table_both', input => 'a', output => 'a', progress => 'table_own.jobs');
SELECT * FROM table_own.target;
RESET ROLE;
-- row security hides rows from the job as from its caller
CREATE POLICY hundreds ON table_source TO regress_table_scorer USING (id % 100 = 0);
ALTER TABLE table_source ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON table_source TO regress_table_scorer;
SET ROLE regress_table_scorer;
CALL predict_table(table_model('pool'), 'table_source', 'table_own.target2');
SELECT count(*), min(id), max(id) FROM table_own.target2;
RESET ROLE;
-- a target whose rows the caller does not see is not taken for empty
CREATE TABLE table_unseen (id int PRIMARY KEY, output tensor1d);
ALTER TABLE table_unseen ENABLE ROW LEVEL SECURITY;
CREATE POLICY adds ON table_unseen FOR INSERT WITH CHECK (true);
GRANT SELECT, INSERT ON table_unseen TO regress_table_scorer;
SET ROLE regress_table_scorer;
CALL predict_table(table_model('pool'), 'table_source', 'table_unseen', progress => 'table_own.jobs');
CALL predict_table(table_model('pool'), 'table_source', 'table_unseen', progress => 'table_own.jobs');
RESET ROLE;

-- A hostile search_path changes nothing
CREATE SCHEMA table_hostile;
CREATE FUNCTION table_hostile.hijack(int, int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE FUNCTION table_hostile.hijack(text, text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE FUNCTION table_hostile.hijack(bigint, bigint) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE OPERATOR table_hostile.> (LEFTARG = int, RIGHTARG = int, FUNCTION = table_hostile.hijack);
CREATE OPERATOR table_hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = table_hostile.hijack);
CREATE OPERATOR table_hostile.= (LEFTARG = int, RIGHTARG = int, FUNCTION = table_hostile.hijack);
CREATE OPERATOR table_hostile.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = table_hostile.hijack);
CREATE FUNCTION table_hostile.unnest(int[], public.tensor1d[]) RETURNS SETOF record LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE FUNCTION table_hostile.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE FUNCTION table_hostile.pg_backend_pid() RETURNS int LANGUAGE plpgsql AS 'BEGIN RAISE ''hijacked''; END';
CREATE TABLE public.table_safe (id int PRIMARY KEY, x tensor1d, output tensor1d);
INSERT INTO table_safe SELECT id, x FROM table_source;
SELECT model FROM table_models WHERE name = 'pool' \gset
SET search_path = table_hostile, pg_catalog, public;
SELECT 1 > 2;
CALL predict_table(:'model', 'public.table_safe', 'public.table_safe_out', input => 'x', batch_size => 400);
CALL predict_table(:'model', 'public.table_safe', 'public.table_safe', input => 'x', batch_size => 400);
RESET search_path;
SELECT count(*), count(s.output), bool_and(s.output = t.output) FROM table_safe s JOIN table_safe_out t USING (id);

SET client_min_messages = warning;
DROP SCHEMA table_hostile, table_own, "Table ""s""" CASCADE;
DROP TABLE table_models, table_source, table_target, table_target_progress, table_target2, table_target2_progress, table_target3, table_target3_progress, table_other, table_both, table_jobs, table_parts, table_view_out, table_view_out_progress, table_empty, table_empty_out, table_empty_out_progress, table_bad, table_bad_out, table_bad_out_progress, table_safe, table_safe_out, table_safe_out_progress, table_safe_progress, table_like, table_target4, table_late, table_late_progress, table_swapped, table_swap_out, table_swap_out2, table_away, table_swap_jobs, table_unseen, table_pairs, table_seen CASCADE;
DROP PROCEDURE table_by_key;
DROP FUNCTION table_model, table_right, table_late, table_swap, table_see;
DROP TYPE table_mood, table_pair;
DROP DOMAIN table_code;
DROP OWNED BY regress_table_scorer;
DROP ROLE regress_table_scorer;
