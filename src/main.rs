//! Parses the command line and hands over; nothing else.

use clap::Parser;
use opioid_cds::{auth, commands, config::Cli};
use std::io::Write;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    auth::install_cryptography();
    let command = Cli::parse();
    commands::run(command).unwrap_or_else(|error| {
        // Nothing is left to do if standard error is closed.
        let _ = writeln!(std::io::stderr(), "opioid-cds: {error:#}");
        ExitCode::from(2)
    })
}
