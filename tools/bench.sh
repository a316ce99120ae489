#!/usr/bin/env bash
# Runs every benchmark on a clean commit and writes docs/benchmarks.md from the results.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/install.sh .venv dev
exec .venv/bin/python -m benchmarks "$@"
