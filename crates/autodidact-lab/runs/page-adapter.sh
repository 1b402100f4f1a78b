#!/usr/bin/env bash
# Makes the adapter that comes with the page, www/public/page-tools.zip, for the page's own tools.
#
#   page-adapter.sh [OUT]     needs: autodidact-cli built, and setup.sh page (`make page-adapter` does both)
#
# Writes requests for the tools (generators/page-requests), trains on some, and measures on others, whose templates
# and words were held back. OUT receives the requests, the table and everything behind it. Takes about 20 minutes on
# two cores. A run that was stopped continues when the script is started again.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../scripts/env.sh"
cd "$root"

out=${1:-$cache/page-adapter}
program=$CARGO_TARGET_DIR/release/autodidact
mkdir -p "$out"
for part in train:4500 held:300; do
    node crates/autodidact-lab/generators/page-requests/main.mjs "${part%:*}" "${part#*:}" >"$out/${part%:*}.jsonl"
done
"$program" eval --suite "$out/held.jsonl" --modes base,search,sft --train-file "$out/train.jsonl" \
    --sft-epochs 2 --sft-batch 16 --learning-rate 0.002 --out "$out/eval"
"$program" adapters import --store "$out/store" --replace page-tools "$out"/eval/sft-*-0
"$program" adapters export --store "$out/store" page-tools www/public/page-tools.zip
