#!/usr/bin/env bash
# Makes the Python environment of the reference scripts, or does nothing if it is there and up to date.
#
#   setup.sh [FOLDER]        FOLDER, else $AUTODIDACT_REFERENCE_VENV, else autodidact/reference-venv in the user's cache
#
# Prints the path of the environment's python on its last line, so that callers can write
#   python=$(tests/reference/setup.sh | tail -n 1)
# Needs Python 3.11 or later with venv ($PYTHON names another one); on Linux x86-64 also a C compiler and binutils.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${1:-${AUTODIDACT_REFERENCE_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/autodidact/reference-venv}}
python=$venv/bin/python
stamp=$venv/.made-from

wanted=$(cat "$here/requirements.txt" "$here/cuda_stubs.py" | cksum)
if [[ ! -e $stamp || $(<"$stamp") != "$wanted" ]]; then
    echo "making the reference environment in $venv" >&2
    rm -rf "$venv"
    "${PYTHON:-python3}" -m venv "$venv"
    # --no-compile: bytecode is made when a module is first imported, instead of for all of torch now.
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --no-compile -r "$here/requirements.txt"
    "$python" "$here/cuda_stubs.py" "$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" >&2
    "$python" -c 'import peft, torch, transformers'
    echo "$wanted" >"$stamp"
fi
echo "$python"
