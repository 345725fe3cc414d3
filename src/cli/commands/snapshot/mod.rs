//! `consent snapshot`: one file for each of its commands.

mod take;

use std::sync::Arc;

use crate::cli::input::args::{Global, SnapshotArgs, SnapshotCommand};
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::env::Env;
use crate::cli::process::streams::Streams;

/// # Errors
/// Those of the command that was asked for.
pub(crate) async fn run(
    args: &SnapshotArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    match &args.command {
        SnapshotCommand::Take(args) => take::run(args, global, env, streams).await,
    }
}
