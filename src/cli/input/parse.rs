//! From the words of the command line and the environment to arguments.

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory, FromArgMatches};

use crate::cli::input::args::Cli;
use crate::cli::input::forms;
use crate::cli::process::env::Env;

/// An empty variable is none: that is what a CI system makes of one that is not set. A flag wins over the
/// variable of another flag that cannot stand beside it.
///
/// # Errors
/// When the words are no command, or when help or the version are asked for.
pub(crate) fn parse(words: Vec<OsString>, env: &Env) -> Result<Cli, clap::Error> {
    let mut command = settled(Cli::command(), &words, env);
    let mut matches = command.try_get_matches_from_mut(words)?;
    if let Some((name, given)) = matches.subcommand()
        && let Some(told) = forms::vain(name, given)
    {
        let own = command.find_subcommand_mut(name);
        return Err(own.unwrap_or(&mut Cli::command()).error(ErrorKind::ArgumentConflict, told));
    }
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Flags of which only one can hold: which tenant is talked to, if any.
const EITHER: [&str; 3] = ["sandbox", "graph-url", "offline"];

fn settled(command: Command, words: &[OsString], env: &Env) -> Command {
    let given = |flag: &&str| {
        let (alone, with_value) = (format!("--{flag}"), format!("--{flag}="));
        let word = |word: &OsString| {
            let word = word.to_string_lossy();
            word == alone || word.starts_with(&with_value)
        };
        words.iter().any(word)
    };
    let beaten = |arg: &Arg| {
        let long = arg.get_long().unwrap_or_default();
        EITHER.contains(&long) && !given(&long) && EITHER.iter().any(given)
    };
    // What is not set at all stays in the help text.
    let void = |arg: &Arg| {
        let name = arg.get_env().and_then(|name| name.to_str());
        name.is_some_and(|name| env.is_empty(name))
    };
    // Of a variable the help text tells the name: its value may be anything.
    let told = |arg: Arg| match void(&arg) || beaten(&arg) {
        true => arg.env(Resettable::Reset),
        false => arg.hide_env_values(true),
    };
    command.mut_args(told).mut_subcommands(|command| settled(command, words, env))
}
