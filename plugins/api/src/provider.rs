//! Providers, and the registry in which they make their multipliers known.

use std::fmt;
use std::ops::RangeInclusive;

use crate::{Multiplier, OperandFormat};

/// A source of multipliers: one algorithmic family, with its parameters.
pub trait Provider: Sync {
    /// The name of the family, the first part of its multipliers' names: lower case, digits and hyphens.
    fn name(&self) -> &'static str;

    /// One line for `axmul list`.
    fn summary(&self) -> &'static str;

    /// The publication that describes the family.
    fn citation(&self) -> &'static str;

    /// The parameters, in the order in which they stand in a name.
    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }

    /// The multiplier with these parameters, as many as [`Self::parameters`] lists.
    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError>;

    /// The members to list. None by default; members that are not listed can still be named.
    fn variants(&self) -> Vec<Variant> {
        Vec::new()
    }

    /// The parameters of the members to try in this format when searching for the best. By default all that
    /// [`Self::multiplier`] accepts, with values from 0 to the product's width; only those of [`Self::variants`] where
    /// there are more than 2^17 combinations. Empty for a format in which the family does not exist.
    fn grid(&self, format: OperandFormat) -> Vec<Vec<u32>> {
        every_member(self, format)
    }
}

/// The default of [`Provider::grid`].
pub(crate) fn every_member<P: Provider + ?Sized>(provider: &P, format: OperandFormat) -> Vec<Vec<u32>> {
    let parameters = provider.parameters().len() as u32;
    let values = u32::from(format.product_width()) + 1;
    let candidates: Vec<Vec<u32>> = match values.checked_pow(parameters).filter(|&count| count <= 1 << 17) {
        Some(count) => {
            // The digits of the index in base `values`, the most significant first.
            let digit = |index: u32, power: u32| index / values.pow(power) % values;
            (0..count).map(|index| (0..parameters).rev().map(|power| digit(index, power)).collect()).collect()
        }
        None => {
            let mut listed: Vec<_> = provider.variants().into_iter().map(|v| v.parameters).collect();
            listed.sort();
            listed.dedup();
            listed
        }
    };
    candidates.into_iter().filter(|parameters| provider.multiplier(format, parameters).is_ok()).collect()
}

/// One parameter of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in catalog files.
    pub name: &'static str,
    /// What it does, its unit and its range.
    pub description: &'static str,
}

impl Parameter {
    /// The given values as an array, or [`ProviderError::ParameterCount`] unless there is one for each parameter.
    pub fn values<const N: usize>(
        expected: &'static [Self; N],
        given: &[u32],
    ) -> Result<[u32; N], ProviderError> {
        given.try_into().map_err(|_| ProviderError::ParameterCount { expected, got: given.len() })
    }

    /// `value` if it is `allowed`, else [`ProviderError::Parameter`], which names the range for this format.
    pub fn check(
        &self,
        value: u32,
        allowed: RangeInclusive<u32>,
        format: OperandFormat,
    ) -> Result<u32, ProviderError> {
        if allowed.contains(&value) {
            return Ok(value);
        }
        let (low, high) = (allowed.start(), allowed.end());
        let allowed = if low == high {
            format!("only {low} for operands {format}")
        } else {
            format!("{low} to {high} for operands {format}")
        };
        Err(ProviderError::Parameter { name: self.name, value, allowed })
    }
}

/// One member of a family: a format and the values of the parameters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variant {
    /// Widths and signedness of the operands.
    pub format: OperandFormat,
    /// One value for each of [`Provider::parameters`].
    pub parameters: Vec<u32>,
}

impl Variant {
    /// Signed 8x8 members with each of these parameters, then the unsigned ones: what most families list.
    pub fn of_8x8<const N: usize>(members: impl IntoIterator<Item = [u32; N]>) -> Vec<Self> {
        let members: Vec<_> = members.into_iter().collect();
        let of = |format| members.iter().map(move |values| Self { format, parameters: values.to_vec() });
        of(OperandFormat::signed(8, 8)).chain(of(OperandFormat::unsigned(8, 8))).collect()
    }
}

/// Why a provider does not have a requested multiplier.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderError {
    /// Another number of parameters was given than the family has.
    ParameterCount {
        /// The parameters of the family.
        expected: &'static [Parameter],
        /// The number of values given.
        got: usize,
    },
    /// A parameter's value is out of range for this format.
    Parameter {
        /// The parameter's name.
        name: &'static str,
        /// The value given.
        value: u32,
        /// What is allowed, e.g. `3 to 8 for 8-bit operands`.
        allowed: String,
    },
    /// The family does not exist in this operand format.
    Format {
        /// The format requested.
        format: OperandFormat,
        /// What is allowed.
        allowed: String,
    },
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParameterCount { expected: [], got } => {
                write!(f, "takes no parameters, got {got}")
            }
            Self::ParameterCount { expected, got } => {
                let names: Vec<_> = expected.iter().map(|parameter| parameter.name).collect();
                write!(f, "takes {} parameter(s) ({}), got {got}", expected.len(), names.join(", "))
            }
            Self::Parameter { name, value, allowed } => {
                write!(f, "parameter {name} is {value}; allowed: {allowed}")
            }
            Self::Format { format, allowed } => {
                write!(f, "does not exist for operands {format}; allowed: {allowed}")
            }
        }
    }
}

impl std::error::Error for ProviderError {}

/// An entry of the registry. [`register!`](crate::register) makes one.
pub struct Registration(
    /// The provider.
    pub &'static dyn Provider,
);

inventory::collect!(Registration);

/// Registers a provider, for a family [`Family::PROVIDER`](crate::Family::PROVIDER). `inventory` sees only crates that
/// are linked in, so a binary names each crate with providers once: `use axmul_families as _;`.
#[macro_export]
macro_rules! register {
    ($provider:expr) => {
        $crate::inventory::submit! { $crate::Registration(&$provider) }
    };
}

/// All providers linked into this binary, sorted by name.
pub fn providers() -> Vec<&'static dyn Provider> {
    let mut all: Vec<_> = inventory::iter::<Registration>.into_iter().map(|entry| entry.0).collect();
    all.sort_by_key(|provider| provider.name());
    all
}

/// The name of a family's member, `truncated-3-8s`: family, parameters, operand format.
pub fn instance_name(family: &str, parameters: &[u32], format: OperandFormat) -> String {
    let mut name = family.to_owned();
    for value in parameters {
        name.push_str(&format!("-{value}"));
    }
    format!("{name}-{format}")
}
