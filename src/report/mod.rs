//! Reports: one file a format, each turning a subject into bytes. Knows no command line.
//!
//! - [`Render`]: the one trait, bytes out; [`OutputFile`] and [`FigureFile`]: where the bytes go, opened before the
//!   long work.
//! - [`comparison`]: rows of a comparison as table, JSON, CSV and Markdown.
//! - [`export`]: products and errors as `.npy`, CSV, TFApprox's `.bin` and AdaPT's C header.
//! - [`figure`]: [`Figure`], an SVG and its rasterized PNG, and one file a figure.
//! - [`run_table`], [`run_markdown`]: the results of a run.
//! - [`boxed_table`], [`significant`]: tables and numbers for terminals.

pub mod comparison;
pub mod export;
pub mod figure;
mod number;
mod output_file;
mod run;
mod text_table;

pub use figure::{
    AgreementPanel, AgreementPoint, Figure, FigureError, FigureFile, FigureFileError, FigureFormat,
    LayerEnergySeries, Raster, agreement_figure, confusion_figure, heat_map, layer_energy_figure,
    layers_figure, scatter,
};
pub use number::significant;
pub use output_file::OutputFile;
pub use run::{assignment_markdown, assignment_table, run_markdown, run_table};
pub use text_table::{align_right, boxed_table};

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
