#!/usr/bin/env bash
# Makes docs/results.md: every mode on the development halves of the benchmarks and on unseen tools.
#
#   results.sh BENCHMARKS [OUT]     BENCHMARKS: a folder with NAME.dev.jsonl and train/NAME.train.jsonl (docs/evaluation.md)
#
# $TEACHER, a model directory, adds the mode ttd: pairs that another model writes.
#
# $LIMIT tasks of each suite (default 40), $SEEDS seeds (default 5), $SHARDS processes side by side (default 1). What was
# computed before a stop is kept in OUT, and the same command goes on from there.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

benchmarks=${1:?"give the folder of the benchmarks"}
out=${2:-results}
shards=${SHARDS:-1}
autodidact=${CARGO_TARGET_DIR:-$root/target}/release/autodidact

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
options=(
    --suite "${suites[@]}"
    --modes "$modes" "${teacher[@]}"
    --train-file "$benchmarks/train/sealtools.train.jsonl"
    --limit "${LIMIT:-40}" --seeds "${SEEDS:-5}"
    --selection uncertain,random --estimator perplexity,margin,max-probability,entropy
)

parts=()
pids=()
# Jobs in the background do not hear Ctrl-C, and what they hold would refuse the next start.
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
    # Without the title and the command of the merge.
    sed '1,/^    autodidact eval merge/d' "$out/all/table.md"
} >"$root/docs/results.md"
echo "docs/results.md"
