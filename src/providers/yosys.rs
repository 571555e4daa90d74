//! The command of Yosys, which reads netlists and maps circuits where it is installed.

use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::tool::{self, ToolError};

/// The command.
pub(super) const COMMAND: &str = "yosys";

/// How long it may take.
pub(super) const TIME: Duration = Duration::from_secs(120);

/// What a command answers when asked for its version; [`COMMAND`] is asked once.
pub(super) fn version(command: &str) -> Result<String, ToolError> {
    let ask = || tool::run(Command::new(command).arg("-V"), TIME).map(|ended| ended.output);
    if command != COMMAND {
        return ask();
    }
    static VERSION: OnceLock<Result<String, ToolError>> = OnceLock::new();
    VERSION.get_or_init(ask).clone()
}

/// `Yosys 0.23`: a version up to where it was built.
pub(super) fn short(version: &str) -> &str {
    version.split(" (").next().unwrap_or_default().lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_said_without_their_builds() {
        assert_eq!(short("Yosys 0.23 (git sha1 7ce5011c24b)\n"), "Yosys 0.23");
        assert_eq!(short("Yosys 0.9\nand more"), "Yosys 0.9");
        assert_eq!(short(""), "");
    }
}
