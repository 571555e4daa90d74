//! The families that are linked in: `inventory` sees only crates that something mentions.

use axmul_families as _;
