//! Floor 2: where multipliers come from.
//!
//! [`Collection`] is the door: it takes [`MultiplierSources`], lists every multiplier as an [`CatalogEntry`] and turns names and
//! paths into multipliers with their metrics, into products on demand and into circuits. Behind it:
//!
//! - [`registry`]: the families linked into this binary, `truncated-3-8s`;
//! - [`tables`]: files of products, `.npy`, `.csv`, `.txt`, `.bin`, `.h`;
//! - [`shared_library`]: plugins and plain C functions, which compute in a process of their own;
//! - [`catalog`]: YAML files and directories of tables with a CSV of figures; our own catalog;
//! - [`costs`]: what multipliers cost, by axmul's own cells, a Liberty file, Yosys, or as published;
//! - [`import`]: libraries of others, verified and kept as catalogs;
//! - [`equality`]: whether two multipliers compute the same products, by proof, all operand pairs or a sample;
//! - [`cache`]: what was computed or read, kept between runs.

pub mod c_source;
pub mod cache;
pub mod catalog;
mod circuit_digest;
mod collection;
mod cost;
pub mod costs;
mod cross_check;
mod entry;
pub mod equality;
mod error;
mod evaluate;
mod families;
mod header;
pub mod import;
mod limits;
mod listing;
mod locate;
pub mod netlists;
mod options;
mod process;
pub mod registry;
mod select;
pub mod shared_library;
pub mod tables;
mod tabulate;
mod text_file;
mod tool;
mod yosys;

pub use collection::Collection;
pub use entry::{CatalogEntry, Model};
pub use error::{MultiplierError, Warning};
pub use header::HeaderComment;
pub use limits::Limits;
pub use options::{CacheChoice, MultiplierSources, PairSampling};
pub use select::{FoundEntries, OnSelectionProgress, Selection, SelectionProgress, TableSelection};
