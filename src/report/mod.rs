//! Floor 3: one file per output format.

mod layers;
mod run;

pub use layers::layers_svg;
pub use run::{run_markdown, run_table};
