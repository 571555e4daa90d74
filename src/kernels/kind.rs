//! Kernels by name.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::registry::{KERNELS, KernelSpec};

/// A kernel, independent of any table. All kernels give the same sums, bit for bit.
#[derive(Clone, Copy)]
pub struct KernelKind(&'static KernelSpec);

impl KernelKind {
    /// All kernels, fastest first, whether this CPU has what they need or not.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        KERNELS.iter().map(Self)
    }

    /// The kernel with a name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }

    /// Name in `--kernel`, `AXMUL_KERNEL` and experiments.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    pub(crate) fn spec(self) -> &'static KernelSpec {
        self.0
    }
}

impl PartialEq for KernelKind {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for KernelKind {}

impl Hash for KernelKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Debug for KernelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KernelKind({})", self.name())
    }
}

impl fmt::Display for KernelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
