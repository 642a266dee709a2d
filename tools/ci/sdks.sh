#!/usr/bin/env bash
# Generates clients of openapi.yaml for Python, Go and Java with the generators that people use, compiles them, and lets a
# shopper of each buy something (sdk/journeys) in a shop that is booted for them. The client for TypeScript is held to the
# same by tests/sdk-journey.test.ts.
#   Python  openapi-python-client; needs Python 3.11 with venv
#   Go      oapi-codegen; needs Go
#   Java    openapi-generator; needs Maven and a JDK from 17 on
# The generators are installed once, below the user's cache folder and Maven's. Where the tools to install one are missing
# it is skipped; whatever else goes wrong is a failure.
set -uo pipefail
oapi_codegen=v2.8.2 # the others: sdk/journeys/python/requirements.txt, sdk/journeys/java/pom.xml
root=$(cd "$(dirname "$0")/../.." && pwd)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/edge-commerce/sdks"
document="$root/openapi.yaml"
export PATH="$root/node_modules/.bin:$PATH" WRANGLER_SEND_METRICS=false
# A compiler that lives for half a minute is not worth optimising.
export MAVEN_OPTS="${MAVEN_OPTS:--XX:TieredStopAtLevel=1}"

work=$(mktemp -d)
pid=
stop() {
  if [ -n "$pid" ]; then
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  fi
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

has() { command -v "$1" >/dev/null 2>&1; }
lines() { find "$1" -name "$2" -type f -exec cat {} + | wc -l; }

packages="$root/sdk/journeys/python/requirements.txt"
venv="$cache/python-$(cksum <"$packages" | cut -d ' ' -f 1)"
install_python() {
  [ -x "$venv/bin/openapi-python-client" ] && return
  rm -rf "$venv"
  python3 -m venv "$venv" &&
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-input --only-binary=:all: -r "$packages"
}
prepare_python() {
  cp -r "$root/sdk/journeys/python" "$work/python" && cd "$work/python" && install_python &&
    "$venv/bin/openapi-python-client" generate --path "$document" --config generator.yaml --meta none \
      --output-path edge_commerce --fail-on-warning &&
    "$venv/bin/python" -m compileall -q . &&
    echo "Python: openapi-python-client $("$venv/bin/openapi-python-client" --version | grep -o '[0-9.]*$'), $(lines edge_commerce '*.py') lines"
}
run_python() { cd "$work/python" && "$venv/bin/python" journey.py "$1"; }

generator="$cache/oapi-codegen-$oapi_codegen/oapi-codegen"
install_go() {
  [ -x "$generator" ] || GOBIN="$(dirname "$generator")" \
    go install "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@$oapi_codegen"
}
prepare_go() {
  cp -r "$root/sdk/journeys/go" "$work/go" && mkdir "$work/go/shop" && cd "$work/go" && install_go &&
    "$generator" -config generator.yaml "$document" && go vet ./... && go build -o journey . &&
    echo "Go: oapi-codegen $oapi_codegen, $(lines shop '*.go') lines"
}
run_go() { "$work/go/journey" "$1"; }

prepare_java() {
  cp -r "$root/sdk/journeys/java" "$work/java" && cd "$work/java" || return 1
  if ! mvn -B -q -Dstyle.color=never compile -Dopenapi="$document" >"$work/java.log" 2>&1; then
    grep -v ' writing file ' "$work/java.log" >&2
    return 1
  fi
  local version
  version=$(sed -n 's|.*<openapi-generator.version>\(.*\)</.*|\1|p' pom.xml)
  echo "Java: openapi-generator $version, $(lines target/generated-sources '*.java') lines"
}
run_java() { cd "$work/java" && mvn -B -q -Dstyle.color=never exec:java -Dexec.args="$1"; }

languages=()
failed=0
# prepare LANGUAGE NEEDS: generates and compiles, where has_LANGUAGE says that this can be done.
prepare() {
  local language=$1 started=$SECONDS
  if ! "has_$language" >/dev/null 2>&1; then
    echo "skipped: $language: no $2"
  elif ("prepare_$language"); then
    echo "  generated and compiled in $((SECONDS - started)) s"
    languages+=("$language")
  else
    echo "$language: the client could not be generated or compiled" >&2
    failed=1
  fi
}
has_python() { python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'; }
has_go() { has go; }
has_java() { has mvn && has javac && [ "$(javac -version 2>&1 | grep -o '[0-9]*' | head -n 1)" -ge 17 ]; }
mkdir -p "$cache"
prepare python 'python3 from 3.11 on with venv'
prepare go 'go'
prepare java 'mvn, or no JDK from 17 on'
[ "${#languages[@]}" -gt 0 ] || exit "$failed"

port=$(cd "$root" && node --input-type=module -e "
  import { isFree, portsFrom } from '#tools/stack/ports.ts';
  for (let port = 18_700; port < 20_000; port += 10) {
    if ((await Promise.all(Object.values(portsFrom(port)).map(isFree))).every(Boolean)) {
      console.log(port);
      break;
    }
  }")
(cd "$root" && exec node tools/start.ts --port "$port" --data "$work/shop") >"$work/shop.log" 2>&1 &
pid=$!
for _ in $(seq 600); do
  grep -q ' Ready$' "$work/shop.log" && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.5
done
if ! grep -q ' Ready$' "$work/shop.log"; then
  echo 'The shop does not start:' >&2
  cat "$work/shop.log" >&2
  exit 1
fi
for language in "${languages[@]}"; do
  echo "$language: a shopper buys"
  ("run_$language" "http://localhost:$port") || failed=1
done
exit "$failed"
