#!/usr/bin/env bash
# Makes the seed model's crates/autodidact-cli/model/seed/certainty.json anew.
#
#   certainty.sh BENCHMARKS [OUT]     needs: autodidact-cli built (`make certainty BENCHMARKS=folder` builds it)
#
# BENCHMARKS is a folder with decisions.dev.jsonl (docs/evaluation.md). OUT receives the records. Takes about 10 minutes
# on two cores. A run that was stopped continues when the script is started again. Build again with the new table: it is
# part of the program.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../scripts/env.sh"
cd "$root"

benchmarks=${1:?"give the folder of the benchmarks"}
out=${2:-$cache/certainty}
program=$CARGO_TARGET_DIR/release/autodidact
suites=tests/suites
"$program" eval --suite "$suites/conduct-dev.jsonl" --suite "$suites/conduct-dev2.jsonl" --suite "$suites/everyday.jsonl" \
    --suite "$benchmarks/decisions.dev.jsonl" --modes base,words --out "$out"
"$program" calibrate "$out" --precision 0.96 --levels-by conduct-dev --levels-by conduct-dev2 \
    --out crates/autodidact-cli/model/seed/certainty.json
