#!/usr/bin/env bash
# Makes docs/results.md: measures every mode on the development halves of the benchmarks and on unseen tools.
#
#   results.sh BENCHMARKS [OUT]     needs: autodidact-cli built (`make results` does it)
#
# BENCHMARKS is a folder with NAME.dev.jsonl and train/NAME.train.jsonl; docs/evaluation.md says where their tasks
# come from. $LIMIT sets the tasks of each suite (default 40), $SEEDS the seeds (default 5), $SHARDS the processes
# that run side by side (default 1). $TEACHER, a model directory, adds the mode ttd, in which that model writes the
# pairs. OUT (default results) keeps what was computed, and the same command continues from there after a stop.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../scripts/env.sh"

benchmarks=${1:?"give the folder of the benchmarks"}
out=${2:-results}
shards=${SHARDS:-1}
autodidact=$CARGO_TARGET_DIR/release/autodidact

modes=base,majority,pass@5,search,reorder,icl-train,sft,ttsi,agent,ttsi+gate,icl-self,ttsi+majority,ttsi+pass@5,neighbours,oracle
teacher=()
if [[ -n ${TEACHER:-} ]]; then
    modes+=,ttd
    teacher=(--teacher "$TEACHER")
fi
suites=()
for name in sealtools sealtools_multi apibank toolalpaca bfcl; do
    suites+=("$benchmarks/$name.dev.jsonl")
done
suites+=(generator:unseen-tools generator:unseen-both)
# shellcheck disable=SC2054
options=(
    --suite "${suites[@]}"
    --modes "$modes" "${teacher[@]}"
    --train-file "$benchmarks/train/sealtools.train.jsonl"
    --limit "${LIMIT:-40}" --seeds "${SEEDS:-5}"
    --selection uncertain,random --estimator perplexity,margin,max-probability,entropy
)

parts=()
pids=()
# Ctrl-C does not reach background jobs, and the locks that they hold would make the next start fail.
stop() { ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true; }
trap stop EXIT
trap 'exit 130' INT TERM
for ((i = 0; i < shards; i++)); do
    parts+=("$out/shard-$i")
    "$autodidact" eval "${options[@]}" --shard "$i/$shards" --out "$out/shard-$i" &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
"$autodidact" eval merge "${parts[@]}" --out "$out/all"
{
    echo "<!-- Made by \`make results\`; do not edit. -->"
    echo
    echo "# Results"
    echo
    echo "What the columns mean: [evaluation.md](evaluation.md). Run as $shards process(es), then merged:"
    echo
    echo "    autodidact eval ${options[*]}"
    # Leave out the title and the command of the merge.
    sed '1,/^    autodidact eval merge/d' "$out/all/table.md"
} >"$root/docs/results.md"
echo "docs/results.md"
