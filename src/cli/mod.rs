//! Floor 4: one file per subcommand.
pub mod data;
