//! Floor 3: experiments and the stages of the method. Receives tabulated multipliers and never fetches them.

mod interrupts;
pub mod launch;
pub mod plan;
#[cfg(feature = "torch")]
pub mod torch;
