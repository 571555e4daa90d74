//! The families of multipliers that come with axmul, one file each.
//!
//! A family is a type that implements [`Family`](axmul_api::Family): parameters, an arithmetic model and a circuit,
//! written against `axmul-api` alone. Every file of `src/` is a module of this crate, so a new family is a new file and
//! nothing else; `exact.rs` is the one to copy, and `plugins/README.md` explains it step by step. Tests of a family
//! stand at the end of its file or, where they are long, in a folder of its name; `tests/all.rs` holds every registered
//! family to what all of them promise.
//!
//! The crate has no items of its own. A binary names it once, and finds the families among the
//! [`providers`](axmul_api::providers):
//!
//! ```
//! use axmul_api::{OperandFormat, providers};
//! use axmul_families as _;
//!
//! let drum = providers().into_iter().find(|provider| provider.name() == "drum").unwrap();
//! let drum4 = drum.multiplier(OperandFormat::unsigned(8, 8), &[4]).unwrap();
//! // The four leading bits of 23 (10111) are 1011, with zeros below.
//! assert_eq!(drum4.product(23, 3), 22 * 3);
//! ```

automod::dir!("src");

// The guide's example compiles as long as this test does.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Guide;
