//! Floor 2: where multipliers come from.
//!
//! [`Collection`] is the door: it takes [`Sources`], lists every multiplier as an [`Entry`] and turns names and
//! paths into tabulated multipliers. Behind it:
//!
//! - [`registry`]: the families linked into this binary, `truncated-3-8s`;
//! - [`tables`]: files of products, `.npy`, `.csv`, `.txt`, `.bin`, `.h`;
//! - [`shared_library`]: plugins and plain C functions, tabulated in a process of their own;
//! - [`catalogue`]: YAML files and directories of tables with a CSV of figures; our own catalogue.

pub mod catalogue;
mod collection;
mod error;
mod families;
mod limits;
pub mod registry;
pub mod shared_library;
pub mod tables;

pub use collection::{CacheChoice, Collection, Entry, Selection, Sources};
pub use error::{SourceError, Warning};
pub use limits::Limits;
