//! Compiles the C++ half of the custom autograd functions and tells the linker where the executables find libtorch when
//! they run.

use std::{
    env,
    path::{Path, PathBuf},
};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    torch();
}

/// `torch-sys` names the libraries to link; where they lie at run time is the executable's own business, and so that
/// nobody has to set `LD_LIBRARY_PATH`, it is written into each (axmul-train, the tests and the benches).
fn torch() {
    let Some(libraries) = libtorch_dir("LIBTORCH_LIB", "lib") else {
        // Not an error: `cargo check -p axmul-train --features tch/doc-only` needs none. If one is needed, torch-sys fails
        // with a longer list of ways to get one, and this line stands above it.
        println!(
            "cargo::warning=LIBTORCH is not set, so the training half can be type-checked only (with \
             tch/doc-only). To build it: `make build`, or LIBTORCH=$(scripts/libtorch.sh) cargo build -p axmul-train"
        );
        return;
    };
    if !libraries.is_dir() {
        println!(
            "cargo::error=LIBTORCH does not name a libtorch: there is no directory {}. Unset it and use `make \
             build`, or set LIBTORCH=$(scripts/libtorch.sh)",
            libraries.display()
        );
        return;
    }
    compile_autograd();
    if cfg!(unix) {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", libraries.display());
    }
}

/// A directory of libtorch: `$<own>/<name>` if that variable is set (torch-sys knows the same ones), else
/// `$LIBTORCH/<name>`. `None` if neither is set.
fn libtorch_dir(own: &str, name: &str) -> Option<PathBuf> {
    for variable in [own, "LIBTORCH"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    env::var_os(own).or_else(|| env::var_os("LIBTORCH")).map(|home| Path::new(&home).join(name))
}

/// Compiles the C++ half of the custom autograd functions, with the same ABI as torch-sys compiles its own.
fn compile_autograd() {
    const SOURCE: &str = "autograd/straight_through.cpp";
    println!("cargo::rerun-if-changed={SOURCE}");
    println!("cargo::rerun-if-env-changed=LIBTORCH_CXX11_ABI");
    let headers = libtorch_dir("LIBTORCH_INCLUDE", "include").expect("LIBTORCH is set, as found above");
    let abi = env::var("LIBTORCH_CXX11_ABI").unwrap_or_else(|_| "1".into());
    cc::Build::new()
        .cpp(true)
        .std("c++17")
        .warnings(false)
        .define("_GLIBCXX_USE_CXX11_ABI", abi.as_str())
        .include(&headers)
        .include(headers.join("torch/csrc/api/include"))
        .file(SOURCE)
        .compile("axmul_autograd");
}
