//! The contract between axmul and everything that supplies multipliers.
//!
//! A tour, in the order in which a newcomer meets the parts:
//!
//! - [`OperandFormat`]: how wide the operands are and whether they are signed.
//! - [`Multiplier`]: a name, a format, a product function; optionally a circuit and a hardware [`Cost`].
//! - [`Gates`]: what a circuit is made of. A family writes its [`Circuit`] once, generically over this trait;
//!   run over [`Bits`] or [`Lanes`] it simulates, over a [`Recorder`] it becomes a [`Netlist`], whose cells can be counted.
//! - [`words`]: partial products, adders, shifters and sign handling, to write circuits with.
//! - [`Family`] and [`register!`]: one algorithm with its parameters, made known by name. Most multipliers are written
//!   so; the trait supplies [`Provider`], [`Multiplier`] and [`Circuit`], and its documentation has a whole example.
//! - [`Provider`]: what a family is to the rest of axmul. Implement it, and [`Multiplier`], for multipliers that are no
//!   family: without a circuit, with published costs, with a faster batched product function.
//! - [`check_structure`]: compares a circuit with its arithmetic model.
//! - [`c_abi`] and [`export_plugin!`]: the same through C, for shared libraries loaded at run time.
//!
//! A whole provider, which `axmul list` shows as soon as its crate is linked into the binary:
//!
//! ```
//! use axmul_api::*;
//!
//! /// The exact product with its least significant bit tied to zero.
//! struct Even(OperandFormat);
//!
//! impl Multiplier for Even {
//!     fn name(&self) -> String { instance_name("even", &[], self.0) }
//!     fn format(&self) -> OperandFormat { self.0 }
//!     fn product(&self, a: i64, b: i64) -> i64 { a * b & !1 }
//! }
//!
//! struct Evens;
//!
//! impl Provider for Evens {
//!     fn name(&self) -> &'static str { "even" }
//!     fn summary(&self) -> &'static str { "exact, the lowest product bit tied to zero" }
//!     fn citation(&self) -> &'static str { "an example of this documentation" }
//!     fn multiplier(&self, format: OperandFormat, _: &[u32]) -> Result<Box<dyn Multiplier>, ProviderError> {
//!         Ok(Box::new(Even(format)))
//!     }
//! }
//!
//! register!(Evens);
//!
//! let even = providers()[0].multiplier(OperandFormat::unsigned(8, 8), &[]).unwrap();
//! assert_eq!(even.name(), "even-8u");
//! assert_eq!(even.product(3, 5), 14);
//! ```

pub mod c_abi;
mod check;
mod cost;
mod family;
mod format;
mod gates;
mod multiplier;
mod netlist;
mod provider;
mod structure;
pub mod words;

pub use check::{CircuitMismatch, check_structure};
pub use cost::Cost;
pub use family::{Family, FamilyProvider};
pub use format::{FormatError, OperandFormat};
pub use gates::{Bits, Gates, Lanes};
pub use multiplier::Multiplier;
pub use netlist::{Cell, CellCounts, CellKind, Netlist, Recorder, Signal};
pub use provider::{Parameter, Provider, ProviderError, Registration, Variant, instance_name, providers};
pub use structure::{Circuit, Structure};

#[doc(hidden)]
pub use inventory;
