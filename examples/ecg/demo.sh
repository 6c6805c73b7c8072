#!/usr/bin/env bash
#
# examples/ecg/demo.sh
#	  Find the odd heartbeats of a real ECG inside PostgreSQL: demo.sql, in a
#	  throw-away server.  What is missing is installed, what is there is left
#	  alone.  KEEP=1 leaves the server running.
set -eu
# shellcheck source-path=SCRIPTDIR source=../../test/lib.sh
. "$(dirname "$0")/../../test/lib.sh"

"$top/test/packages.sh"
echo "Starting a throw-away PostgreSQL with conv1d ..."
cd "$top/examples/ecg"
exec "$top/test/cluster.sh" psql -X -q -v ON_ERROR_STOP=1 -P pager=off -f demo.sql
