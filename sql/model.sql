--
-- conv1d_model: models from rows, rows from models, models as values
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
-- a model of one layer
CREATE FUNCTION pg_temp.layer(class_name text, config jsonb, VARIADIC weights tensor1d[] = '{}') RETURNS conv1d_model LANGUAGE sql AS
	'SELECT model_agg(class_name, config, weights)';

-- An autoencoder that keeps the sum of every two steps: a row a layer
CREATE TEMP TABLE layers (position int, class_name text, config jsonb, weights tensor1d[]);
INSERT INTO layers VALUES
	(3, 'Conv1DTranspose', '{"name": "decoder", "filters": 1, "kernel_size": 2, "strides": 2}', ARRAY['[[[0.5]],[[0.5]]]', '[0]']::tensor1d[]),
	(1, 'InputLayer', '{"batch_shape": [null, 6, 1]}', NULL),
	(2, 'Conv1D', '{"name": "encoder", "filters": 1, "kernel_size": [2], "strides": [2], "activation": "relu", "use_bias": false}', ARRAY['[[[1]],[[1]]]']::tensor1d[]);
CREATE TEMP TABLE models (name text PRIMARY KEY, model conv1d_model);
INSERT INTO models SELECT 'ae', model_agg(class_name, config, weights ORDER BY position) FROM layers;
SELECT model FROM models;
SELECT predict(model, '[[1],[3],[-5],[4],[0],[7]]') FROM models;
SELECT position, name, class_name, config, weights FROM model_layers((SELECT model FROM models));
SELECT * FROM model_summary((SELECT model FROM models));
-- for another input; with no shape declared, the shapes are unknown and the weights are not
SELECT * FROM model_summary(pg_temp.layer('Dense', '{"units": 2}', '[[1,2],[3,4],[5,6]]', '[0,0]'), '{7,3}');
SELECT * FROM model_summary(pg_temp.layer('Dense', '{"units": 2}', '[[1,2],[3,4],[5,6]]', '[0,0]'));
SELECT position, name, output_shape, params FROM model_summary((SELECT model_agg(c, config, w ORDER BY i) FROM (VALUES (1, 'Conv1D', '{"filters": 2, "kernel_size": 3, "batch_input_shape": [null, 9, 1]}'::jsonb, ARRAY['[[[1,1]],[[1,1]],[[1,1]]]', '[0,0]']::tensor1d[]), (2, 'MaxPooling1D', '{}', NULL), (3, 'Flatten', NULL, '{}')) t(i, c, config, w)));
-- a length that is open is not a shape
SELECT output_shape FROM model_summary(pg_temp.layer('InputLayer', '{"batch_shape": [null, null, 1]}'));
SELECT output_shape FROM model_summary(pg_temp.layer('InputLayer', '{"batch_shape": [null, null, 1]}'), '{5,1}');
SELECT pg_temp.refusal('SELECT * FROM model_summary((SELECT model FROM models), ' || t || ')') FROM unnest(ARRAY['''{5,1}''', '''{6,2}''', '''{6}''', '''{}''', '''{0,1}''', '''{6,NULL}''', '''{{6,1}}''', '''{2147483647,2147483647}''']) t;

-- its parts: the decoder of what the encoder made is what the whole model makes
SELECT predict(submodel(model, 'encoder', 'encoder'), '[[1],[3],[-5],[4],[0],[7]]'), predict(submodel(model, 'decoder', 'decoder'), predict(submodel(model, 'input_layer', 'encoder'), x)) = predict(model, x)
FROM models, (VALUES ('[[1],[3],[-5],[4],[0],[7]]'::tensor1d)) v(x);
SELECT name, class_name FROM model_layers((SELECT submodel(model, 'input_layer', 'encoder') FROM models));
SELECT predict(submodel(model, 'input_layer', 'decoder'), x) = predict(model, x) FROM models, (VALUES ('[[1],[3],[-5],[4],[0],[7]]'::tensor1d)) v(x);
SELECT submodel(submodel(model, 'input_layer', 'encoder'), 'encoder', 'encoder') = submodel(model, 'encoder', 'encoder') FROM models;
SELECT pg_temp.refusal('SELECT submodel(model, ' || t || ') FROM models') FROM unnest(ARRAY['''encoder'', ''bottleneck''', '''Encoder'', ''decoder''', '''decoder'', ''encoder''', ''''', ''decoder''']) t;
SELECT submodel(NULL, 'a', 'b') IS NULL, submodel(model, NULL, 'decoder') IS NULL, submodel(model, 'decoder', NULL) IS NULL FROM models;

-- layers without a name are counted as Keras counts them
SELECT string_agg(name, ', ' ORDER BY position) FROM model_layers((SELECT model_agg(c, config, NULL ORDER BY i) FROM (VALUES (1, 'ReLU', NULL::jsonb), (2, 'ReLU', '{"name": "mine"}'), (3, 'ReLU', '{}'), (4, 'Activation', NULL), (5, 'ReLU', '{"name": ""}'), (6, 'ReLU', '{"name": null}')) t(i, c, config)));

--
-- Round trips: model_layers -> model_agg, text, both lossless
--

-- every kind of layer that has weights, a scaler, every kind of number
INSERT INTO models
SELECT 'all', model_agg(class_name, config, weights ORDER BY i) FROM (VALUES
	(1, 'InputLayer', '{"batch_shape": [null, 16, 1], "dtype": "float32", "sparse": false, "name": "Herz µV \"1\" \\ {}"}'::jsonb, '{}'::tensor1d[]),
	(2, 'MinMaxScaler', '{"data_min_": [-0.1], "data_max_": [1e-7], "feature_range": [-1, 1.5], "clip": true}', NULL),
	(3, 'Conv1D', '{"filters": 3, "kernel_size": {"class_name": "__tuple__", "items": [3]}, "padding": "same", "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null, "scale": 1e30, "depth": [1, [2, [3, -9223372036854775808]]]}}}', ARRAY['[[[1e-45,-0,NaN]],[[3.4028235e38,inf,-inf]],[[0.1,1e10,16777216]]]', '[0.1,-0.1,0.3]']::tensor1d[]),
	(4, 'ZeroPadding1D', '{"padding": [1, 2]}', NULL), (5, 'Cropping1D', '{"cropping": 1}', NULL), (6, 'MaxPooling1D', '{"pool_size": 2}', NULL), (7, 'UpSampling1D', '{"size": 2}', NULL), (8, 'AveragePooling1D', '{"pool_size": 1}', NULL),
	(9, 'Conv1DTranspose', '{"filters": 2, "kernel_size": 1, "use_bias": false}', ARRAY['[[[1,2,3],[4,5,6]]]'::tensor1d]),
	(10, 'conv1d', '{"filters": 2, "kernel_size": 1, "use_bias": false, "pads": [0, 1]}', ARRAY['[[[1,2],[3,4]]]'::tensor1d]),
	(11, 'Activation', '{"activation": "gelu"}', NULL), (12, 'ReLU', '{"max_value": 6, "negative_slope": 0.25}', NULL), (13, 'Softmax', '{"axis": -1}', NULL),
	(14, 'Flatten', NULL, NULL), (15, 'Reshape', '{"target_shape": [-1, 2]}', NULL), (16, 'Dense', '{"units": 1}', ARRAY['[[0.5],[2]]', '[1]']::tensor1d[]),
	(17, 'MinMaxInverse', '{"data_min_": ["NaN"], "data_max_": ["NaN"]}', NULL)) t(i, class_name, config, weights);
CREATE FUNCTION pg_temp.round_trips(model conv1d_model, OUT text boolean, OUT rows boolean, OUT parts boolean) LANGUAGE sql AS $$
	SELECT conv1d_model_send(model::text::conv1d_model) = conv1d_model_send(model),
		conv1d_model_send((SELECT model_agg(class_name, config, weights, inputs ORDER BY position) FROM model_layers(model))) = conv1d_model_send(model),
		conv1d_model_send(submodel(part, first, last)) = conv1d_model_send(part)
	FROM (SELECT (array_agg(name ORDER BY position))[1] AS first, (array_agg(name ORDER BY position DESC))[1] AS last FROM model_layers(model)) names, LATERAL (SELECT submodel(model, first, last) AS part) s
$$;
SELECT name, (pg_temp.round_trips(model)).* FROM models ORDER BY name;
SELECT count(*), sum(params) FROM model_summary((SELECT model FROM models WHERE name = 'all'));
-- the weights come back to the bit: every float32 exponent, in a kernel of 256
INSERT INTO models SELECT 'bits', pg_temp.layer('Conv1D', '{"filters": 256, "kernel_size": 1, "use_bias": false}', reshape(tensor1d_agg(((1 + e / 257.0::float8) * 2::float8 ^ e)::real::float8 ORDER BY e), 1, 1, 256)) FROM generate_series(-126, 127) e, generate_series(1, 2) r WHERE r = 1 OR e < -124;
SELECT (pg_temp.round_trips(model)).* FROM models WHERE name = 'bits';
-- the identity takes one layer; a model of none is no model
SELECT predict(pg_temp.layer('InputLayer', NULL), '[[1,2],[3,4]]'), predict(pg_temp.layer('Activation', '{"activation": "linear"}'), '[NaN,1]');
SELECT left(pg_temp.refusal($$SELECT '{"version": 1, "layers": []}'::conv1d_model$$), 5);
-- JSON may be written in any way that says the same
SELECT '{"layers": [{"weights": ["[[2]]"], "config": {"use_bias": false, "units": 1.0}, "class_name": "Dense"}], "version": 1}'::conv1d_model = pg_temp.layer('Dense', '{"units": 1, "use_bias": false}', '[[2]]');

--
-- Models as values
--

-- equal when layers, configurations and weights are; not when a weight is, or a name, or the order
SELECT a = b, a <> b, a < b OR a > b, a <= b, a >= b, conv1d_model_hash(a) = conv1d_model_hash(b), conv1d_model_hash_extended(a, 7) = conv1d_model_hash_extended(b, 7)
FROM (SELECT model_agg(class_name, config, weights ORDER BY position) AS a FROM layers) a, (SELECT model AS b FROM models WHERE name = 'ae') b;
SELECT pg_temp.layer('Dense', '{"units": 1, "use_bias": false}', '[[2]]') = m AS same, pg_temp.layer('Dense', '{"units": 1, "use_bias": false}', '[[3]]') = m AS weight, pg_temp.layer('Dense', '{"units": 1, "use_bias": false, "name": "d"}', '[[2]]') = m AS name, pg_temp.layer('dense', '{"units": 1, "use_bias": false}', '[[2]]') = m AS class,
	pg_temp.layer('Dense', '{"units": 1, "use_bias": false}', '[[0]]') = pg_temp.layer('Dense', '{"units": 1, "use_bias": false}', '[[-0]]') AS zero, pg_temp.layer('Dense', '{"units": 1, "use_bias": false}', '[[NaN]]') = pg_temp.layer('Dense', '{"units": 1, "use_bias": false}', '[[NaN]]') AS nan
FROM pg_temp.layer('Dense', '{"use_bias": false, "units": 1}', '[[2]]') m;
-- a thousand models of a hundred kinds, large enough to be stored out of line
CREATE TEMP TABLE many AS SELECT i, pg_temp.layer('Dense', '{"units": 30, "use_bias": false}', tensor1d_fill('{30,30}', i % 100)) AS model FROM generate_series(0, 999) i;
SELECT min(pg_column_size(model)) > 3000, count(DISTINCT model) FROM many;
SELECT count(*), min(n), max(n), bool_and(i % 100 = k) FROM (SELECT model, count(*) AS n, min(i) % 100 AS k, max(i) AS i FROM many GROUP BY model) t;
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM many a JOIN many b USING (model);
SELECT count(*), bool_and(a.i % 100 = b.i % 100) FROM many a JOIN many b USING (model);
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT count(*), bool_and(a.i % 100 = b.i % 100) FROM many a JOIN many b USING (model);
RESET enable_hashjoin;
RESET enable_nestloop;
SELECT count(*) FROM (SELECT model FROM many UNION SELECT model FROM many) t;
SELECT bool_and(model >= before) FROM (SELECT model, lag(model) OVER (ORDER BY model) AS before FROM many) t;
CREATE UNIQUE INDEX ON models (model);
SELECT pg_temp.refusal('INSERT INTO models SELECT ''again'', model FROM models WHERE name = ''ae''') ~ '^23505';
SET enable_seqscan = off;
SELECT name FROM models WHERE model = (SELECT model_agg(class_name, config, weights ORDER BY position) FROM layers);
RESET enable_seqscan;

--
-- What is refused: the layer is named
--

-- weights: how many, which shape
SELECT pg_temp.refusal('SELECT pg_temp.layer(' || t || ')') FROM unnest(ARRAY[
	$$'Conv1D', '{"filters": 2, "kernel_size": 3}', '[[[1,1]],[[1,1]],[[1,1]]]'$$, $$'Conv1D', '{"filters": 2, "kernel_size": 3, "use_bias": false}', '[[[1,1]],[[1,1]],[[1,1]]]', '[0,0]'$$, $$'Conv1D', '{"filters": 2, "kernel_size": 3}'$$, $$'Flatten', '{}', '[1]'$$, $$'Dense', '{"units": 1}', '[[1]]', '[1]', '[1]', '[1]', '[1]', '[1]'$$,
	$$'Conv1D', '{"filters": 2, "kernel_size": 2}', '[[[1,1]]]', '[0,0]'$$, $$'Conv1D', '{"filters": 2, "kernel_size": 1}', '[[[1,1]]]', '[0]'$$, $$'Conv1D', '{"filters": 2, "kernel_size": 1}', '[[1,1]]', '[0,0]'$$, $$'Conv1D', '{"filters": 2, "kernel_size": 1}', '[0,0]', '[[[1,1]]]'$$]) t;
-- the hint says what torch's layout looks like, and following it works: (filters, channels, kernel_size) as torch has it
CREATE TEMP TABLE torch AS SELECT tensor1d_agg(v ORDER BY v) AS w FROM generate_series(1, 24) v;
SELECT pg_temp.refusal($$SELECT pg_temp.layer('Conv1D', '{"filters": 4, "kernel_size": 3, "use_bias": false}', reshape(w, 4, 2, 3)) FROM torch$$);
SELECT shape(predict(pg_temp.layer('Conv1D', '{"filters": 4, "kernel_size": 3, "use_bias": false}', permute(reshape(w, 4, 2, 3), 3, 2, 1)), '[[1,0],[0,0],[0,1]]')), predict(pg_temp.layer('Conv1D', '{"filters": 4, "kernel_size": 3, "use_bias": false}', permute(reshape(w, 4, 2, 3), 3, 2, 1)), '[[1,0],[0,0],[0,1]]') FROM torch;
SELECT pg_temp.refusal($$SELECT pg_temp.layer('Conv1DTranspose', '{"filters": 4, "kernel_size": 3, "use_bias": false}', reshape(w, 2, 4, 3)) FROM torch$$);
SELECT predict(pg_temp.layer('Conv1DTranspose', '{"filters": 4, "kernel_size": 3, "use_bias": false}', permute(reshape(w, 2, 4, 3), 3, 2, 1)), '[[1,0]]') FROM torch;
SELECT pg_temp.refusal($$SELECT pg_temp.layer('Dense', '{"units": 8, "use_bias": false}', reshape(w, 8, 3)) FROM torch$$);
SELECT predict(pg_temp.layer('Dense', '{"units": 8, "use_bias": false}', permute(reshape(w, 8, 3), 2, 1)), '[1,0,0]') FROM torch;
SELECT pg_temp.refusal($$SELECT pg_temp.layer('Conv1D', '{"filters": 4, "kernel_size": 3, "use_bias": false}', reshape(w, 3, 4, 2)) FROM torch$$);
SELECT shape(predict(pg_temp.layer('Conv1D', '{"filters": 4, "kernel_size": 3, "use_bias": false}', permute(reshape(w, 3, 4, 2), 1, 3, 2)), '[[1,0],[0,0],[0,1]]')) FROM torch;
-- a layer among others: its position, name and class
SELECT pg_temp.refusal('SELECT model_agg(c, config, w ORDER BY i) FROM (VALUES (1, ''Conv1D'', ''{"filters": 2, "kernel_size": 1, "use_bias": false}''::jsonb, ARRAY[''[[[1,1]]]''::tensor1d]), (2, ' || t || ')) t(i, c, config, w)') FROM unnest(ARRAY[
	$$'Conv1D', '{"filters": 2, "kernel_size": 1, "name": "second"}', NULL$$, $$'Conv1D', '{"filters": 2}', NULL$$, $$'Conv1D', '{"filters": "2"}', NULL$$, $$'Conv1D', '{"filters": 2, "kernel_size": 0}', NULL$$, $$'Conv1D', '{"filters": 2, "kernel_size": [1, 1]}', NULL$$, $$'Conv1D', '{"filters": 2, "kernel_size": 1.5}', NULL$$,
	$$'Conv1D', '[]', NULL$$, $$'Conv1D', '7', NULL$$, $$'Conv1D', '{"filters": 2, "kernel_size": 1, "activation": "step"}', NULL$$, $$'Conv1D', '{"filters": 2, "kernel_size": 1, "pads": [1, 1]}', NULL$$, $$'Conv1D', '{"filters": 2, "kernel_size": 1, "padding_mode": "reflect"}', NULL$$, $$'Conv1D', '{"filters": 2, "kernel_size": 1, "data_format": "channels_first"}', NULL$$,
	$$'conv1D', '{}', NULL$$, $$'Conv_1D', '{}', NULL$$, $$'LSTM', '{}', NULL$$, $$'', '{}', NULL$$, $$NULL, '{}', NULL$$, $$'Flatten', '{}', ARRAY[NULL::tensor1d]$$, $$'ReLU', '{"name": "conv1d"}', NULL$$, $$'Flatten', '{"units": 3}', NULL$$]) t;
-- a model that declares its input must work on it
SELECT pg_temp.refusal('SELECT model_agg(c, config, w ORDER BY i) FROM (VALUES (1, ''InputLayer'', ''{"batch_shape": [null, 4, 1]}''::jsonb, NULL::tensor1d[]), (2, ' || t || ')) t(i, c, config, w)') FROM unnest(ARRAY[
	$$'Conv1D', '{"filters": 1, "kernel_size": 5, "use_bias": false}', ARRAY[tensor1d_fill('{5,1,1}', 1)]$$, $$'Conv1D', '{"filters": 1, "kernel_size": 3, "use_bias": false}', ARRAY[tensor1d_fill('{3,2,1}', 1)]$$, $$'Dense', '{"units": 1, "use_bias": false}', ARRAY[tensor1d_fill('{4,1}', 1)]$$, $$'Reshape', '{"target_shape": [3]}', NULL$$, $$'Cropping1D', '{"cropping": 2}', NULL$$, $$'MinMaxInverse', '{"data_min_": [0,0], "data_max_": [1,1]}', NULL$$]) t;
SELECT pg_temp.refusal('SELECT pg_temp.layer(''InputLayer'', ''{"batch_shape": ' || t || '}'')') FROM unnest(ARRAY['5', '[]', '[null]', '[null, 0]', '[null, -5]', '[null, 1.5]', '[null, "x"]', '[1,2,3,4,5,6]', '[null, 65536, 65536]']) t;
-- whatever is declared, no product of sizes wraps around: 274177 * 67280421310721 = 2^64 + 1
SELECT pg_temp.refusal('SELECT pg_temp.layer(''' || t || ', "batch_input_shape": [null, 274177, 67280421310721]}'')') ~ '^(54000|22023|22000): ' FROM unnest(ARRAY['Flatten'', ''{"trainable": true', 'Reshape'', ''{"target_shape": [-1]', 'Activation'', ''{"activation": "relu"']) t;

-- no rows make no model
SELECT model_agg(class_name, config, weights) IS NULL FROM layers WHERE false;
SELECT count(*) FROM model_layers(NULL);
SELECT count(*) FROM model_summary(NULL);
SELECT count(*) FROM model_summary(NULL, '{1,1}');
-- text that is no model
SELECT pg_temp.refusal('SELECT ''' || t || '''::conv1d_model') FROM unnest(ARRAY['[]', '7', '{}', '{"version": 1}', '{"layers": []}', '{"version": "1", "layers": []}', '{"version": 2, "layers": [{"class_name": "Flatten"}]}', '{"version": 1, "layers": {}}', '{"version": 1, "layers": [5]}', '{"version": 1, "layers": [{}]}', '{"version": 1, "layers": [{"class_name": 5}]}',
	'{"version": 1, "layers": [{"class_name": "Dense", "config": {"units": 1}}]}', '{"version": 1, "layers": [{"class_name": "Dense", "config": {"units": 1, "use_bias": false}, "weights": [[[1]]]}]}', '{"version": 1, "layers": [{"class_name": "Dense", "config": {"units": 1, "use_bias": false}, "weights": ["[[1]"]}]}', '{"version": 1, "layers": [{"class_name": "Dense", "config": {"units": 1, "use_bias": false}, "weights": ["[1]"]}]}']) t;
SELECT left(pg_temp.refusal('SELECT ''' || t || '''::conv1d_model'), 5) FROM unnest(ARRAY['', 'x', '{', '{"version": 1, "layers": []} x']) t;
-- names of any length, in any script, are shown whole characters at a time
SELECT bool_and(pg_temp.refusal(format('SELECT model_agg(c, config, NULL) FROM (VALUES (''ReLU'', %L::jsonb), (''ReLU'', %1$L)) t(c, config)', jsonb_build_object('name', repeat('x', n) || repeat('é', 80)))) ~ '^22023: layer 2: two layers are named "x*[é?]*"') FROM generate_series(58, 65) n;
-- layers and weights have limits
SELECT count(*) FROM model_layers((SELECT model_agg('InputLayer', '{}', NULL) FROM generate_series(1, 300)));
SELECT pg_temp.refusal($$SELECT model_agg('InputLayer', '{"name": "x"}', NULL) FROM generate_series(1, 4097)$$);
SELECT pg_temp.refusal($$SELECT pg_temp.layer('Dense', '{"units": 4097, "use_bias": false}', tensor1d_fill('{4096,4097}', 0))$$);
SELECT pg_temp.refusal($$SELECT pg_temp.layer('Activation', ('{"activation": ' || repeat('[', 17) || repeat(']', 17) || '}')::jsonb)$$);
