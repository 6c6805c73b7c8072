/*
 * examples/ecg/demo.sql
 *	  From rows of an ECG to its odd beats, all of it in SQL.
 *
 * Run by demo.sh; or by hand, in this folder: psql -f demo.sql
 */
\set ON_ERROR_STOP on
\pset footer off

CREATE EXTENSION conv1d;

\echo
\echo 1. The recording: 108,000 rows of a real ECG (MIT-BIH record 208, 360 Hz)
CREATE TABLE ecg (ts interval PRIMARY KEY, mv float8 NOT NULL);
CREATE TEMP TABLE raw (n int GENERATED ALWAYS AS IDENTITY, adc int NOT NULL);
\copy raw (adc) FROM 'ecg.csv' WITH (FORMAT csv, HEADER)
INSERT INTO ecg SELECT '19 min 35 s'::interval + (n - 1) / 360.0 * '1 s'::interval, (adc - 1024) / 200.0 FROM raw;
SELECT count(*) AS rows, min(ts) AS first, max(ts) AS last, min(mv) AS min_mv, max(mv) AS max_mv FROM ecg;

\echo 2. The scaler, fitted in SQL
CREATE TABLE scaler AS SELECT minmax_fit(mv) AS s FROM ecg;
SELECT s AS scaler FROM scaler;

\echo 3. The layers: what the training script left, between the scaler and its inverse
CREATE TABLE layer (model text, position int, class_name text, config jsonb, weights tensor1d[], PRIMARY KEY (model, position));
\copy layer FROM 'autoencoder.copy'
CREATE VIEW pipeline AS
	SELECT 10 * position AS position, class_name, config, weights FROM layer WHERE model = 'ecg'
	UNION ALL SELECT 15, 'MinMaxScaler', s::jsonb, NULL FROM scaler
	UNION ALL SELECT 1000, 'MinMaxInverse', s::jsonb, NULL FROM scaler;
SELECT count(*) AS layers, sum(params) AS weights, count(problem) AS problems,
	   (array_agg(output_shape::text ORDER BY c.position DESC))[1] AS ends_at
FROM check_layers('{256,1}', (SELECT layers_agg(class_name, config ORDER BY position) FROM pipeline),
				  expected_output => '{256,1}') AS c;

\echo 4. The model: one value in a table
CREATE TABLE model (name text PRIMARY KEY, model conv1d_model NOT NULL);
INSERT INTO model SELECT 'ecg', model_agg(class_name, config, weights ORDER BY position) FROM pipeline;
SELECT position, name, class_name, output_shape, params
FROM model_summary((SELECT model FROM model WHERE name = 'ecg'));

\echo 5. Windows of 256 samples (0.7 s), one every 16 samples
CREATE TABLE series AS SELECT tensor1d_agg(mv ORDER BY ts) AS x FROM ecg;
CREATE TABLE "window" AS SELECT w.position, w.w FROM series, windows(x, 256, 16) AS w;
ANALYZE "window";

\echo 6. Score every window: scaler -> encoder -> decoder -> inverse scaler
SELECT clock_timestamp() AS began \gset
CREATE TABLE score AS
	SELECT position, w, predict((SELECT model FROM model WHERE name = 'ecg'), w) AS reconstruction
	FROM "window";
SELECT count(*) AS windows, extract(milliseconds FROM clock_timestamp() - :'began')::numeric(9, 1) AS ms,
	   round(count(*) / extract(epoch FROM clock_timestamp() - :'began')) AS rows_per_s
FROM score;

\echo 7. The ten windows that the network finds hardest, each the worst of its neighbours
WITH error AS (
	SELECT position, w, reconstruction, rmse(w, reconstruction) AS mv FROM score
), peak AS (
	SELECT *, max(mv) OVER (ORDER BY position RANGE BETWEEN 256 PRECEDING AND 256 FOLLOWING) AS worst FROM error
)
SELECT to_char('19 min 35 s'::interval + (position - 1) / 360.0 * '1 s'::interval, 'MI:SS.MS') AS at,
	   mv::numeric(6, 3) AS error_mv,
	   sparkline(w, width => 40) AS signal, sparkline(reconstruction, width => 40) AS reconstruction
FROM peak WHERE mv = worst ORDER BY mv DESC LIMIT 10;
