# test/lib.sh
#	  What the scripts share: where things are, which server to use, how to
#	  build, and how to run a command that must not outlive us.
#
# Sourced by bash scripts that have set -eu.
# shellcheck shell=bash

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export top

# We may run below make: its jobs, its -n and its command line are not ours.
# What a user gives there (KEEP, PG_CONFIG, WERROR) arrives as environment.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES DESTDIR

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# usable_pg_config PATH: does it lead to a whole PostgreSQL, one that has both a
# server to start and what an extension is built with?  Packages split these in
# several ways.
usable_pg_config() {
	local bindir

	bindir=$("$1" --bindir 2>/dev/null) && [ -x "$bindir/postgres" ] && [ -x "$bindir/initdb" ] &&
		[ -f "$("$1" --pgxs)" ] && [ -f "$("$1" --includedir-server)/postgres.h" ]
}

# find_pg_config: print the pg_config to use, fail when there is none.  One that
# was asked for is taken or refused, never replaced by another.  The whole path:
# below cluster.sh the name alone is that of the throw-away server.
find_pg_config() {
	local candidate

	# Debian's pg_config is of the newest development package, which may be
	# newer than the newest server.
	for candidate in ${PG_CONFIG:-pg_config $(printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -Vr)}; do
		if candidate=$(command -v "$candidate") && usable_pg_config "$candidate"; then
			realpath -s "$candidate"
			return
		fi
	done
	return 1
}

# build ARGUMENT...: our make, quiet, on all processors.
build() {
	make -s -C "$top" -j"$(nproc 2>/dev/null || echo 2)" "$@"
}

# supervise COMMAND...: run it to its end in a process group of its own, and end
# the whole group when we are told to end.  Without this a signal waits until
# the command is done, or leaves the command's children behind.
supervise() {
	local child status=0 signal=

	set -m
	"$@" </dev/null &
	child=$!
	set +m
	trap 'signal=2' INT
	trap 'signal=15' TERM
	trap 'signal=1' HUP
	wait "$child" || status=$?
	if [ -n "$signal" ]; then
		kill -TERM -- "-$child" 2>/dev/null || :
		wait "$child" 2>/dev/null || :
		status=$((128 + signal))
	fi
	trap - INT TERM HUP
	return "$status"
}
