#!/usr/bin/env bash
# The adapter that comes with the page, for its own tools.
#
#   page-adapter.sh [OUT]
#
# Writes requests for the tools (www/requests), trains on some, and measures on those whose templates and words were held back. The table
# and all that it came of lie in OUT; the adapter goes to www/public. About 20 minutes on two cores; a run that was stopped goes on.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

out=${1:-$cache/page-adapter}
program=$CARGO_TARGET_DIR/release/autodidact
mkdir -p "$out"
for part in train:4500 held:300; do
    node www/requests/write.mjs "${part%:*}" "${part#*:}" >"$out/${part%:*}.jsonl"
done
"$program" eval --suite "$out/held.jsonl" --modes base,search,sft --train-file "$out/train.jsonl" --sft-epochs 2 --sft-batch 16 \
    --learning-rate 0.002 --out "$out/eval"
"$program" adapters import --store "$out/store" --replace page-tools "$out"/eval/sft-*-0
"$program" adapters export --store "$out/store" page-tools www/public/page-tools.zip
