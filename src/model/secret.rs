//! What must not be told: the live secrets of this process, and whatever has a secret's shape.
//!
//! One registry for the whole process, the only thing in the house that is global: whoever had to be
//! handed it could be forgotten, and would tell a secret. Whatever signs in puts in what it is given and
//! what it is answered. Every way out takes it out again: stdout and stderr, the log, every file.

mod forms;
mod known;
mod shape;
mod veil;

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use known::KnownSecrets;

pub(crate) use veil::Veil;

/// What stands where a secret stood.
pub(crate) const REMOVED: &str = "[removed]";

static LIVE: RwLock<KnownSecrets> = RwLock::new(KnownSecrets::new());

/// From here on nobody is told this, in none of the forms in which it travels. What is too short to be
/// a secret is passed over.
pub fn learn(secret: &str) {
    let secret = secret.trim();
    if !live().knows(secret) {
        LIVE.write().unwrap_or_else(PoisonError::into_inner).learn(secret);
    }
}

/// Learns the private keys of a PEM text. Certificates are for everybody to see.
pub(crate) fn learn_keys(pem: &str) {
    let mut inside = false;
    let mut body = String::new();
    for line in pem.lines().map(str::trim) {
        match line.strip_prefix("-----") {
            Some(rest) => {
                learn(&std::mem::take(&mut body));
                inside = rest.starts_with("BEGIN ") && rest.contains("PRIVATE KEY");
            }
            None if inside => {
                learn(line);
                body.push_str(line);
            }
            None => {}
        }
    }
    learn(&body);
}

/// The text without live secrets and without what has a secret's shape. For texts that somebody else
/// wrote: messages of the service, lines of a file.
pub(crate) fn redact(text: &str) -> String {
    let shapeless = shape::without(text);
    String::from_utf8_lossy(&veiled(shapeless.as_bytes())).into_owned()
}

/// [`redact`], cut at 2,000 characters: no message for people is longer.
pub(crate) fn redact_message(text: &str) -> String {
    const LONGEST: usize = 2_000;
    let mut text = redact(text);
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(at);
        text.push_str("...");
    }
    text
}

/// The bytes without live secrets. JSON stays JSON.
pub(crate) fn veiled(bytes: &[u8]) -> Cow<'_, [u8]> {
    live().veiled(bytes)
}

/// The same of bytes that are ours.
pub(crate) fn without(bytes: Vec<u8>) -> Vec<u8> {
    match veiled(&bytes) {
        Cow::Borrowed(_) => bytes,
        Cow::Owned(veiled) => veiled,
    }
}

fn live() -> RwLockReadGuard<'static, KnownSecrets> {
    LIVE.read().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_cut_between_characters() {
        let safe = redact_message(&"ä".repeat(5_000));
        assert!(safe.chars().count() == 2_003 && safe.ends_with("..."));
    }

    #[test]
    fn of_a_pem_file_the_key_is_secret_and_the_certificate_is_not() {
        let (key, certificate) =
            ("MIIkeyOfNobodyAtAll0123456789abc", "MIIcertificateOfNobody0123456789");
        learn_keys(&format!(
            "-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n\
             -----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n"
        ));
        assert_eq!(redact(&format!("{certificate} {key}")), format!("{certificate} {REMOVED}"));
    }
}
