//! Floor 3: one file per output format, each turning a subject into bytes.
//!
//! - [`Render`]: the one trait, bytes out; [`OutputFile`] and [`FigureFile`]: where the bytes go, opened before the
//!   long work.
//! - [`comparison`]: rows of a comparison as table, JSON, CSV and Markdown.
//! - [`export`]: products and errors as `.npy`, CSV, TFApprox's `.bin` and AdaPT's C header.
//! - [`Figure`]: an SVG and its rasterised PNG; [`heat_map`], [`scatter`], [`layers_figure`],
//!   [`confusion_figure`], [`layer_energy_figure`] and [`agreement_figure`] draw some.
//! - [`run_table`], [`run_markdown`]: what came out of a run.

mod agreement;
mod axis;
pub mod comparison;
mod confusion;
pub mod export;
pub mod figure;
mod figure_file;
pub mod heat_map;
mod layer_energy;
mod layers;
mod number;
mod output;
mod run;
pub mod scatter;

pub use agreement::{AgreementPanel, AgreementPoint, agreement_figure};
pub use confusion::confusion_figure;
pub use figure::{Figure, FigureError, FigureFormat, Raster};
pub use figure_file::{FigureFile, FigureFileError};
pub use layer_energy::{LayerEnergySeries, layer_energy_figure};
pub use layers::layers_figure;
pub use number::significant;
pub use output::OutputFile;
pub use run::{assignment_markdown, assignment_table, run_markdown, run_table};

/// A format in which subjects of type `T` are written.
pub trait Render<T: ?Sized> {
    /// The whole output, as it goes to a file or to standard output.
    fn render(&self, subject: &T) -> Result<Vec<u8>, RenderError>;
}

/// Why a subject cannot be written in a format.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The format has no place for the subject.
    #[error("{format} {reason}; {instead}")]
    Unsuitable {
        /// The format.
        format: &'static str,
        /// What it cannot hold and what came.
        reason: String,
        /// What to do instead.
        instead: &'static str,
    },
    /// A figure could not be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// An encoder failed, which writing to memory does not.
    #[error("{format} encoding failed: {reason}")]
    Encoding {
        /// The format.
        format: &'static str,
        /// What the encoder said.
        reason: String,
    },
}

impl RenderError {
    fn encoding(format: &'static str, error: impl std::fmt::Display) -> Self {
        Self::Encoding { format, reason: error.to_string() }
    }
}
