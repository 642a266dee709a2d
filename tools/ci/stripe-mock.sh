#!/usr/bin/env bash
# Holds the Stripe gateway to Stripe's own description of its API: stripe-mock checks every request against Stripe's OpenAPI
# document and answers with Stripe's examples. It is installed once, below the user's cache folder, runs on a free port of
# this machine and is ended afterwards. Where there is no Go to install it with it is skipped; whatever else goes wrong is a
# failure.
set -uo pipefail
version=v0.203.0
root=$(cd "$(dirname "$0")/../.." && pwd)
folder="${XDG_CACHE_HOME:-$HOME/.cache}/edge-commerce/stripe-mock-$version"
export PATH="$root/node_modules/.bin:$PATH"

work=$(mktemp -d)
pid=
stop() {
  [ -z "$pid" ] || kill "$pid" 2>/dev/null
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

if [ ! -x "$folder/stripe-mock" ]; then
  if ! command -v go >/dev/null 2>&1; then
    echo 'skipped: no go to install stripe-mock with'
    exit 0
  fi
  if ! GOBIN="$work/bin" go install "github.com/stripe/stripe-mock@$version"; then
    echo 'stripe-mock could not be installed' >&2
    exit 1
  fi
  mkdir -p "$folder" && mv "$work/bin/stripe-mock" "$folder/stripe-mock" || exit 1
fi

"$folder/stripe-mock" -http-addr 127.0.0.1:0 -https-addr 127.0.0.1:0 >"$work/log" 2>&1 &
pid=$!
port=
for _ in $(seq 100); do
  port=$(sed -n 's/^Listening for HTTP at address: 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$work/log")
  [ -z "$port" ] || break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
if [ -z "$port" ]; then
  echo 'stripe-mock does not listen:' >&2
  cat "$work/log" >&2
  exit 1
fi
cd "$root" && STRIPE_MOCK_URL="http://127.0.0.1:$port" vitest run --project tools tools/stripe/stripe-mock.test.ts
