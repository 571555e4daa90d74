//! What `axmul` asks for beside a run: evaluating, inferring and timing.

pub mod bench;
pub mod evaluate;
pub mod infer;
