#!/usr/bin/env bash
# Install from the packages of Debian or Ubuntu what building and testing need
# beside Go and Node.js: a C compiler, Java and Maven (a real Kafka), Chromium.
set -eu
packages=()
want() { command -v "$1" >/dev/null 2>&1 || packages+=("${@:2}"); }
want cc gcc libc6-dev
want java openjdk-17-jre-headless
want mvn maven
command -v chromium >/dev/null 2>&1 || want chromium-browser chromium

if [ ${#packages[@]} -eq 0 ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "please install with your package manager: ${packages[*]}" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
fi
echo "installing: ${packages[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"
