#!/usr/bin/env bash
# Say what building Aurora needs and what this machine lacks, all at once.
set -u
missing=0

# at_least HAVE WANT: true when version HAVE is WANT or newer.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# need NAME HAVE WANT HINT: complain unless HAVE is at least WANT.
need() {
  if [ -z "$2" ]; then
    echo "missing: $1 (>= $3 is needed): $4" >&2
    missing=1
  elif ! at_least "$2" "$3"; then
    echo "too old: $1 $2 (>= $3 is needed): $4" >&2
    missing=1
  fi
}

go_version=$(go env GOVERSION 2>/dev/null | sed 's/^go//')
need "Go" "$go_version" 1.26 "install it from go.dev/dl; the packages of Debian and Ubuntu are too old"
node_version=$(node --version 2>/dev/null | sed 's/^v//')
need "Node.js" "$node_version" 20.9 "install it from nodejs.org; the packages of older distributions are too old"
npm_version=$(npm --version 2>/dev/null)
need "npm" "$npm_version" 9 "it comes with Node.js"
cc_version=$({ "${CC:-cc}" -dumpfullversion 2>/dev/null || "${CC:-cc}" -dumpversion 2>/dev/null; } | head -n 1)
need "a C compiler" "$cc_version" 4 "make deps, or: apt-get install gcc libc6-dev"
make_version=$(make --version 2>/dev/null | sed -n '1s/.* //p')
need "GNU make" "$make_version" 4 "make deps, or: apt-get install make"

if [ "$missing" -ne 0 ]; then
  exit 1
fi
echo "go $go_version · node $node_version · npm $npm_version · cc $cc_version"
