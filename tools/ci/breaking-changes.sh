#!/usr/bin/env bash
# Fails when openapi.yaml would break a client of the newest released document (docs/releases/openapi-*.yaml).
# Needs Go, which builds the comparing tool once; without it, or before the first release, there is nothing to compare.
set -euo pipefail
cd "$(dirname "$0")/../.."

oasdiff=v1.35.0
released=$(find docs/releases -name 'openapi-*.yaml' 2>/dev/null | sort -V | tail -1 || true)

if [ -z "$released" ]; then
  echo 'No released document yet: run npm run release:document when there is a release.'
  exit 0
fi
if ! command -v go >/dev/null; then
  echo 'Skipped: comparing with the released document needs Go.'
  exit 0
fi
bin=${OASDIFF_BIN:-.data/tools/oasdiff-$oasdiff}
mkdir -p "$bin"
if [ ! -x "$bin/oasdiff" ] && ! GOBIN=$(realpath "$bin") go install "github.com/oasdiff/oasdiff@$oasdiff"; then
  echo 'Skipped: the comparing tool could not be fetched.'
  exit 0
fi
echo "Comparing openapi.yaml with $released"
"$bin/oasdiff" breaking "$released" openapi.yaml --fail-on ERR
