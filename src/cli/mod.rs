//! Floor 7: the command line. Arguments, environment, the question before anything is written, and
//! one file per command. May import every floor; hands clock, terminal and environment down.

pub(crate) mod commands;
pub mod input;
pub(crate) mod output;
pub(crate) mod process;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::error::ErrorKind;

use crate::cli::input::args::{Cli, Command};
use crate::cli::input::{parse, usage};
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::env::Env;
use crate::cli::process::streams::{Remarks, Results, Streams};
use crate::cli::process::{logging, signals};
use crate::model::secret::Veil;
use crate::render::page::style::Colour;

/// Reads the words of the command line, runs the command, and says how it ended.
pub fn main(words: Vec<OsString>) -> ExitCode {
    // The only error is that a provider is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let env = Arc::new(Env::from_process());
    env.learn_secrets();
    let cli = match parse::parse(words.clone(), &env) {
        Ok(cli) => cli,
        Err(error) => return no_command(&error, &words, &env),
    };
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().enable_all().build() else {
        return Exit::Unexpected.into();
    };
    let mut err = Veil::new(Remarks::stderr());
    let mut results: Box<dyn Write + Send> = match &cli.command {
        // A served tenant's token is what was asked for.
        Command::Sandbox(_) => Box::new(Results::stdout()),
        _ => Box::new(Veil::new(Results::stdout())),
    };
    let mut streams = Streams { out: &mut *results, err: &mut err };
    let exit = runtime.block_on(run(cli, env, &mut streams));
    // A question still waiting for its answer must not keep the process.
    runtime.shutdown_background();
    exit.into()
}

/// Help and version go to stdout with 0; a mistake gets the form of all errors, and our code.
fn no_command(error: &clap::Error, words: &[OsString], env: &Env) -> ExitCode {
    match error.kind() {
        // A closed stream leaves nobody to tell.
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            drop(error.print());
            return Exit::Done.into();
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            drop(error.print());
            return Exit::Invalid.into();
        }
        _ => {}
    }
    drop(usage::failure(error, words, env).draw(&mut Veil::new(Remarks::stderr()), Colour::Plain));
    Exit::Invalid.into()
}

/// Runs one command and says how it ended.
pub(crate) async fn run(cli: Cli, env: Arc<Env>, streams: &mut Streams<'_>) -> Exit {
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
        Command::Show(args) => commands::show::run(args, &cli.global, env, streams),
        Command::Approve(args) => commands::approve::run(args, &cli.global, env, streams).await,
        Command::Verify(args) => commands::verify::run(args, &cli.global, env, streams),
        Command::Validate(args) => commands::validate::run(args, &cli.global, env, streams),
        Command::Snapshot(args) => commands::snapshot::run(args, &cli.global, env, streams).await,
        Command::Sandbox(args) => commands::sandbox::run(args, &cli.global, env, streams).await,
        Command::Schema(args) => commands::schema::run(args, streams),
        Command::Completions(args) => commands::completions::run(args, streams),
    }
}
