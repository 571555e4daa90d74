//! Floor 2: where multipliers come from.
//!
//! [`Collection`] is the door: it takes [`Sources`], lists every multiplier as an [`Entry`] and turns names and
//! paths into tabulated multipliers. Behind it:
//!
//! - [`registry`]: the families linked into this binary, `truncated-3-8s`;
//! - [`tables`]: files of products, `.npy`, `.csv`, `.txt`, `.bin`, `.h`;
//! - [`shared_library`]: plugins and plain C functions, tabulated in a process of their own;
//! - [`catalogue`]: YAML files and directories of tables with a CSV of figures; our own catalogue;
//! - [`cache`]: what was computed or read, kept between runs.

pub mod c_source;
pub mod cache;
pub mod catalogue;
mod collection;
mod cost;
mod entry;
mod error;
mod families;
mod header;
mod limits;
mod locate;
pub mod registry;
pub mod shared_library;
mod sources;
pub mod tables;
mod tabulate;
mod text_file;
mod tool;

pub use collection::{Collection, Selection};
pub use entry::{Entry, Model};
pub use error::{SourceError, Warning};
pub use limits::Limits;
pub use sources::{CacheChoice, Sources};
