#!/usr/bin/env bash
#
# test/bench/bench.sh [quick | docs]
#	  How fast conv1d is, and how fast what a user would take instead: torch and
#	  ONNX Runtime, in a program of their own, in the server, beside the database.
#
#	(nothing)	all of it, in about a quarter of an hour: build/bench/performance.md
#				and performance.svg
#	quick		three targets, in a minute, printed
#	docs		the page of the last whole run becomes docs/performance.md
#
# Every line is explained in the page itself.  The machine should have nothing
# else to do.
#
#	BENCH_TIME=0.3		seconds that one measurement takes
#	BENCH_ROUNDS=5		how often it is repeated, in turn with the others
#	BENCH_WORKS="W2 W3"	only these
#	BENCH_VENV=DIR		Python with what requirements.txt lists; made when it is
#						absent, 6 GB with pip (default build/bench/venv)
set -eu
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$top"

here=test/bench
directory=$top/build/bench
venv=${BENCH_VENV:-$directory/venv}
mode=${1:-whole}
mkdir -p "$directory"

# plpython3u embeds the system's Python, and the modules must be for that one.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

make_venv() {
	cmp -s "$here/requirements.txt" "$venv/requirements.txt" && return
	command -v "$python" >/dev/null || die "needs Python 3"
	echo "Installing torch and ONNX Runtime in $venv (a few minutes, once) ..."
	rm -rf "$venv"
	"$python" -m venv "$venv" 2>/dev/null || die "$python cannot make a virtual environment (Debian: python3-venv)"
	"$venv/bin/pip" install -q -r "$here/requirements.txt" || die "pip could not install what $here/requirements.txt lists"
	cp "$here/requirements.txt" "$venv/requirements.txt"
}

# plpython3u is a package of its own; without it the page says that it is absent.
install_plpython() {
	local version

	version=$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
	[ ! -e "$("$pg_config" --sharedir)/extension/plpython3u.control" ] || return 0
	{ [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; } || return 0
	echo "Installing postgresql-plpython3-$version with apt ..."
	DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "postgresql-plpython3-$version" >/dev/null 2>&1 ||
		echo "apt could not install postgresql-plpython3-$version" >&2
}

case $mode in
	whole | quick) ;;
	docs)
		[ -f "$directory/results.json" ] || die "no whole run yet: make bench"
		exec python3 "$here/report.py" "$directory/results.json" docs
		;;
	*) die "usage: bench.sh [quick | docs]" ;;
esac

test/packages.sh
pg_config=$(find_pg_config)
make_venv
[ "$mode" = quick ] || install_plpython
build build/bench/core PG_CONFIG="$pg_config"

# The server's Python looks where ours does.
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
export PYTHONPATH="$top/$here:$site" PYTHONDONTWRITEBYTECODE=1
export TORCHINDUCTOR_CACHE_DIR="$directory/inductor"

if [ "$mode" = quick ]; then
	BENCH_TIME=${BENCH_TIME:-0.2} test/cluster.sh "$venv/bin/python" "$here/bench.py" "$directory" quick
	exec python3 "$here/report.py" "$directory/quick.json" print
fi
test/cluster.sh "$venv/bin/python" "$here/bench.py" "$directory"
exec python3 "$here/report.py" "$directory/results.json" "$directory"
