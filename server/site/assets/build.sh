#!/usr/bin/env bash
# Builds dist/ from src/. With --check it builds into a temporary folder and
# fails when dist/ differs by a byte.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --no-audit --no-fund --ignore-scripts --silent
if [ "${1:-}" = --check ]; then
  fresh=$(mktemp -d)
  trap 'rm -rf "$fresh"' EXIT
  node build.mjs "$fresh"
  diff -r "$fresh" dist && echo "dist/ is what src/ makes"
else
  rm -rf dist && node build.mjs dist
fi
