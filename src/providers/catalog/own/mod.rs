//! The catalogs inside this binary: the members of the registered families that are worth choosing from, with the
//! cost of their circuits.
//!
//! `multipliers/own*.yaml` and `multipliers/families.yaml` are written by
//! `cargo xtask catalog`, which calls [`generate`].

mod evaluate;
mod fronts;
mod generate;
#[cfg(test)]
mod tests;
mod text;

use std::path::Path;

pub use generate::{GenerationProgress, generate};

use super::file;
use super::{Catalog, CatalogError};
use crate::registry::Registry;

/// A catalog inside this binary.
#[derive(Debug)]
pub struct Embedded {
    /// Its name: `own/exact-8s`.
    pub name: &'static str,
    /// Where the file lies in the repository; names it in messages.
    pub path: &'static str,
    /// The file as it was when this binary was built.
    pub text: &'static str,
}

macro_rules! embedded {
    ($name:literal) => {
        Embedded {
            name: $name,
            path: concat!("multipliers/", $name, ".yaml"),
            text: include_str!(concat!($name, ".yaml")),
        }
    };
}

/// The catalogs inside this binary: Pareto-optimal multipliers of 8x8 bits, those of other formats, and the members
/// that families list though they are on no front.
pub static EMBEDDED: [Embedded; 6] = [
    embedded!("own"),
    embedded!("own-7x7"),
    embedded!("own-8x4"),
    embedded!("own-12x12"),
    embedded!("own-16x16"),
    embedded!("families"),
];

/// The name of the one of 8x8 bits: `own/exact-8s`.
pub const NAME: &str = EMBEDDED[0].name;

/// The name of the one of listed members: `families/drum-4-8s`.
pub const FAMILIES: &str = EMBEDDED[5].name;

impl Embedded {
    /// The one of this name, if there is one.
    pub fn named(name: &str) -> Option<&'static Self> {
        EMBEDDED.iter().find(|embedded| embedded.name == name)
    }

    /// The one that a path means: by its name, where there is no such file.
    pub fn of_path(path: &Path) -> Option<&'static Self> {
        path.to_str().and_then(Self::named).filter(|_| !path.exists())
    }

    /// Parses it.
    pub fn open(&self, registry: &Registry) -> Result<Catalog, CatalogError> {
        file::parse(self.text, Path::new(self.path), registry)
    }
}

/// Parses the one of 8x8 bits.
pub fn open(registry: &Registry) -> Result<Catalog, CatalogError> {
    EMBEDDED[0].open(registry)
}
