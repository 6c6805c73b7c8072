#!/usr/bin/env bash
#
# test/bench/scoring.sh
#	  The ways to run a model over many rows, beside each other: wall time, best
#	  of RUNS (7), the ways in turn.  Prints the tables that scoring.md keeps.
#
# Run it in a throw-away server, on a quiet machine with two processors:
#	test/cluster.sh test/bench/scoring.sh
set -eu -o pipefail

runs=${RUNS:-7}
rows=${ROWS:-6000}
database=bench_scoring_$$
times=$(mktemp)

sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" "$@"
}

psql -X -q -d postgres -c "CREATE DATABASE $database"
trap 'psql -X -q -d postgres -c "DROP DATABASE $database"; rm -f "$times"' EXIT

# way NAME SETTINGS STATEMENT: its time in milliseconds, to the list.  The first
# time around loads the library and makes the plan.
way() {
	sql -c "SET jit = off; SET client_min_messages = warning; $2" -c 'TRUNCATE target' -c '\timing on' -c "$3" -c "$3" |
		sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -1 | sed "s/^/$1|/" >>"$times"
}

# table: the best time of each way, and how often the first way's is as long.
table() {
	awk -F'|' '
		!($1 in best) { order[++n] = $1 }
		!($1 in best) || $2 < best[$1] { best[$1] = $2 }
		END { for (i = 1; i <= n; i++) printf "| %s | %.1f ms | %.2f |\n", order[i], best[order[i]], best[order[1]] / best[order[i]] }' "$times"
	: >"$times"
}

sql -f - <<END
CREATE EXTENSION conv1d;
CREATE TABLE model (name text PRIMARY KEY, m conv1d_model);
CREATE FUNCTION drawn(shape int[], scale real) RETURNS tensor1d LANGUAGE sql AS \$\$
	SELECT reshape(array_agg(((hashint4(i) % 1000) / 1000.0 * scale)::real ORDER BY i)::tensor1d, VARIADIC shape)
	FROM generate_series(1, (SELECT exp(sum(ln(d)))::numeric::int FROM unnest(shape) AS d)) AS i \$\$;
INSERT INTO model SELECT 'encoder', model_agg(c, f, w ORDER BY p) FROM (VALUES
	(1, 'Conv1D', '{"filters": 64, "kernel_size": 3, "padding": "same", "activation": "relu"}'::jsonb, ARRAY[drawn('{3,1,64}', 0.5), drawn('{64}', 0.1)]),
	(2, 'MaxPooling1D', NULL, NULL),
	(3, 'Conv1D', '{"filters": 128, "kernel_size": 3, "padding": "same", "activation": "relu"}', ARRAY[drawn('{3,64,128}', 0.1), drawn('{128}', 0.1)]),
	(4, 'MaxPooling1D', NULL, NULL)) AS l (p, c, f, w);
INSERT INTO model SELECT 'small', model_agg(c, f, w ORDER BY p) FROM (VALUES
	(1, 'Conv1D', '{"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}'::jsonb, ARRAY[drawn('{3,1,4}', 0.5), drawn('{4}', 0.1)]),
	(2, 'GlobalAveragePooling1D', NULL, NULL)) AS l (p, c, f, w);
CREATE TABLE sample (id int PRIMARY KEY, x tensor1d, filling text);
ALTER TABLE sample ALTER filling SET STORAGE PLAIN;
INSERT INTO sample SELECT i, drawn('{256,1}', 1) * (i % 7)::float8, repeat('x', 300) FROM generate_series(1, $rows) AS i;
ALTER TABLE sample SET (parallel_workers = 1);
CREATE UNLOGGED TABLE reading AS SELECT i AS ts, (hashint4(i) % 1000)::real AS v FROM generate_series(1, 20000) AS i;
CREATE UNLOGGED TABLE target (y float8);
VACUUM ANALYZE;
END
encoder="(SELECT m FROM model WHERE name = 'encoder')"
small="(SELECT m FROM model WHERE name = 'small')"
one='SET max_parallel_workers_per_gather = 0; SET conv1d.threads = 1'
two='SET max_parallel_workers_per_gather = 0; SET conv1d.threads = 2'
workers='SET max_parallel_workers_per_gather = 1; SET conv1d.threads = 1; SET parallel_setup_cost = 0'
groups="INSERT INTO target SELECT sum_elements(y) FROM (SELECT unnest(predict_agg($encoder, x)) AS y FROM sample GROUP BY id / 64) AS t"
stream="INSERT INTO target SELECT sum_elements(y) FROM predict_query($encoder, 'SELECT x FROM sample') AS t (y tensor1d)"
frame="SELECT count(y) FROM (SELECT predict($small, tensor1d_agg(v) OVER (ORDER BY ts ROWS 127 PRECEDING"

echo "$rows series of 256 steps through Conv1D(64) MaxPooling1D Conv1D(128) MaxPooling1D, the sum of each output kept:"
echo
echo '| way | time | times as fast as the first |'
echo '|---|---|---|'
for ((i = 0; i < runs; i++)); do
	way 'INSERT … SELECT of predict' "$one" "INSERT INTO target SELECT sum_elements(predict($encoder, x)) FROM sample"
	way 'INSERT … SELECT of predict_agg, groups of 64, 1 thread' "$one" "$groups"
	way 'the same, 2 threads' "$two" "$groups"
	way 'INSERT … SELECT from predict_query, 1 thread' "$one" "$stream"
	way 'the same, two threads' "$two" "$stream"
	way 'SELECT of predict' "$one" "SELECT sum(sum_elements(predict($encoder, x))) FROM sample"
	way 'the same, leader and a worker' "$workers" "SELECT sum(sum_elements(predict($encoder, x))) FROM sample"
done
table

echo
echo '20,000 readings, a small network on the latest 128 of each:'
echo
echo '| way | time | times as fast as the first |'
echo '|---|---|---|'
for ((i = 0; i < runs; i++)); do
	way 'aggregated anew for each row: EXCLUDE TIES switches the inverse off' "$one" "$frame EXCLUDE TIES)) AS y FROM reading OFFSET 0) AS t"
	way 'tensor1d_agg as a moving aggregate' "$one" "$frame)) AS y FROM reading OFFSET 0) AS t"
done
table
