//! Who may approve: a file of allowed signers, in the form of ssh-keygen(1). Each line names somebody and a
//! key of his.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;

use super::NAMESPACE;
use super::options::{self, LineOptions};
use super::told;
use super::wire::Wire;
use crate::model::untrusted::shown;

/// Longest file that is read, in bytes.
pub(crate) const LONGEST: u64 = 1024 * 1024;

/// Who may approve, by which keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Approvers {
    lines: Vec<ApproverLine>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ApproverLine {
    principals: Vec<String>,
    options: LineOptions,
    /// The bytes of the key, of whatever type.
    key: Vec<u8>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{because}")]
pub(crate) struct LineMistake {
    /// From 1 on.
    pub(crate) line: usize,
    because: String,
}

/// Why a key counts for nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyRefused {
    Unknown,
    /// It is listed, for other namespaces.
    ForOthers,
    NotYet(OffsetDateTime),
    Past(OffsetDateTime),
}

impl Approvers {
    /// # Errors
    /// All lines that are no line of an allowed signer: who is meant by such a file must be certain.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<LineMistake>> {
        let (mut lines, mut mistakes) = (Vec::new(), Vec::new());
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_matches([' ', '\t', '\r']);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match approver(line) {
                Ok(line) => lines.push(line),
                Err(because) => mistakes.push(LineMistake { line: at + 1, because }),
            }
        }
        if mistakes.is_empty() { Ok(Self { lines }) } else { Err(mistakes) }
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whom a key stands for at this moment: all names that its lines have.
    ///
    /// # Errors
    /// When it stands for nobody; of several reasons the one of its last line.
    pub(crate) fn of_key(
        &self,
        key: &[u8],
        now: OffsetDateTime,
    ) -> Result<BTreeSet<String>, KeyRefused> {
        let (mut names, mut refused) = (BTreeSet::new(), KeyRefused::Unknown);
        for line in self.lines.iter().filter(|line| line.key == key) {
            match line.refused(now) {
                None => names.extend(line.principals.iter().cloned()),
                Some(because) => refused = because,
            }
        }
        if names.is_empty() { Err(refused) } else { Ok(names) }
    }
}

impl ApproverLine {
    fn refused(&self, now: OffsetDateTime) -> Option<KeyRefused> {
        let LineOptions { valid_after, valid_before, .. } = self.options;
        if !self.options.is_for(NAMESPACE) {
            return Some(KeyRefused::ForOthers);
        }
        let early = valid_after.filter(|after| now < *after).map(KeyRefused::NotYet);
        early.or_else(|| valid_before.filter(|before| now > *before).map(KeyRefused::Past))
    }
}

fn approver(line: &str) -> Result<ApproverLine, String> {
    let (names, rest) = first_word(line)?;
    let principals = principals(&names)?;
    let (options, rest) = match options::are(rest) {
        true => {
            let end = end_of_options(rest);
            (LineOptions::parse(&rest[..end])?, rest[end..].trim_start_matches([' ', '\t']))
        }
        false => (LineOptions::default(), rest),
    };
    let mut words = rest.split([' ', '\t']).filter(|word| !word.is_empty());
    let name = words.next().ok_or("it names no key")?;
    if !["ssh-", "ecdsa-", "sk-"].iter().any(|start| name.starts_with(start)) {
        let name = told(name);
        return Err(format!("\"{name}\" is neither an option that is known nor a type of keys"));
    }
    let base64 = words.next().ok_or_else(|| format!("behind {} there is no key", told(name)))?;
    let key = STANDARD.decode(base64).map_err(|_| "its key is no base64".to_owned())?;
    match Wire(&key).text() {
        Some(said) if said == name => Ok(ApproverLine { principals, options, key }),
        _ => Err(format!("its key is none of the type {}", told(name))),
    }
}

/// Up to the first blank, or what stands in double quotes; and what follows.
fn first_word(line: &str) -> Result<(String, &str), String> {
    let (word, rest) = match line.strip_prefix('"') {
        Some(inside) => inside.split_once('"').ok_or("a double quote is not closed")?,
        None => line.split_once([' ', '\t']).ok_or("it names nobody, or no key")?,
    };
    Ok((word.to_owned(), rest.trim_start_matches([' ', '\t'])))
}

/// Names, by which persons are told apart: so each must be the name of one.
fn principals(list: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for name in list.split(',') {
        if name.is_empty() {
            return Err("a name is empty".to_owned());
        }
        if shown(name) != name || name.trim() != name {
            let name = told(name);
            return Err(format!("the name \"{name}\" holds what nobody sees"));
        }
        if name.contains(['*', '?', '!']) {
            let name = told(name);
            return Err(format!(
                "\"{name}\" is a pattern, and whom it means nobody can tell; write names"
            ));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Where the first blank stands that is not within quotes.
fn end_of_options(text: &str) -> usize {
    let (mut in_quotes, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => in_quotes = !in_quotes,
            ' ' | '\t' if !in_quotes => return at,
            _ => {}
        }
        escaped = c == '\\';
    }
    text.len()
}
