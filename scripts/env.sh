# Sourced by the other scripts: where things are, and what they may be called. The Makefile sets the same.
# shellcheck shell=bash

# shellcheck disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${AUTODIDACT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/autodidact}
tools=$cache/tools
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
# shellcheck disable=SC2034
wasm_target_dir=$CARGO_TARGET_DIR/wasm
export PATH=$tools/bin:$PATH
# Each of them would silently replace, or add to, the settings of .cargo/config.toml.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS CARGO_BUILD_TARGET

# What every cargo command for the browser gets behind its own options.
# shellcheck disable=SC2034
wasm_options=(--locked --package autodidact --config wasm-pack.toml)

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

have() { command -v "$1" >/dev/null; }
