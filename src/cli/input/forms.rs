//! Flags that a form of a command does not look at: refused where somebody typed them, because to pass
//! them over would do something else than was asked for. A variable stands for many commands, and is none.

use clap::ArgMatches;
use clap::parser::ValueSource;

/// What was typed in vain, and what to do instead. Lines for the parser's error.
pub(crate) fn vain(command: &str, given: &ArgMatches) -> Option<String> {
    let typed = |id: &str| {
        // Not every command has every flag.
        matches!(given.try_contains_id(id), Ok(true))
            && given.value_source(id) == Some(ValueSource::CommandLine)
    };
    let told = match command {
        "apply" if typed("plan") && typed("file") => {
            "-f cannot stand beside a saved PLAN, which was made of its manifest already\n\
             to apply the manifest as it is now, leave the PLAN out"
        }
        "sandbox" | "completions" if typed("json") => {
            "this command has no JSON to print\nleave --json out"
        }
        "schema" if typed("json") && !typed("name") => {
            "the list of formats is no JSON\na schema is: name one of them"
        }
        _ if typed("quiet") && typed("verbose") => {
            "-q and -v ask for opposite things\nleave one of them out"
        }
        _ => return None,
    };
    Some(told.to_owned())
}
