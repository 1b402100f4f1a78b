#!/usr/bin/env bash
# Prints the sizes of what the page loads, and fails when the wasm grew over its budget.
#
#   budget.sh [LIMIT] [brotli]    LIMIT: most bytes of the wasm after gzip -9, 4,000,000 unless told
#                                 brotli: that size too, which takes half a minute to find out
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"

limit=${1:-4000000}
brotli=${2:-}
wasm=www/package/wasm/autodidact_bg.wasm
[[ -e $wasm ]] || die "$wasm is missing; build it with: make bundle"

gzip_bytes() { gzip -9nc "$1" | wc -c; }

brotli_bytes() {
    [[ -n $brotli ]] || return 0
    node -e 'console.log(require("zlib").brotliCompressSync(require("fs").readFileSync(process.argv[1])).length)' "$1"
}

printf '%-28s %12s %12s %12s\n' file raw 'gzip -9' "${brotli:+brotli 11}"
for file in "$wasm" www/package/wasm/autodidact.js; do
    printf "%-28s %'12d %'12d %12s\n" "${file##*/}" "$(stat -c %s "$file")" "$(gzip_bytes "$file")" "$(brotli_bytes "$file")"
done

size=$(gzip_bytes "$wasm")
if ((size >= limit)); then
    die "$(printf "%'d bytes of wasm after gzip, and the budget is %'d" "$size" "$limit")"
fi
printf "%'d bytes are left of the budget of %'d\n" $((limit - size)) "$limit"
