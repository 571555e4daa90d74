//! The `axmul` executable: no libtorch in it, nor in any child it tabulates with.

fn main() {
    // First: this executable also is the process in which shared libraries are loaded.
    axmul::host_main();
}
