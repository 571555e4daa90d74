//! The reader, construct by construct.
