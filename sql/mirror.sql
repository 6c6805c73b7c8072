--
-- mirror_decoder: layers that lead from the output of an encoder back to its input
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
-- a layer, as short as can be
CREATE FUNCTION pg_temp.l(class_name text, config jsonb = '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('class_name', class_name, 'config', config) $$;
-- the decoder of some layers, as the argument of check_layers
CREATE FUNCTION pg_temp.decoder(input int[], layers jsonb) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT coalesce(layers_agg(class_name, config ORDER BY position), '[]') FROM mirror_decoder(input, layers) $$;
-- do layers and their decoder end at the input, and is there nothing to say about them?
CREATE FUNCTION pg_temp.closed(input int[], layers jsonb) RETURNS boolean LANGUAGE sql AS
	$$ SELECT count(problem) = 0 FROM check_layers(input, layers || pg_temp.decoder(input, layers), expected_output => input) $$;
-- the layers of a decoder in a line each
CREATE FUNCTION pg_temp.show(input int[], layers jsonb) RETURNS SETOF text LANGUAGE sql AS
	$$ SELECT class_name || ' ' || config FROM mirror_decoder(input, layers) ORDER BY position $$;

-- An encoder is rows: 101 -> 51 -> 25 -> 23 steps
CREATE TEMP TABLE layer (model text, position int, class_name text, config jsonb, PRIMARY KEY (model, position));
INSERT INTO layer VALUES
	('encoder', 1, 'Conv1D', '{"filters": 32, "kernel_size": 5, "strides": 2, "padding": "same", "activation": "relu"}'),
	('encoder', 2, 'MaxPooling1D', '{"pool_size": 2}'),
	('encoder', 3, 'Conv1D', '{"filters": 64, "kernel_size": 3, "activation": "relu"}');
SELECT layers_agg(class_name, config ORDER BY position) AS encoder FROM layer WHERE model = 'encoder' \gset
-- so is its decoder: they go into the same table as they are
INSERT INTO layer SELECT 'decoder', * FROM mirror_decoder('{101,1}', :'encoder');
SELECT position, class_name, config FROM layer WHERE model = 'decoder' ORDER BY position;
-- both together give back what goes in, and nothing is to be said
SELECT layers_agg(class_name, config ORDER BY model DESC, position) AS autoencoder FROM layer \gset
SELECT position, class_name, output_shape, params, problem FROM check_layers('{101,1}', :'autoencoder', expected_output => '{101,1}');
-- the notice says for which other lengths: these are all of them up to 60
SET client_min_messages = warning;
SELECT array_agg(n) FROM generate_series(7, 60) n WHERE NOT EXISTS (SELECT FROM check_layers(ARRAY[n, 1], :'autoencoder', ARRAY[n, 1]) WHERE problem IS NOT NULL);
-- asked again, there is a decoder for every other length, too
SELECT count(*) FILTER (WHERE pg_temp.closed(ARRAY[n, 1], :'encoder')), count(*) FROM generate_series(11, 400) n;
-- but one that is made for another length is noticed
SELECT position, problem, hint FROM check_layers('{102,1}', :'autoencoder', '{102,1}') WHERE problem IS NOT NULL;
RESET client_min_messages;

-- Each kind by itself
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('Conv1D', '{"filters": 8, "kernel_size": 3, "strides": 2}')));
SET client_min_messages = warning;
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('Conv1D', '{"filters": 8, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('Conv1D', '{"filters": 8, "kernel_size": 4, "padding": "same", "strides": 3, "groups": 4}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('DepthwiseConv1D', '{"kernel_size": 3, "depth_multiplier": 2, "strides": 2, "dilation_rate": 2}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('SeparableConv1D', '{"filters": 8, "kernel_size": 3}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('Conv1DTranspose', '{"filters": 8, "kernel_size": 3, "strides": 2, "output_padding": 1}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('AveragePooling1D', '{"pool_size": 3, "padding": "same"}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('MaxPooling1D', '{"pool_size": 2, "strides": 5}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('GlobalMaxPooling1D')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('AdaptiveAveragePooling1D', '{"output_size": 4}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('UpSampling1D', '{"size": 3}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('ZeroPadding1D', '{"padding": [2, 1]}'), pg_temp.l('Cropping1D', '{"cropping": [0, 3]}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('Flatten'), pg_temp.l('Dense', '{"units": 3}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('Reshape', '{"target_shape": [5, -1]}'), pg_temp.l('Permute', '{"dims": [2, 1]}')));
SELECT pg_temp.show('{7}', jsonb_build_array(pg_temp.l('RepeatVector', '{"n": 5}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('TimeDistributed', '{"layer": {"class_name": "Dense", "config": {"units": 2}}}')));
-- images
RESET client_min_messages;
SELECT pg_temp.show('{32,33,3}', jsonb_build_array(pg_temp.l('Conv2D', '{"filters": 8, "kernel_size": [4, 4], "strides": 2, "padding": "same"}'), pg_temp.l('MaxPooling2D')));
SET client_min_messages = warning;
SELECT pg_temp.show('{8,9,3}', jsonb_build_array(pg_temp.l('Conv2D', '{"filters": 8, "kernel_size": 3}'), pg_temp.l('GlobalAveragePooling2D')));
-- the torch dialect is answered in torch
SELECT pg_temp.show('{63,1}', jsonb_build_array(pg_temp.l('Conv1d', '{"in_channels": 1, "out_channels": 32, "kernel_size": 3, "stride": 2, "padding": 1}')));
SELECT pg_temp.show('{64,1}', jsonb_build_array(pg_temp.l('Conv1d', '{"in_channels": 1, "out_channels": 32, "kernel_size": 3, "stride": 2, "padding": 1}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('Conv1d', '{"in_channels": 4, "out_channels": 8, "kernel_size": 4, "padding": "same", "groups": 2, "dilation": 3}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('MaxPool1d', '{"kernel_size": 2}')));
SELECT pg_temp.show('{11,4}', jsonb_build_array(pg_temp.l('MaxPool1d', '{"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2, "ceil_mode": true}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('ConstantPad1d', '{"padding": [3, -2], "value": 7}')));
SELECT pg_temp.show('{10,4}', jsonb_build_array(pg_temp.l('ReflectionPad1d', '{"padding": [3, 1]}'), pg_temp.l('Flatten', '{"start_dim": 1}'), pg_temp.l('Linear', '{"in_features": 56, "out_features": 2}')));
-- and explicit padding of SQL in SQL
SELECT pg_temp.show('{20,2}', jsonb_build_array(pg_temp.l('conv1d', '{"filters": 4, "kernel_size": 3, "strides": 3, "dilation_rate": 2, "pads": [4, 0], "groups": 2}'),
	pg_temp.l('max_pool1d', '{"pool_size": 2, "ceil_mode": true}')));

-- What stands between is copied: after every step of the decoder but the last, which is linear
SELECT pg_temp.show('{100,2}', jsonb_build_array(
	pg_temp.l('InputLayer', '{"batch_shape": [null, 100, 2], "name": "series"}'),
	pg_temp.l('MinMaxScaler', '{"data_min_": [0, 0], "data_max_": [1, 2], "name": "scaler"}'),
	pg_temp.l('Dropout', '{"rate": 0.5}'),
	pg_temp.l('Conv1D', '{"filters": 8, "kernel_size": 3, "name": "first"}'),
	pg_temp.l('BatchNormalization', '{"name": "norm", "epsilon": 0.01}'),
	pg_temp.l('ReLU'),
	pg_temp.l('MaxPooling1D', '{"pool_size": 2}'),
	pg_temp.l('Conv1D', '{"filters": 16, "kernel_size": 3, "activation": "tanh"}'),
	pg_temp.l('Flatten'),
	pg_temp.l('Dense', '{"units": 32, "activation": "relu"}'),
	pg_temp.l('Dropout', '{"rate": 0.25}'),
	pg_temp.l('Dense', '{"units": 2, "activation": "softmax"}')));

-- Every length, for encoders of each dialect
CREATE TEMP TABLE encoder (name text, layers jsonb);
INSERT INTO encoder VALUES
	('keras', jsonb_build_array(pg_temp.l('Conv1D', '{"filters": 4, "kernel_size": 4, "strides": 3, "padding": "same"}'), pg_temp.l('AveragePooling1D', '{"pool_size": 3, "strides": 2, "padding": "same"}'),
		pg_temp.l('Conv1D', '{"filters": 8, "kernel_size": 2, "padding": "causal", "strides": 2}'), pg_temp.l('Conv1DTranspose', '{"filters": 5, "kernel_size": 4, "strides": 3}'))),
	('pools', jsonb_build_array(pg_temp.l('MaxPooling1D', '{"pool_size": 3}'), pg_temp.l('UpSampling1D', '{"size": 4}'), pg_temp.l('MaxPooling1D', '{"pool_size": 2, "strides": 7, "padding": "same"}'))),
	('vector', jsonb_build_array(pg_temp.l('ZeroPadding1D', '{"padding": [3, 4]}'), pg_temp.l('Conv1D', '{"filters": 2, "kernel_size": 5}'), pg_temp.l('Permute', '{"dims": [2, 1]}'), pg_temp.l('Flatten'), pg_temp.l('Dense', '{"units": 3}'))),
	('torch', jsonb_build_array(pg_temp.l('Conv1d', '{"in_channels": 2, "out_channels": 6, "kernel_size": 3, "stride": 2, "dilation": 3, "padding": 4}'), pg_temp.l('Tanh'), pg_temp.l('MaxPool1d', '{"kernel_size": 3, "ceil_mode": true, "padding": 1}'),
		pg_temp.l('ConstantPad1d', '{"padding": [2, -1], "value": 0}'), pg_temp.l('Upsample', '{"scale_factor": 1.5}'))),
	('sql', jsonb_build_array(pg_temp.l('conv1d', '{"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 3, "pads": [5, 2]}'), pg_temp.l('avg_pool1d', '{"pool_size": 3, "ceil_mode": true, "pads": [1, 0]}'), pg_temp.l('resize1d', '{"length": 5}')));
SELECT name, count(*) FILTER (WHERE pg_temp.closed(ARRAY[n, 2], layers)) AS closed, count(*) FROM encoder, generate_series(4, 120) n GROUP BY name ORDER BY name;

-- The decoder runs like any other model
SELECT model_agg(class_name, config, NULL::tensor1d[] ORDER BY step, position) AS m FROM (
	SELECT 1 AS step, 1 AS position, 'MaxPool1d' AS class_name, '{"kernel_size": 2}'::jsonb AS config
	UNION ALL SELECT 2, * FROM mirror_decoder('{5,1}', '[{"class_name": "MaxPool1d", "config": {"kernel_size": 2}}]')) AS both_of_them \gset
SELECT predict(:'m'::conv1d_model, '[[1],[2],[3],[4],[5]]');

-- Whatever check_layers reads is read, too: a whole model of Keras
SELECT pg_temp.show('{16,1}', '{"class_name": "Sequential", "config": {"name": "m", "layers": [
	{"class_name": "InputLayer", "config": {"batch_shape": [null, 16, 1]}},
	{"class_name": "Conv1D", "config": {"name": "c", "trainable": true, "filters": 4, "kernel_size": [3], "strides": [2], "padding": "same", "activation": "gelu", "use_bias": false}}]}, "keras_version": "3.3.3"}');
-- a Functional model that is a chain is one, too
SELECT pg_temp.show('{16,1}', '{"class_name": "Functional", "config": {"name": "m", "layers": [
	{"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [null, 16, 1], "name": "i"}, "inbound_nodes": []},
	{"class_name": "Conv1D", "name": "c", "config": {"name": "c", "filters": 4, "kernel_size": [3]}, "inbound_nodes": [[["i", 0, 0, {}]]]},
	{"class_name": "MaxPooling1D", "name": "p", "config": {"name": "p", "pool_size": [2]}, "inbound_nodes": [[["c", 0, 0, {}]]]}],
	"input_layers": [["i", 0, 0]], "output_layers": [["p", 0, 0]]}}');
-- of layers that keep their shape there is nothing to give back
SELECT count(*) FROM mirror_decoder('{16,1}', '[{"class_name": "Dropout", "config": {"rate": 0.5}}]');
-- many models in one query, each with its own decoder
SELECT name, string_agg(class_name, ' ' ORDER BY position) FROM encoder, mirror_decoder('{30,2}', layers) GROUP BY name ORDER BY name;

-- Refusals: branches, by name
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{20,2}', '[{"class_name": "Conv1D", "config": {"filters": 2, "kernel_size": 3, "padding": "same"}},
	{"class_name": "Dense", "config": {"units": 2}}, {"class_name": "Add", "config": {"name": "joined"}, "inputs": ["conv1d", "dense"]}]')$$);
-- the layers before it do have a decoder, as the hint says
SELECT pg_temp.closed('{20,2}', '[{"class_name": "Conv1D", "config": {"filters": 2, "kernel_size": 3, "padding": "same"}}, {"class_name": "Dense", "config": {"units": 2}}]');
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{20,2}', '[{"class_name": "Conv1D", "config": {"filters": 2, "kernel_size": 3}},
	{"class_name": "MaxPooling1D"}, {"class_name": "Dense", "config": {"units": 2}, "inputs": ["conv1d"]}]')$$);
-- an encoder that does not work
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{4,1}', '[{"class_name": "MaxPooling1D"}, {"class_name": "Conv1D", "config": {"filters": 2, "kernel_size": 3}}]')$$);
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{4,1}', '[{"class_name": "MaxPooling1D"}, {"class_name": "LSTM"}]')$$);
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{4,1}', '[{"class_name": "Conv1D", "config": {"filters": 2, "kernel_size": 3, "kernel": 3}}]')$$);
-- one whose decoder would be too large
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{10000,10}', '[{"class_name": "Flatten"}, {"class_name": "Dense", "config": {"units": 10000}}]')$$);
-- nothing, and no layers
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{4,1}', '[]')$$);
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{4,1}', NULL)$$);
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder(NULL, '[{"class_name": "MaxPooling1D"}]')$$);
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{4,0}', '[{"class_name": "MaxPooling1D"}]')$$);
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{4,1}', '"MaxPooling1D"')$$);
SELECT pg_temp.refusal($$SELECT * FROM mirror_decoder('{4,1}', '[7, null]')$$);
