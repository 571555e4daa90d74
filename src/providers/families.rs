//! The families that are linked in. `inventory` sees only crates that something mentions: each is named here
//! once, and this is the one line that a new family needs beside its entry in `Cargo.toml`.

use axmul_broken_array as _;
use axmul_drum as _;
use axmul_exact as _;
use axmul_kulkarni as _;
use axmul_mitchell as _;
use axmul_truncated as _;
