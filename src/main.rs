//! `consent`: reads the arguments, runs the command, returns its exit code. Nothing else.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::error::ErrorKind;
use consent::cli;
use consent::cli::input::args::Command;
use consent::cli::input::{parse, usage};
use consent::cli::output::failure::Exit;
use consent::cli::process::env::Env;
use consent::cli::process::streams::{Remarks, Results, Streams};
use consent::model::secret::Veil;
use consent::render::page::style::Colour;

fn main() -> ExitCode {
    // The only error is that a provider is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let env = Arc::new(Env::from_process());
    env.learn_secrets();
    let words: Vec<_> = std::env::args_os().collect();
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
    let exit = runtime.block_on(cli::run(cli, env, &mut streams));
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
