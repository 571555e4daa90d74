//! Has Cargo notice new files: `automod` reads the folder while the crate is compiled, but Cargo recompiles only what
//! it knows to depend on what changed.

fn main() {
    println!("cargo::rerun-if-changed=src");
}
