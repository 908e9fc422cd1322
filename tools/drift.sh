#!/usr/bin/env bash
# Fail if formatting, go.mod or a generated file is not what its source gives.
set -euo pipefail
cd "$(dirname "$0")/.."
go mod tidy -diff
unformatted=$(gofmt -l cmd pkg tui test examples tools 2>/dev/null || true)
if [ -n "$unformatted" ]; then
  echo "not formatted: $unformatted" >&2
  exit 1
fi
