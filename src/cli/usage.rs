//! A mistake of the command line, in the parser's words and with a command that helps.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use crate::cli::args::Cli;
use crate::cli::env::Env;
use crate::cli::failure::{Exit, Failure};
use crate::model::shell::word;
use crate::model::untrusted::shown;

/// The parser repeats arguments, which may come from elsewhere: nothing of them may draw.
pub fn failure(error: &clap::Error, words: &[OsString], env: &Env) -> Failure {
    let text = error.render().to_string();
    let mut lines = text.lines().map(shown).filter(|line| !line.trim().is_empty());
    let title = lines.next().unwrap_or_default();
    let failure =
        Failure::new(Exit::Invalid, "usage", title.trim_start_matches("error: ").to_owned());
    let told = lines.filter(|line| !line.starts_with("For more"));
    let told = told.map(|line| line.trim().to_owned()).chain(variable(error, words, env));
    let failure = told.fold(failure, |it, line| it.detail(vec![line]));
    let name = command(&text, words);
    let failure = match manifest(error, name.as_deref()) {
        Some(meant) => failure.help(meant),
        None => failure,
    };
    failure.help(match name {
        Some(name) => format!("consent {name} --help"),
        None => "consent --help".to_owned(),
    })
}

/// The command that was typed: of the parser's line of usage, or else of the words.
fn command(text: &str, words: &[OsString]) -> Option<String> {
    let cli = Cli::command();
    let known = |word: &str| cli.find_subcommand(word).map(|found| found.get_name().to_owned());
    let usage = text.lines().find_map(|line| line.trim().strip_prefix("Usage: "));
    match usage {
        Some(usage) => usage.split_whitespace().nth(1).and_then(known),
        None => words.iter().skip(1).find_map(|word| known(word.to_str()?)),
    }
}

/// A file that stands where no argument does is a manifest, mostly, or a seed.
fn manifest(error: &clap::Error, name: Option<&str>) -> Option<String> {
    let (ErrorKind::UnknownArgument, Some(name)) = (error.kind(), name) else { return None };
    let flag = match name {
        "plan" | "apply" | "validate" => "-f",
        "sandbox" => "--seed",
        _ => return None,
    };
    let stray = text_of(error, ContextKind::InvalidArg).filter(|word| !word.starts_with('-'))?;
    let path = Path::new(stray);
    let is_toml = path.extension().is_some_and(|end| end == "toml");
    (is_toml || path.exists()).then(|| format!("consent {name} {flag} {}", word(path)))
}

/// Where a value came from that nobody typed.
fn variable(error: &clap::Error, words: &[OsString], env: &Env) -> Option<String> {
    let value = text_of(error, ContextKind::InvalidValue).filter(|value| !value.is_empty())?;
    let flag = text_of(error, ContextKind::InvalidArg)?.strip_prefix("--")?;
    let flag = flag.split([' ', '=']).next()?;
    let typed = words.iter().any(|word| word.to_string_lossy().contains(value));
    let name = variable_of(&Cli::command(), flag)?;
    let is_it = !typed && env.var(&name) == Some(value);
    is_it.then(|| format!("the value is that of the variable {name}"))
}

fn variable_of(command: &Command, flag: &str) -> Option<String> {
    let own = command.get_arguments().find(|arg| arg.get_long() == Some(flag));
    let own = own.and_then(|arg| Some(arg.get_env()?.to_str()?.to_owned()));
    own.or_else(|| command.get_subcommands().find_map(|sub| variable_of(sub, flag)))
}

fn text_of(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}
