//! What every layer tolerates, measured: which multipliers are worth trying in a layer, and what they do to the network.
//!
//! - [`CandidateSpace`]: every multiplier in every layer, corrected, and those of them that are worth measuring.
//! - [`LogitShifts`]: how each candidate of each layer moves the class scores, alone; shifts add up to a prediction for
//!   any assignment, in which errors that cancel or meet are seen.
//! - [`SignLogic`]: what the logic around an unsigned multiplier takes that multiplies magnitudes beside a sign.

mod assignment;
mod candidates;
mod logits;
mod sign_logic;

pub use assignment::assignment_of;
pub use candidates::{CandidateSpace, LayerCandidate, UniformCandidate};
pub use logits::LogitShifts;
pub use sign_logic::SignLogic;
