#!/usr/bin/env bash
# Makes all fixtures anew, in the pinned environment of setup.sh (which it makes first, if need be).
#
#   make_all.sh [-o FOLDER] [HF_DIR...]
#
# FOLDER: where to write, else tests/fixtures. HF_DIR: model directories whose tokenizers and templates make_text.py
# shall describe too; the fixtures of those not named are left as they are.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=$here/../fixtures
if [[ ${1:-} == -o ]]; then
    output=$2
    shift 2
fi
mkdir -p "$output"

export PYTHONDONTWRITEBYTECODE=1
python=$("$here/setup.sh" | tail -n 1)
"$python" "$here/make_models.py" "$output"
"$python" "$here/make_gguf.py" "$output"
"$python" "$here/make_lora.py" "$output"
"$python" "$here/make_text.py" "$output" "$@"
