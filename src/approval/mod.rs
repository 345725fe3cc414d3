//! Floor 4: who signed what about a plan, and whether that is enough. A statement is a small document; its
//! signature is one of OpenSSH, made and checked by `ssh-keygen -Y`, too.
//!
//! Imports floors 0 to 3. Pure: no files, no clock, no key. Whatever it reads was written by others: it is
//! bounded, and nothing of it is believed before its signature holds.

pub(crate) mod approvers;
pub(crate) mod examine;
pub(crate) mod judge;
pub(crate) mod options;
pub(crate) mod patterns;
pub(crate) mod public_key;
pub(crate) mod signature;
pub(crate) mod statement;
pub(crate) mod verification;
mod wire;

use crate::model::untrusted::shown;

/// What every approval is signed for: a signature for anything else, such as one of a commit, is none.
pub(crate) const NAMESPACE: &str = "consent-approval@v1";

/// A word that somebody else wrote, safe to show and not longer than a line: a digest is the longest of them.
fn told(text: &str) -> String {
    shown(&text.chars().take(80).collect::<String>())
}

/// Reads bytes as each of what others write: a signature, a statement, and a list of approvers, of which it
/// tells how many lines it has. For fuzzing: what would be written for it, or the mistakes in words.
pub fn read_as_all(bytes: &[u8]) -> [Result<String, String>; 3] {
    let signature = signature::Signature::parse(bytes);
    let statement = statement::Statement::parse(bytes);
    let approvers = approvers::Approvers::parse(&String::from_utf8_lossy(bytes));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let told = |mistakes: Vec<approvers::LineMistake>| {
        let lines = mistakes.iter().map(|mistake| format!("{}: {mistake}", mistake.line));
        lines.collect::<Vec<_>>().join("\n")
    };
    [
        signature.map(|one| one.armored()).map_err(|error| error.to_string()),
        statement.map(|one| text(one.to_bytes())).map_err(|error| error.to_string()),
        approvers.map(|list| list.len().to_string()).map_err(told),
    ]
}

#[cfg(test)]
mod tests;
