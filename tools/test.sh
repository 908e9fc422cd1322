#!/usr/bin/env bash
# Run every test. What a test needs is installed by then (make deps), so a
# test that would be skipped for want of something fails instead.
set -euo pipefail
cd "$(dirname "$0")/.."
export AURORA_TEST_REQUIRE=1 CI="${CI:-true}"

part() {
  local began=$SECONDS
  echo "── $1"
  "${@:2}"
  echo "── $1: $((SECONDS - began)) s"
}

part "build" make build
part "engine library" bin/aurora engine install
export AURORA_TEST_BINARY="$PWD/bin/aurora"
library=$(bin/aurora engine status -o json | sed -n 's/^ *"path": "\(.*\)",\{0,1\}$/\1/p')
AURORA_ENGINE_DIR=$(dirname "$(dirname "${library:?engine status names no library}")")
export AURORA_ENGINE_DIR
part "web UI units" npm --prefix webui test
part "go" go test -race -timeout 25m ./...
part "web UI in the browser" env AURORA_BIN="$AURORA_TEST_BINARY" npm --prefix webui run e2e
