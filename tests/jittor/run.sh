#!/usr/bin/env bash
# Makes the fixtures anew with real Jittor, says what changed, and keeps the new ones: `run.sh VENV_DIR`.
#
# VENV_DIR is made when it is missing, by $PYTHON (python3), which needs its C headers. Jittor compiles itself with
# g++ into VENV_DIR/.cache: some ten minutes the first time, seconds later.
set -eu
[ -x "$1/bin/python" ] || "${PYTHON:-python3}" -m venv "$1"
venv=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

python="$venv/bin/python"
"$python" -m pip show --quiet jittor 2>/dev/null || "$python" -m pip install --quiet "numpy<2" "pillow<13" jittor
HOME=$venv "$python" "$here/make_fixtures.py" "$fresh"
"$python" "$here/compare_fixtures.py" "$here/fixtures" "$fresh"
mkdir -p "$here/fixtures"
cp "$fresh"/*.npz "$here/fixtures/"
