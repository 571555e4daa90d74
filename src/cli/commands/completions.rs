//! `axmul completions`: what shells need to complete command lines.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::output::Console;
use crate::cli::{CommandLine, ExitStatus};

/// Print a script that completes axmul's commands and options in a shell
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  axmul completions bash > ~/.local/share/bash-completion/completions/axmul
  axmul completions zsh  > ~/.zfunc/_axmul        (with ~/.zfunc in $fpath)
  axmul completions fish > ~/.config/fish/completions/axmul.fish")]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, console: &Console) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut CommandLine::command(), "axmul", &mut script);
    console.deliver(&script, None)?;
    Ok(ExitStatus::Done)
}
