//! The products of a circuit, thousands at a time.
