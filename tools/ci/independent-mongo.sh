#!/usr/bin/env bash
# Holds servers that others wrote to the contract of tools/mongo, which the embedded one is held to by the tests: what
# passes here and there is what MongoDB's protocol says, not what we believe it says.
#   mongo-java-server  in memory; needs Maven and a JDK
#   SecantusDB         on WiredTiger, MongoDB's own storage engine; needs Python with pip
# Each is installed once, below the user's cache folder, runs on a free port of this machine and is ended afterwards.
# Where the tools to install one are missing it is skipped; whatever else goes wrong is a failure.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
cache="${XDG_CACHE_HOME:-$HOME/.cache}/edge-commerce/mongo"
export PATH="$root/node_modules/.bin:$PATH"

work=$(mktemp -d)
pid=
ran=0
failed=0

stop() {
  if [ -n "$pid" ]; then
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  fi
  pid=
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

has() { command -v "$1" >/dev/null 2>&1; }

# install NAME FILE COMMAND…: runs the command, to which it adds a folder, unless it has done so for this very file.
install() {
  installed="$cache/$1-$(cksum <"$2" | cut -d ' ' -f 1)"
  [ -d "$installed" ] && return
  local fresh="$installed.$$"
  mkdir -p "$fresh" && "${@:3}" "$fresh" && mv "$fresh" "$installed" && return
  rm -rf "$fresh"
  echo "$1 could not be installed" >&2
  return 1
}

# check NAME COMMAND…: starts the server, which prints its URI when it listens, and runs the contract against it.
check() {
  local name=$1 uri=
  rm -f "$work/stdin"
  mkfifo "$work/stdin"
  "${@:2}" <"$work/stdin" >"$work/stdout" 2>"$work/stderr" &
  pid=$!
  exec 9>"$work/stdin" # ends with this script, and takes the server along
  for _ in $(seq 300); do
    uri=$(grep -m 1 '^mongodb://' "$work/stdout") && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  if [ -z "$uri" ]; then
    echo "$name does not listen:" >&2
    cat "$work/stderr" >&2
    failed=1
  else
    ran=$((ran + 1))
    node "$root/tools/mongo/run-contract.ts" --uri "$uri" --server "$name" 9>&- || failed=1
  fi
  exec 9>&-
  stop
}

fetch_jars() {
  mvn -q -B -f "$here/mongo-java-server/pom.xml" dependency:copy-dependencies -DoutputDirectory="$1"
}
fetch_wheels() {
  python3 -m pip install -q --disable-pip-version-check --no-input --root-user-action=ignore --no-deps --only-binary=:all: \
    -r "$here/secantusdb/requirements.txt" --target "$1"
}

if has mvn && has java; then
  install mongo-java-server "$here/mongo-java-server/pom.xml" fetch_jars &&
    check mongo-java-server java -cp "$installed/*" "$here/mongo-java-server/Server.java" || failed=1
else
  echo 'skipped: mongo-java-server: no mvn or no java'
fi
if has python3 && python3 -m pip --version >/dev/null 2>&1; then
  install secantusdb "$here/secantusdb/requirements.txt" fetch_wheels &&
    check secantusdb env PYTHONPATH="$installed" python3 "$here/secantusdb/server.py" || failed=1
else
  echo 'skipped: secantusdb: no python3 or no pip'
fi
[ "$ran" -gt 0 ] || [ "$failed" -ne 0 ] || echo 'skipped: nothing here to install an independent server with'
exit "$failed"
