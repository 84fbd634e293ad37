//! One file per command. They know everything but each other.

mod check;
mod completions;
mod demo;
mod explain;
mod healthcheck;
mod mme;
mod new;
mod paper;
mod replay;
mod serve;
mod services;

use crate::config::{Cli, Command};
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command and gives the process's exit code.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(settings) => serve::run(&settings, &cli.log),
        Command::Services(settings) => services::run(&settings),
        Command::Demo(arguments) => demo::run(&arguments, &cli.log),
        Command::Check(arguments) => check::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments, &cli.log),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Mme(arguments) => mme::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Healthcheck(arguments) => healthcheck::run(&arguments),
        Command::Completions { shell } => completions::run(shell),
    }
}

/// A runtime for commands that wait for something.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}

/// One line of JSON.
fn write_json(out: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}
