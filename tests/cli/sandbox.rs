//! A directory to run `axmul` in.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use npyz::WriterBuilder;
use tempfile::TempDir;

/// A catalog of small multipliers with costs of two sources and one without.
const CATALOG: &str = "\
version: 1
name: lab
licence: MIT
citation: A. Author, On Small Multipliers, 2026
cost_source: measured in the lab
cost_technology: 45 nm, 1 GHz
entries:
  - name: plain
    format: 4u
    model: {family: exact}
    cost: {power_mw: 0.1, area_um2: 120, delay_ns: 0.9}
  - name: cut
    format: 4u
    model: {family: truncated, parameters: {columns: 3}}
    cost: {power_mw: 0.06, area_um2: 80, delay_ns: 0.8}
    documentation: Without its three lowest columns.
  - name: worse
    format: 4u
    model: {family: truncated, parameters: {columns: 4}}
    cost: {power_mw: 0.07}
  - name: guessed
    format: 4u
    model: {family: drum, parameters: {k: 3}}
    cost: {power_mw: 0.02, source: guessed on a napkin}
  - name: uncosted
    format: 4u
    model: {table: tables/uncosted.npy}
  - name: signed-cut
    format: 4s
    model: {family: truncated, parameters: {columns: 3}}
    cost: {power_mw: 0.08}
";

/// A temporary directory with the catalog `lab.yaml` in it.
pub struct Sandbox(TempDir);

/// How a run ended, shown as snapshots show it.
pub struct Ended {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Ended {
    /// Standard output as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("the output is text")
    }

    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, 0, "{self}");
        serde_json::from_slice(&self.stdout).expect("the output is JSON")
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\n----- stdout\n{}----- stderr\n{}", self.code, self.text(), self.stderr)
    }
}

impl Sandbox {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = Self(directory);
        sandbox.write("lab.yaml", CATALOG);
        std::fs::create_dir(sandbox.path("tables")).unwrap();
        // Wrong in one product, which is one less than it should be.
        let product = |at: i32| at / 16 * (at % 16) - i32::from(at == 3 * 16 + 3);
        sandbox.write_npy("tables/uncosted.npy", &[16, 16], (0..256).map(product));
        sandbox
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Names of the files that a command has left, without those that were there before.
    pub fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.0.path()).unwrap().map(|e| e.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| !["lab.yaml", "tables", "cache"].contains(&name.as_str()));
        names.sort();
        names
    }

    pub fn write_npy<T: npyz::AutoSerialize>(
        &self,
        name: &str,
        shape: &[u64],
        values: impl IntoIterator<Item = T>,
    ) {
        let file = std::fs::File::create(self.path(name)).unwrap();
        let mut writer =
            npyz::WriteOptions::new().default_dtype().shape(shape).writer(file).begin_nd().unwrap();
        writer.extend(values).unwrap();
        writer.finish().unwrap();
    }

    /// The command, without the environment of whoever runs the tests.
    pub fn command(&self) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("axmul"));
        command.current_dir(self.0.path());
        for variable in ["LIBTORCH", "AXMUL_LOG", "AXMUL_HOST", "RUST_BACKTRACE"] {
            command.env_remove(variable);
        }
        command.env("AXMUL_CACHE_DIR", self.path("cache")).env("AXMUL_DATA_DIR", self.path("data"));
        command
    }

    /// Runs `axmul` with these arguments, separated by blanks; `'...'` holds blanks together.
    pub fn axmul(&self, arguments: &str) -> Ended {
        let output = self.command().args(words(arguments)).output().unwrap();
        Ended {
            code: output.status.code().expect("ended by itself"),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let unquoted = |(index, part): (usize, &str)| -> Vec<String> {
        if index % 2 == 1 { vec![part.into()] } else { part.split_whitespace().map(Into::into).collect() }
    };
    text.split('\'').enumerate().flat_map(unquoted).collect()
}
