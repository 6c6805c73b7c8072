--
-- model_plan: which layers share a step, and that sharing changes no value
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\pset format unaligned
\pset footer off

-- the kernels and tiles of any machine
SET conv1d.isa = 'baseline';

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

-- An autoencoder, a row a layer
CREATE TEMP TABLE layers (model text, position int, class_name text, config jsonb, inputs text[], weights tensor1d[]);
INSERT INTO layers VALUES
	('ae', 1, 'InputLayer', '{"name": "x", "batch_shape": [null, 8, 2]}', NULL, NULL),
	('ae', 2, 'Conv1D', '{"name": "conv", "filters": 3, "kernel_size": 3, "padding": "same"}', NULL,
		'{"[[[1,0,-1],[0.5,1,0]],[[2,-1,1],[0,0.5,1]],[[-1,1,0.5],[1,-2,0]]]", "[0.5,-0.5,1]"}'),
	('ae', 3, 'BatchNormalization', '{"name": "norm"}', NULL, '{"[1,2,0.5]", "[0,1,-1]", "[1,0,2]", "[1,4,0.25]"}'),
	('ae', 4, 'Activation', '{"name": "relu", "activation": "relu"}', NULL, NULL),
	('ae', 5, 'MaxPooling1D', '{"name": "pool"}', NULL, NULL),
	('ae', 6, 'UpSampling1D', '{"name": "up"}', NULL, NULL),
	('ae', 7, 'Conv1D', '{"name": "out", "filters": 2, "kernel_size": 3, "padding": "same"}', NULL,
		'{"[[[1,0],[0.5,1],[0,2]],[[2,-1],[0,0.5],[1,1]],[[-1,1],[1,-2],[0.5,0]]]", "[0.5,-0.5]"}');
-- the same with something that stands in the way
INSERT INTO layers SELECT 'branch', position, class_name, config, inputs, weights FROM layers WHERE model = 'ae' AND position <= 4
	UNION ALL SELECT 'branch', 5, 'Add', '{"name": "sum"}', ARRAY['conv', 'relu'], NULL;
INSERT INTO layers SELECT 'overlapping', position, class_name, config || CASE name WHEN 'pool' THEN '{"pool_size": 3, "strides": 2, "padding": "same"}' ELSE '{}'::jsonb END, inputs, weights
	FROM layers, LATERAL (SELECT config ->> 'name' AS name) n WHERE model = 'ae';
INSERT INTO layers SELECT 'silu', position, class_name, config || CASE name WHEN 'relu' THEN '{"activation": "silu"}' ELSE '{}'::jsonb END, inputs, weights
	FROM layers, LATERAL (SELECT config ->> 'name' AS name) n WHERE model = 'ae' AND position <= 5;
INSERT INTO layers SELECT 'strided', position, class_name, config || CASE name WHEN 'out' THEN '{"strides": 2}' ELSE '{}'::jsonb END, inputs, weights
	FROM layers, LATERAL (SELECT config ->> 'name' AS name) n WHERE model = 'ae';
CREATE TEMP TABLE models AS SELECT model AS name, model_agg(class_name, config, weights, inputs ORDER BY position) AS model FROM layers GROUP BY model;

-- all of it in two steps: the pool takes what the convolution makes, the repeated steps are never made
SELECT * FROM model_plan((SELECT model FROM models WHERE name = 'ae'));
-- the shape that it declares may be given, too
SELECT * FROM model_plan((SELECT model FROM models WHERE name = 'ae'), '{8,2}') EXCEPT SELECT * FROM model_plan((SELECT model FROM models WHERE name = 'ae'));
-- a step that is left over is no hindrance
SELECT step, layers, output_shape FROM model_plan((SELECT submodel(model, 'conv', 'pool') FROM models WHERE name = 'ae'), '{9,2}');
-- What stands in the way: an output that two layers look at, another activation than relu, windows that overlap,
-- a convolution that skips steps
SELECT name, step, layers, output_shape FROM models, model_plan(model) WHERE name <> 'ae' ORDER BY name, step;
-- every layer by itself moves more
SELECT (SELECT sum(bytes) FROM model_plan((SELECT model FROM models WHERE name = 'ae'))) AS together, sum(p.bytes) AS apart
FROM models, model_layers(model) AS l,
	model_plan(submodel(model, l.name, l.name), CASE l.name WHEN 'conv' THEN '{8,2}' WHEN 'up' THEN '{4,3}' ELSE '{8,3}' END::int[]) AS p
WHERE models.name = 'ae' AND l.name <> 'x';

-- The values: the layer functions, one after the other
CREATE TEMP TABLE samples AS SELECT id, tensor1d_agg(ARRAY[(id * t * t) % 13 - 6, (t * 7 + id) % 5 - 2]::real[] ORDER BY t) AS x
	FROM generate_series(1, 20) id, generate_series(1, 8) t GROUP BY id;
CREATE TEMP VIEW by_hand AS SELECT id, x, c, a, max_pool1d(a) AS p, conv1d(upsample1d(max_pool1d(a)), w2[1], w2[2], padding => 'same') AS y
FROM (SELECT *, relu(batch_norm(c, n[1], n[2], n[3], n[4])) AS a
	FROM (SELECT id, x, conv1d(x, w1[1], w1[2], padding => 'same') AS c, n, w2
		FROM samples, (SELECT max(weights) FILTER (WHERE position = 2) AS w1, max(weights) FILTER (WHERE position = 3) AS n, max(weights) FILTER (WHERE position = 7) AS w2
			FROM layers WHERE model = 'ae') w) c) a;
SELECT count(*), max(max_abs_error(predict((SELECT model FROM models WHERE name = 'ae'), x), y)) < 1e-5 AS ae,
	max(max_abs_error(predict((SELECT model FROM models WHERE name = 'branch'), x), c + a)) < 1e-5 AS branch,
	-- the control: samples that differ
	min(max_element(y)) < max(max_element(y)) AS control
FROM by_hand;
-- what passes inside a step can be asked for
SELECT max(max_abs_error(predict((SELECT model FROM models WHERE name = 'ae'), x, 'conv'), c)) < 1e-5 AS conv,
	max(max_abs_error(predict((SELECT model FROM models WHERE name = 'ae'), x, 'relu'), a)) < 1e-5 AS relu,
	max(max_abs_error(predict((SELECT model FROM models WHERE name = 'ae'), x, 'up'), upsample1d(p))) < 1e-5 AS up
FROM by_hand;

-- Two convolutions in one step, in vectors of more than four lanes: one channel into many and back again
CREATE TEMP TABLE denoiser AS SELECT w1, w2, model_agg(class_name, config, weights ORDER BY position) AS model
FROM (SELECT '{"[[[1,0,-1,2]],[[0.5,1,-2,0]],[[2,-1,1,1]]]", "[0.5,-0.5,1,0]"}'::tensor1d[] AS w1, '{"[[[1,2,-1,0.5]],[[0.5,-1,2,1]],[[1,1,-2,2]]]", "[0.25]"}'::tensor1d[] AS w2) w,
	LATERAL (VALUES (1, 'InputLayer', '{"name": "x", "batch_shape": [null, 50, 1]}'::jsonb, NULL),
		(2, 'Conv1D', '{"name": "wide", "filters": 4, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}', w1),
		(3, 'Conv1DTranspose', '{"name": "narrow", "filters": 1, "kernel_size": 3, "strides": 2, "padding": "same"}', w2)) l (position, class_name, config, weights)
GROUP BY w1, w2;
SELECT step, layers, kernel, output_shape, mflop, bytes FROM denoiser, model_plan(model);
CREATE TEMP TABLE noise AS SELECT id, tensor1d_agg(ARRAY[(id * t * t) % 13 - 6]::real[] ORDER BY t) AS x
	FROM generate_series(1, 20) id, generate_series(1, 50) t GROUP BY id;
RESET conv1d.isa;
SELECT (SELECT array_agg(layers) FROM model_plan(model)) =
	CASE value WHEN 'baseline' THEN '{{wide},{narrow}}'::text[] ELSE '{{wide,narrow}}' END AS together
FROM denoiser, conv1d_build_info() WHERE name = 'isa';
SELECT max(max_abs_error(predict(model, x), conv1d_transpose(relu(conv1d(x, w1[1], w1[2], strides => 2, padding => 'same')), w2[1], w2[2], strides => 2, padding => 'same'))) < 1e-5 AS same,
	-- what passes between them can be asked for
	max(max_abs_error(predict(model, x, 'wide'), relu(conv1d(x, w1[1], w1[2], strides => 2, padding => 'same')))) < 1e-5 AS between,
	-- the control: series that differ
	min(max_element(predict(model, x))) < max(max_element(predict(model, x))) AS control
FROM noise, denoiser;
SET conv1d.isa = 'baseline';

-- Upsample of torch: nearest steps of a whole factor are never made, others are
CREATE TEMP TABLE upsampled AS SELECT id, what, model_agg(class_name, c, weights ORDER BY position) AS model
FROM (VALUES (1, 'twice', '{"scale_factor": 2}'::jsonb), (2, 'by size', '{"size": 24}'), (3, 'exact', '{"scale_factor": 3.0, "mode": "nearest-exact"}'),
	(4, 'by halves', '{"scale_factor": 2.5}'), (5, 'linear', '{"scale_factor": 2, "mode": "linear"}'), (6, 'nine times', '{"scale_factor": 9}')) u (id, what, config),
	LATERAL (VALUES (1, 'Upsample', config || '{"name": "up"}', NULL::tensor1d[]),
		(2, 'Conv1d', '{"name": "out", "in_channels": 3, "out_channels": 2, "kernel_size": 2}',
			'{"[[[1,2],[0.5,-1],[0,1]],[[2,0],[1,0.5],[-1,1]]]", "[0.5,-0.5]"}')) l (position, class_name, c, weights)
GROUP BY id, what;
SELECT what, step, layers, kernel, output_shape FROM upsampled, model_plan(model, '{8,3}') ORDER BY id, step;
-- with the values of both layers, one after the other
SELECT what, bool_and(predict(model, x) = predict(submodel(model, 'out', 'out'), predict(submodel(model, 'up', 'up'), x))) AS same
FROM upsampled, (SELECT tensor1d_agg(ARRAY[(id * t) % 7, t % 5 - id, id - t]::real[] ORDER BY t) AS x FROM generate_series(1, 5) id, generate_series(1, 8) t GROUP BY id) s
GROUP BY what ORDER BY what;

-- Linear of torch goes along the time of a series
SELECT step, layers, kernel, tile, output_shape
FROM (SELECT model_agg('Linear', '{"in_features": 8, "out_features": 2}', ARRAY[tensor1d_fill('{2,8}', 1), '[0,1]']) AS model) m, model_plan(model, '{8,3}');

-- No shape is known, or one that does not fit
SELECT pg_temp.refusal('SELECT * FROM model_plan((SELECT submodel(model, ''conv'', ''pool'') FROM models WHERE name = ''ae'')' || a || ')')
FROM unnest(ARRAY['', ', NULL', ', ''{8,3}''', ', ''{8}''', ', ''{0,2}''', ', ''{}''', ', ''{134217728,2}''']) a;
SELECT pg_temp.refusal('SELECT * FROM model_plan((SELECT model FROM models WHERE name = ''ae''), ''{9,2}'')');
-- the hint, followed
SELECT count(*) FROM model_plan((SELECT submodel(model, 'conv', 'pool') FROM models WHERE name = 'ae'), '{256,2}');
SELECT count(*) FROM model_plan(NULL);
