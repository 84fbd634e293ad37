//! `replay --watch`: again whenever a file changes that the answers rest on.

use crate::commands::paper::{BAD, QUIET, styled};
use crate::config::ReplayArguments;
use anyhow::Context;
use notify::{Event, EventKind, RecursiveMode, Watcher};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Editors write a file in several steps; this long without a further one means done.
const SETTLED: Duration = Duration::from_millis(120);

/// Runs at once and after each change, until somebody stops it. A run that fails says why, and the next change is awaited.
pub(super) fn run(
    arguments: &ReplayArguments,
    mut once: impl FnMut() -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let (tell, changes) = channel();
    let mut watcher = notify::recommended_watcher(tell)?;
    for place in places(arguments) {
        watcher
            .watch(&place, RecursiveMode::Recursive)
            .with_context(|| place.display().to_string())?;
    }
    loop {
        if let Err(error) = once() {
            let mut err = anstream::stderr().lock();
            writeln!(err, "{} {error:#}", styled(BAD, "could not run:"))?;
        }
        {
            let mut out = anstream::stdout().lock();
            writeln!(
                out,
                "{}",
                styled(QUIET, "waiting for a change; Ctrl-C ends")
            )?;
            out.flush()?;
        }
        if !wait(&changes) {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// Everything that the answers rest on besides the program.
fn places(arguments: &ReplayArguments) -> Vec<PathBuf> {
    let content = &arguments.content;
    let named = [&content.site, &content.cards, &content.terminology];
    arguments
        .paths
        .iter()
        .chain(named.into_iter().flatten())
        .cloned()
        .collect()
}

/// Until something changed and has settled; `false` when nothing can change any more.
fn wait(changes: &Receiver<notify::Result<Event>>) -> bool {
    loop {
        match changes.recv() {
            Ok(Ok(event)) if is_change(&event) => break,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    while changes.recv_timeout(SETTLED).is_ok() {}
    true
}

/// Reading a file is none.
fn is_change(event: &Event) -> bool {
    matches!(
        event.kind,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)
    )
}
