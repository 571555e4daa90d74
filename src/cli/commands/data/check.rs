//! `axmul data check NAME|PATH`: reads every image and reports what the set contains.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde::Serialize;

use axmul_support::files::FileError;

use crate::cli::output::{Console, OutputArgs, TableFormat};
use crate::report::{OutputFile, align_right, boxed_table};
use axmul_data::DataSource;
use axmul_data::images::{
    ChannelStatistics, Channels, CorruptImage, ImageReadOptions, ImageSet, ImageSetFormat, LabeledImages,
    OnCorrupt, statistics,
};

/// How images are read and reported.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ContentArgs {
    /// Effect of corrupt images on the exit code (they are always listed)
    #[arg(long, value_enum, default_value = "fail")]
    corrupt: CorruptArg,
    /// Resize all images, like `data.resize` of an experiment
    #[arg(long, value_name = "ROWSxCOLUMNS", value_parser = size)]
    resize: Option<[usize; 2]>,
    /// Convert all images, like `data.channels` of an experiment
    #[arg(long, value_enum)]
    channels: Option<ChannelsArg>,
    #[command(flatten)]
    output: OutputArgs<TableFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CorruptArg {
    /// Fail
    Fail,
    /// Ignore, like `corrupt: skip` of an experiment
    Skip,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ChannelsArg {
    /// One channel (grayscale)
    #[value(name = "gray", alias = "grey")]
    Gray,
    /// Three channels
    Rgb,
}

impl ContentArgs {
    /// The file that the report goes to, if not to standard output.
    pub fn open(&self) -> Result<Option<OutputFile>, FileError> {
        self.output.open()
    }

    /// Whether standard output is for a program, which reads one object and nothing else.
    pub fn is_machine(&self) -> bool {
        self.output.format == TableFormat::Json
    }
}

fn size(text: &str) -> Result<[usize; 2], String> {
    let sides =
        text.split_once('x').and_then(|(rows, columns)| Some([rows.parse().ok()?, columns.parse().ok()?]));
    sides.ok_or_else(|| "expected ROWSxCOLUMNS, as in 32x32".to_owned())
}

/// The object of `--format json`.
#[derive(Serialize)]
struct ImageReport {
    path: PathBuf,
    form: ImageSetFormat,
    /// Channels, rows, columns.
    shape: [usize; 3],
    classes: Vec<String>,
    parts: Vec<PartReport>,
    corrupt: Vec<CorruptImage>,
}

#[derive(Serialize)]
struct PartReport {
    part: &'static str,
    images: usize,
    /// Of each class, in their order.
    images_per_class: Vec<usize>,
    /// Of each channel.
    channels: Vec<ChannelStatistics>,
}

/// Reads everything that `source` has at `place`, and tells `out` what it is; how far it is, `console`.
pub(super) fn content(
    source: &DataSource,
    place: PathBuf,
    args: &ContentArgs,
    console: &Console,
    (file, out): (Option<OutputFile>, &mut dyn Write),
) -> anyhow::Result<()> {
    let channels = match args.channels {
        None => Channels::AsStored,
        Some(ChannelsArg::Gray) => Channels::Gray,
        Some(ChannelsArg::Rgb) => Channels::Rgb,
    };
    // All corrupt images are to be told, not the first.
    let reading = ImageReadOptions { corrupt: OnCorrupt::Skip, resize: args.resize, channels };
    let bar = console.progress_in_bytes("images");
    let set = source.read_with_progress(&place, &reading, Some(&|done, total| bar.set_steps(done, total)));
    drop(bar);
    let set = set.context("cannot read the images")?;
    let report = ImageReport::of(place, set);
    let text = match args.output.format {
        TableFormat::Json => serde_json::to_string_pretty(&report)? + "\n",
        TableFormat::Table => report.text(),
    };
    match file {
        Some(file) => file.commit(text.as_bytes())?,
        None => out.write_all(text.as_bytes())?,
    }
    let corrupt = report.corrupt.len();
    if corrupt > 0 && args.corrupt == CorruptArg::Fail {
        bail!(
            "{corrupt} {} corrupt; repair or remove them, or ignore them with `corrupt: skip` in the experiment (here \
             --corrupt skip)",
            if corrupt == 1 { "image is" } else { "images are" }
        );
    }
    Ok(())
}

impl ImageReport {
    fn of(path: PathBuf, set: ImageSet) -> Self {
        let part = |(name, part): (&'static str, Option<&LabeledImages>)| {
            let part = part?;
            let mut images_per_class = vec![0; set.classes.len()];
            for &label in &part.labels {
                if let Some(count) = images_per_class.get_mut(usize::from(label)) {
                    *count += 1;
                }
            }
            let channels = statistics(part, set.shape);
            Some(PartReport { part: name, images: part.len(), images_per_class, channels })
        };
        let parts = [
            ("train", Some(&set.train)),
            ("validation", set.validation.as_ref()),
            ("test", set.test.as_ref()),
        ];
        let parts = parts.into_iter().filter_map(part).collect();
        Self { path, form: set.form, shape: set.shape, classes: set.classes, parts, corrupt: set.corrupt }
    }

    fn text(&self) -> String {
        let [channels, rows, columns] = self.shape;
        let kind = if channels == 1 { "grayscale" } else { "RGB" };
        let mut text = format!("{}: {}\n", self.path.display(), self.form);
        let classes = self.classes.len();
        let _ = writeln!(text, "{classes} classes, {rows}x{columns} pixels (rows x columns), {kind}");
        let names = self.parts.iter().map(|part| part.part.to_owned());
        let mut table = boxed_table(std::iter::once("class".to_owned()).chain(names).collect::<Vec<_>>());
        let mut row = |name: String, cell: &dyn Fn(&PartReport) -> String| {
            table.add_row(std::iter::once(name).chain(self.parts.iter().map(cell)));
        };
        for (class, name) in self.classes.iter().enumerate() {
            row(name.clone(), &|part| part.images_per_class[class].to_string());
        }
        row("all".to_owned(), &|part| part.images.to_string());
        for channel in 0..channels {
            let name = if channels == 1 { "brightness" } else { ["red", "green", "blue"][channel] };
            row(format!("{name}, mean"), &|part| format!("{:.4}", part.channels[channel].mean));
            row(format!("{name}, deviation"), &|part| format!("{:.4}", part.channels[channel].std));
        }
        align_right(&mut table, 1..=self.parts.len());
        let _ = writeln!(text, "{table}");
        for image in &self.corrupt {
            let _ = writeln!(text, "corrupt: {}: {}", image.path, image.problem);
        }
        text
    }
}
