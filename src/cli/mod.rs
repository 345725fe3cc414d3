//! Floor 7: the command line. Arguments, environment, the question before anything is written, and
//! one file per command. May import every floor; hands clock, terminal and environment down.

pub(crate) mod commands;
pub mod input;
pub mod output;
pub mod process;

use std::sync::Arc;

use crate::cli::input::args::{Cli, Command};
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::env::Env;
use crate::cli::process::streams::Streams;
use crate::cli::process::{logging, signals};

/// Runs one command and says how it ended.
pub async fn run(cli: Cli, env: Arc<Env>, streams: &mut Streams<'_>) -> Exit {
    signals::outlive_limits_of_files();
    let outcome = dispatch(&cli, &env, streams).await;
    match outcome {
        Ok(exit) => exit,
        // A plan that nobody could read to its end was not applied, and must not pass for done.
        Err(failure) if failure.is_closed_pipe() && !matches!(cli.command, Command::Apply(_)) => {
            Exit::Done
        }
        Err(failure) => {
            let exit = failure.exit();
            // Nothing can be told any more to a reader who has gone; the exit code still tells.
            drop(failure.draw(streams.err, env.colour_of_errors(&cli.global)));
            exit
        }
    }
}

async fn dispatch(cli: &Cli, env: &Arc<Env>, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    logging::start(&cli.global)?;
    match &cli.command {
        Command::Plan(args) => commands::plan::run(args, &cli.global, env, streams).await,
        Command::Apply(args) => commands::apply::run(args, &cli.global, env, streams).await,
        Command::Validate(args) => commands::validate::run(args, &cli.global, env, streams),
        Command::Sandbox(args) => commands::sandbox::run(args, &cli.global, env, streams).await,
        Command::Schema(args) => commands::schema::run(args, streams),
        Command::Completions(args) => commands::completions::run(args, streams),
    }
}
