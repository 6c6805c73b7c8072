--
-- predict_query: a model on the rows of any query
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\a \t on

-- what a statement is refused with: SQLSTATE, message, detail, hint, the row it is about
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
	context text;
BEGIN
	EXECUTE statement;
	RETURN 'not refused';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
	RETURN concat_ws(E'\n', sqlstate || ': ' || message, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''), 'ROW: ' || substring(context from '(?n)^row .*$'));
END $$;
-- how predict_query is refused
CREATE FUNCTION pg_temp.refused(query text, columns text = 'id int, y tensor1d') RETURNS text LANGUAGE sql AS
	$$SELECT pg_temp.refusal(format('SELECT q.* FROM query_models m, predict_query(m.model, %L) AS q(%s) WHERE m.name = ''pool''', query, columns))$$;

-- the larger of every two steps; and a plain copy
CREATE TABLE query_models (name text PRIMARY KEY, model conv1d_model);
INSERT INTO query_models SELECT 'pool', model_agg('MaxPooling1D', NULL, NULL);
INSERT INTO query_models SELECT 'relu', model_agg('ReLU', NULL, NULL);
CREATE TABLE query_series AS SELECT id, 'series ' || id AS name, tensor1d_agg(id * i ORDER BY i) AS x FROM generate_series(1, 1000) id, generate_series(1, 4) i GROUP BY id;

-- the last column becomes the output, the others pass through
SELECT * FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, name, x FROM query_series ORDER BY id LIMIT 3') AS q(id int, name text, y tensor1d);
-- it is as predict does it, in the order of the query
SELECT count(*), count(*) FILTER (WHERE tensor1d_send(q.y) = tensor1d_send(predict(model, x))), bool_and(position = q.id)
FROM (SELECT row_number() OVER () AS position, q.* FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series ORDER BY id') AS q(id int, y tensor1d)) q JOIN query_series s USING (id), query_models WHERE query_models.name = 'pool';
-- whatever the batch
SELECT b, count(*), count(y), sum(element(y, 2, 1)) FROM unnest(ARRAY[NULL, 0, 1, 7, 16, 17, 1000, 2147483647]) b, LATERAL predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series', b) AS q(id int, y tensor1d) GROUP BY b ORDER BY b;
SET work_mem = '64kB';
SELECT count(*), count(y), sum(element(y, 2, 1)) FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series') AS q(id int, y tensor1d);
RESET work_mem;
-- and it can be joined, aggregated, inserted, asked for in part
SELECT s.id % 3, sum(y), count(*) FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series') AS q(id int, y tensor1d) JOIN query_series s USING (id) GROUP BY 1 ORDER BY 1;
SELECT * FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series ORDER BY id DESC') AS q(id int, y tensor1d) LIMIT 1;
CREATE TEMP TABLE answers AS SELECT * FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series') AS q(id int, y tensor1d(2,1));
\d answers
-- one model a row of the outer query
SELECT m.name, q.y FROM query_models m, predict_query(m.model, 'SELECT x FROM query_series WHERE id = 2') AS q(y tensor1d) ORDER BY m.name;

-- null stays null; shapes may differ from row to row; the order stays
SELECT * FROM predict_query((SELECT model FROM query_models WHERE name = 'relu'), $$VALUES (1, '[-1,2]'::tensor1d), (2, '[[-1],[2]]'), (3, NULL), (4, '[3,-4]'), (5, '[[[-1]]]'), (6, '[[-5],[6]]'), (7, '[-1,2,3]')$$) AS q(id int, y tensor1d);
SELECT count(*), bool_and(y = predict(model, tensor1d_fill(ARRAY[1 + id % 50, 1 + id % 3], id - 200))) FROM query_models, predict_query(model, 'SELECT id, tensor1d_fill(ARRAY[1 + id % 50, 1 + id % 3], id - 200) FROM generate_series(1, 400) id') AS q(id int, y tensor1d) WHERE name = 'relu';
SELECT * FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series WHERE false') AS q(id int, y tensor1d);
SELECT count(*), count(y) FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, NULL::tensor1d FROM query_series') AS q(id int, y tensor1d);

-- arrays become tensors; domains are what they are over
CREATE DOMAIN pg_temp.two_steps AS tensor1d CHECK (timesteps(VALUE) = 2);
SELECT q.* FROM query_models m, predict_query(m.model, 'SELECT ARRAY[-1, 2.5]') AS q(y tensor1d) WHERE name = 'relu'
UNION ALL SELECT q.* FROM query_models m, predict_query(m.model, 'SELECT ARRAY[[-1], [2]]') AS q(y tensor1d) WHERE name = 'relu'
UNION ALL SELECT q.* FROM query_models m, predict_query(m.model, 'SELECT ARRAY[-1, 1e300/1e299]::real[]') AS q(y tensor1d) WHERE name = 'relu'
UNION ALL SELECT q.* FROM query_models m, predict_query(m.model, 'SELECT ARRAY[-1, 0.5]::float8[]') AS q(y tensor1d) WHERE name = 'relu'
UNION ALL SELECT q.* FROM query_models m, predict_query(m.model, $$SELECT '[[-1],[7]]'::pg_temp.two_steps$$) AS q(y tensor1d) WHERE name = 'relu';

-- all sorts of columns pass through: composite, array, enum, range, numeric, dropped, odd names
CREATE TYPE query_kind AS ENUM ('calm', 'wild');
CREATE TYPE query_pair AS (a int, b text);
CREATE TABLE query_odd (gone int, "Id" bigint, "a ""b""" query_pair, tags text[], kind query_kind, span int4range, price numeric(8,2), at date, long text, x tensor1d);
ALTER TABLE query_odd DROP COLUMN gone;
INSERT INTO query_odd VALUES (1, (2, 'two'), '{a,NULL,c}', 'wild', '[1,5)', 1234.5, '2024-02-29', repeat('long ', 10000), '[-1,2]'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT "Id", "a ""b""", tags, kind, span, price, at, length(long), y FROM predict_query((SELECT model FROM query_models WHERE name = 'relu'), 'TABLE query_odd') AS q("Id" bigint, "a ""b""" query_pair, tags text[], kind query_kind, span int4range, price numeric(8,2), at date, long text, y tensor1d);
SELECT whole, y FROM predict_query((SELECT model FROM query_models WHERE name = 'relu'), 'SELECT q.whole, x FROM query_odd, LATERAL (SELECT id, name FROM query_series WHERE id = "Id") q(whole)') AS q(whole int, y tensor1d) ORDER BY 1;

-- a statement sees one state of the database, the query too
BEGIN;
CREATE TEMP TABLE counted (n bigint);
WITH added AS (INSERT INTO query_series SELECT 1001, 'new', '[[1],[2]]' RETURNING id) INSERT INTO counted SELECT count(*) FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series') AS q(id int, y tensor1d);
SELECT n, (SELECT count(*) FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series') AS q(id int, y tensor1d)) FROM counted;
ROLLBACK;
-- in a function, in a cursor, in a read-only transaction
CREATE FUNCTION pg_temp.peak(n int) RETURNS real LANGUAGE plpgsql AS $$
DECLARE
	best real := 0;
	r record;
BEGIN
	FOR r IN SELECT y FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), format('SELECT x FROM query_series WHERE id <= %s', n)) AS q(y tensor1d) LOOP
		best := greatest(best, max_element(r.y));
	END LOOP;
	RETURN best;
END $$;
SELECT pg_temp.peak(10), pg_temp.peak(20), pg_temp.peak(0);
BEGIN READ ONLY;
DECLARE c CURSOR FOR SELECT * FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series ORDER BY id') AS q(id int, y tensor1d);
FETCH 2 FROM c;
FETCH 1 FROM c;
COMMIT;
-- the query may use the function itself
SELECT * FROM predict_query((SELECT model FROM query_models WHERE name = 'relu'), $$SELECT id, y FROM predict_query((SELECT model FROM query_models WHERE name = 'pool'), 'SELECT id, x FROM query_series WHERE id <= 2') AS q(id int, y tensor1d)$$) AS q(id int, y tensor1d);

--
-- What is refused
--

-- the list of columns; the hint's own list works
SELECT pg_temp.refused('SELECT id, name, x FROM query_series');
SELECT pg_temp.refused('SELECT id, x FROM query_series', 'id bigint, y tensor1d');
SELECT pg_temp.refused('SELECT id, x FROM query_series', 'id int, y real[]');
SELECT pg_temp.refused('SELECT s.name::varchar(20), price, s.x FROM query_series s, query_odd', 'name varchar(10), price numeric, y tensor1d');
SELECT pg_temp.refused('SELECT id, id, id AS "output", 1, name AS "id_2", x FROM query_series', 'y tensor1d');
SELECT q.* FROM query_models m, predict_query(m.model, 'SELECT id, id, id AS "output", 1, name AS "id_2", x FROM query_series WHERE id = 1') AS q(id integer, id_2 integer, output integer, "?column?" integer, id_2_2 text, output_2 tensor1d) WHERE m.name = 'pool';
SELECT pg_temp.refused('SELECT name::varchar(20), x FROM query_series WHERE id = 1', 'name varchar, y tensor1d(2,1)');
SELECT pg_temp.refused('SELECT row(1, 2), x FROM query_series');
SELECT pg_temp.refused(q) FROM unnest(ARRAY['SELECT x, id FROM query_series', 'SELECT name FROM query_series', 'SELECT FROM query_series', 'SELECT ARRAY[''a'']']) q;
-- an output that does not fit the list
SELECT pg_temp.refused('SELECT id, x FROM query_series', 'id int, y tensor1d(3,1)');
-- whatever does not only read, or is not one statement
CREATE PROCEDURE pg_temp.nothing() LANGUAGE sql AS '';
SELECT left(pg_temp.refused(q), 110) FROM unnest(ARRAY['DELETE FROM query_series RETURNING id, x', 'WITH d AS (DELETE FROM query_series RETURNING id, x) SELECT * FROM d', 'SELECT id, x FROM query_series FOR UPDATE', 'SELECT id, x INTO query_copy FROM query_series', 'CREATE TABLE query_copy AS SELECT id, x FROM query_series', 'EXPLAIN SELECT 1', 'SHOW work_mem', 'CALL pg_temp.nothing()', 'COMMIT', '', ';', 'SELECT id, x FROM query_series; SELECT id, x FROM query_series']) q;
SELECT count(*) FROM query_series;
SELECT pg_temp.refused(q) FROM unnest(ARRAY['SELECT id, x FROM', 'SELECT id, y FROM query_series', 'SELECT id, x FROM query_series WHERE id = $1', 'SELECT id, x FROM query_nowhere', 'SELECT 1 / (id - 500), x FROM query_series']) q;
-- nulls and numbers
SELECT pg_temp.refusal($$SELECT * FROM predict_query((SELECT model FROM query_models WHERE name = 'pol'), 'SELECT x FROM query_series') AS q(y tensor1d)$$);
SELECT pg_temp.refusal($$SELECT q.* FROM query_models, predict_query(model, NULL) AS q(y tensor1d)$$);
SELECT pg_temp.refusal($$SELECT q.* FROM query_models, predict_query(model, 'SELECT x FROM query_series', -1) AS q(y tensor1d)$$);
SELECT pg_temp.refusal($$SELECT predict_query(model, 'SELECT x FROM query_series') FROM query_models$$);
-- a row that the model refuses is named
SELECT pg_temp.refused('SELECT id, CASE WHEN id = 777 THEN slice(x, 1, 1) ELSE x END FROM query_series ORDER BY id');
SELECT pg_temp.refused('SELECT id, CASE WHEN id = 42 THEN ARRAY[[1], [NULL]] ELSE ARRAY[[id], [1]] END FROM query_series ORDER BY id');
-- memory is refused before it is taken
SET conv1d.max_memory = '1MB';
SELECT pg_temp.refusal($$SELECT q.* FROM predict_query('{"version": 1, "layers": [{"class_name": "UpSampling1D", "config": {"size": 100000}}]}', 'SELECT x FROM query_series') AS q(y tensor1d)$$);
RESET conv1d.max_memory;

--
-- model_from_query: a model where no sub-select may stand
--

PREPARE pooled(conv1d_model) AS SELECT predict($1, '[[1],[2],[3],[4]]');
EXECUTE pooled(model_from_query($$SELECT model FROM query_models WHERE name = 'pool'$$));
SELECT pg_temp.refusal('SELECT model_from_query(' || quote_literal(q) || ')') FROM unnest(ARRAY['SELECT model FROM query_models WHERE name = ''pol''', 'SELECT NULL::conv1d_model', 'SELECT model FROM query_models', 'SELECT name FROM query_models', 'TABLE query_models', 'DELETE FROM query_models RETURNING model', 'COMMIT', 'SELECT']) q;
SELECT model_from_query(NULL) IS NULL;

DROP TABLE query_models, query_series, query_odd;
DROP TYPE query_kind, query_pair;
