--
-- Models that people asked about, as rows, with the verdict that each must get
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\a \t on

CREATE TEMP TABLE layer (model text, position int, class_name text, config jsonb, inputs text[]);
CREATE TEMP TABLE model (model text, input int[], expected int[]);
CREATE TEMP VIEW verdict AS
	SELECT m.model, m.input, c.* FROM model m
	JOIN LATERAL (SELECT layers_agg(class_name, config, inputs ORDER BY position) AS layers FROM layer l WHERE l.model = m.model) n ON true,
	check_layers(m.input, n.layers, m.expected) AS c;
-- a model at a glance: where it goes, and its problem
CREATE TEMP VIEW way AS
	SELECT model, input::text || ' -> ' || string_agg(coalesce(output_shape::text, '?'), ' -> ' ORDER BY position) AS shapes, string_agg(problem, '; ') AS problem, count(*) FILTER (WHERE hint IS NOT NULL) AS hints
	FROM verdict GROUP BY model, input;

-- 1. An autoencoder that should give 100 steps back and ends at 98
INSERT INTO model VALUES ('1 lossy', '{100,1}', '{100,1}');
INSERT INTO layer VALUES
	('1 lossy', 1, 'Conv1D', '{"filters": 32, "kernel_size": 3, "activation": "relu"}'),
	('1 lossy', 2, 'MaxPooling1D', '{"pool_size": 2}'),
	('1 lossy', 3, 'UpSampling1D', '{"size": 2}'),
	('1 lossy', 4, 'Conv1D', '{"filters": 1, "kernel_size": 3, "padding": "same"}');
SELECT shapes, problem FROM way WHERE model = '1 lossy';
SELECT hint FROM verdict WHERE model = '1 lossy' AND hint IS NOT NULL;
-- ... its code given to the scaler, which was fitted on one channel
INSERT INTO model VALUES ('1 scaler', '{100,1}', NULL);
INSERT INTO layer SELECT '1 scaler', position, class_name, config FROM layer WHERE model = '1 lossy' AND position <= 2;
INSERT INTO layer VALUES ('1 scaler', 3, 'MinMaxInverse', '{"data_min_": [0], "data_max_": [9999]}');
SELECT shapes, problem FROM way WHERE model = '1 scaler';
SELECT detail, hint FROM verdict WHERE model = '1 scaler' AND problem IS NOT NULL;

-- 2. The same with padding, two pools and a mirrored decoder
INSERT INTO model VALUES ('2 mirrored', '{256,1}', '{256,1}');
INSERT INTO layer VALUES
	('2 mirrored', 1, 'Conv1D', '{"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}'),
	('2 mirrored', 2, 'MaxPooling1D', '{"pool_size": 2, "padding": "same"}'),
	('2 mirrored', 3, 'Conv1D', '{"filters": 128, "kernel_size": 3, "padding": "same", "activation": "relu"}'),
	('2 mirrored', 4, 'MaxPooling1D', '{"pool_size": 2, "padding": "same"}'),
	('2 mirrored', 5, 'Conv1D', '{"filters": 128, "kernel_size": 3, "padding": "same", "activation": "relu"}'),
	('2 mirrored', 6, 'UpSampling1D', '{"size": 2}'),
	('2 mirrored', 7, 'Conv1D', '{"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}'),
	('2 mirrored', 8, 'UpSampling1D', '{"size": 2}'),
	('2 mirrored', 9, 'Conv1D', '{"filters": 1, "kernel_size": 3, "padding": "same", "activation": "sigmoid"}');
SELECT shapes, problem FROM way WHERE model = '2 mirrored';

-- 3. Strides and a transposed convolution: even lengths come back, odd ones do not
INSERT INTO model VALUES ('3 even', '{256,1}', '{256,1}'), ('3 odd', '{255,1}', '{255,1}');
INSERT INTO layer SELECT model, position, class_name, config::jsonb FROM (VALUES
	(1, 'Conv1D', '{"filters": 64, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}'),
	(2, 'Conv1DTranspose', '{"filters": 1, "kernel_size": 3, "strides": 2, "padding": "same"}')) l (position, class_name, config), unnest(ARRAY['3 even', '3 odd']) model;
SELECT shapes, problem FROM way WHERE model LIKE '3%' ORDER BY model;
SELECT hint FROM verdict WHERE model = '3 odd' AND hint IS NOT NULL;

-- 4. A convolution after Dense: with Reshape, and without
INSERT INTO model VALUES ('4 reshaped', '{50}', '{1}'), ('4 flat', '{50}', '{1}');
INSERT INTO layer SELECT model, position, class_name, config::jsonb FROM (VALUES
	(1, 'Dense', '{"units": 64, "activation": "relu"}'),
	(2, 'Reshape', '{"target_shape": [8, 8]}'),
	(3, 'Conv1D', '{"filters": 32, "kernel_size": 3, "activation": "relu"}'),
	(4, 'Flatten', '{}'),
	(5, 'Dense', '{"units": 1}')) l (position, class_name, config), unnest(ARRAY['4 reshaped', '4 flat']) model
	WHERE model = '4 reshaped' OR position <> 2;
SELECT shapes, problem FROM way WHERE model LIKE '4%' ORDER BY model DESC;
-- what comes after the fault is shown with the first hint, and says so
SELECT position, class_name, input_shape, output_shape, detail, hint FROM verdict WHERE model = '4 flat' AND position > 1;

-- 5. Flatten and Reshape: two steps become two channels
INSERT INTO model VALUES ('5 pairs', '{20,1}', '{1}'), ('5 flat', '{20,1}', '{1}');
INSERT INTO layer SELECT model, position, class_name, config::jsonb FROM (VALUES
	(1, 'Flatten', '{}'),
	(2, 'Reshape', '{"target_shape": [10, 2]}'),
	(3, 'Conv1D', '{"filters": 32, "kernel_size": 3, "activation": "relu"}'),
	(4, 'Flatten', '{}'),
	(5, 'Dense', '{"units": 1}')) l (position, class_name, config), unnest(ARRAY['5 pairs', '5 flat']) model
	WHERE model = '5 pairs' OR position <> 2;
SELECT shapes, problem FROM way WHERE model LIKE '5%' ORDER BY model DESC;
SELECT detail, hint FROM verdict WHERE model = '5 flat' AND problem IS NOT NULL;

-- 6. Convolution, pooling, convolution
INSERT INTO model VALUES ('6 deep', '{20,1}', '{1}');
INSERT INTO layer VALUES
	('6 deep', 1, 'Conv1D', '{"filters": 32, "kernel_size": 3, "activation": "relu"}'),
	('6 deep', 2, 'MaxPooling1D', '{"pool_size": 2}'),
	('6 deep', 3, 'Conv1D', '{"filters": 64, "kernel_size": 3, "activation": "relu"}'),
	('6 deep', 4, 'Flatten', '{}'),
	('6 deep', 5, 'Dense', '{"units": 1}');
SELECT shapes, problem FROM way WHERE model = '6 deep';

-- 7. The length of a transposed convolution of torch
INSERT INTO model VALUES ('7 plain', '{10,3}', '{21,6}'), ('7 padded', '{10,3}', '{20,6}'), ('7 word', '{10,3}', '{20,6}'), ('7 wide', '{10,3}', NULL);
INSERT INTO layer VALUES
	('7 plain', 1, 'ConvTranspose1d', '{"in_channels": 3, "out_channels": 6, "kernel_size": 3, "stride": 2}'),
	('7 padded', 1, 'ConvTranspose1d', '{"in_channels": 3, "out_channels": 6, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}'),
	('7 word', 1, 'ConvTranspose1d', '{"in_channels": 3, "out_channels": 6, "kernel_size": 3, "stride": 2, "padding": "same"}'),
	('7 wide', 1, 'ConvTranspose1d', '{"in_channels": 3, "out_channels": 6, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 2}');
SELECT model, shapes, problem FROM way WHERE model LIKE '7%' ORDER BY model;
SELECT model, detail, hint FROM verdict WHERE model LIKE '7%' AND problem IS NOT NULL ORDER BY model;

-- 8. torch's halves of an autoencoder: output_padding 1 is right for 64 steps, not for 63
INSERT INTO model VALUES ('8 even', '{64,1}', '{64,1}'), ('8 odd', '{63,1}', '{63,1}');
INSERT INTO layer SELECT model, position, class_name, config::jsonb FROM (VALUES
	(1, 'Conv1d', '{"in_channels": 1, "out_channels": 32, "kernel_size": 3, "stride": 2, "padding": 1}'),
	(2, 'ReLU', '{}'),
	(3, 'ConvTranspose1d', '{"in_channels": 32, "out_channels": 1, "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}')) l (position, class_name, config), unnest(ARRAY['8 even', '8 odd']) model;
SELECT shapes, problem FROM way WHERE model LIKE '8%' ORDER BY model;
SELECT detail, hint FROM verdict WHERE model = '8 odd' AND problem IS NOT NULL;

-- 9. A series as an image: 98 steps are no square
INSERT INTO model VALUES ('9 square', '{100,3}', NULL);
INSERT INTO layer VALUES
	('9 square', 1, 'Conv1D', '{"filters": 32, "kernel_size": 3}'),
	('9 square', 2, 'Reshape', '{"target_shape": [9, 9, 32]}'),
	('9 square', 3, 'Conv2D', '{"filters": 64, "kernel_size": 3}');
SELECT shapes, problem FROM way WHERE model = '9 square';
SELECT detail, hint FROM verdict WHERE model = '9 square' AND problem IS NOT NULL;

-- 10. An image as a series
INSERT INTO model VALUES ('10 rows', '{64,64,3}', '{3842,64}');
INSERT INTO layer VALUES
	('10 rows', 1, 'Conv2D', '{"filters": 32, "kernel_size": 3}'),
	('10 rows', 2, 'Reshape', '{"target_shape": [3844, 32]}'),
	('10 rows', 3, 'Conv1D', '{"filters": 64, "kernel_size": 3}');
SELECT shapes, problem FROM way WHERE model = '10 rows';

-- 11. An image of 20 x 20 wants 400 steps
INSERT INTO model VALUES ('11 image', '{100,3}', NULL);
INSERT INTO layer VALUES
	('11 image', 1, 'Conv1D', '{"filters": 32, "kernel_size": 3}'),
	('11 image', 2, 'Reshape', '{"target_shape": [20, 20, 32]}'),
	('11 image', 3, 'Conv2D', '{"filters": 64, "kernel_size": 3}');
SELECT shapes, problem FROM way WHERE model = '11 image';
SELECT detail, hint FROM verdict WHERE model = '11 image' AND problem IS NOT NULL;

-- 12. and 13. Strides halve, "same" keeps
INSERT INTO model VALUES ('12 strides', '{20,32}', '{10,16}'), ('13 same', '{15,64}', '{15,32}');
INSERT INTO layer VALUES
	('12 strides', 1, 'Conv1D', '{"filters": 16, "kernel_size": 2, "strides": 2}'),
	('13 same', 1, 'Conv1D', '{"filters": 32, "kernel_size": 3, "padding": "same"}');
SELECT shapes, problem FROM way WHERE model IN ('12 strides', '13 same') ORDER BY model;

-- 14. Swapped axes are not more steps
INSERT INTO model VALUES ('14 swapped', '{5,16}', '{7,32}');
INSERT INTO layer VALUES
	('14 swapped', 1, 'Permute', '{"dims": [2, 1]}'),
	('14 swapped', 2, 'Conv1D', '{"filters": 32, "kernel_size": 3, "padding": "same"}'),
	('14 swapped', 3, 'Permute', '{"dims": [2, 1]}');
SELECT shapes, problem FROM way WHERE model = '14 swapped';
SELECT detail, hint FROM verdict WHERE model = '14 swapped' AND problem IS NOT NULL;

--
-- Ten mistakes that are made again and again: the problem, the layer that caused it, the way out
--

DELETE FROM model;
INSERT INTO model VALUES
	('01 no channel axis', '{100}', NULL), ('01 a batch', '{32,100,1}', NULL),
	('02 channels first', '{1,101}', NULL), ('02 channels of torch', '{3,10}', NULL), ('02 swapped inside', '{10,3}', NULL),
	('03 pooled away', '{8,1}', NULL),
	('04 features', '{28,1}', NULL),
	('05 no Flatten', '{20,1}', '{1}'),
	('06 odd pools', '{25,1}', '{25,1}'),
	('07 output_padding', '{10,4}', NULL),
	('08 strides and dilation', '{40,1}', NULL), ('08 causal pooling', '{40,1}', NULL),
	('09 groups', '{20,6}', NULL),
	('10 scaler', '{20,3}', NULL);
INSERT INTO layer VALUES
	('01 no channel axis', 1, 'Conv1D', '{"filters": 8, "kernel_size": 3}'),
	('01 a batch', 1, 'Conv1D', '{"filters": 8, "kernel_size": 3}'),
	('02 channels first', 1, 'Conv1D', '{"filters": 8, "kernel_size": 10}'),
	('02 channels of torch', 1, 'Conv1d', '{"in_channels": 3, "out_channels": 8, "kernel_size": 3}'),
	('02 swapped inside', 1, 'Permute', '{"dims": [2, 1]}'),
	('02 swapped inside', 2, 'Conv1d', '{"in_channels": 3, "out_channels": 8, "kernel_size": 3}'),
	('03 pooled away', 1, 'MaxPooling1D', '{}'),
	('03 pooled away', 2, 'MaxPooling1D', '{}'),
	('03 pooled away', 3, 'Conv1D', '{"filters": 8, "kernel_size": 3}'),
	('04 features', 1, 'Conv1d', '{"in_channels": 1, "out_channels": 16, "kernel_size": 3, "padding": 1}'),
	('04 features', 2, 'MaxPool1d', '{"kernel_size": 2}'),
	('04 features', 3, 'Flatten', '{}'),
	('04 features', 4, 'Linear', '{"in_features": 208, "out_features": 10}'),
	('05 no Flatten', 1, 'Conv1D', '{"filters": 8, "kernel_size": 3}'),
	('05 no Flatten', 2, 'Dense', '{"units": 1}'),
	('06 odd pools', 1, 'Conv1D', '{"filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"}'),
	('06 odd pools', 2, 'Conv1D', '{"filters": 16, "kernel_size": 3, "strides": 2, "padding": "same"}'),
	('06 odd pools', 3, 'Conv1DTranspose', '{"filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"}'),
	('06 odd pools', 4, 'Conv1DTranspose', '{"filters": 1, "kernel_size": 3, "strides": 2, "padding": "same"}'),
	('07 output_padding', 1, 'Conv1DTranspose', '{"filters": 1, "kernel_size": 3, "strides": 2, "output_padding": 2}'),
	('08 strides and dilation', 1, 'Conv1D', '{"filters": 1, "kernel_size": 3, "strides": 2, "dilation_rate": 2}'),
	('08 causal pooling', 1, 'MaxPooling1D', '{"pool_size": 3, "padding": "causal"}'),
	('09 groups', 1, 'Conv1D', '{"filters": 8, "kernel_size": 3, "groups": 4}'),
	('10 scaler', 1, 'Conv1D', '{"filters": 2, "kernel_size": 3}'),
	('10 scaler', 2, 'MinMaxInverse', '{"data_min_": [0, 0, 0], "data_max_": [1, 2, 4]}');
SELECT concat_ws(E'\n', '-- ' || model || ', layer ' || position, problem, detail, hint) FROM verdict WHERE problem IS NOT NULL ORDER BY model, position;

--
-- Several faults at once: each is found, what follows is shown with the first hint of each
--

INSERT INTO model VALUES ('several', '{64,1}', '{2}');
INSERT INTO layer VALUES
	('several', 1, 'Conv1D', '{"filters": 8, "kernel_size": 5, "stride": 2}'),
	('several', 2, 'MaxPooling1D', '{"pool_size": 2}'),
	('several', 3, 'Reshape', '{"target_shape": [4, 4, 8]}'),
	('several', 4, 'Conv2D', '{"filters": 4, "kernel_size": 3, "padding": "causal"}'),
	('several', 5, 'GlobalAveragePooling1D', '{}'),
	('several', 6, 'Dense', '{"units": 3, "activation": "softmax"}');
SELECT position, class_name, input_shape, output_shape, problem FROM verdict WHERE model = 'several';
SELECT concat_ws(E'\n', position, detail, hint) FROM verdict WHERE model = 'several';
-- a fault that nothing mends: configurations after it are still read
INSERT INTO model VALUES ('lost', '{64,1}', NULL);
INSERT INTO layer VALUES ('lost', 1, 'LSTM', '{"units": 8}'), ('lost', 2, 'Dense', '{"units": 4}'), ('lost', 3, 'MaxPooling1D', '{"padding": "full"}');
SELECT position, input_shape, output_shape, problem, detail, hint FROM verdict WHERE model = 'lost';

--
-- Branches: both ways from where they part
--

INSERT INTO model VALUES ('skip', '{32,4}', NULL), ('widths', '{32,4}', NULL), ('joined', '{63,1}', NULL);
INSERT INTO layer VALUES
	('skip', 1, 'Conv1D', '{"name": "stem", "filters": 8, "kernel_size": 3, "padding": "same"}', NULL),
	('skip', 2, 'Conv1D', '{"name": "a", "filters": 8, "kernel_size": 3}', NULL),
	('skip', 3, 'Conv1D', '{"name": "b", "filters": 8, "kernel_size": 3}', NULL),
	('skip', 4, 'Add', '{"name": "sum"}', '{stem,b}'),
	('skip', 5, 'Flatten', '{}', NULL),
	('widths', 1, 'Conv1D', '{"name": "a", "filters": 8, "kernel_size": 3, "padding": "same"}', NULL),
	('widths', 2, 'Add', NULL, '{input,a}'),
	('joined', 1, 'Conv1D', '{"name": "half", "filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"}', NULL),
	('joined', 2, 'Conv1DTranspose', '{"name": "back", "filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"}', NULL),
	('joined', 3, 'Concatenate', NULL, '{input,back}');
SELECT concat_ws(E'\n', '-- ' || model || ', layer ' || position, problem, detail, hint) FROM verdict WHERE model IN ('skip', 'widths', 'joined') AND problem IS NOT NULL ORDER BY model;
-- an input that is no earlier layer, one that is null, one too few
SELECT class_name, problem, detail, hint FROM check_layers('{8,1}', '[{"class_name": "Flatten", "inputs": ["later"]}, {"class_name": "Dense", "config": {"units": 2}, "inputs": [null]}, {"class_name": "Add", "inputs": ["input"]}]');

--
-- As a window function and in a trigger, branches included
--

SELECT model, position, (c).output_shape, (c).problem, (c).hint FROM (SELECT model, position, check_layer('{32,4}', class_name, config, inputs) OVER (PARTITION BY model ORDER BY position) AS c FROM layer WHERE model IN ('skip', 'widths')) w;
SELECT position, (c).output_shape, (c).problem, (c).detail, (c).hint FROM (SELECT position, check_layer('{8,1}', class_name, config) OVER (PARTITION BY model ORDER BY position) AS c FROM (SELECT * FROM layer WHERE model = '03 pooled away' UNION ALL SELECT '03 pooled away', 4, 'Flatten', NULL, NULL) l) w;
SELECT layers_agg(class_name, config, inputs ORDER BY position) FROM layer WHERE model = 'widths';
CREATE TEMP TABLE guarded (LIKE layer);
CREATE CONSTRAINT TRIGGER fits AFTER INSERT OR UPDATE OR DELETE ON guarded DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	EXECUTE FUNCTION check_layers_trigger('model', 'position', 'class_name', 'config', '{32,4}', 'inputs');
INSERT INTO guarded SELECT * FROM layer WHERE model = 'skip';
BEGIN;
INSERT INTO guarded SELECT * FROM layer WHERE model = 'skip';
UPDATE guarded SET config = config || '{"padding": "same"}' WHERE class_name = 'Conv1D';
COMMIT;
SELECT count(*) FROM guarded;
-- without a shape only configurations count; the column of inputs must exist
CREATE TEMP TABLE loose (LIKE layer);
CREATE CONSTRAINT TRIGGER fits AFTER INSERT ON loose DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	EXECUTE FUNCTION check_layers_trigger('model', 'position', 'class_name', 'config', '', 'inputs');
INSERT INTO loose SELECT * FROM layer WHERE model = 'skip';
INSERT INTO loose VALUES ('x', 1, 'Add', NULL, '{input,y}');
CREATE TEMP TABLE wrong (LIKE layer);
CREATE CONSTRAINT TRIGGER fits AFTER INSERT ON wrong DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
	EXECUTE FUNCTION check_layers_trigger('model', 'position', 'class_name', 'config', '', 'sources');
INSERT INTO wrong VALUES ('x', 1, 'Flatten', NULL, NULL);
-- a model is named by any type that has an equality, compared as that type compares
CREATE TEMP TABLE padded (model char(8), position int, class_name text, config jsonb);
CREATE TEMP TABLE counted (model int, position int, class_name text, config jsonb, PRIMARY KEY (model, position));
CREATE TEMP TABLE unequal (model json, position int, class_name text, config jsonb);
CREATE CONSTRAINT TRIGGER fits AFTER INSERT OR UPDATE ON padded FOR EACH ROW EXECUTE FUNCTION check_layers_trigger('model', 'position', 'class_name', 'config', '{9,1}');
CREATE CONSTRAINT TRIGGER fits AFTER INSERT OR UPDATE ON counted FOR EACH ROW EXECUTE FUNCTION check_layers_trigger('model', 'position', 'class_name', 'config', '{9,1}');
CREATE CONSTRAINT TRIGGER fits AFTER INSERT OR UPDATE ON unequal FOR EACH ROW EXECUTE FUNCTION check_layers_trigger('model', 'position', 'class_name', 'config', '{9,1}');
INSERT INTO padded VALUES ('ae', 1, 'MaxPooling1D', '{"pool_size": 9}'), ('ae', 2, 'MaxPooling1D', NULL);
INSERT INTO counted VALUES (1, 1, 'MaxPooling1D', '{"pool_size": 9}'), (2, 1, 'MaxPooling1D', NULL);
UPDATE counted SET model = 1, position = 2 WHERE model = 2;
INSERT INTO unequal VALUES ('{}', 1, 'MaxPooling1D', NULL);
-- a model may lie in several partitions
CREATE TABLE parted (model text, position int, class_name text, config jsonb) PARTITION BY RANGE (position);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (2);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (2) TO (9);
CREATE CONSTRAINT TRIGGER fits AFTER INSERT OR UPDATE ON parted FOR EACH ROW EXECUTE FUNCTION check_layers_trigger('model', 'position', 'class_name', 'config', '{9,1}');
INSERT INTO parted VALUES ('ae', 1, 'MaxPooling1D', '{"pool_size": 9}'), ('ae', 2, 'MaxPooling1D', NULL);
DROP TABLE parted;
-- one name is not an array of names
SELECT problem, detail FROM check_layers('{9,1}', '[{"class_name": "Flatten", "inputs": "input"}]');
-- a model in a model in a model ...: the branches inside are seen at any depth
WITH RECURSIVE block(depth, layer) AS (
	SELECT 0, '{"class_name": "Functional", "name": "m", "config": {"name": "m", "layers": [
		{"class_name": "InputLayer", "name": "x", "config": {"name": "x"}, "inbound_nodes": []},
		{"class_name": "Conv1D", "name": "a", "config": {"name": "a", "filters": 4, "kernel_size": 3}, "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}]}]},
		{"class_name": "Add", "name": "sum", "config": {"name": "sum"}, "inbound_nodes": [{"args": [[{"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}, {"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 0]}}]]}]}],
		"input_layers": [["x", 0, 0]], "output_layers": [["sum", 0, 0]]}}'::jsonb
	UNION ALL
	SELECT depth + 1, jsonb_build_object('class_name', 'Functional', 'name', 'm', 'config', jsonb_build_object('name', 'm', 'input_layers', '[["x", 0, 0]]'::jsonb, 'output_layers', '[["m", 0, 0]]'::jsonb, 'layers',
		jsonb_build_array('{"class_name": "InputLayer", "name": "x", "config": {"name": "x"}, "inbound_nodes": []}'::jsonb, layer || '{"inbound_nodes": [[["x", 0, 0, {}]]]}')))
	FROM block WHERE depth < 15)
SELECT depth, name, problem FROM block, check_layers('{32,4}', layer) WHERE depth IN (0, 1, 2, 3, 4, 15) AND problem IS NOT NULL ORDER BY depth;
