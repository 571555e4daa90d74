//! `axmul completions`: shell completion scripts.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::output::Console;
use crate::cli::{CommandLine, ExitStatus};

/// Print a shell completion script
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul completions bash > ~/.local/share/bash-completion/completions/axmul
  axmul completions zsh  > ~/.zfunc/_axmul        (with ~/.zfunc in $fpath)
  axmul completions fish > ~/.config/fish/completions/axmul.fish")]
pub(in crate::cli) struct CompletionsArgs {
    /// Shell
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut CommandLine::command(), "axmul", &mut script);
    console.deliver(&script, None)?;
    Ok(ExitStatus::Done)
}
