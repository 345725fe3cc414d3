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
pub mod statement;
pub(crate) mod verification;
mod wire;

/// What every approval is signed for: a signature for anything else, such as one of a commit, is none.
pub(crate) const NAMESPACE: &str = "consent-approval@v1";

/// Reads bytes that should be a signature in the form of OpenSSH, and a text that should be a list of
/// approvers: for fuzzing. What came of each, in words.
pub fn read_anything(bytes: &[u8]) -> [Result<String, String>; 2] {
    let signature = signature::Signature::parse(bytes);
    let signature = signature.map(|one| one.armored()).map_err(|error| error.to_string());
    let approvers = approvers::Approvers::parse(&String::from_utf8_lossy(bytes));
    let told = |mistake: &approvers::LineMistake| format!("{}: {mistake}", mistake.line);
    let approvers = match approvers {
        Ok(approvers) => Ok(approvers.len().to_string()),
        Err(mistakes) => Err(mistakes.iter().map(told).collect::<Vec<_>>().join("\n")),
    };
    [signature, approvers]
}

#[cfg(test)]
mod approvers_tests;
#[cfg(test)]
mod judge_tests;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod signature_tests;
