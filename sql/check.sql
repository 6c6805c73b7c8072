--
-- check_layers and the length functions: shapes before anything is computed
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
-- the changed layers that a hint of check_layers proposes, one by one
CREATE FUNCTION pg_temp.follow(layers jsonb, hint text) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE
	change text;
	edit text;
	word text[];
	changed jsonb;
BEGIN
	FOREACH change IN ARRAY coalesce(string_to_array(rtrim(hint, '.'), '; or '), '{}') LOOP
		changed := layers;
		FOREACH edit IN ARRAY regexp_split_to_array(replace(change, ', which adds zeros', ''), ' and (?=set |turn |append |put |leave )') LOOP
			word := regexp_match(edit, '^set (.*) in layer (\d+) "', 'i');
			IF word IS NOT NULL THEN
				changed := jsonb_set(changed, ARRAY[(word[2]::int - 1)::text, 'config'], coalesce(nullif(changed -> word[2]::int - 1 -> 'config', 'null'), '{}') || ('{' || word[1] || '}')::jsonb);
				CONTINUE;
			END IF;
			word := regexp_match(edit, '^leave "(\w+)" out of layer (\d+) "', 'i');
			IF word IS NOT NULL THEN
				changed := changed #- ARRAY[(word[2]::int - 1)::text, 'config', word[1]];
				CONTINUE;
			END IF;
			word := regexp_match(edit, '^turn layer (\d+) "\w+" into (\w+)(?: with (.*))?$', 'i');
			IF word IS NOT NULL THEN
				changed := jsonb_set(changed, ARRAY[(word[1]::int - 1)::text], jsonb_build_object('class_name', word[2], 'config', (changed -> word[1]::int - 1 -> 'config') || coalesce('{' || word[3] || '}', '{}')::jsonb));
				CONTINUE;
			END IF;
			word := regexp_match(edit, '^append (\w+)(?: with (.*))?$', 'i');
			IF word IS NOT NULL THEN
				changed := changed || jsonb_build_object('class_name', word[1], 'config', coalesce('{' || word[2] || '}', '{}')::jsonb);
				CONTINUE;
			END IF;
			word := regexp_match(edit, '^put (\w+)(?: with (.*))? before layer (\d+) "', 'i');
			IF word IS NOT NULL THEN
				changed := jsonb_insert(changed, ARRAY[(word[3]::int - 1)::text], jsonb_build_object('class_name', word[1], 'config', coalesce('{' || word[2] || '}', '{}')::jsonb));
				CONTINUE;
			END IF;
			RAISE EXCEPTION 'do not know how to follow "%"', edit;
		END LOOP;
		RETURN NEXT changed;
	END LOOP;
END $$;
-- where layers end, null when they do not get there
CREATE FUNCTION pg_temp.ends_at(input int[], layers jsonb) RETURNS int[] LANGUAGE sql AS
	'SELECT output_shape FROM check_layers(input, layers) ORDER BY position DESC LIMIT 1';

-- An autoencoder that loses two steps: 100 -> 98 -> 49 -> 98
CREATE TEMP TABLE layers (model text, position int, class_name text, config jsonb);
INSERT INTO layers VALUES
	('seed', 1, 'Conv1D', '{"filters": 32, "kernel_size": 3, "padding": "valid"}'),
	('seed', 2, 'MaxPooling1D', '{"pool_size": 2}'),
	('seed', 3, 'UpSampling1D', '{"size": 2}'),
	('seed', 4, 'Conv1D', '{"filters": 1, "kernel_size": 3, "padding": "same"}');
SELECT layers_agg(class_name, config ORDER BY position) AS seed FROM layers WHERE model = 'seed' \gset
SELECT layers_agg(class_name, config ORDER BY position) FROM layers WHERE position < 3;
SELECT position, name, class_name, input_shape, output_shape, params, problem IS NOT NULL AS bad FROM check_layers('{100,1}', :'seed', expected_output => '{100,1}');
SELECT problem, detail, hint FROM check_layers('{100,1}', :'seed', expected_output => '{100,1}') WHERE problem IS NOT NULL;
-- each of the changes that it names mends it
SELECT changed, pg_temp.ends_at('{100,1}', changed) FROM check_layers('{100,1}', :'seed', '{100,1}'), pg_temp.follow(:'seed', hint) changed WHERE problem IS NOT NULL;
-- without an expectation, or where it is met, there is nothing to say
SELECT count(problem), max(output_shape) FROM check_layers('{100,1}', :'seed');
SELECT count(problem) FROM check_layers('{100,1}', :'seed', '{98,1}');
SELECT count(problem) FROM check_layers('{100,1}', :'seed', NULL);

-- Steps that a stride rounds away: 63 -> 32 -> 64, 63 -> 31 -> 62, 63 -> 15 -> 60, wanted as they were
SELECT problem, detail, hint, ends_at FROM unnest(ARRAY[
	'[{"class_name": "Conv1D", "config": {"filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"}}, {"class_name": "Conv1DTranspose", "config": {"filters": 1, "kernel_size": 3, "strides": 2, "padding": "same"}}]',
	'[{"class_name": "Conv1D", "config": {"filters": 8, "kernel_size": 3, "strides": [2]}}, {"class_name": "Conv1DTranspose", "config": {"filters": 1, "kernel_size": 2, "strides": [2]}}]',
	'[{"class_name": "AveragePooling1D", "config": {"pool_size": 4}}, {"class_name": "UpSampling1D", "config": {"size": 4}}]']::jsonb[]) l,
	check_layers('{63,1}', l, '{63,1}'), LATERAL (SELECT string_agg(pg_temp.ends_at('{63,1}', changed)::text, ' ') AS ends_at FROM pg_temp.follow(l, hint) changed) f WHERE problem IS NOT NULL;
-- too long, too many channels, another rank
SELECT hint, ends_at FROM (VALUES
	('[{"class_name": "UpSampling1D", "config": {"size": 3}}]'::jsonb, '{35,1}'::int[]),
	('[{"class_name": "Conv1D", "config": {"filters": 8, "kernel_size": 3, "padding": "same"}}]', '{12,4}'),
	('[{"class_name": "Flatten"}, {"class_name": "Dense", "config": {"units": 3}}]', '{5}'),
	('[{"class_name": "Dense", "config": {"units": 3}}]', '{5}'),
	('[{"class_name": "Conv1D", "config": {"filters": 8, "kernel_size": 3}}]', '{12,4}')) v(l, wanted), check_layers('{12,1}', l, wanted), LATERAL (SELECT string_agg(pg_temp.ends_at('{12,1}', changed)::text, ' ') AS ends_at FROM pg_temp.follow(l, hint) changed) f WHERE problem IS NOT NULL;
-- every change that is proposed for any of these stacks mends it
CREATE TEMP TABLE stacks AS SELECT length, jsonb_build_array(
		jsonb_build_object('class_name', 'Conv1D', 'config', jsonb_build_object('filters', 4, 'kernel_size', k, 'strides', s, 'padding', p)),
		jsonb_build_object('class_name', CASE WHEN pool THEN 'MaxPooling1D' ELSE 'Activation' END, 'config', '{}'::jsonb),
		CASE WHEN pool THEN jsonb_build_object('class_name', 'UpSampling1D', 'config', '{"size": 2}'::jsonb) ELSE jsonb_build_object('class_name', 'ReLU') END,
		jsonb_build_object('class_name', 'Conv1DTranspose', 'config', jsonb_build_object('filters', 1, 'kernel_size', k, 'strides', s, 'padding', p))) AS layers
	FROM generate_series(30, 35) length, generate_series(1, 5) k, generate_series(1, 3) s, unnest(ARRAY['valid', 'same']) p, unnest(ARRAY[true, false]) pool;
SELECT count(*) AS checked, count(problem) AS wrong, count(hint) AS hints FROM stacks, check_layers(ARRAY[length, 1], layers, ARRAY[length, 1]) WHERE position = 4;
SELECT count(*) AS changes, count(*) FILTER (WHERE pg_temp.ends_at(ARRAY[length, 1], changed) IS DISTINCT FROM ARRAY[length, 1]) AS vain FROM stacks, check_layers(ARRAY[length, 1], layers, ARRAY[length, 1]), pg_temp.follow(layers, hint) changed WHERE problem IS NOT NULL;

--
-- Faults are rows, never errors; layers after one are still read
--

SELECT position, name, class_name, input_shape, output_shape, params, problem FROM check_layers('{20,1}', '[
	{"class_name": "Conv1D", "config": {"filters": 4, "kernel_size": 21}},
	{"class_name": "Conv1D", "config": {"filters": 4, "kernel_size": 0}},
	{"class_name": "LSTM", "config": {"units": 4}},
	{"class_name": "Dense"},
	{"class_name": "Dense", "config": {"units": 1}},
	{"class_name": "MaxPooling1D", "config": {"pool_size": 2, "padding": "causal"}},
	{"class_name": "conv1d", "config": {"filters": 2, "kernel_size": 3, "strides": 2, "dilation_rate": 2}},
	{"class_name": "Conv1DTranspose", "config": {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 2}},
	{"class_name": "Reshape", "config": {"target_shape": [-1, -1]}},
	{"class_name": "MinMaxInverse", "config": {"data_min_": [0], "data_max_": [1], "feature_range": [2, 1]}},
	{"class_name": "Flatten", "config": 3},
	{"config": {}}, {}, 5, null, "Conv1D", [], {"class_name": null}, {"class_name": 7}, {"class_name": "Dense", "config": {"units": 2147483648}}]');
-- one row a fault of its own, with what to do
SELECT class_name, problem, detail, hint FROM unnest(ARRAY[
	'{"class_name": "Conv1D", "config": {"filters": 4, "kernel_size": 21}}', '{"class_name": "Reshape", "config": {"target_shape": [9, 9, 32]}}', '{"class_name": "Reshape", "config": {"target_shape": [20, 20, 32]}}', '{"class_name": "MinMaxInverse", "config": {"data_min_": [0], "data_max_": [1]}}', '{"class_name": "Cropping1D", "config": {"cropping": [10, 10]}}',
	'{"class_name": "UpSampling1D", "config": {"size": 8388608}}', '{"class_name": "Conv1D", "config": {"filters": 1000000, "kernel_size": 20}}', '{"class_name": "Conv1D", "config": {"filters": 3, "kernel_size": 1, "groups": 2}}', '{"class_name": "Conv1D", "config": {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2}}']::jsonb[]) l, check_layers('{20,32}', jsonb_build_array(l));
-- a convolution after Dense on a vector, as it is and as the hint has it; Dense by itself works on every step of a series
SELECT class_name, input_shape, problem, detail, hint FROM check_layers('{50}', '[{"class_name": "Dense", "config": {"units": 64}}, {"class_name": "Conv1D", "config": {"filters": 32, "kernel_size": 3}}]');
SELECT pg_temp.ends_at('{50}', jsonb_build_array('{"class_name": "Dense", "config": {"units": 64}}'::jsonb, jsonb_build_object('class_name', 'Reshape', 'config', jsonb_build_object('target_shape', shape)), '{"class_name": "Conv1D", "config": {"filters": 32, "kernel_size": 3}}'::jsonb)) FROM unnest(ARRAY['[64, 1]', '[8, 8]']::jsonb[]) shape;
SELECT pg_temp.ends_at('{20,1}', '[{"class_name": "Dense", "config": {"units": 64}}, {"class_name": "Conv1D", "config": {"filters": 32, "kernel_size": 3}}]');
-- 98 steps are no square: 9 x 9; with padding "same" there are 100 and 10 x 10
SELECT pg_temp.ends_at('{100,1}', '[{"class_name": "Conv1D", "config": {"filters": 32, "kernel_size": 3}}, {"class_name": "Reshape", "config": {"target_shape": [9, 9, 32]}}]'), pg_temp.ends_at('{100,1}', '[{"class_name": "Conv1D", "config": {"filters": 32, "kernel_size": 3}}, {"class_name": "Reshape", "config": {"target_shape": [-1, 32]}}]'), pg_temp.ends_at('{100,1}', '[{"class_name": "Conv1D", "config": {"filters": 32, "kernel_size": 3, "padding": "same"}}, {"class_name": "Reshape", "config": {"target_shape": [10, 10, 32]}}]');
-- a class name of any length in any script is shown as valid text
SELECT bool_and(convert_from(convert_to(problem, 'UTF8'), 'UTF8') = problem), bool_and(problem ~ '^layer "x*[é?]*" is not supported$') FROM generate_series(58, 65) n, check_layers('{5,1}', jsonb_build_array(jsonb_build_object('class_name', repeat('x', n) || repeat('é', 80))));
SELECT bool_and(convert_from(convert_to(hint, 'UTF8'), 'UTF8') = hint) FROM generate_series(58, 65) n, check_layers('{5,1}', jsonb_build_array(jsonb_build_object('class_name', 'MaxPooling1D', 'config', jsonb_build_object('strides', 1, 'name', repeat('x', n) || repeat('é', 80)))), '{5,1}');
-- nor is anything raised for what is no configuration at all
SELECT pg_temp.refusal(format('SELECT * FROM check_layers(''{5,1}'', %L)', jsonb_build_array(jsonb_build_object('class_name', 'Activation', 'config', config)))) FROM unnest(ARRAY['{"activation": 1e400}', ('{"activation": ' || repeat('[', 17) || repeat(']', 17) || '}')]::jsonb[]) config;
-- only the question itself can be wrong
SELECT pg_temp.refusal('SELECT * FROM check_layers(' || t || ')') FROM unnest(ARRAY['''{}'', ''[{}]''', '''{0}'', ''[{}]''', '''{-1,1}'', ''[{}]''', '''{NULL}'', ''[{}]''', '''{1,1,1,1,1}'', ''[{}]''', '''{{1,1}}'', ''[{}]''', '''{1000000,1000000}'', ''[{}]''', '''{5}'', ''5''', '''{5}'', ''null''', '''{5}'', ''{}''', '''{5}'', ''{"layers": []}''', '''{5}'', ''{"class_name": "Functional", "config": {}}''', '''{5}'', ''{"class_name": "Ensemble", "config": {}}''', '''{5}'', ''[]''', '''{5}'', ''[{}]'', ''{}''', '''{5}'', ''[{}]'', ''{NULL}''', 'NULL, ''[{}]''', '''{5}'', NULL']) t;
-- thousands of layers are named, and hundreds mended, in no time that is worth cancelling
SET statement_timeout = '5s';
SELECT count(*), max(output_shape) FROM check_layers('{9,1}', (SELECT jsonb_agg('{"class_name": "Activation"}'::jsonb) FROM generate_series(1, 3000)));
SELECT count(*), max(hint) FROM check_layers('{1000,1}', (SELECT jsonb_agg('{"class_name": "MaxPooling1D", "config": {"strides": 1}}'::jsonb) FROM generate_series(1, 250)), '{5,1}');
RESET statement_timeout;

--
-- What Keras writes
--

-- to_json() of Keras 3
SELECT position, name, input_shape, output_shape, params, problem FROM check_layers('{100,1}', '{"module": "keras", "class_name": "Sequential", "config": {"name": "sequential", "trainable": true, "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null}, "layers": [
	{"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 100, 1], "dtype": "float32", "sparse": false, "ragged": false, "name": "input_layer"}, "registered_name": null},
	{"module": "keras.layers", "class_name": "Conv1D", "config": {"name": "conv1d", "trainable": true, "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null}, "filters": 32, "kernel_size": [3], "strides": [1], "padding": "valid", "data_format": "channels_last", "dilation_rate": [1], "groups": 1, "activation": "relu", "use_bias": true,
		"kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": null}, "registered_name": null}, "bias_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": null}, "kernel_regularizer": null, "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null, "bias_constraint": null}, "registered_name": null, "build_config": {"input_shape": [null, 100, 1]}},
	{"module": "keras.layers", "class_name": "MaxPooling1D", "config": {"name": "max_pooling1d", "trainable": true, "dtype": "float32", "pool_size": [2], "padding": "valid", "strides": [2], "data_format": "channels_last"}, "registered_name": null, "build_config": {"input_shape": [null, 98, 32]}},
	{"module": "keras.layers", "class_name": "UpSampling1D", "config": {"name": "up_sampling1d", "trainable": true, "dtype": "float32", "size": 2}, "registered_name": null, "build_config": {"input_shape": [null, 49, 32]}},
	{"module": "keras.layers", "class_name": "Conv1DTranspose", "config": {"name": "conv1d_transpose", "trainable": true, "dtype": "float32", "filters": 1, "kernel_size": [3], "strides": [1], "padding": "valid", "data_format": "channels_last", "dilation_rate": [1], "activation": "linear", "use_bias": true}, "registered_name": null}],
	"build_input_shape": [null, 100, 1]}, "registered_name": null, "build_config": {"input_shape": [null, 100, 1]}, "compile_config": {"optimizer": "adam", "loss": "mse"}, "keras_version": "3.8.0", "backend": "tensorflow"}', '{100,1}');
-- ... of Keras 2, and of the first of them, which had no object around the layers
SELECT position, name, output_shape, params, problem FROM check_layers('{8,2}', '{"class_name": "Sequential", "config": {"name": "sequential_1", "layers": [{"class_name": "Conv1D", "config": {"name": "conv1d_7", "trainable": true, "batch_input_shape": {"class_name": "__tuple__", "items": [null, 8, 2]}, "dtype": "float32", "filters": 4, "kernel_size": {"class_name": "__tuple__", "items": [3]}, "strides": [2], "padding": "same", "data_format": "channels_last", "dilation_rate": [1], "groups": 1, "activation": "swish", "use_bias": false}}, {"class_name": "Conv1DTranspose", "config": {"name": "conv1d_transpose", "trainable": true, "dtype": "float32", "filters": 2, "kernel_size": [4], "strides": [2], "padding": "same", "data_format": "channels_last", "dilation_rate": [1], "groups": 1, "activation": "linear", "use_bias": true, "output_padding": null}}, {"class_name": "Flatten", "config": {"name": "flatten", "trainable": true, "dtype": "float32", "data_format": "channels_last"}}]}, "keras_version": "2.15.0", "backend": "tensorflow"}', '{16}');
SELECT position, name, output_shape, params, problem FROM check_layers('{8,2}', '{"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"units": 3, "activation": "sigmoid"}}]}');

--
-- layer_output_shape: one layer, raising what is wrong
--

SELECT layer_output_shape('{100,1}', 'Conv1D', '{"filters": 32, "kernel_size": 3}'), layer_output_shape('{49,32}', 'UpSampling1D', NULL), layer_output_shape('{7,3}', 'Flatten', '{}'), layer_output_shape('{50}', 'Dense', '{"units": 4}'), layer_output_shape('{6,1}', 'conv1d', '{"filters": 1, "kernel_size": 3, "pads": [1, 1]}'), layer_output_shape('{2,3,4}', 'Reshape', '{"target_shape": [-1, 6]}');
SELECT layer_output_shape(NULL, 'Flatten', '{}') IS NULL, layer_output_shape('{5}', NULL, '{}') IS NULL;
SELECT pg_temp.refusal('SELECT layer_output_shape(' || t || ')') FROM unnest(ARRAY['''{2,1}'', ''Conv1D'', ''{"filters": 1, "kernel_size": 3}''', '''{2}'', ''Conv1D'', ''{"filters": 1, "kernel_size": 1}''', '''{2,1}'', ''Conv1D'', ''{}''', '''{2,1}'', ''Conv1D'', ''[]''', '''{2,1}'', ''Conv3D'', ''{}''', '''{2,0}'', ''Flatten'', ''{}''', '''{134217728,1}'', ''UpSampling1D'', ''{}''']) t;

--
-- The length functions
--

SELECT conv1d_output_length(100, 3), conv1d_output_length(6, 3, 2, 'same'), conv1d_output_length(5, 3, 2, 'causal'), conv1d_output_length(10, 3, dilation_rate => 2), conv1d_output_length(8, 3, 2, pads => '{1}'), conv1d_output_length(8, 1, pads => '{2,3}');
SELECT conv1d_transpose_output_length(10, 3, 2), conv1d_transpose_output_length(10, 3, 2, 'same'), conv1d_transpose_output_length(10, 3, 2, 'same', 0), conv1d_transpose_output_length(10, 3, 2, 'same', 1), conv1d_transpose_output_length(10, 3, 2, pads => '{1}', output_padding => 1), conv1d_transpose_output_length(10, 3, 2, dilation_rate => 2, pads => '{0}');
SELECT pool1d_output_length(99), pool1d_output_length(99, 3), pool1d_output_length(99, 2, padding => 'same'), pool1d_output_length(99, 2, ceil_mode => true), pool1d_output_length(8, 3, 2, pads => '{1}', ceil_mode => true), pool1d_output_length(10, 3, 1, dilation_rate => 2);
-- round trips through a pool of 2: even lengths come back, odd ones do not
SELECT l, pool1d_output_length(l) * 2 AS valid, pool1d_output_length(l, padding => 'same') * 2 AS same FROM generate_series(6, 9) l;
SELECT conv1d_output_length(NULL, 3) IS NULL, conv1d_output_length(3, NULL) IS NULL, conv1d_output_length(9, 3, pads => NULL), conv1d_transpose_output_length(NULL, 3) IS NULL, conv1d_transpose_output_length(3, NULL) IS NULL, pool1d_output_length(NULL) IS NULL, pool1d_output_length(9, 2, NULL), conv1d_transpose_output_length(9, 3, output_padding => NULL, pads => NULL);
SELECT pg_temp.refusal('SELECT ' || t) FROM unnest(ARRAY[
	'conv1d_output_length(2, 3)', 'conv1d_output_length(0, 1)', 'conv1d_output_length(-5, 1)', 'conv1d_output_length(5, 0)', 'conv1d_output_length(5, 1, 0)', 'conv1d_output_length(5, 1, NULL)', 'conv1d_output_length(5, 1, padding => NULL)', 'conv1d_output_length(5, 1, dilation_rate => NULL)', 'conv1d_output_length(5, 2, dilation_rate => 2147483647)', 'conv1d_output_length(5, 2147483647, dilation_rate => 2147483647)', 'conv1d_output_length(2147483647, 1)', 'conv1d_output_length(5, 1, pads => ''{2147483647}'')',
	'conv1d_transpose_output_length(0, 1)', 'conv1d_transpose_output_length(5, 3, padding => ''causal'')', 'conv1d_transpose_output_length(5, 3, output_padding => 1)', 'conv1d_transpose_output_length(5, 2, padding => ''same'', output_padding => 0)', 'conv1d_transpose_output_length(134217728, 3, 2147483647)', 'conv1d_transpose_output_length(3, 2147483647, pads => ''{0}'', dilation_rate => 2147483647, strides => 2147483647)', 'conv1d_transpose_output_length(1, 1, pads => ''{1}'')', 'conv1d_transpose_output_length(1, 1, NULL)',
	'pool1d_output_length(1)', 'pool1d_output_length(5, NULL)', 'pool1d_output_length(5, 0)', 'pool1d_output_length(5, 2, 0)', 'pool1d_output_length(5, padding => ''causal'')', 'pool1d_output_length(5, ceil_mode => NULL)', 'pool1d_output_length(5, pads => ''{2}'')', 'pool1d_output_length(5, padding => ''same'', ceil_mode => true)']) t;
-- in a constraint: what a table can hold is what a model can take
CREATE TEMP TABLE recordings (x tensor1d CHECK (pool1d_output_length(conv1d_output_length(timesteps(x), 5), 2) >= 3));
INSERT INTO recordings VALUES (tensor1d_fill('{10,1}', 0)), (NULL);
SELECT left(pg_temp.refusal('INSERT INTO recordings VALUES (tensor1d_fill(''{9,1}'', 0))'), 5), pg_temp.refusal('INSERT INTO recordings VALUES (tensor1d_fill(''{4,1}'', 0))');

-- Over thousands of combinations three rules agree: the length function, check_layers and what comes out; null = refused
CREATE FUNCTION pg_temp.length_or_null(call text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	length int;
BEGIN
	EXECUTE 'SELECT ' || call INTO length;
	RETURN length;
EXCEPTION WHEN data_exception OR invalid_parameter_value THEN
	RETURN NULL;
END $$;
CREATE FUNCTION pg_temp.checked(length int, class_name text, config jsonb) RETURNS int LANGUAGE sql AS
	$$SELECT output_shape[1] FROM check_layers(ARRAY[length, 1], jsonb_build_array(jsonb_build_object('class_name', class_name, 'config', config)))$$;
WITH lengths AS (
	SELECT pg_temp.length_or_null(format('conv1d_output_length(%s, %s, %s, %L, %s, %L)', l, k, s, p, d, pads)) AS rule,
		pg_temp.length_or_null(format('timesteps(conv1d(tensor1d_fill(''{%s,1}'', 1), tensor1d_fill(''{%s,1,1}'', 1), NULL, %s, %L, %s, 1, ''linear'', %L))', l, k, s, p, d, pads)) AS made,
		pg_temp.checked(l, 'conv1d', jsonb_build_object('filters', 1, 'kernel_size', k, 'strides', s, 'padding', p, 'dilation_rate', d, 'pads', to_jsonb(pads))) AS checked,
		CASE WHEN pads IS NULL THEN pg_temp.checked(l, 'Conv1D', jsonb_build_object('filters', 1, 'kernel_size', k, 'strides', s, 'padding', p, 'dilation_rate', d)) END AS keras, pads
	FROM unnest(ARRAY[1, 2, 3, 7, 8, 16, 17]) l, generate_series(1, 6) k, generate_series(1, 3) s, generate_series(1, 3) d, (SELECT p, NULL::int[] AS pads FROM unnest(enum_range(NULL::conv1d_padding)) p UNION ALL SELECT 'valid', pads FROM (VALUES ('{0}'::int[]), ('{1,2}'), ('{3,0}')) v(pads)) t)
SELECT count(*), count(rule), count(*) FILTER (WHERE rule IS DISTINCT FROM made) AS made, count(*) FILTER (WHERE rule IS DISTINCT FROM checked) AS checked, count(*) FILTER (WHERE pads IS NULL AND rule IS DISTINCT FROM keras) AS keras FROM lengths;
WITH lengths AS (
	SELECT pg_temp.length_or_null(format('conv1d_transpose_output_length(%s, %s, %s, %L, %L, %s, %L)', l, k, s, p, op, d, pads)) AS rule,
		pg_temp.length_or_null(format('timesteps(conv1d_transpose(tensor1d_fill(''{%s,1}'', 1), tensor1d_fill(''{%s,1,1}'', 1), NULL, %s, %L, %L, %s, 1, ''linear'', %L))', l, k, s, p, op, d, pads)) AS made,
		pg_temp.checked(l, 'conv1d_transpose', jsonb_build_object('filters', 1, 'kernel_size', k, 'strides', s, 'padding', p, 'output_padding', op, 'dilation_rate', d, 'pads', to_jsonb(pads))) AS checked,
		CASE WHEN pads IS NULL THEN pg_temp.checked(l, 'Conv1DTranspose', jsonb_build_object('filters', 1, 'kernel_size', k, 'strides', s, 'padding', p, 'output_padding', op, 'dilation_rate', d)) END AS keras, pads
	FROM unnest(ARRAY[1, 2, 5, 9]) l, generate_series(1, 5) k, generate_series(1, 3) s, generate_series(1, 2) d, unnest(ARRAY[NULL, 0, 1, 2]) op, (SELECT p, NULL::int[] AS pads FROM unnest(enum_range(NULL::conv1d_padding)) p UNION ALL SELECT 'valid', pads FROM (VALUES ('{0}'::int[]), ('{1,2}'), ('{3,0}')) v(pads)) t)
SELECT count(*), count(rule), count(*) FILTER (WHERE rule IS DISTINCT FROM made) AS made, count(*) FILTER (WHERE rule IS DISTINCT FROM checked) AS checked, count(*) FILTER (WHERE pads IS NULL AND rule IS DISTINCT FROM keras) AS keras FROM lengths;
WITH lengths AS (
	SELECT pg_temp.length_or_null(format('pool1d_output_length(%s, %s, %L, %L, %s, %L, %L)', l, k, s, p, d, c, pads)) AS rule,
		pg_temp.length_or_null(format('timesteps(max_pool1d(tensor1d_fill(''{%s,1}'', 1), %s, %L, %L, %s, %L, %L))', l, k, s, p, d, c, pads)) AS made,
		CASE WHEN d = 1 THEN pg_temp.length_or_null(format('timesteps(avg_pool1d(tensor1d_fill(''{%s,1}'', 1), %s, %L, %L, %L, false, %L))', l, k, s, p, c, pads)) END AS averaged,
		pg_temp.checked(l, 'max_pool1d', jsonb_build_object('pool_size', k, 'strides', s, 'padding', p, 'dilation_rate', d, 'ceil_mode', c, 'pads', to_jsonb(pads))) AS checked,
		CASE WHEN pads IS NULL AND d = 1 AND NOT c THEN pg_temp.checked(l, 'AveragePooling1D', jsonb_build_object('pool_size', k, 'strides', s, 'padding', p)) END AS keras, pads, d, c
	FROM unnest(ARRAY[1, 2, 3, 8, 9, 16]) l, generate_series(1, 5) k, unnest(ARRAY[NULL, 1, 2, 4]) s, generate_series(1, 2) d, unnest(ARRAY[true, false]) c, (SELECT p, NULL::int[] AS pads FROM unnest(enum_range(NULL::conv1d_padding)) p UNION ALL SELECT 'valid', pads FROM (VALUES ('{0}'::int[]), ('{1,2}'), ('{1,0}')) v(pads)) t)
SELECT count(*), count(rule), count(*) FILTER (WHERE rule IS DISTINCT FROM made) AS made, count(*) FILTER (WHERE d = 1 AND rule IS DISTINCT FROM averaged) AS averaged, count(*) FILTER (WHERE rule IS DISTINCT FROM checked) AS checked, count(*) FILTER (WHERE pads IS NULL AND d = 1 AND NOT c AND rule IS DISTINCT FROM keras) AS keras FROM lengths;
-- torch spells it stride: 63 -> 32 -> 64, and output_padding 0 brings 63 back
SELECT problem, hint FROM check_layers('{63,1}', '[{"class_name": "Conv1d", "config": {"in_channels": 1, "out_channels": 4, "kernel_size": 3, "stride": 2, "padding": 1}}, {"class_name": "ConvTranspose1d", "config": {"in_channels": 4, "out_channels": 1, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}}]', '{63,1}') WHERE problem IS NOT NULL;
