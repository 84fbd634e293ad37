//! `completions`: scripts for shells.

use crate::config::{Cli, Shell};
use clap::CommandFactory;
use std::process::ExitCode;

/// Prints the script.
pub(super) fn run(shell: Shell) -> anyhow::Result<ExitCode> {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    clap_complete::generate(
        shell,
        &mut Cli::command(),
        "opioid-cds",
        &mut std::io::stdout(),
    );
    Ok(ExitCode::SUCCESS)
}
