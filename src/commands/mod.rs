//! One file per command. They know everything but each other.

mod completions;
mod healthcheck;
mod serve;
mod services;

use crate::config::{Cli, Command};
use std::process::ExitCode;

/// Runs the command and gives the process's exit code.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(settings) => serve::run(&settings, &cli.log),
        Command::Services(settings) => services::run(&settings),
        Command::Healthcheck(arguments) => healthcheck::run(&arguments),
        Command::Completions { shell } => completions::run(shell),
        _ => anyhow::bail!("not built"),
    }
}

/// A runtime for commands that wait for something.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
