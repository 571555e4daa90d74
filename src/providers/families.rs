//! The families that are linked in. `inventory` sees only crates that something mentions: each is named here
//! once, and this is the one line that a new family needs beside its entry in `Cargo.toml`.

use axmul_approx_booth as _;
use axmul_booth as _;
use axmul_broken_array as _;
use axmul_compressor as _;
use axmul_cut as _;
use axmul_dadda as _;
use axmul_drum as _;
use axmul_etm as _;
use axmul_exact as _;
use axmul_ilm as _;
use axmul_iterative_log as _;
use axmul_kulkarni as _;
use axmul_lower_or as _;
use axmul_mitchell as _;
use axmul_perforated as _;
use axmul_realm as _;
use axmul_roba as _;
use axmul_ssm as _;
use axmul_tapered as _;
use axmul_tosam as _;
use axmul_truncated as _;
use axmul_wallace as _;
