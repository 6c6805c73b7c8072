#!/usr/bin/env bash
#
# test/bench/tensor1d.sh
#	  How tensor1d compares with real[]: times of the same work, ratios within
#	  one run, best of RUNS (3).  Prints the table that tensor1d.md keeps.
#
# Run it in a throw-away server:	test/cluster.sh test/bench/tensor1d.sh
set -eu

runs=${RUNS:-3}
database=bench_tensor1d_$$

sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" -c "SET max_parallel_workers_per_gather = ${WORKERS:-0}" "$@"
}

# best SQL: the least of so many times, in ms.
best() {
	local i

	for ((i = 0; i < runs; i++)); do
		sql -c '\timing on' -c "$1" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -1
	done | sort -n | head -1
}

# compare NAME BOUND SQL-OF-REAL[] SQL-OF-TENSOR1D: a row of the table.
compare() {
	local ours theirs

	theirs=$(best "$3")
	ours=$(best "$4")
	awk -v n="$1" -v b="$2" -v t="$theirs" -v o="$ours" \
		'BEGIN { printf "| %s | %.0f ms | %.0f ms | %.2f | %s |\n", n, t, o, o / t, b }'
}

psql -X -q -d postgres -c "CREATE DATABASE $database"
trap 'psql -X -q -d postgres -c "DROP DATABASE $database"' EXIT
sql -c "CREATE EXTENSION conv1d" \
	-c "CREATE UNLOGGED TABLE r AS SELECT a FROM (SELECT array_agg(sin(i)::real) AS a FROM generate_series(1, 100) i) s, generate_series(1, 1000000)" \
	-c "CREATE UNLOGGED TABLE t AS SELECT reshape(a::tensor1d, 100, 1) AS x FROM r" \
	-c "CREATE UNLOGGED TABLE w AS SELECT k, tensor1d_agg(sin(i * k)) AS x FROM generate_series(1, 100000) k, generate_series(1, 256) i GROUP BY k" \
	-c "CREATE UNLOGGED TABLE v AS SELECT k, array_agg(sin(i * k)::real) AS a FROM generate_series(1, 100000) k, generate_series(1, 256) i GROUP BY k" \
	-c "VACUUM ANALYZE r" -c "VACUUM ANALYZE t" -c "VACUUM ANALYZE v" -c "VACUUM ANALYZE w"

echo '| work | real[] | tensor1d | ratio | wanted |'
echo '|---|---|---|---|---|'
compare '1M rows of (100,1): the length of each' '<= 1.5' \
	"SELECT sum(array_length(a, 1)) FROM r" \
	"SELECT sum(timesteps(x)) FROM t"
compare '1M rows of (100,1): the first element of each' '<= 1.5' \
	"SELECT sum(a[1]) FROM r" \
	"SELECT sum(element(x, 1, 1)) FROM t"
compare '100k rows of (256,1): element-wise mean' '<= 0.2' \
	"SELECT array_agg(a ORDER BY i) FROM (SELECT i, avg(e) AS a FROM v, unnest(a) WITH ORDINALITY u(e, i) GROUP BY i) s" \
	"SELECT avg(x) FROM w"
compare '1M rows of (100,1): COPY BINARY out' '<= 0.2' \
	"COPY r TO '/dev/null' (FORMAT binary)" \
	"COPY t TO '/dev/null' (FORMAT binary)"
compare '100k rows of (256,1): text out' '' \
	"SELECT sum(length(a::text)) FROM v" \
	"SELECT sum(length(x::text)) FROM w"
compare '100k rows of (256,1): text in' '' \
	"SELECT sum(array_length(a::text::real[], 1)) FROM v" \
	"SELECT sum(timesteps(x::text::tensor1d)) FROM w"

echo
echo 'Text in, 64 MB in literals of different lengths (wanted: linear, the same time)'
echo
echo '| literals | time | ns a byte |'
echo '|---|---|---|'
for megabytes in 1 2 4 8 16 32; do
	sql -c "SET client_min_messages = warning" -c "DROP TABLE IF EXISTS literal" \
		-c "CREATE UNLOGGED TABLE literal (t text)" -c "ALTER TABLE literal ALTER t SET STORAGE EXTERNAL" \
		-c "INSERT INTO literal SELECT '[' || rtrim(repeat('0.12345678,', $megabytes * 95325), ',') || ']'"
	time=$(best "SELECT sum(timesteps(t::tensor1d)) FROM literal, generate_series(1, 64 / $megabytes)")
	awk -v m=$megabytes -v t="$time" 'BEGIN { printf "| %d of %d MB | %.0f ms | %.1f |\n", 64 / m, m, t, t * 1e6 / (64 * 1048576) }'
done
