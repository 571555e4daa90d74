//! The `axmul` executable: no libtorch in it, nor in any child it tabulates with.

fn main() {}
