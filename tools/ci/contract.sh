#!/usr/bin/env bash
# Holds the running shop to openapi.yaml: schemathesis makes requests from the document, valid and not, as everybody who
# may call (without token, guest, customer, manager, admin), and checks every answer against it. What is left out, and
# why, is in contract/schemathesis.toml and contract/hooks.py. It is installed once, below the user's cache folder; the
# shop is one of its own, on free ports, and is ended afterwards. Where there is no Python with venv it is skipped;
# whatever else goes wrong is a failure.
#   tools/ci/contract.sh [role…]     default: all five
#   CONTRACT_EXAMPLES=50             cases of the fuzzing phase for each operation, at most (default 12)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)/contract
root=$(cd "$here/../../.." && pwd)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/edge-commerce"
export PATH="$root/node_modules/.bin:$PATH"
# The admin comes last: what it switches off stays off.
roles=("$@")
[ ${#roles[@]} -gt 0 ] || roles=(public guest customer manager admin)

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

if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  echo 'skipped: no python3 with venv and pip to install schemathesis with'
  exit 0
fi
venv="$cache/schemathesis-$(cksum <"$here/requirements.txt" | cut -d ' ' -f 1)"
if [ ! -x "$venv/bin/schemathesis" ]; then
  rm -rf "$venv"
  if ! { python3 -m venv "$venv" && "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-input -r "$here/requirements.txt"; }; then
    rm -rf "$venv"
    echo 'schemathesis could not be installed' >&2
    exit 1
  fi
fi

# The shop takes ten ports in a row.
port=$(python3 - <<'PYTHON'
import random, socket

def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0

print(next(port for port in random.sample(range(21000, 31000, 10), 100) if all(map(is_free, range(port, port + 10)))))
PYTHON
) || exit 1
node "$root/tools/start.ts" --port "$port" --data "$work/shop" >"$work/shop.log" 2>&1 &
pid=$!
url="http://localhost:$port"
for _ in $(seq 600); do
  grep -q '^  Shop ' "$work/shop.log" && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.2
done
if ! grep -q '^  Shop ' "$work/shop.log"; then
  echo 'the shop does not start:' >&2
  cat "$work/shop.log" >&2
  exit 1
fi

# run ROLE: in a folder of its own, beside the ids that prepare.py has found for it.
run() {
  local role=$1 folder="$work/$1" started=$SECONDS token status phases=examples,fuzzing arguments=()
  mkdir "$folder" && cp "$here"/* "$folder" && cd "$folder" || return 1
  python3 prepare.py "$url" "$role" "$folder" || return 1
  token=$(cat token)
  # Who may do most is asked most: to the others most operations answer 401 or 403 whatever is sent.
  case $role in customer | admin) phases=examples,coverage,fuzzing ;; esac
  [ -z "$token" ] || arguments=(-H "Authorization: Bearer $token" --exclude-operation-id deleteAccount)
  CONTRACT_TOKEN=$token "$venv/bin/schemathesis" run "$root/openapi.yaml" --url "$url" --no-color --phases "$phases" \
    --max-examples "${CONTRACT_EXAMPLES:-12}" "${arguments[@]}" >out.txt 2>&1
  status=$?
  local cases
  cases=$(grep -A 1 '^Test cases:' out.txt | tail -n 1 | sed 's/^ *//')
  if [ "$status" -eq 0 ]; then
    echo "$role: $cases; 0 failures, $((SECONDS - started)) s"
  else
    cat out.txt
    echo "$role: ${cases:-no case}; FAILED, $((SECONDS - started)) s"
  fi
  return "$status"
}

failed=0
for role in "${roles[@]}"; do
  (run "$role") || failed=1
done
exit "$failed"
