#!/bin/sh
# Says what this machine lacks to build and test everything, and how to get it; exit code 2 if anything.
#
#     scripts/prerequisites.sh [CARGO [CC [CXX]]]
set -u

cargo=${1:-cargo}
cc=${2:-cc}
cxx=${3:-c++}
python=${PYTHON:-python3}
lacking=0

lack() {
    [ $lacking -ne 0 ] || echo "To build and test axmul, this machine lacks:" >&2
    lacking=1
    printf '  - %s\n' "$*" >&2
}

# Compiles an empty program in language $2 with compiler $1 and the further options.
compiles() {
    compiler=$1 language=$2
    shift 2
    # shellcheck disable=SC2086 # CC may hold options
    echo 'int main(void) { return 0; }' | $compiler "$@" -x "$language" -fsyntax-only - >/dev/null 2>&1
}

if "$cargo" --version >/dev/null 2>&1; then
    "$cargo" fmt --version >/dev/null 2>&1 || lack "rustfmt: rustup component add rustfmt"
    "$cargo" clippy --version >/dev/null 2>&1 || lack "clippy: rustup component add clippy"
else
    lack "Rust (no $cargo): see https://rustup.rs"
fi
compiles "$cc" c || lack "a C compiler (no working $cc): on Debian and Ubuntu, apt install build-essential"
compiles "$cxx" c++ -std=c++17 || lack "a C++17 compiler (no working $cxx): on Debian and Ubuntu, apt install build-essential"
# Only for libtorch, which may be there already.
if [ -z "${LIBTORCH:-}" ]; then
    if ! command -v "$python" >/dev/null 2>&1; then
        lack "Python 3 (no $python), which brings libtorch: on Debian and Ubuntu, apt install python3-pip; or set LIBTORCH"
    elif ! "$python" -m pip --version >/dev/null 2>&1; then
        lack "pip for $python, which brings libtorch: on Debian and Ubuntu, apt install python3-pip; or set LIBTORCH"
    fi
fi
[ $lacking -eq 0 ] || exit 2
