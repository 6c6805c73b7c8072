#!/usr/bin/env bash
#
# test/packages.sh
#	  Install, with apt, what the demo and the tests need and do not find.
#
# Asks nothing, and does nothing where all is there.  The server's package would
# start a cluster of its own on port 5432; nobody asked for one, so it is told
# not to.
set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

dropin=/etc/postgresql-common/createcluster.d/zz-conv1d-no-cluster.conf

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
		apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

# available PACKAGE: can apt install it?
available() {
	apt-cache policy "$1" 2>/dev/null | grep -q '^ *Candidate: *[0-9]'
}

# server_version: the newest server that is there already, or else the newest
# that can be had; only versions that also have their development files.
server_version() {
	local version

	for version in $({
		printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sed -n 's,^/usr/lib/postgresql/\([0-9]*\)/.*,\1,p' | sort -nr
		apt-cache --names-only search '^postgresql-server-dev-[0-9]+$' | sed 's/^[^0-9]*\([0-9]*\).*/\1/' | sort -nr
	}); do
		if [ "$version" -ge 13 ] && available "postgresql-$version" && available "postgresql-server-dev-$version"; then
			echo "$version"
			return
		fi
	done
	return 1
}

compiles() {
	printf '#include <math.h>\nint main(void) { return 0; }\n' | gcc -x c -o /dev/null - 2>/dev/null
}

missing=()
compiles || missing+=("a C compiler")
command -v make >/dev/null || missing+=("make")
find_pg_config >/dev/null || missing+=("a PostgreSQL server with its development files")
perl -MTest::More -e 1 2>/dev/null || missing+=("Perl with Test::More")
[ "${#missing[@]}" -gt 0 ] || exit 0
list=$(printf ', %s' "${missing[@]}")
list=${list#, }

[ -z "${PG_CONFIG:-}" ] || usable_pg_config "$PG_CONFIG" ||
	die "PG_CONFIG=$PG_CONFIG does not lead to a server with its development files"
command -v apt-get >/dev/null ||
	die "missing here: $list; there is no apt-get to install it with, so please install it and try again"
[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
	die "missing here: $list; installing needs root or sudo (as root: apt-get install gcc libc6-dev make perl postgresql postgresql-server-dev-all)"

log=$(mktemp)
cleanup() {
	[ -z "${made_dropin:-}" ] || as_root rm -f "$dropin"
	[ -z "${made_directory:-}" ] || as_root rmdir -p --ignore-fail-on-non-empty "${dropin%/*}"
	rm -f "$log"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

echo "Missing here: $list. Asking apt ..."
apt_get update >"$log" 2>&1 || { cat "$log" >&2; echo "${0##*/}: apt-get update failed; trying with the lists that are there" >&2; }

packages=()
compiles || packages+=(gcc libc6-dev)
command -v make >/dev/null || packages+=(make)
perl -MTest::More -e 1 2>/dev/null || packages+=(perl)
if ! find_pg_config >/dev/null; then
	version=$(server_version) || die "apt offers no PostgreSQL of version 13 or later with its development files"
	packages+=("postgresql-server-dev-$version")
	if [ ! -x "/usr/lib/postgresql/$version/bin/postgres" ]; then
		packages+=("postgresql-$version")
		[ -d "${dropin%/*}" ] || made_directory=yes
		made_dropin=yes
		as_root mkdir -p "${dropin%/*}"
		echo "create_main_cluster = false" | as_root tee "$dropin" >/dev/null
	fi
fi

echo "Installing with apt, to build conv1d and run it in a throw-away server: ${packages[*]} (a minute or two)"
# A server that is here already is neither upgraded nor restarted.
apt_get install --no-install-recommends --no-upgrade "${packages[@]}" >"$log" 2>&1 || {
	tail -n 40 "$log" >&2
	die "apt-get could not install ${packages[*]}"
}
find_pg_config >/dev/null || die "PostgreSQL is installed now, but no pg_config leads to it"
