//! Help, version and completions.

use crate::sandbox::Sandbox;

const COMMANDS: [&str; 14] = [
    "list",
    "show",
    "export",
    "compare",
    "cost",
    "check",
    "data",
    "network",
    "run",
    "assign",
    "eval",
    "report",
    "doctor",
    "completions",
];

#[test]
fn every_command_explains_itself_with_examples() {
    let sandbox = Sandbox::new();
    for command in COMMANDS {
        for arguments in [format!("{command} --help"), format!("help {command}")] {
            let ended = sandbox.axmul(&arguments);
            assert_eq!(ended.code, 0, "{ended}");
            assert!(ended.text().contains(&format!("Examples:\n  axmul {command}")), "{ended}");
        }
    }
    let overview = sandbox.axmul("--help");
    assert!(
        COMMANDS.iter().all(|command| overview.text().contains(&format!("\n  {command} "))),
        "{overview}"
    );
    assert!(sandbox.axmul("--version").text().starts_with("axmul "));
}

#[test]
fn shells_get_their_completions() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish"] {
        let ended = sandbox.axmul(&format!("completions {shell}"));
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
        assert!(ended.text().contains("fail-if") && ended.text().contains("heatmap"), "{shell}");
    }
}
