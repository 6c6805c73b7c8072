#!/usr/bin/env bash
#
# test/cluster.sh COMMAND [ARGUMENT]...
#	  Run a command against a throw-away PostgreSQL server that has conv1d.
#
# Everything is in one temporary directory, which is gone at the end:
#
#	root/    a PostgreSQL of our own: its programs copied, the rest linked,
#	         conv1d added.  PostgreSQL looks for its other files relative to
#	         its programs, so no file of the system is written, no root is
#	         needed, and a server already running here never sees our build.
#	data/    the cluster; reachable only through
#	socket/  which only the server's account (and root) may enter.
#
# The command finds the server in PGHOST, PGPORT, PGUSER and PGDATABASE, its
# programs first in PATH, the directory in CONV1D_CLUSTER.  Exit status is the
# command's.  With KEEP=1 the server stays, and the way to remove it is printed.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
umask 022

[ $# -gt 0 ] || die "usage: cluster.sh COMMAND [ARGUMENT]..."
pg_config=$(find_pg_config) || die "no PostgreSQL server with its development files here; test/packages.sh installs one"

# A server refuses to run as root.
server_user=
if [ "$(id -u)" -eq 0 ]; then
	server_user=postgres
	id "$server_user" >/dev/null 2>&1 || server_user=nobody
fi

as_server() {
	if [ -n "$server_user" ]; then
		runuser -u "$server_user" -- "$@"
	else
		"$@"
	fi
}

# cluster_directory: make a directory where the server's account may run
# programs and whose name fits a socket address (107 bytes) and a setting.
cluster_directory() {
	local base directory

	for base in "${TMPDIR:-/tmp}" /tmp /var/tmp; do
		directory=$(mktemp -d "$base/conv1d.XXXXXX" 2>/dev/null) || continue
		directory=$(cd "$directory" && pwd -P)
		printf '#!/bin/sh\n' >"$directory/probe"
		chmod 755 "$directory" "$directory/probe"
		if [ "${#directory}" -le 70 ] && ! [[ $directory =~ [^A-Za-z0-9/._-] ]] &&
			(cd / && as_server "$directory/probe") 2>/dev/null; then
			rm "$directory/probe"
			echo "$directory"
			return
		fi
		rm -r "$directory"
	done
	return 1
}

cluster=
# shellcheck disable=SC2317  # the trap calls it
cleanup() {
	trap '' INT TERM HUP
	[ -n "$cluster" ] || return 0
	cd /
	if [ -f "$cluster/data/postmaster.pid" ]; then
		as_server "$bin/pg_ctl" -D "$cluster/data" -m immediate -w -t 30 stop >/dev/null 2>&1 || :
	fi
	rm -rf "$cluster"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

cluster=$(cluster_directory) || die "found no temporary directory that the server can use (tried ${TMPDIR:-/tmp}, /tmp, /var/tmp)"

# link_entries DIRECTORY: our own directory of links to what the system has,
# without an installed conv1d, which installing ours must not write through.
link_entries() {
	mkdir -p "$cluster/root$1"
	find "$1" -mindepth 1 -maxdepth 1 ! -name 'conv1d*' -exec ln -s -t "$cluster/root$1" {} +
}

bindir=$("$pg_config" --bindir)
sharedir=$("$pg_config" --sharedir)
bin=$cluster/root$bindir
mkdir -p "$bin"
cp -R "$bindir/." "$bin"
link_entries "$("$pg_config" --pkglibdir)"
link_entries "$sharedir"
rm "$cluster/root$sharedir/extension"
link_entries "$sharedir/extension"
build install PG_CONFIG="$pg_config" DESTDIR="$cluster/root"

[ -z "$server_user" ] || chown "$server_user" "$cluster"
as_server mkdir -m 700 "$cluster/socket"
cd "$cluster"

# must COMMAND...: quiet when it works.
must() {
	as_server "$@" >"$cluster/output" 2>&1 </dev/null || {
		cat "$cluster/output" >&2
		[ ! -f "$cluster/data/log" ] || tail -n 20 "$cluster/data/log" >&2
		die "${1##*/} failed"
	}
}

# The user's own settings for other servers end here.
for name in "${!PG@}"; do
	[ "$name" = PG_CONFIG ] || unset "$name"
done
must env LC_ALL=C "$bin/initdb" -D "$cluster/data" -U postgres -A trust --no-sync --no-locale --encoding=UTF8
as_server tee -a "$cluster/data/postgresql.conf" >/dev/null <<EOC
listen_addresses = ''
unix_socket_directories = '$cluster/socket'
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
EOC
must env LC_ALL=C "$bin/pg_ctl" -D "$cluster/data" -l "$cluster/data/log" -w start
cd "$OLDPWD"

export CONV1D_CLUSTER=$cluster PGHOST=$cluster/socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
export PG_CONFIG=$pg_config PATH=$bin:$PATH

status=0
supervise "$@" || status=$?

if [ "${KEEP:-0}" != 0 ] && [ "$status" -lt 128 ]; then
	cat >"$cluster/remove" <<EOC
#!/bin/sh
cd /
${server_user:+runuser -u $server_user --} '$bin/pg_ctl' -D '$cluster/data' -m immediate stop
rm -rf '$cluster'
EOC
	chmod 755 "$cluster/remove"
	psql=$bin/psql
	PATH=${PATH#*:} command -v psql >/dev/null && psql=psql
	cat >&2 <<EOC

The server is left running.  Look around:  $psql -h $PGHOST -U postgres
Remove it:                                 $cluster/remove
EOC
	cluster=
fi
exit "$status"
