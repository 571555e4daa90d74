//! `axmul catalog`: the catalogs that are known by name.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use serde_json::json;

use crate::cli::ExitStatus;
use crate::cli::output::{Console, OutputArgs, TableFormat};
use crate::report::{align_right, boxed_table};
use axmul_providers::catalog::store::{CatalogStore, StoredCatalog};
use axmul_providers::catalog::{self, Catalog, CatalogError};
use axmul_providers::registry::Registry;

/// List, add and remove catalogs
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul catalog list
  axmul catalog add ../chip/catalog.yaml --name chip     register; files stay where they are
  axmul compare --catalog chip --catalog own
  axmul show chip/fast-8s
  axmul catalog remove chip                                unregister; files stay

Catalogs made by `axmul import` are listed too; removing one deletes its files. They are stored in
$AXMUL_DATA_DIR/catalogs, or axmul/catalogs in the user's data directory.")]
pub(in crate::cli) struct CatalogArgs {
    #[command(subcommand)]
    command: CatalogCommand,
}

#[derive(Clone, Debug, Subcommand)]
enum CatalogCommand {
    /// List the catalogs, the built-in one first
    List {
        #[command(flatten)]
        output: OutputArgs<TableFormat>,
    },
    /// Register a catalog under a name; its files stay where they are
    Add {
        /// A YAML file, or a directory of tables
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// Name [default: the catalog's own]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Replace an existing catalog
        #[arg(long)]
        replace: bool,
    },
    /// Unregister a catalog; deletes the files of an imported one
    Remove {
        /// Name of the catalog
        #[arg(value_name = "NAME")]
        name: String,
    },
}

pub(super) fn run(args: &CatalogArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    match &args.command {
        CatalogCommand::List { output } => list(output, console)?,
        CatalogCommand::Add { path, name, replace } => {
            let opened = catalog::open(path, None, &Registry::linked()?)?;
            let name = name.clone().unwrap_or(opened.name);
            CatalogStore::open()?.reserve(&name, *replace)?.link(path)?;
            let text =
                format!("{name}: {} multipliers, read from {}\n", opened.entries.len(), path.display());
            console.deliver(text.as_bytes(), None)?;
        }
        CatalogCommand::Remove { name } => {
            let StoredCatalog { path, linked, .. } = CatalogStore::open()?.remove(name)?;
            let what = if linked { "unregistered; files remain in" } else { "deleted from" };
            console.deliver(format!("{name}: {what} {}\n", path.display()).as_bytes(), None)?;
        }
    }
    Ok(ExitStatus::Done)
}

/// A catalog, or why it cannot be opened.
struct CatalogSummary {
    name: String,
    path: Option<PathBuf>,
    linked: bool,
    opened: Result<Catalog, CatalogError>,
}

fn list(args: &OutputArgs<TableFormat>, console: &Console) -> anyhow::Result<()> {
    let output = args.open()?;
    let registry = Registry::linked()?;
    let mut all = Vec::new();
    for embedded in &catalog::own::EMBEDDED {
        let opened = embedded.open(&registry).context("a built-in catalog")?;
        all.push(CatalogSummary { name: opened.name.clone(), path: None, linked: false, opened: Ok(opened) });
    }
    // Without a home there are no others.
    if let Ok(store) = CatalogStore::open() {
        for StoredCatalog { name, path, linked } in store.list()? {
            let opened = catalog::open(&path, None, &registry);
            if let Err(error) = &opened {
                console.warn(format!("{name}: {error}"));
            }
            all.push(CatalogSummary { name, path: Some(path), linked, opened });
        }
    }
    let text = match args.format {
        TableFormat::Table => table(&all),
        TableFormat::Json => serde_json::to_string_pretty(&all.iter().map(json).collect::<Vec<_>>())? + "\n",
    };
    console.deliver(text.as_bytes(), output)
}

impl CatalogSummary {
    fn description(&self) -> &str {
        match &self.opened {
            Ok(catalog) => &catalog.description,
            Err(_) => "cannot be read",
        }
    }

    fn count(&self) -> Option<usize> {
        self.opened.as_ref().ok().map(|catalog| catalog.entries.len())
    }
}

fn table(all: &[CatalogSummary]) -> String {
    let mut table = boxed_table(["name", "multipliers", "description", "path"]);
    for one in all {
        table.add_row([
            one.name.clone(),
            one.count().map(|count| count.to_string()).unwrap_or_default(),
            one.description().to_owned(),
            one.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
        ]);
    }
    align_right(&mut table, [1]);
    format!("{table}\n")
}

fn json(one: &CatalogSummary) -> serde_json::Value {
    json!({
        "name": one.name,
        "multipliers": one.count(),
        "description": one.description(),
        "path": one.path,
        "linked": one.linked,
        "error": one.opened.as_ref().err().map(ToString::to_string),
    })
}
