//! What names mean.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::syntax::{Spot, VerilogDirection};
use crate::Net;

/// Bits with the rules by which Verilog widens them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct VerilogWord {
    /// The least significant first.
    pub bits: Vec<Net>,
    pub signed: bool,
    /// Whether its width was written down somewhere.
    pub sized: bool,
}

/// The parameters that an instance gives other values.
pub(super) type Overrides<'a> = HashMap<&'a str, VerilogWord>;

/// A net or an array of them.
#[derive(Clone, Debug)]
pub(super) struct NetVector {
    /// The least significant first; of an array, element after element.
    pub bits: Vec<Net>,
    /// The indices of the most and the least significant bit.
    pub range: Option<(i64, i64)>,
    /// Signed or unsigned, where the declaration says it.
    pub signed: Option<bool>,
    pub direction: Option<VerilogDirection>,
    /// Whether `wire` or the like declared it, not only a direction.
    pub is_net: bool,
    /// The indices of the first and the last element.
    pub array: Option<(i64, i64)>,
}

#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Net(NetVector),
    /// A parameter or a genvar, with the indices of its most and least significant bit.
    Constant(VerilogWord, (i64, i64)),
    /// An instance or a gate.
    Instance,
}

#[derive(Clone, Debug)]
pub(super) struct ScopeEntry {
    pub meaning: Meaning,
    pub spot: Spot,
}

/// The names of a module or of a generated block within it.
pub(super) struct VerilogScope<'s, 'a> {
    pub names: HashMap<&'a str, ScopeEntry>,
    pub parent: Option<&'s VerilogScope<'s, 'a>>,
    /// What stands before the names of its nets in messages: `u1.`
    pub prefix: Rc<str>,
}

impl<'s, 'a> VerilogScope<'s, 'a> {
    pub fn new(prefix: impl Into<Rc<str>>, parent: Option<&'s VerilogScope<'s, 'a>>) -> Self {
        Self { names: HashMap::new(), parent, prefix: prefix.into() }
    }

    pub fn find(&self, name: &str) -> Option<&ScopeEntry> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(entry) = here.names.get(name) {
                return Some(entry);
            }
            scope = here.parent;
        }
        None
    }
}

/// How many indices lie in a range.
pub(super) fn extent((first, last): (i64, i64)) -> usize {
    usize::try_from(first.abs_diff(last)).unwrap_or(usize::MAX).saturating_add(1)
}

/// How far an index lies above the end of its range that counts as least.
pub(super) fn position((first, last): (i64, i64), index: i64) -> Option<usize> {
    let distance = if first >= last { index.checked_sub(last)? } else { last.checked_sub(index)? };
    usize::try_from(distance).ok().filter(|&distance| distance < extent((first, last)))
}
