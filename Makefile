# `make` lists what there is. Needed: Rust, a C and a C++17 compiler, make, and python3 with pip (which brings libtorch).

CARGO ?= cargo
CXX ?= c++
CC ?= cc
PYTHON ?= python3
export PYTHON

# rustfmt follows `mod` only, and these are found by a macro.
FAMILIES = $(wildcard plugins/families/src/*.rs)

BIN = $(or $(CARGO_TARGET_DIR),target)/release
# Recipes that need libtorch begin with this. Found, or downloaded and kept in the user's cache.
WITH_LIBTORCH = LIBTORCH=$$(scripts/libtorch.sh) && export LIBTORCH

.PHONY: help demo test build manual lint test-core test-torch test-arm test-miri deny bench data libtorch fmt clean prerequisites
.NOTPARALLEL:

help: ## this list (the default)
	@echo "axmul: what an approximate multiplier is worth"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Environment: LIBTORCH, PYTHON, AXMUL_DATA_DIR, AXMUL_CACHE_DIR; for tests, AXMUL_REFERENCE_DATA (a folder)."

demo: build data ## all set-up, then the main job: LeNet5 on MNIST with approximate multipliers
	$(BIN)/axmul run experiments/mnist-lenet5.yaml --set catalog=experiments/mnist-lenet5-multipliers.yaml --overwrite

test: prerequisites lint test-core test-torch ## all set-up, then every test, with and without libtorch

build: prerequisites ## build axmul and axmul-train (release), side by side
	$(WITH_LIBTORCH) && $(CARGO) build --locked --release --package axmul --package axmul-train --bins

lint: ## formatting and clippy, with and without libtorch
	$(CARGO) fmt --all --check -- $(FAMILIES)
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(WITH_LIBTORCH) && $(CARGO) clippy --locked --package axmul-train --all-targets -- -D warnings

test-core: ## the tests that need nothing but cargo and a C compiler
	$(CARGO) test --locked
	AXMUL_SIMD=avx2 $(CARGO) test --locked --package axmul-kernels
	AXMUL_SIMD=off $(CARGO) test --locked --package axmul-kernels
	@$(CARGO) run --locked --quiet --bin axmul -- data fetch mnist || \
	    echo "no MNIST: the tests that read it will say so and pass over it" >&2

test-torch: ## the tests of the training half
	$(WITH_LIBTORCH) && $(CARGO) test --locked --package axmul-train

# What the usual tests cannot see on one machine. Not part of `make test`, since each wants something more installed.
test-arm: ## the kernels' tests for NEON, emulated (rustup target aarch64-unknown-linux-gnu, its gcc, qemu-user)
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu" \
	    $(CARGO) test --locked --target aarch64-unknown-linux-gnu --package axmul-kernels

test-miri: ## lookups, thread pool and transposition under Miri, with AVX2 and without (component miri of nightly)
	for features in -avx2 +avx2; do \
	    MIRIFLAGS="-Zmiri-tree-borrows -Zmiri-disable-isolation -Zmiri-ignore-leaks" \
	    RUSTFLAGS="-C target-feature=$$features" $(CARGO) +nightly miri test --locked --package axmul-kernels --lib -- \
	        lut:: rows:: thread_pool:: transpose:: || exit 1; \
	done

deny: ## licenses, advisories and duplicates of the dependencies (cargo-deny; skipped where it is not installed)
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
	    $(CARGO) deny --locked check; \
	else \
	    echo "make deny: skipped, nothing was checked: cargo-deny is not installed (cargo install cargo-deny --locked)" >&2; \
	fi

bench: ## how fast kernels, simulation and training are, each result asserted
	$(CARGO) bench --locked
	$(WITH_LIBTORCH) && $(CARGO) bench --locked --package axmul-train

manual: ## build the manual as HTML (mdbook; skipped where it is not installed)
	@if command -v mdbook >/dev/null 2>&1; then \
	    mdbook build docs; \
	else \
	    echo "make manual: skipped: mdbook is not installed (cargo install mdbook --locked); read docs/src/SUMMARY.md instead" >&2; \
	fi

data: ## fetch MNIST
	$(CARGO) build --locked --release --bin axmul
	$(BIN)/axmul data fetch mnist

libtorch: ## find or download libtorch, and say where it is
	@scripts/libtorch.sh

fmt: ## format the code
	$(CARGO) fmt --all -- $(FAMILIES)

clean: ## remove what was built
	$(CARGO) clean

# Asked for before the first long step, so that nothing is found missing after ten minutes.
prerequisites:
	@scripts/prerequisites.sh "$(CARGO)" "$(CC)" "$(CXX)"
