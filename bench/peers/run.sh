#!/usr/bin/env bash
# Measures this project and its peers on the same weights, one after the other, and prints Markdown tables.
#
#   run.sh MODEL.gguf...
#
# `make bench-peers` calls it, after it has built and installed what this needs. $PROGRAM is this project's program, and
# $LIMITS the folder with the compiled limits. $PEERS names those to measure [default: all]: ours ours-native wllama
# transformers llamacpp peft. What was measured is kept in $AUTODIDACT_CACHE/peers/results.jsonl, or in $RESULTS.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/env.sh"
cd "$root/bench/peers"

program=${PROGRAM:-$CARGO_TARGET_DIR/release/autodidact}
limits=${LIMITS:-$CARGO_TARGET_DIR/limits}
python=$cache/peers-venv/bin/python
results=${RESULTS:-$cache/peers/results.jsonl}
# Seconds after which a program is ended.
limit=${LIMIT:-1500}
threads=$(nproc)

(($# > 0)) || die "usage: run.sh MODEL.gguf..."

# attempt LABEL COMMAND [ARGUMENT...]: a line for the results.
attempt() { node attempt.mjs "$1" "$limit" "${@:2}" >>"$results"; }

# label MODEL PEER WHERE THREADS WEIGHTS
label() { printf '{"model":"%s","peer":"%s","where":"%s","threads":%d,"weights":"%s"}' "$@"; }

is_asked() { [[ " ${PEERS:-ours ours-native wllama transformers llamacpp peft} " == *" $1 "* ]]; }

# onnx MODEL.gguf FOLDER: its weights for transformers.js, once.
onnx() {
    local wanted
    wanted=$(cat export_onnx.py requirements.txt <(stat -c '%s %Y' "$1") | cksum)
    [[ -e $2/.made-from && $(<"$2/.made-from") == "$wanted" ]] && return
    say "writing $1 as ONNX"
    if ! "$python" export_onnx.py "$1" "$2" >"$cache/peers/export.log" 2>&1; then
        say "that failed: see $cache/peers/export.log"
        return
    fi
    echo "$wanted" >"$2/.made-from"
}

# each_count MODEL PEER WEIGHTS COMMAND [ARGUMENT...]: natively with one thread and with all.
each_count() {
    local count
    for count in $(printf '1\n%d\n' "$threads" | sort -nu); do
        attempt "$(label "$1" "$2" native "$count" "$3")" "${@:4}" "$count"
    done
}

measure() {
    local file name folder
    file=$(realpath "$1")
    name=$(basename "$file" .gguf)
    folder=$cache/peers/onnx/$name
    attempt "{\"model\":\"$name\",\"peer\":\"shape\"}" node shape.mjs "$file"
    if is_asked ours; then attempt "$(label "$name" autodidact tab 1 'the file')" node ours.mjs "$file"; fi
    if is_asked wllama; then attempt "$(label "$name" wllama tab 1 'the file')" node wllama.mjs "$file"; fi
    if is_asked transformers; then
        onnx "$file" "$folder"
        for dtype in fp32 q8 q4; do
            attempt "$(label "$name" transformers.js tab 1 "ONNX $dtype")" node transformers.mjs "$folder" "$dtype"
        done
    fi
    if is_asked ours-native; then each_count "$name" autodidact 'the file' node ours-native.mjs "$program" "$file"; fi
    if is_asked llamacpp; then each_count "$name" llama.cpp 'the file' node llamacpp.mjs "$file"; fi
    if is_asked peft; then each_count "$name" 'PyTorch + PEFT' f32 "$python" peft.py "$file" 409 60; fi
}

# The pinned versions, as they are installed.
versions() {
    local name
    for name in @wllama/wllama @huggingface/transformers node-llama-cpp; do
        node -p "'${name##*/} ' + require('./node_modules/$name/package.json').version"
    done
    "$python" -c 'from importlib.metadata import version; print(*(f"{n} {version(n)}" for n in ["torch", "peft"]), sep="\n")'
    "$CHROMIUM" --version 2>/dev/null | sed 's/ *built.*//; s/ *$//'
}

export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
began=$SECONDS
mkdir -p "$cache/peers"
load=$(cut -d ' ' -f 1 /proc/loadavg)
printf '{"peer":"run","load":"%s","versions":"%s"}\n' "$load" "$(versions | paste -sd , | sed 's/,/, /g')" >"$results"
attempt '{"peer":"limits","where":"tab"}' node limits.mjs "$limits/wasm32-unknown-unknown/release/limits.wasm"
attempt '{"peer":"limits","where":"native"}' "$limits/release/limits"
for model in "$@"; do measure "$model"; done
echo
node table.mjs "$results"
printf '\nThe run took %d s.\n' $((SECONDS - began))
