//! Help, version and completions.

use crate::sandbox::Sandbox;

#[test]
fn every_command_explains_itself_with_examples() {
    let sandbox = Sandbox::new();
    let overview = sandbox.axmul("--help");
    let commands: Vec<&str> = overview
        .text()
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .map_while(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' ') && !line.starts_with("help "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() >= 17 && commands.contains(&"bench"), "{overview}");
    for command in commands {
        for arguments in [format!("{command} --help"), format!("help {command}")] {
            let ended = sandbox.axmul(&arguments);
            assert_eq!(ended.code, 0, "{ended}");
            assert!(ended.text().contains(&format!("Examples:\n  axmul {command}")), "{ended}");
        }
    }
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
