# `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The parts use all cores by themselves, and their output should not mix; `test` alone has two of them side by side.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif

# Compiled files live outside the clone, so that a fresh clone is warm (see docs/guide/command-line.md).
export AUTODIDACT_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/autodidact
export CARGO_TARGET_DIR ?= $(AUTODIDACT_CACHE)/target
# The browser's own folder, so that a native and a wasm build can run side by side.
WASM_TARGET_DIR := $(CARGO_TARGET_DIR)/wasm
export PATH := $(AUTODIDACT_CACHE)/tools/bin:$(PATH)
# An environment RUSTFLAGS, even an empty one, silently replaces the simd128 of .cargo/config.toml.
unexport RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS CARGO_BUILD_TARGET

export CHROMIUM ?= /usr/bin/chromium
export CHROMEDRIVER ?= /usr/bin/chromedriver
PORT ?= 4173
# Most bytes of the wasm after gzip -9.
BUDGET ?= 4000000

STEP := scripts/step.sh
WASM := --locked --package autodidact --config wasm-pack.toml
WEB_TEST_FLAGS := $(patsubst tests/%.rs,--test %,$(wildcard tests/web*.rs))
WWW := npm --prefix www run --silent

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: demo
demo: bundle ## build the page and serve it on localhost (PORT=4173)
	@$(STEP) "page, build" $(WWW) build
	@echo; echo "The agent is served here; stop it with Ctrl-C:"
	@cd www && exec node_modules/.bin/vite preview --port $(PORT)

.PHONY: test
test: format ## everything that must pass, headless Chromium included
	@$(MAKE) --no-print-directory --jobs=2 SIDE_BY_SIDE=1 tests-native bundle-and-tests-web
	@$(MAKE) --no-print-directory BUNDLED=1 budget test-page

# The browser's tests compile the library in another way, after which cargo would make the bundle anew: $(BUNDLED) says that it is there.
# The bundle links and optimizes on one core for minutes: the native tests have the other meanwhile. The browser's tests link the
# crates that were compiled for the bundle.
.PHONY: tests-native bundle-and-tests-web
tests-native:
	@$(MAKE) --no-print-directory SIDE_BY_SIDE= test-native
bundle-and-tests-web:
	@$(MAKE) --no-print-directory SIDE_BY_SIDE= setup bundle test-web

.PHONY: format
format: setup-rust ## formatting of the Rust code
	@$(STEP) "formatting" cargo fmt --check

# Tests are compiled by clippy, which compiles what it lints: for clippy alone, all dependencies would be read a second time.
# This is what `cargo clippy -- -D warnings` sets.
LINTED := RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__

.PHONY: lint
lint: format lint-native lint-web ## formatting and clippy alone, natively without and with a GPU, and for the browser
	@$(STEP) "clippy, native with a GPU" cargo clippy --release --locked --features gpu --package autodidact --package autodidact-cli -- -D warnings

.PHONY: lint-native
lint-native: setup-rust ## clippy without a GPU
	@$(STEP) "clippy, native" cargo clippy --release --locked --all-targets -- -D warnings

.PHONY: lint-web
lint-web: setup-wasm ## clippy for the browser
	@$(STEP) "clippy, browser" env CLIPPY_CONF_DIR=clippy/wasm CARGO_TARGET_DIR="$(WASM_TARGET_DIR)" \
		cargo clippy --release --target wasm32-unknown-unknown $(WASM) --lib $(WEB_TEST_FLAGS) -- -D warnings

.PHONY: test-native
test-native: setup-rust setup-model ## clippy without a GPU, and tests of the library and the command line
	@$(STEP) "clippy and tests, native" env $(LINTED) cargo test --release --locked

.PHONY: test-web
test-web: setup-web ## clippy for the browser, and tests in headless Chromium, WebGPU by a software adapter included
	@$(STEP) "clippy and tests, browser" env $(LINTED) CLIPPY_CONF_DIR=clippy/wasm scripts/test-web.sh

.PHONY: test-page
test-page: bundle setup-browser ## the page itself in headless Chromium; screenshots go to www/test-results
	@$(STEP) "page, types" $(WWW) check
	@$(STEP) "page, tools" $(WWW) test:tools
	@$(STEP) "third-party licenses" scripts/notices.sh --check
	@$(STEP) "page, build" $(WWW) build
	@$(STEP) "page, end to end" $(WWW) test:e2e
	@$(STEP) "page, a crashed worker" $(WWW) test:e2e:crash
	@$(STEP) "npm package" $(WWW) build:package
	@$(STEP) "npm package, in projects of its own" $(WWW) test:package

.PHONY: bundle
bundle: setup-bundle ## the wasm (www/package/wasm) and the model, for the page and for npm
	@[[ -n "$(BUNDLED)" ]] || $(STEP) "bundle" scripts/bundle.sh

.PHONY: npm
npm: bundle ## the npm package: www/package/autodidact-VERSION.tgz
	@$(STEP) "npm package" $(WWW) build:package

.PHONY: budget
budget: bundle ## sizes of the bundle, and its limit (BUDGET=4000000 bytes)
	@$(STEP) "byte budget" scripts/budget.sh $(BUDGET)

.PHONY: test-cuda
test-cuda: setup-rust ## training through LibTorch, which $$LIBTORCH names (AUTODIDACT_LIBTORCH_CPU=1: without a GPU)
	@$(STEP) "clippy, cuda" cargo clippy --release --locked --package autodidact-lab --features cuda --all-targets -- -D warnings
	@$(STEP) "tests, cuda" cargo test --release --locked --package autodidact-lab --features cuda --test lab libtorch

# The second processor has no dot products.
ARM := CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64 QEMU_LD_PREFIX=/usr/aarch64-linux-gnu
.PHONY: test-arm
test-arm: setup-arm ## clippy for the kernels on 64-bit ARM, and their tests on two processors that qemu imitates
	@for cpu in max cortex-a53; do $(STEP) "clippy and tests, ARM $$cpu" env $(LINTED) $(ARM) QEMU_CPU=$$cpu \
		cargo test --release --locked --package autodidact-kernels --target aarch64-unknown-linux-gnu; done

.PHONY: soak
soak: lint setup-web setup-model setup-llama-cpp npm ## lints for a native GPU, and the long form of the tests that `make test` runs in a short one
	@for model in $(or $(MODELS),"$(AUTODIDACT_CACHE)/models/SmolLM2-135M-Instruct.Q4_1.gguf"); do \
		$(STEP) "soak, 20 loads of $$(basename "$$model")" node www/test/loads.mjs "$$model" 20; done
	@$(STEP) "soak, browser" env AUTODIDACT_SOAK=1 scripts/test-web.sh the_whole_loop_on_webgpu
	@$(STEP) "soak, native" env AUTODIDACT_SOAK=1 PROPTEST_CASES=$(or $(RUNS),20000) cargo test --release --locked

.PHONY: test-llama-cpp
test-llama-cpp: setup-rust setup-model setup-llama-cpp ## llama.cpp loads exported adapters and says what this crate computes (AUTODIDACT_MODELS=a.gguf:b.gguf: of these models too)
	@$(STEP) "adapters in llama.cpp" env $(LINTED) AUTODIDACT_SOAK=1 cargo test --release --locked --test native gguf_adapter

.PHONY: package
package: setup-rust ## each crate as it would be published, built from its package alone
	@$(STEP) "packages" cargo package --workspace --locked

.PHONY: fuzz
fuzz: setup-rust ## damaged files and texts, RUNS=20000 of each kind
	@$(STEP) "damaged input" env PROPTEST_CASES=$(or $(RUNS),20000) cargo test --release --locked --package autodidact --test fuzz

.PHONY: bench
bench: setup-rust ## seconds of each stage of the loop on the command line
	@$(STEP) "benchmark of the loop" cargo run --release --locked --quiet -- bench

.PHONY: bench-web
bench-web: setup-web ## what the score and the learning add to an answer, in headless Chromium
	@$(STEP) "benchmark in the browser" env WEB_BENCH=1 scripts/test-web.sh

.PHONY: bench-peers
bench-peers: setup-peers npm ## this project beside wllama, transformers.js, llama.cpp and PEFT on the same weights (MODELS="a.gguf b.gguf")
	@$(STEP) "program" cargo build --release --locked --package autodidact-cli
	@$(STEP) "limits of the machine" bench/peers/limits/build.sh
	@$(STEP) "peers" bench/peers/run.sh $(or $(MODELS),"$(AUTODIDACT_CACHE)/models/SmolLM2-135M-Instruct.Q4_1.gguf")

.PHONY: results
results: setup-rust ## docs/results.md anew: BENCHMARKS=folder LIMIT=tasks SEEDS=n SHARDS=processes TEACHER=model
	@$(STEP) "program" cargo build --release --locked --package autodidact-cli
	@$(STEP) "evaluation" crates/autodidact-lab/runs/results.sh "$(BENCHMARKS)" $(OUT)

.PHONY: page-adapter
page-adapter: setup-rust ## www/public/page-tools.zip anew: trained on wordings for the page's tools, measured on others (OUT=folder)
	@$(STEP) "program" cargo build --release --locked --package autodidact-cli
	@scripts/setup.sh page
	@$(STEP) "adapter of the page" crates/autodidact-lab/runs/page-adapter.sh $(OUT)

.PHONY: certainty
certainty: setup-rust ## the seed model's certainty.json anew: BENCHMARKS=folder (OUT=folder)
	@$(STEP) "program" cargo build --release --locked --package autodidact-cli
	@$(STEP) "certainty table" crates/autodidact-lab/runs/certainty.sh "$(BENCHMARKS)" $(OUT)

.PHONY: reference
reference: ## the fixtures of tests/fixtures anew, with PyTorch, transformers and peft (1.4 GB)
	@$(STEP) "reference data" tests/reference/make_all.sh

.PHONY: deny
deny: ## licences and sources of all dependencies (needs cargo-deny)
	@$(STEP) "licences and sources" cargo deny --locked check bans licenses sources

.PHONY: notices
notices: ## www/package/THIRD-PARTY anew: the licences of the crates in the browser build (needs cargo-about)
	@$(STEP) "third-party licenses" scripts/notices.sh

.PHONY: screenshot
screenshot: test-page ## the pictures of the page in docs/ anew, from the end-to-end test
	@cp www/test-results/mended-desktop-light.png docs/page.png
	@cp www/test-results/desktop-dark-fold.png docs/page-dark.png
	@cp www/test-results/phone-light-fold.png docs/page-phone.png
	@cp www/test-results/phone-dark-fold.png docs/page-phone-dark.png

.PHONY: setup
setup: setup-bundle setup-web setup-model ## only install what is missing

.PHONY: setup-rust setup-arm setup-wasm setup-bundle setup-web setup-browser setup-model setup-llama-cpp setup-peers
setup-rust:
	@scripts/setup.sh rust
setup-arm:
	@scripts/setup.sh arm
setup-wasm:
	@scripts/setup.sh wasm
setup-bundle:
	@scripts/setup.sh wasm wasm-opt page
setup-web:
	@scripts/setup.sh wasm wasm-pack browser
setup-browser:
	@scripts/setup.sh browser
setup-model:
	@scripts/setup.sh model
setup-llama-cpp:
	@scripts/setup.sh llama-cpp
setup-peers:
	@scripts/setup.sh rust wasm page browser model peers

.PHONY: clean
clean: ## remove what was built inside the clone (the caches stay)
	rm -rf www/package/{wasm,model,dist} www/package/*.tgz www/dist www/dist-mock www/public/model www/test-results
