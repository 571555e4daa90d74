//! Families: what most providers are, with everything that families share written once.

use std::fmt;
use std::marker::PhantomData;

use crate::provider::every_member;
use crate::{
    Circuit, Gates, Multiplier, OperandFormat, Parameter, Provider, ProviderError, Structure, Variant,
    instance_name,
};

/// A family of multipliers with `N` parameters: one algorithm, its arithmetic model and its circuit.
///
/// Implement it for a type whose values are the members of the family, and pass [`Self::PROVIDER`] to
/// [`register!`](crate::register). The provider checks the number of parameters and supplies a [`Multiplier`] with a [`Circuit`] for
/// each member, named after the family, its parameters and its format. What needs more than that, such as a batched
/// product function or published [`Cost`](crate::Cost) figures, implements [`Multiplier`] and [`Provider`] itself.
///
/// ```
/// use axmul_api::*;
///
/// /// The exact product with its lowest bits tied to zero.
/// struct Even {
///     format: OperandFormat,
///     bits: u32,
/// }
///
/// impl Family<1> for Even {
///     const NAME: &str = "even";
///     const SUMMARY: &str = "exact, the lowest product bits tied to zero";
///     const CITATION: &str = "an example of this documentation";
///     const PARAMETERS: [Parameter; 1] =
///         [Parameter { name: "bits", description: "how many product bits are tied to zero, 1 to 4" }];
///
///     fn member(format: OperandFormat, [bits]: [u32; 1]) -> Result<Self, ProviderError> {
///         Self::PARAMETERS[0].check(bits, 1..=4, format)?;
///         Ok(Self { format, bits })
///     }
///
///     fn documentation(&self) -> String {
///         format!("Array multiplier with its {} lowest product bits tied to zero.", self.bits)
///     }
///
///     fn product(&self, a: i64, b: i64) -> i64 {
///         (a * b) >> self.bits << self.bits
///     }
///
///     fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
///         let columns = words::partial_products(g, self.format, a, b, |_, _| true);
///         let mut product = words::sum_columns(g, columns);
///         product[..self.bits as usize].fill(g.constant(false));
///         product
///     }
/// }
///
/// register!(Even::PROVIDER);
///
/// let even = Even::PROVIDER.multiplier(OperandFormat::unsigned(8, 8), &[2]).unwrap();
/// assert_eq!(even.name(), "even-2-8u");
/// assert_eq!(even.product(3, 5), 12);
/// check_structure(&*even, 0).unwrap();
/// ```
pub trait Family<const N: usize>: Sized + Send + Sync + 'static {
    /// [`Provider::name`]: lower case, digits and hyphens.
    const NAME: &'static str;

    /// [`Provider::summary`]: one line for `axmul list`.
    const SUMMARY: &'static str;

    /// [`Provider::citation`]: the publication that describes the family.
    const CITATION: &'static str;

    /// The parameters, in the order in which they stand in a name.
    const PARAMETERS: [Parameter; N];

    /// The provider to pass to [`register!`](crate::register). Not meant to be overridden.
    const PROVIDER: FamilyProvider<Self, N> = FamilyProvider(PhantomData);

    /// The member with these values of the parameters, or an error that says which ones exist in this format.
    fn member(format: OperandFormat, values: [u32; N]) -> Result<Self, ProviderError>;

    /// A sentence or two for `axmul show`.
    fn documentation(&self) -> String;

    /// The arithmetic model: the approximate product of `a` and `b`, written independently of the circuit.
    fn product(&self, a: i64, b: i64) -> i64;

    /// Builds the circuit: operands and product are words with the least significant bit first, the product as
    /// wide as both operands together.
    fn build<G: Gates>(&self, g: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit>;

    /// [`Provider::variants`]: the members worth listing, by default none.
    fn variants() -> Vec<Variant> {
        Vec::new()
    }

    /// [`Provider::grid`]: the parameters to try when looking for the best members, by default all of them.
    fn grid(format: OperandFormat) -> Vec<Vec<u32>> {
        every_member(&Self::PROVIDER, format)
    }
}

/// The [`Provider`] of a [`Family`], [`Family::PROVIDER`].
pub struct FamilyProvider<F, const N: usize>(PhantomData<fn() -> F>);

impl<F: Family<N>, const N: usize> fmt::Debug for FamilyProvider<F, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FamilyProvider").field(&F::NAME).finish()
    }
}

impl<F: Family<N>, const N: usize> Provider for FamilyProvider<F, N> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn summary(&self) -> &'static str {
        F::SUMMARY
    }

    fn citation(&self) -> &'static str {
        F::CITATION
    }

    fn parameters(&self) -> &'static [Parameter] {
        const { &F::PARAMETERS }
    }

    fn multiplier(
        &self,
        format: OperandFormat,
        parameters: &[u32],
    ) -> Result<Box<dyn Multiplier>, ProviderError> {
        let values = Parameter::values(const { &F::PARAMETERS }, parameters)?;
        Ok(Box::new(FamilyMember { format, values, model: F::member(format, values)? }))
    }

    fn variants(&self) -> Vec<Variant> {
        F::variants()
    }

    fn grid(&self, format: OperandFormat) -> Vec<Vec<u32>> {
        F::grid(format)
    }
}

/// A member of a family, with what it was asked for.
struct FamilyMember<F, const N: usize> {
    format: OperandFormat,
    values: [u32; N],
    model: F,
}

impl<F: Family<N>, const N: usize> Multiplier for FamilyMember<F, N> {
    fn name(&self) -> String {
        instance_name(F::NAME, &self.values, self.format)
    }

    fn format(&self) -> OperandFormat {
        self.format
    }

    fn product(&self, a: i64, b: i64) -> i64 {
        self.model.product(a, b)
    }

    fn structure(&self) -> Option<&dyn Structure> {
        Some(self)
    }

    fn documentation(&self) -> String {
        self.model.documentation()
    }
}

impl<F: Family<N>, const N: usize> Circuit for FamilyMember<F, N> {
    fn operand_format(&self) -> OperandFormat {
        self.format
    }

    fn build<G: Gates>(&self, gates: &mut G, a: &[G::Bit], b: &[G::Bit]) -> Vec<G::Bit> {
        self.model.build(gates, a, b)
    }
}
