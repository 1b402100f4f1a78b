#!/usr/bin/env bash
# Builds what page and npm package load: the wasm in www/package/wasm/, and the model in www/package/model/ and
# www/public/model/.
#
#   bundle.sh            needs: setup.sh rust wasm wasm-opt
#
# $WASM_OPT names another wasm-opt, $WASM_OPT_PASSES other passes, $MODEL another Hugging Face directory.
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

wasm_opt=${WASM_OPT:-$tools/wasm-opt/node_modules/.bin/wasm-opt}
model=${MODEL:-crates/autodidact-cli/model/seed}
# What the compiler may emit (rustc's default features of wasm32, and simd128 of .cargo/config.toml).
features=(
    --enable-simd --enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int
    --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue
)
# Judged by bytes after gzip. On the bundle of wasm-pack.toml -O1 takes 1 % off in a minute, and equal ends of branches folded and -O1 once more
# another 0.3 % (-O1 twice: 0.1 %). On an earlier one -Os without
# inlining-optimizing took off 2 % in 90 s, and -Oz added 5 %: 22 % fewer bytes, but inlined copies pack badly. reorder-functions
# alone added 9 %: similar functions no longer lie side by side.
read -ra passes <<<"${WASM_OPT_PASSES:--O1 --code-folding --rse --vacuum -O1}"

# wasm-pack builds all crate types of the library at once, and then there is no link-time optimization: so cargo and
# wasm-bindgen are called here as wasm-pack calls them, with the one crate type that a page needs.
staged=$wasm_target_dir/pkg
target=wasm32-unknown-unknown
CARGO_TARGET_DIR=$wasm_target_dir cargo rustc --lib --crate-type cdylib --profile bundle --target $target "${wasm_options[@]}" \
    -- -C lto=fat -C embed-bitcode=yes
wasm-bindgen "$wasm_target_dir/$target/bundle/autodidact.wasm" --target web --out-dir "$staged" --out-name autodidact

# The same input with the same passes was optimized before, or is now.
work=$wasm_target_dir/optimized
raw=$staged/autodidact_bg.wasm
key=$({ cat "$raw" scripts/trim-wasm.mjs scripts/unused-code.mjs | sha256sum && "$wasm_opt" --version && echo "${features[@]}" "${passes[@]}"; } | sha256sum | cut -c 1-16)
optimized=$work/$key.wasm
if [[ ! -e $optimized ]]; then
    say "optimizing $(stat -c %s "$raw") bytes of wasm"
    rm -rf "$work"
    mkdir -p "$work"
    node scripts/trim-wasm.mjs "$raw" "$work/stripped.wasm"
    "$wasm_opt" "${features[@]}" "${passes[@]}" "$work/stripped.wasm" -o "$work/part.wasm"
    mv "$work/part.wasm" "$optimized"
    rm "$work/stripped.wasm"
fi
wasm=www/package/wasm
rm -rf "$wasm"
mkdir -p "$wasm"
cp "$staged"/autodidact*.{js,d.ts} "$wasm"/
cp "$optimized" "$wasm/autodidact_bg.wasm"

for file in config.json tokenizer.json; do
    [[ -e $model/$file ]] || die "$model/$file is missing; make the model with: cargo run --release -- pretrain"
done
shopt -s nullglob
for copy in www/public/model www/package/model; do
    rm -rf "$copy"
    mkdir -p "$copy"
    cp "$model"/*.{json,safetensors,jinja} "$copy"/
done
# Its card says what it was made of, and under which licences.
[[ ! -e $model/README.md ]] || cp "$model/README.md" www/package/model/
cp www/package/THIRD-PARTY www/public/third-party.txt
say "$wasm: $(stat -c %s "$optimized") bytes of wasm; www/public/model: $(du -sh www/public/model | cut -f 1)"
