//! The training executable, started by `axmul`.

fn main() {}
