//! A mistake of the command line, in the parser's words and with a command that helps.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use crate::cli::input::args::Cli;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::env::Env;
use crate::model::shell::word;
use crate::model::untrusted::shown;

/// The parser repeats arguments, which may come from elsewhere: nothing of them may draw.
pub(crate) fn failure(error: &clap::Error, words: &[OsString], env: &Env) -> Failure {
    let text = error.render().to_string();
    let mut lines = text.lines().map(shown).filter(|line| !line.trim().is_empty());
    let title = lines.next().unwrap_or_default();
    let failure =
        Failure::new(Exit::Invalid, "usage", title.trim_start_matches("error: ").to_owned());
    // What only looks alike is no help beside what is meant.
    let alike = elsewhere(error, command(&text, words).as_deref()).is_some();
    let told =
        lines.filter(|line| !(line.starts_with("For more") || alike && line.contains("tip:")));
    let told = told.map(|line| line.trim().to_owned()).chain(variable(error, words, env));
    let failure = told.fold(failure, |it, line| it.detail(vec![line]));
    let name = command(&text, words);
    let hint = elsewhere(error, name.as_deref()).map(str::to_owned);
    let failure = match hint.or_else(|| manifest(error, name.as_deref())) {
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

/// What people type who know it from other tools, or from another command of ours.
fn elsewhere(error: &clap::Error, name: Option<&str>) -> Option<&'static str> {
    let word = match error.kind() {
        ErrorKind::UnknownArgument => text_of(error, ContextKind::InvalidArg)?,
        ErrorKind::InvalidSubcommand => text_of(error, ContextKind::InvalidSubcommand)?,
        _ => return None,
    };
    let word = word.split('=').next().unwrap_or(word);
    Some(match (name, word) {
        (_, "-y" | "--yes" | "--auto-approve" | "--force" | "--no-confirm") => {
            "nothing approves whatever a plan may hold: on a terminal consent apply asks; elsewhere \
             --approve DIGEST approves the one effect that consent plan showed"
        }
        (Some("plan"), "--approve") => {
            "plan changes nothing: approve where it is applied, with `consent apply --approve DIGEST`"
        }
        (Some("apply"), "--out" | "--app" | "--detailed-exitcode") => {
            "this flag is one of `consent plan`; what it saved is applied with `consent apply PLAN`"
        }
        (Some("plan" | "apply"), "--dry-run" | "-n" | "--what-if" | "--whatif") => {
            "`consent plan` is the dry run: it never changes anything"
        }
        (Some("plan" | "apply"), "--seed") => "the embedded simulated tenant is --sandbox SEED",
        (Some("sandbox"), "--sandbox") => "the simulated tenant is --seed FILE",
        (Some("sandbox"), "--port" | "-p") => "the port stands in --listen 127.0.0.1:8080",
        (None, "destroy" | "delete" | "revoke" | "remove") => {
            "what shall go is taken out of the manifest; `consent plan` then shows the removal"
        }
        (None, "check" | "lint" | "verify-manifest") => {
            "the manifest is checked by `consent validate`"
        }
        (None, "diff" | "preview" | "status" | "show") => {
            "what would change is shown by `consent plan`"
        }
        (None, "login" | "auth" | "logout") => {
            "sign in with `az login --tenant ID`, or set CONSENT_TOKEN to an access token"
        }
        _ => return None,
    })
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
