#!/usr/bin/env bash
# Everything that proves the product: style, types, floors, the house, rooms on SQLite and PostgreSQL, journeys.
# Sets itself up on a fresh Debian machine as root; elsewhere it names what is missing and skips that part,
# which under CI=true is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=()

step() { # NAME COMMAND…
  local name=$1 began=$SECONDS
  shift
  echo "== $name"
  if "$@"; then echo "   $name: $((SECONDS - began)) s"; else failed+=("$name"); echo "   $name FAILED"; fi
}

packages() {
  local missing=()
  command -v chromium >/dev/null || missing+=(chromium)
  fc-list 2>/dev/null | grep -q "Noto Sans CJK" || missing+=(fonts-noto-cjk fontconfig)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
  command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || missing+=(mosquitto)
  command -v pdftotext >/dev/null || missing+=(poppler-utils)
  command -v zbarimg >/dev/null || missing+=(zbar-tools)
  command -v java >/dev/null || missing+=(openjdk-17-jre-headless)
  command -v doveadm >/dev/null || missing+=(dovecot-imapd)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "   installing ${missing[*]}"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "   missing: ${missing[*]} (tests that need them are skipped)"
  fi
}

step "packages" packages
step "environment" tools/install.sh .venv dev
[ ${#failed[@]} -eq 0 ] || { echo "environment could not be made"; exit 1; }
step "style" "$bin/ruff" check .
step "format" "$bin/ruff" format --check .
step "types" "$bin/mypy"
step "floors" "$bin/lint-imports"
if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
  step "rooms on PostgreSQL" env GONGZHI_TEST_DB=postgres "$bin/python" -m pytest -q -n 2 --ignore=gongzhi/methods --ignore=gongzhi/kit gongzhi
elif [ "${CI:-}" = true ]; then
  failed+=("rooms on PostgreSQL: not installed")
else
  echo "== rooms on PostgreSQL: skipped, because PostgreSQL is not installed"
fi
# Last, so that its closing line is the runner's last word: the house, the rooms on SQLite, the journeys.
step "house, rooms on SQLite, journeys" "$bin/python" -m pytest -q -n 2 --dist loadfile gongzhi tests
if [ ${#failed[@]} -gt 0 ]; then
  printf 'FAILED: %s\n' "${failed[@]}"
  exit 1
fi
