//! The families that come with axmul. `inventory` sees only what is linked in, and a crate is linked in where something
//! mentions it.

use axmul_families as _;
