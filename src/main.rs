//! The `axmul` executable: no libtorch in it, nor in any child it tabulates with.

use std::process::ExitCode;

fn main() -> ExitCode {
    axmul::cli_main()
}
