//! `consent`: reads the arguments, runs the command, returns its exit code. Nothing else.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use clap::error::ErrorKind;
use consent::cli::args::Cli;
use consent::cli::env::Env;
use consent::cli::failure::Exit;
use consent::cli::outlet::{Remarks, Results};
use consent::cli::{self, Streams};
use consent::model::untrusted::shown;

fn main() -> ExitCode {
    // The only error is that a provider is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().enable_all().build() else {
        return Exit::Unexpected.into();
    };
    let env = Arc::new(Env::from_process());
    let (mut out, mut err) = (Results::stdout(), Remarks::stderr());
    let mut streams = Streams { out: &mut out, err: &mut err };
    let exit = runtime.block_on(cli::run(cli, env, &mut streams));
    // A question still waiting for its answer must not keep the process.
    runtime.shutdown_background();
    exit.into()
}

/// Help and version go to stdout with 0; the parser's own code for mistakes becomes ours.
fn usage(error: &clap::Error) -> ExitCode {
    let plain = error.render().to_string();
    let harmless: Vec<String> = plain.split('\n').map(shown).collect();
    let harmless = harmless.join("\n");
    // A closed stream leaves nobody to tell.
    if harmless == plain {
        drop(error.print());
    } else {
        // The message repeats an argument, which may come from elsewhere: nothing of it may draw.
        drop(std::io::stderr().write_all(harmless.as_bytes()));
    }
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done.into(),
        _ => Exit::Invalid.into(),
    }
}
