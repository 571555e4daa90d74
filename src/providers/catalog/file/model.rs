//! Where the products of an entry come from, as a catalog file says it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::c_source::{CSource, CSourceRef};
use crate::entry::Model;
use crate::netlists::{NetlistFile, NetlistOptions, Via};
use crate::registry::Registry;
use crate::shared_library::{LibraryRequest, Signature};
use axmul_metrics::OperandFormat;
use axmul_netlist::ProductExtension;

/// Exactly one of `table`, `library`, `family`, `netlist` and `c_source`, and what belongs to it; a struct of options,
/// because its errors name the wrong field where those of an untagged enum only say that nothing fitted.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FileModel {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub c_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<BTreeMap<String, u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub netlist: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub a: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub b: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msb_first: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extend: Option<FileExtend>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
}

/// [`ProductExtension`] as the file spells it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FileExtend {
    Sign,
    Zero,
    Refuse,
}

impl From<ProductExtension> for FileExtend {
    fn from(extend: ProductExtension) -> Self {
        match extend {
            ProductExtension::Sign => Self::Sign,
            ProductExtension::Zero => Self::Zero,
            ProductExtension::Refuse => Self::Refuse,
        }
    }
}

impl From<FileExtend> for ProductExtension {
    fn from(extend: FileExtend) -> Self {
        match extend {
            FileExtend::Sign => Self::Sign,
            FileExtend::Zero => Self::Zero,
            FileExtend::Refuse => Self::Refuse,
        }
    }
}

impl FileModel {
    /// The model of an entry of the catalog at `path`, relative to which its files lie.
    pub fn resolve(&self, format: OperandFormat, path: &Path, registry: &Registry) -> Result<Model, String> {
        let beside = |file: &String| path.parent().unwrap_or(Path::new("")).join(file);
        let kind = self.kind()?;
        self.check_fields(kind)?;
        Ok(match kind {
            FileModelKind::Table(table) => Model::Table(beside(table)),
            FileModelKind::Library(library) => {
                let symbol = self.symbol.clone().ok_or("model: expected a symbol beside the library")?;
                let request =
                    LibraryRequest::Symbol { symbol, signature: self.signature()?, format: Some(format) };
                Model::Library { path: beside(library), request }
            }
            FileModelKind::CSource(source) => {
                let asked = CSourceRef {
                    path: beside(source),
                    function: self.symbol.clone(),
                    format: Some(format),
                    signature: self.signature()?,
                };
                Model::CSource(CSource::new(asked, None))
            }
            FileModelKind::Family(family) => {
                let parameters = self.values(family, registry)?;
                registry.member(family, &parameters, format).map_err(|error| format!("model: {error}"))?;
                Model::Family { family: family.clone(), parameters }
            }
            FileModelKind::Netlist(netlist) => {
                let with: Vec<PathBuf> = self.with.iter().flatten().map(beside).collect();
                Model::Netlist(NetlistFile::new(
                    beside(netlist),
                    self.options(with),
                    Some(format.is_signed()),
                ))
            }
        })
    }

    fn kind(&self) -> Result<FileModelKind<'_>, String> {
        let mut kinds = [
            self.table.as_ref().map(FileModelKind::Table),
            self.library.as_ref().map(FileModelKind::Library),
            self.c_source.as_ref().map(FileModelKind::CSource),
            self.family.as_ref().map(FileModelKind::Family),
            self.netlist.as_ref().map(FileModelKind::Netlist),
        ]
        .into_iter()
        .flatten();
        match (kinds.next(), kinds.next()) {
            (Some(kind), None) => Ok(kind),
            _ => Err("model: expected exactly one of table, library, family, netlist and c_source".into()),
        }
    }

    /// Refuses what belongs to another kind of model.
    fn check_fields(&self, kind: FileModelKind) -> Result<(), String> {
        let code = matches!(kind, FileModelKind::Library(_) | FileModelKind::CSource(_));
        let family = matches!(kind, FileModelKind::Family(_));
        let netlist = matches!(kind, FileModelKind::Netlist(_));
        for (field, given, belongs, to) in [
            ("symbol", self.symbol.is_some(), code, "library or c_source"),
            ("signature", self.signature.is_some(), code, "library or c_source"),
            ("parameters", self.parameters.is_some(), family, "family"),
            ("top", self.top.is_some(), netlist, "netlist"),
            ("a", self.a.is_some(), netlist, "netlist"),
            ("b", self.b.is_some(), netlist, "netlist"),
            ("out", self.out.is_some(), netlist, "netlist"),
            ("msb_first", self.msb_first.is_some(), netlist, "netlist"),
            ("extend", self.extend.is_some(), netlist, "netlist"),
            ("with", self.with.is_some(), netlist, "netlist"),
            ("via", self.via.is_some(), netlist, "netlist"),
        ] {
            if given && !belongs {
                return Err(format!("model: {field} belongs to {to}"));
            }
        }
        Ok(())
    }

    fn signature(&self) -> Result<Option<Signature>, String> {
        let signature = self.signature.as_deref().map(str::parse).transpose();
        signature.map_err(|error| format!("model: signature: {error}"))
    }

    fn options(&self, with: Vec<PathBuf>) -> NetlistOptions {
        NetlistOptions {
            top: self.top.clone(),
            a: self.a.clone(),
            b: self.b.clone(),
            out: self.out.clone(),
            msb_first: self.msb_first.unwrap_or_default(),
            extend: self.extend.map(ProductExtension::from),
            with,
            via: self.via,
        }
    }

    /// The parameters in the family's order.
    fn values(&self, family: &str, registry: &Registry) -> Result<Vec<u32>, String> {
        let known = registry.family(family).map_err(|error| format!("model: {error}"))?.parameters();
        let none = BTreeMap::new();
        let given = self.parameters.as_ref().unwrap_or(&none);
        let names: Vec<_> = known.iter().map(|parameter| parameter.name).collect();
        let expected = || match names.len() {
            0 => "none".to_owned(),
            _ => names.join(", "),
        };
        if let Some(other) = given.keys().find(|name| !names.contains(&name.as_str())) {
            return Err(format!("model: parameters of {family}: expected {}, got {other}", expected()));
        }
        names
            .iter()
            .map(|name| {
                given.get(*name).copied().ok_or_else(|| {
                    format!("model: parameters of {family}: expected {}, {name} is missing", expected())
                })
            })
            .collect()
    }

    /// For the provenance.
    pub fn describe(&self) -> String {
        match self.kind() {
            Ok(FileModelKind::Table(table)) => format!("table {table}"),
            Ok(FileModelKind::Library(library)) => {
                format!("{library}, symbol {}", self.symbol.as_deref().unwrap_or_default())
            }
            Ok(FileModelKind::CSource(source)) => format!("C source {source}"),
            Ok(FileModelKind::Netlist(netlist)) => format!("netlist {netlist}"),
            Ok(FileModelKind::Family(family)) => {
                let parameters = self.parameters.iter().flatten();
                parameters
                    .fold(format!("family {family}"), |text, (name, value)| format!("{text}, {name} {value}"))
            }
            Err(_) => String::new(),
        }
    }
}

/// What a model is, and the name that says so.
#[derive(Clone, Copy)]
enum FileModelKind<'a> {
    Table(&'a String),
    Library(&'a String),
    CSource(&'a String),
    Family(&'a String),
    Netlist(&'a String),
}
