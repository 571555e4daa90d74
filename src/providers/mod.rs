//! Floor 2: where multipliers come from.
//!
//! - [`shared_library`]: plugins and plain C functions, tabulated in a process of their own.

pub mod shared_library;
