//! `consent completions`: from the same definitions as the arguments.

use clap::CommandFactory;
use clap_complete::Shell as Generator;

use crate::cli::input::args::{Cli, CompletionsArgs, Shell};
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::streams::Streams;

/// # Errors
/// When stdout cannot be written.
pub(crate) fn run(args: &CompletionsArgs, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    let mut command = Cli::command();
    let mut text = Vec::new();
    let generator = match args.shell {
        Shell::Man => {
            command.build();
            clap_mangen::Man::new(command.clone()).render(&mut text)?;
            for sub in command.get_subcommands() {
                clap_mangen::Man::new(sub.clone()).render(&mut text)?;
            }
            streams.out.write_all(&text)?;
            return Ok(Exit::Done);
        }
        Shell::Bash => Generator::Bash,
        Shell::Elvish => Generator::Elvish,
        Shell::Fish => Generator::Fish,
        Shell::Powershell => Generator::PowerShell,
        Shell::Zsh => Generator::Zsh,
    };
    clap_complete::generate(generator, &mut command, "consent", &mut text);
    streams.out.write_all(&text)?;
    Ok(Exit::Done)
}
