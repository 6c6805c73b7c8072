#!/usr/bin/env bash
#
# test/check_layers.sh
#	  The house rules that a machine can see, a line each in the Test Anything
#	  Protocol.  Needs neither a compiler nor a server.
#
# A rule is a function that prints the offending lines below the current
# directory.  It passes when our tree has none and when it finds the one in a
# made-up tree that breaks it: a rule that cannot fail proves nothing.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
number=0
failures=0

# offences TREE RULE: what the rule finds there; grep fails when it is nothing.
offences() {
	(cd "$1" && { "$2" || :; })
}

# check RULE FILE OFFENCE WHY: run the rule on our tree, and on a tree in which
# FILE holds OFFENCE.
check() {
	local found

	number=$((number + 1))
	rm -rf "$scratch/tree"
	mkdir -p "$scratch/tree/src/pg" "$(dirname "$scratch/tree/$2")"
	printf "default_version = '1'\n" >"$scratch/tree/conv1d.control"
	printf '{"version": "1"}\n' >"$scratch/tree/META.json"
	printf 'SQL_PARTS =\n' >"$scratch/tree/Makefile"
	printf '%b\n' "$3" >"$scratch/tree/$2"
	found=$(offences "$top" "$1")
	if [ -n "$found" ]; then
		echo "not ok $number - $4"
		printf '%s\n' "$found" | sed 's/^/#   /'
	elif [ -z "$(offences "$scratch/tree" "$1")" ]; then
		echo "not ok $number - $4"
		echo "#   the rule does not notice '$3' in $2"
	else
		echo "ok $number - $4"
		return
	fi
	failures=$((failures + 1))
}

# A core file names the room of what it includes, and the room is its own or one
# to the right of it in: pg, formats, model, layers, kernels, base.
arrows() {
	grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' src | awk -F'[/:"]' '
		BEGIN { split("base kernels layers model formats pg", order, " "); for (i in order) rank[order[i]] = i }
		{
			room = $2
			split($0, quoted, "\"")
			to = quoted[2]; named = sub("/.*", "", to)
			if (room == "pg" ? named && (to in rank) && rank[to] > rank[room] : !named || !(to in rank) || rank[to] > rank[room])
				print
		}'
}

server_in_core() {
	grep -rnE 'postgres\.h|\<(ereport|elog|palloc0?|repalloc|pfree|MemoryContext[A-Za-z]*|PG_[A-Z_]+) *\(' src | grep -v '^src/pg/'
}

malloc_in_core() {
	grep -rnE '\<(malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup) *\(' src
}

openmp() {
	grep -rnE '#[[:space:]]*pragma[[:space:]]+omp|\<omp_[a-z_]+ *\(|<omp\.h>' src | grep -v '^src/kernels/parallel\.c:'
}

# Written so that the rule does not find itself.
unfinished() {
	grep -rnE 'T[O]DO|F[I]XME|X[X]X:|^[[:space:]]*#[[:space:]]*if 0' src Makefile sql test examples 2>/dev/null
}

machine_flags() {
	grep -rnE 'march=n[a]tive|mtune=n[a]tive|f[a]st-math|-O[f]ast' Makefile src test .ci 2>/dev/null
}

long_files() {
	find src \( -name '*.c' -o -name '*.h' -o -name '*.inc' \) -exec awk 'FNR == 501 { print FILENAME " has more than 500 lines" }' {} +
}

# The header names the file, so that a paste or a patch says where it belongs.
headers() {
	find src \( -name '*.c' -o -name '*.h' \) -exec awk '
		FNR == 1 && $0 != "/*" || FNR == 2 && $0 != " * " FILENAME { print FILENAME ":" FNR ": " $0 }' {} +
}

# c_symbols: what src/pg offers to SQL, straight or through a macro whose first
# parameter is the name.
c_symbols() {
	find src/pg -name '*.c' -exec cat {} + | sed -e ':join' -e '/\\$/{N;s/\\\n//;b join' -e '}' | awk '
		/^#define/ && /PG_FUNCTION_INFO_V1/ { sub("\\(.*", "", $2); macro[$2] = 1; next }
		match($0, /PG_FUNCTION_INFO_V1\([A-Za-z0-9_]+\)/) { print substr($0, RSTART + 20, RLENGTH - 21); next }
		match($0, /^[A-Z_]+\([a-z0-9_]+/) {
			split(substr($0, 1, RLENGTH), call, "(")
			if (call[1] in macro)
				print call[2]
		}' | sort -u
}

# sql_symbols: what src/pg/*.sql expects of C; without a second string the
# function's own name.
sql_symbols() {
	find src/pg -name '*.sql' -exec cat {} + | awk '
		match($0, /CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) +[A-Za-z0-9_]+/) { n = split(substr($0, 1, RSTART + RLENGTH - 1), word, " "); name = word[n] }
		match($0, /MODULE_PATHNAME'"'"', *'"'"'[A-Za-z0-9_]+/) { n = split(substr($0, RSTART, RLENGTH), word, "'"'"'"); print word[n]; next }
		/MODULE_PATHNAME/ { print name }' | sort -u
}

unused_c() {
	comm -23 <(c_symbols) <(sql_symbols) | sed 's/$/ is in no src\/pg\/*.sql/'
}

missing_c() {
	comm -13 <(c_symbols) <(sql_symbols) | sed 's/$/ is in no src\/pg\/*.c/'
}

sql_parts() {
	# shellcheck disable=SC2016  # make expands it
	comm -3 <(find src/pg -name '*.sql' | sort) \
		<(make -s --eval='sql-parts: ; @echo $(SQL_PARTS)' sql-parts | tr -s ' ' '\n' | sort) |
		sed 's/^[[:space:]]*//; s/$/ is either no file or not in SQL_PARTS/'
}

risky_sql() {
	grep -rniE '\<(or replace|if not exists|security definer|set search_path|leakproof|language (sql|plpgsql)|do \$)' src --include='*.sql'
}

# A property left out is a default that nobody chose.
bare_functions() {
	find src/pg -name '*.sql' -exec cat {} + | awk -v RS=';' '
		/CREATE FUNCTION/ && !(/(IMMUTABLE|STABLE|VOLATILE)/ && /PARALLEL (SAFE|RESTRICTED|UNSAFE)/ && / COST [0-9]/) {
			sub(".*CREATE FUNCTION *", ""); sub("\n.*", ""); print
		}'
}

versions() {
	local version

	version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" conv1d.control)
	grep -n '"version": ' META.json | grep -vF -e "\"$version\"" -e '"1.0.0"'
	[ ! -f CHANGELOG.md ] || grep -qF "## $version" CHANGELOG.md || echo "CHANGELOG.md has no section $version"
}

shell_scripts() {
	find . -path ./build -prune -o \( -name '*.sh' -o -path ./.ci/run \) -type f -print | while read -r script; do
		bash -n "$script" 2>&1
		[ "${script##*/}" = lib.sh ] || [ -x "$script" ] || echo "$script is not executable"
	done
}

check arrows src/base/a.c '#include "model/plan.h"' \
	"includes run one way, pg > formats > model > layers > kernels > base, so that each room can be read, tested and replaced without those to its left"
check server_in_core src/layers/a.c 'void f(void) { elog(ERROR, "x"); }' \
	"the server's headers, errors and memory stay in src/pg, so that the core runs without a server and cannot jump out of a thread"
check malloc_in_core src/model/a.c 'char *p = malloc(1);' \
	"the core takes memory only from an arena, so that an error frees everything and a limit holds"
check openmp src/kernels/a.c '#pragma omp parallel' \
	"OpenMP is in src/kernels/parallel.c alone, because threads in a backend need care that belongs in one place"
check unfinished src/base/a.c '#if 0' \
	"nothing is unfinished or switched off: what is not built is absent"
check machine_flags Makefile 'PG_CFLAGS += -ff''ast-math' \
	"no flag names a processor or changes arithmetic, so that one build serves every machine with the same results"
check long_files src/base/a.c "$(printf '%501s' '' | sed 's/ /\\n/g')" \
	"no source file has more than 500 lines: a longer one has two meanings"
check headers src/base/a.c '/*\n * src/base/b.c' \
	"every source file starts with its own name and purpose"
check unused_c src/pg/a.c 'PG_FUNCTION_INFO_V1(forgotten);' \
	"every C function made for SQL is declared in SQL"
check missing_c src/pg/a.sql "CREATE FUNCTION f(int) RETURNS int\n\tAS 'MODULE_PATHNAME', 'absent' LANGUAGE C;" \
	"every C function that SQL declares exists"
check sql_parts src/pg/a.sql '' \
	"every SQL part is installed: the Makefile lists each once"
check risky_sql src/pg/a.sql 'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql' \
	"the installation script only creates, and only functions in C, so that no search_path and no object of another user can change what it does"
check bare_functions src/pg/a.sql 'CREATE FUNCTION f(int) RETURNS int LANGUAGE C IMMUTABLE STRICT;' \
	"every function spells its volatility, parallel safety and cost: a wrong default makes wrong plans"
check versions META.json '{"version": "2"}' \
	"control file, META.json and CHANGELOG.md name the same version"
check shell_scripts test/a.sh 'if' \
	"every script parses and can be executed"

echo "1..$number"
[ "$failures" -eq 0 ]
