#!/usr/bin/env bash
# Runs the browser tests, tests/web*.rs, in headless Chromium with a software WebGPU adapter.
#
#   test-web.sh [FILTER]     needs: setup.sh rust wasm browser
#
# $WEB_BENCH=1 runs the benchmark instead, crates/autodidact-lab/tests/bench_web.rs.
# $CHROMIUM and $CHROMEDRIVER name another browser and its driver.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

chromium=${CHROMIUM:-/usr/bin/chromium}
chromedriver=${CHROMEDRIVER:-/usr/bin/chromedriver}
# Seconds for one file of tests: the software adapter compiles shaders for long.
export WASM_BINDGEN_TEST_TIMEOUT=${WASM_BINDGEN_TEST_TIMEOUT:-1200}

export WASM_BINDGEN_TEST_WEBDRIVER_JSON=$root/webdriver.json
if [[ $chromium != /usr/bin/chromium ]]; then
    WASM_BINDGEN_TEST_WEBDRIVER_JSON=$(mktemp)
    trap 'rm -f "$WASM_BINDGEN_TEST_WEBDRIVER_JSON"' EXIT
    sed "s|\"/usr/bin/chromium\"|\"$chromium\"|" webdriver.json >"$WASM_BINDGEN_TEST_WEBDRIVER_JSON"
fi

files=()
# The crates that the bundle is made of, without its link-time optimization.
profile=bundle
if [[ -n ${WEB_BENCH:-} ]]; then
    # wasm-pack tests the crate of the folder it runs in; a path would make it drop the options of cargo.
    cd crates/autodidact-lab
    files=(--test bench_web)
    profile=bench-web
    wasm_options=(--locked --package autodidact-lab --config "$root/wasm-pack.toml")
else
    for file in tests/web*.rs; do
        files+=(--test "$(basename "$file" .rs)")
    done
fi
CARGO_TARGET_DIR=$wasm_target_dir wasm-pack test --headless --chrome --chromedriver "$chromedriver" --mode no-install \
    -- --profile "$profile" "${wasm_options[@]}" "${files[@]}" -- --nocapture "$@"
