//! What commands load before they work: one multiplier, a set of them with tables, or the parts of an experiment.

pub(super) mod experiment;
mod multiplier_set;
mod single_entry;
pub(super) mod wiring;

pub(super) use multiplier_set::{MultiplierSet, warn};
pub(super) use single_entry::SingleEntry;
