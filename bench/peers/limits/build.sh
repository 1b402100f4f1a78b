#!/usr/bin/env bash
# Compiles the limits natively and for the browser.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../scripts/env.sh"
# From here, cargo finds the settings for WebAssembly's SIMD.
cd "$root"
cargo=(cargo build --release --locked --quiet --manifest-path bench/peers/limits/Cargo.toml --target-dir "$CARGO_TARGET_DIR/limits")
"${cargo[@]}"
"${cargo[@]}" --lib --target wasm32-unknown-unknown
