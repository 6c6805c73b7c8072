#!/usr/bin/env bash
#
# test/bench/check.sh
#	  How long it takes to check 10,000 stored models of 20 layers: the server's
#	  time on its processor, best of RUNS (5), which others on the machine cannot
#	  lengthen much.  Prints the table that check.md keeps.
#
# Run it in a throw-away server:	test/cluster.sh test/bench/check.sh
set -eu -o pipefail

runs=${RUNS:-5}
database=bench_check_$$

sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" -c "SET max_parallel_workers_per_gather = 0" -c "SET work_mem = '256MB'" "$@"
}

# best SQL: the least of so many times, user and system together, in ms.
best() {
	local i

	for ((i = 0; i < runs; i++)); do
		sql -c 'SET client_min_messages = log' -c 'SET log_statement_stats = on' -c "$1" 2>&1 |
			sed -n 's/^!\s*\([0-9.]*\) s user, \([0-9.]*\) s system, .* elapsed$/\1 \2/p' | tail -1 |
			awk '{ printf "%.1f\n", 1000 * ($1 + $2) }'
	done | sort -n | sed -n 1p
}

# measure NAME WANTED SQL: a row of the table.
measure() {
	local time

	time=$(best "$3")
	awk -v n="$1" -v w="$2" -v t="$time" 'BEGIN { printf "| %s | %.0f ms | %.1f us | %s |\n", n, t, t * 1000 / 10000, w }'
}

psql -X -q -d postgres -c "CREATE DATABASE $database"
trap 'psql -X -q -d postgres -c "DROP DATABASE $database"' EXIT

# An encoder of strided convolutions with normalization, activation and dropout,
# and its decoder; in one of ten models of "broken" a kernel of the encoder does
# not fit, or the input's channels, or the end.
sql -f - <<'END'
CREATE EXTENSION conv1d;
CREATE UNLOGGED TABLE layer AS
SELECT model, position, class_name, config::jsonb AS config
FROM generate_series(1, 10000) AS model,
	LATERAL (VALUES
	(1, 'Conv1D', '{"filters": 16, "kernel_size": 7, "strides": 2, "padding": "same", "activation": "relu"}'),
	(2, 'BatchNormalization', '{"epsilon": 0.001}'),
	(3, 'Dropout', '{"rate": 0.1}'),
	(4, 'Conv1D', format('{"filters": %s, "kernel_size": 5, "strides": 2, "padding": "same"}', 16 + model % 17)),
	(5, 'BatchNormalization', '{"epsilon": 0.001}'),
	(6, 'Activation', '{"activation": "relu"}'),
	(7, 'Conv1D', '{"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}'),
	(8, 'MaxPooling1D', '{"pool_size": 2}'),
	(9, 'Conv1D', '{"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}'),
	(10, 'Dense', '{"units": 8, "activation": "tanh"}'),
	(11, 'Conv1D', '{"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}'),
	(12, 'UpSampling1D', '{"size": 2}'),
	(13, 'Conv1D', '{"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}'),
	(14, 'Conv1DTranspose', '{"filters": 32, "kernel_size": 5, "strides": 2, "padding": "same"}'),
	(15, 'BatchNormalization', '{"epsilon": 0.001}'),
	(16, 'Activation', '{"activation": "relu"}'),
	(17, 'Dropout', '{"rate": 0.1}'),
	(18, 'Conv1DTranspose', '{"filters": 16, "kernel_size": 7, "strides": 2, "padding": "same"}'),
	(19, 'LeakyReLU', '{"negative_slope": 0.2}'),
	(20, 'Conv1D', '{"filters": 1, "kernel_size": 3, "padding": "same"}')) AS l (position, class_name, config);
CREATE UNLOGGED TABLE network AS
SELECT model, layers_agg(class_name, config ORDER BY position) AS layers FROM layer GROUP BY model;
CREATE UNLOGGED TABLE broken AS
SELECT model, CASE WHEN model % 10 <> 0 THEN layers
	WHEN model % 30 = 0 THEN jsonb_set(layers, '{7,config,pool_size}', '200')
	WHEN model % 30 = 10 THEN jsonb_set(layers, '{6}', '{"class_name": "Conv1d", "config": {"in_channels": 3, "out_channels": 64, "kernel_size": 3, "padding": 1}}')
	ELSE jsonb_set(layers, '{13,config,padding}', '"valid"') END AS layers
FROM network;
VACUUM ANALYZE layer;
VACUUM ANALYZE network;
VACUUM ANALYZE broken;
END

echo '| work | time | a model | wanted |'
echo '|---|---|---|---|'
measure '10,000 models in jsonb: check_layers' '< 1000 ms' \
	"SELECT count(problem), count(*) FROM network, check_layers('{256,1}', layers, '{256,1}')"
measure 'the same, one of ten with a fault: found, explained and mended' '' \
	"SELECT count(problem), count(hint) FROM broken, check_layers('{256,1}', layers, '{256,1}')"
measure '200,000 rows: layers_agg, then check_layers' '' \
	"SELECT count(problem), count(*) FROM (SELECT layers_agg(class_name, config ORDER BY position) AS layers FROM layer GROUP BY model) n, check_layers('{256,1}', layers, '{256,1}')"
measure '200,000 rows: check_layer as a window function' '' \
	"SELECT count((c).problem), count(*) FROM (SELECT check_layer('{256,1}', class_name, config) OVER (PARTITION BY model ORDER BY position) AS c FROM layer) w"
