#!/usr/bin/env bash
#
# test/run.sh [PART]...
#	  Run the tests; without a PART all of them:
#
#	layers   the house rules, by grep
#	unit     the core without a server, under address and undefined-behaviour
#	         sanitizers: each test/unit/test_*.c
#	clang    everything compiles without a warning there too, where clang is
#	build    the extension compiles without a warning
#	regress  sql/*.sql against expected/*.out    } in a throw-away
#	tap      test/tap/t/*.pl                     } server
#
# One part runs only when it is named, because it takes minutes:
#
#	arm      the unit tests as arm64 gets them, by a cross compiler and, where it
#	         is, by clang, in an emulator: fused sums, 32 registers, other rules
#	         for NaN and -0
#
# Last line: "N passed, N failed".  Exit status 1 when anything failed or a part
# had nothing to run.
set -eu -o pipefail
shopt -s nullglob
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$top"
export WERROR=1

# Each part appends the numbers of its tests to this file.
tally=${CONV1D_TALLY:-}

count() {
	echo "$1 $2" >>"$tally"
}

# title WORDS: set a part apart from the one before.
title() {
	printf '\n# %s\n' "$*"
}

# tap COMMAND...: run a program that speaks the Test Anything Protocol and count
# its lines.  To die, or to stop short of the plan, is one failure more.
tap() {
	local status=0 output passed failed planned

	output=$(mktemp)
	"$@" 2>&1 | tee "$output" | sed 's/^/  /' || status=$?
	passed=$(grep -c '^ok ' "$output") || :
	failed=$(grep -c '^not ok ' "$output") || :
	planned=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$output")
	rm -f "$output"
	if [ "${planned:-0}" -ne $((passed + failed)) ] || [ $((passed + failed)) -eq 0 ] ||
		{ [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; }; then
		echo "  not ok - $* ended early: exit status $status, planned ${planned:-none}, ran $((passed + failed))"
		failed=$((failed + 1))
	fi
	count "$passed" "$failed"
}

# each_tap PREFIX FILE...: tap for each of them; none at all is a failure.
each_tap() {
	local prefix=$1 file

	shift
	[ $# -gt 0 ] || { echo "not ok - no tests here"; count 0 1; }
	for file in "$@"; do
		echo "$file"
		# shellcheck disable=SC2086  # a prefix is words
		tap $prefix "$file"
	done
}

# compile WHAT ARGUMENT...: one test, that make succeeds.
compile() {
	local what=$1

	shift
	if build "$@"; then
		echo "ok - $what"
		count 1 0
	else
		echo "not ok - $what"
		count 0 1
		return 1
	fi
}

part_layers() {
	title "House rules"
	tap test/check_layers.sh
}

part_unit() {
	local prefix='' programs=(test/unit/test_*.c)

	title "Unit tests of the core, under sanitizers"
	compile "the core and its tests compile under sanitizers" unit-programs || return 0
	# Where the kernel scatters addresses widely, older sanitizers find their
	# own memory taken; a fixed layout avoids it, where we may ask for one.
	! setarch -R true 2>/dev/null || prefix="setarch -R"
	programs=("${programs[@]%.c}")
	each_tap "$prefix" "${programs[@]/#test/build}"
}

# Debian's development packages bring a clang without its short name.
find_clang() {
	local clang

	for clang in clang $(compgen -c clang- | grep -E '^clang-[0-9]+$' | sort -Vr); do
		if command -v "$clang" >/dev/null; then
			echo "$clang"
			return
		fi
	done
}

part_clang() {
	local clang

	clang=$(find_clang)
	[ -n "$clang" ] || return 0
	title "Compiling with $clang"
	compile "$clang has no warning" objects PG_CONFIG="$pg_config" CC="$clang" O=build/clang || :
}

part_arm() {
	local clang compiler directory qemu programs=(test/unit/test_*.c)

	qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64) && command -v aarch64-linux-gnu-gcc >/dev/null ||
		die "this needs a cross compiler and an emulator (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static)"
	export QEMU_LD_PREFIX=/usr/aarch64-linux-gnu
	clang=$(find_clang)
	programs=("${programs[@]#test/unit/}")
	programs=("${programs[@]%.c}")
	for compiler in aarch64-linux-gnu-gcc ${clang:+"$clang --target=aarch64-linux-gnu"}; do
		title "Unit tests of the core on arm64, by $compiler"
		directory=build/arm/${compiler%% *}
		compile "the core and its tests compile" plain-unit-programs CC="$compiler" U="$directory" || continue
		each_tap "$qemu" "${programs[@]/#/$directory/}"
	done
}

part_build() {
	title "Compiling the extension"
	compile "the extension compiles without a warning" all PG_CONFIG="$pg_config"
}

# pg_regress before 16 writes "test name ... ok", from 16 on "ok 1 - name".
part_regress() {
	local output status=0 passed failed

	title "Regression tests"
	output=$(mktemp)
	build installcheck PG_CONFIG="$PG_CONFIG" EXTRA_REGRESS_OPTS="--bindir=$(dirname "$(command -v psql)")" 2>&1 |
		tee "$output" || status=$?
	passed=$(grep -Ec '^(test .* \.\.\. ok |ok +[0-9])' "$output") || :
	failed=$(grep -Ec '^(test .* \.\.\. FAILED|not ok +[0-9])' "$output") || :
	rm -f "$output"
	[ "$failed" -eq 0 ] || cat build/regress/regression.diffs
	if [ $((passed + failed)) -eq 0 ] || { [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; }; then
		echo "not ok - the regression tests did not run to their end"
		failed=$((failed + 1))
	fi
	count "$passed" "$failed"
}

part_tap() {
	title "Tests of the whole server"
	each_tap perl test/tap/t/*.pl
}

# The second time around, inside cluster.sh: the parts that need a server.
if [ -n "$tally" ]; then
	for part in "$@"; do
		"part_$part"
	done
	exit 0
fi

[ $# -gt 0 ] || set -- layers unit clang build regress tap
with_server=()
tally=$(mktemp)
trap 'rm -f "$tally"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# The first two parts need no server.
case " $* " in
	*\ clang\ * | *\ build\ * | *\ regress\ * | *\ tap\ *)
		test/packages.sh
		pg_config=$(find_pg_config)
		;;
esac
built=yes
for part in "$@"; do
	case $part in
		regress | tap) with_server+=("$part") ;;
		build) part_build || built= ;;
		layers | unit | arm | clang) "part_$part" ;;
		*) die "no such part: $part" ;;
	esac
done
if [ "${#with_server[@]}" -gt 0 ] && [ -n "$built" ]; then
	status=0
	CONV1D_TALLY=$tally supervise test/cluster.sh test/run.sh "${with_server[@]}" || status=$?
	[ "$status" -lt 128 ] || exit "$status"
	if [ "$status" -ne 0 ]; then
		echo "not ok - the throw-away server and its tests ended with status $status"
		count 0 1
	fi
fi

echo
awk '{ passed += $1; failed += $2 }
	END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }' "$tally"
