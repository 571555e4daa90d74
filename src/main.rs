//! The `axmul` executable: no libtorch in it, nor in any child it tabulates with.

use std::process::ExitCode;

fn main() -> ExitCode {
    // First: this executable also is the process in which shared libraries are loaded.
    axmul::host_main();
    axmul::cli_main()
}
