#!/usr/bin/env bash
# Makes the environment: tools/install.sh FOLDER core|dev. Needs Python 3.11 or newer with venv.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1
set_=${2:-core}
python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "Gongzhi needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3.12 run" >&2
  exit 1
fi
if [ ! -x "$venv/bin/python" ]; then
  "$python" -m venv "$venv" || {
    echo "Python's venv is missing: apt-get install python3-venv" >&2
    exit 1
  }
fi
case $set_ in
core) what=. ;;
dev) what='.[postgres,analysis,sensors,pdf,spark,dev]' ;;
*) echo "core or dev, not $set_" >&2; exit 2 ;;
esac
"$venv/bin/pip" install --quiet --disable-pip-version-check -c requirements.lock -e "$what"
"$venv/bin/python" -m gongzhi.look.messages compile
