#!/usr/bin/env bash
# The licenses of the crates in the browser build, for the npm package: THIRD-PARTY.
#
#   notices.sh           writes the file anew (needs cargo-about)
#   notices.sh --check   fails when a crate of the build is not in it
set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
notices=www/package/THIRD-PARTY

# Procedural macros run at build time and leave nothing of theirs in it.
built() {
    cargo tree --locked --package autodidact --target wasm32-unknown-unknown --edges normal,no-proc-macro --prefix none --format '{p}' |
        awk '{ sub(/^v/, "", $2); print $1, $2 }' | grep -vE '^autodidact(-kernels)? ' | sort -u
}

if [[ ${1:-} == --check ]]; then
    missing=$(comm -23 <(built) <(sed -n 's/^  \([^ ]* [0-9][^ ]*\)$/\1/p' $notices | sort -u))
    [[ -z $missing ]] || die "$notices lacks these; run \`make notices\`:"$'\n'"$missing"
    say "$notices names all $(built | wc -l) crates of the build"
else
    have cargo-about || die "cargo-about is missing; install it with: cargo install cargo-about --locked --features cli"
    cargo about generate --locked --manifest-path Cargo.toml scripts/notices.hbs -o $notices
    "$0" --check
fi
