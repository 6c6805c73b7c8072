--
-- Encoders, and the decoders that mirror_decoder finds for them: a line of JSON
-- each, for mirror_keras.py and mirror_torch.py.
--
-- A kind at all the lengths at which its strides behave differently, then whole
-- encoders.
--
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
\set QUIET off
WITH encoder (framework, lengths, rest, layers) AS (VALUES
	-- one layer of Keras on series
	('keras', '[5, 12]', '{3}', '[["Conv1D", {"filters": 4, "kernel_size": 3}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["Conv1D", {"filters": 4, "kernel_size": 3, "strides": 3}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["Conv1D", {"filters": 4, "kernel_size": 2, "strides": 4, "activation": "relu"}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["Conv1D", {"filters": 4, "kernel_size": 5, "strides": 3, "padding": "same"}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["Conv1D", {"filters": 4, "kernel_size": 4, "strides": 3, "padding": "same"}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["Conv1D", {"filters": 4, "kernel_size": 1, "strides": 3, "padding": "same"}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["Conv1D", {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "causal"}]]'),
	('keras', '[9, 12]', '{3}', '[["Conv1D", {"filters": 4, "kernel_size": 3, "padding": "causal", "dilation_rate": 4}]]'),
	('keras', '[9, 12]', '{4}', '[["Conv1D", {"filters": 6, "kernel_size": 3, "dilation_rate": 2, "groups": 2}]]'),
	('keras', '[9, 12]', '{4}', '[["Conv1D", {"filters": 6, "kernel_size": 4, "dilation_rate": 3, "padding": "same"}]]'),
	('keras', '[9, 10]', '{3}', '[["DepthwiseConv1D", {"kernel_size": 3, "strides": 2, "depth_multiplier": 2}]]'),
	('keras', '[9, 10]', '{3}', '[["SeparableConv1D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}]]'),
	('keras', '[5]', '{3}', '[["Conv1DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2}]]'),
	('keras', '[5]', '{3}', '[["Conv1DTranspose", {"filters": 4, "kernel_size": 4, "strides": 3, "padding": "same"}]]'),
	('keras', '[5]', '{3}', '[["Conv1DTranspose", {"filters": 4, "kernel_size": 5, "strides": 3, "padding": "same", "output_padding": 1}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["MaxPooling1D", {"pool_size": 3}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["AveragePooling1D", {"pool_size": 4, "strides": 3, "padding": "same"}]]'),
	('keras', '[7, 8, 9, 10]', '{3}', '[["MaxPooling1D", {"pool_size": 1, "strides": 4}]]'),
	('keras', '[7, 10]', '{3}', '[["MaxPooling1D", {"pool_size": 3, "strides": 1}]]'),
	('keras', '[9]', '{3}', '[["GlobalAveragePooling1D", {}]]'),
	('keras', '[9]', '{3}', '[["GlobalMaxPooling1D", {"keepdims": true}]]'),
	('keras', '[9, 12]', '{3}', '[["AdaptiveAveragePooling1D", {"output_size": 4}]]'),
	('keras', '[9]', '{3}', '[["UpSampling1D", {"size": 3}]]'),
	('keras', '[9]', '{3}', '[["ZeroPadding1D", {"padding": [2, 0]}], ["Cropping1D", {"cropping": [0, 3]}]]'),
	('keras', '[10]', '{4}', '[["Reshape", {"target_shape": [5, 8]}], ["Permute", {"dims": [2, 1]}], ["Flatten", {}], ["Dense", {"units": 3, "activation": "relu"}], ["RepeatVector", {"n": 4}]]'),
	('keras', '[10]', '{4}', '[["TimeDistributed", {"layer": {"class_name": "Dense", "config": {"units": 2}}}]]'),
	-- and on images
	('keras', '[7, 8]', '{9, 3}', '[["Conv2D", {"filters": 4, "kernel_size": [3, 4], "strides": [2, 3]}]]'),
	('keras', '[7, 8]', '{9, 3}', '[["Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}]]'),
	('keras', '[7, 8]', '{8, 3}', '[["Conv2D", {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same"}]]'),
	('keras', '[7, 8]', '{9, 3}', '[["DepthwiseConv2D", {"kernel_size": 3, "padding": "same"}], ["MaxPooling2D", {"pool_size": [2, 3]}]]'),
	('keras', '[7, 8]', '{9, 3}', '[["SeparableConv2D", {"filters": 4, "kernel_size": 3, "strides": 2}], ["GlobalMaxPooling2D", {}]]'),
	('keras', '[7]', '{9, 3}', '[["Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}], ["AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}]]'),
	('keras', '[7]', '{9, 3}', '[["ZeroPadding2D", {"padding": [[1, 0], [2, 1]]}], ["UpSampling2D", {"size": [2, 1]}], ["Cropping2D", {"cropping": [[0, 1], [1, 1]]}]]'),
	-- whole encoders of Keras
	('keras', '[98, 99, 100, 101, 102, 103]', '{1}', '[["Conv1D", {"filters": 8, "kernel_size": 5, "strides": 2, "padding": "same", "activation": "relu"}], ["MaxPooling1D", {}], ["Conv1D", {"filters": 16, "kernel_size": 3, "activation": "relu"}]]'),
	('keras', '[98, 99, 100, 101, 102, 103]', '{2}', '[["Conv1D", {"filters": 8, "kernel_size": 3}], ["BatchNormalization", {}], ["ReLU", {}], ["AveragePooling1D", {"pool_size": 3}], ["Dropout", {"rate": 0.25}], ["Conv1D", {"filters": 4, "kernel_size": 2, "padding": "causal"}], ["LeakyReLU", {}], ["Flatten", {}], ["Dense", {"units": 16, "activation": "tanh"}], ["Dense", {"units": 2}]]'),
	('keras', '[61, 64]', '{3}', '[["SeparableConv1D", {"filters": 6, "kernel_size": 5, "strides": 2, "padding": "same", "activation": "elu"}], ["SpatialDropout1D", {"rate": 0.1}], ["DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}], ["LayerNormalization", {}], ["GlobalAveragePooling1D", {}], ["Dense", {"units": 4}]]'),
	('keras', '[20]', '{24, 1}', '[["Conv2D", {"filters": 8, "kernel_size": 3, "activation": "relu"}], ["MaxPooling2D", {}], ["Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same"}], ["Activation", {"activation": "relu"}], ["MaxPooling2D", {"padding": "same"}], ["Flatten", {}], ["Dense", {"units": 3}]]'),
	-- torch
	('torch', '[7, 8, 9, 10]', '{3}', '[["Conv1d", {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "stride": 3}]]'),
	('torch', '[7, 8, 9, 10]', '{4}', '[["Conv1d", {"in_channels": 4, "out_channels": 8, "kernel_size": 2, "stride": 4, "padding": 1, "dilation": 3, "groups": 2}]]'),
	('torch', '[9]', '{4}', '[["Conv1d", {"in_channels": 4, "out_channels": 8, "kernel_size": 4, "padding": "same", "dilation": 3}]]'),
	('torch', '[9]', '{4}', '[["ConvTranspose1d", {"in_channels": 4, "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1, "groups": 2}]]'),
	('torch', '[9]', '{4}', '[["ConvTranspose1d", {"in_channels": 4, "out_channels": 8, "kernel_size": 2, "dilation": 3, "output_padding": 2}]]'),
	('torch', '[7, 8, 9, 10]', '{3}', '[["MaxPool1d", {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2, "ceil_mode": true}]]'),
	('torch', '[7, 8, 9, 10]', '{3}', '[["AvgPool1d", {"kernel_size": 3, "ceil_mode": true}]]'),
	('torch', '[9]', '{3}', '[["AdaptiveAvgPool1d", {"output_size": 4}]]'),
	('torch', '[9]', '{3}', '[["Upsample", {"scale_factor": 2}]]'),
	('torch', '[9]', '{3}', '[["Upsample", {"size": 14}]]'),
	('torch', '[9]', '{3}', '[["ReflectionPad1d", {"padding": [2, 1]}]]'),
	('torch', '[9]', '{3}', '[["ConstantPad1d", {"padding": [-2, 3], "value": 1}]]'),
	('torch', '[10]', '{4}', '[["Flatten", {}], ["Unflatten", {"dim": 1, "unflattened_size": [8, 5]}], ["Linear", {"in_features": 5, "out_features": 2}]]'),
	('torch', '[98, 99, 100, 101]', '{1}', '[["Conv1d", {"in_channels": 1, "out_channels": 8, "kernel_size": 5, "stride": 2, "padding": 2}], ["BatchNorm1d", {"num_features": 8}], ["ReLU", {}], ["MaxPool1d", {"kernel_size": 2}], ["Conv1d", {"in_channels": 8, "out_channels": 4, "kernel_size": 3}], ["Tanh", {}], ["Dropout", {"p": 0.25}], ["Flatten", {}]]'),
	('torch', '[15, 16]', '{17, 2}', '[["Conv2d", {"in_channels": 2, "out_channels": 4, "kernel_size": [3, 4], "stride": 2, "padding": 1}], ["ReLU", {}], ["MaxPool2d", {"kernel_size": 2}], ["Conv2d", {"in_channels": 4, "out_channels": 4, "kernel_size": [2, 3], "padding": "same"}]]')
), given AS (
	SELECT row_number() OVER () AS number, framework, ARRAY[length::int] || rest::int[] AS input,
		(SELECT jsonb_agg(jsonb_build_object('class_name', layer -> 0, 'config', layer -> 1) ORDER BY n)
		 FROM jsonb_array_elements(layers::jsonb) WITH ORDINALITY AS l (layer, n)) AS encoder
	FROM encoder, jsonb_array_elements_text(lengths::jsonb) AS length
)
SELECT jsonb_build_object('framework', framework, 'input', input, 'encoder', encoder,
	'decoder', (SELECT layers_agg(class_name, config ORDER BY position) FROM mirror_decoder(input, encoder)),
	'shapes', (SELECT jsonb_agg(output_shape ORDER BY position) FROM check_layers(input, encoder || (SELECT layers_agg(class_name, config ORDER BY position) FROM mirror_decoder(input, encoder)))))
FROM given ORDER BY number;
