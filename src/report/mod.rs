//! Floor 3: one file per output format.

mod layers;

pub use layers::layers_svg;
