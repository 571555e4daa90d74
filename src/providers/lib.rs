//! Floor 2: where multipliers come from.
//!
//! [`Collection`] is the door: it takes [`Sources`], lists every multiplier as an [`Entry`] and turns names and
//! paths into multipliers with their metrics, into products on demand and into circuits. Behind it:
//!
//! - [`registry`]: the families linked into this binary, `truncated-3-8s`;
//! - [`tables`]: files of products, `.npy`, `.csv`, `.txt`, `.bin`, `.h`;
//! - [`shared_library`]: plugins and plain C functions, which compute in a process of their own;
//! - [`catalogue`]: YAML files and directories of tables with a CSV of figures; our own catalogue;
//! - [`costs`]: what multipliers cost, by axmul's own cells, a Liberty file, Yosys, or as published;
//! - [`import`]: libraries of others, verified and kept as catalogues;
//! - [`cache`]: what was computed or read, kept between runs.

pub mod c_source;
pub mod cache;
pub mod catalogue;
mod circuit_digest;
mod collection;
mod cost;
pub mod costs;
mod cross_check;
mod entry;
mod error;
mod evaluate;
mod families;
mod header;
pub mod import;
mod limits;
mod listing;
mod locate;
pub mod netlists;
mod process;
pub mod registry;
mod select;
pub mod shared_library;
mod sources;
pub mod tables;
mod tabulate;
mod text_file;
mod tool;
mod yosys;

pub use collection::Collection;
pub use entry::{Entry, Model};
pub use error::{SourceError, Warning};
pub use header::Header;
pub use limits::Limits;
pub use select::{FoundEntries, OnProgress, Progress, Selection, Tables};
pub use sources::{CacheChoice, Sampling, Sources};
