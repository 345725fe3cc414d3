//! The options of a line of approvers: which namespaces a key is good for, and when.

use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use super::{patterns, told};

/// When and for what a key counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LineOptions {
    /// A list of patterns; absent: for all.
    namespaces: Option<String>,
    pub(super) valid_after: Option<OffsetDateTime>,
    pub(super) valid_before: Option<OffsetDateTime>,
}

impl LineOptions {
    pub(super) fn is_for(&self, namespace: &str) -> bool {
        self.namespaces.as_deref().is_none_or(|list| patterns::names(list, namespace))
    }

    /// `text` is all of the options, `namespaces="git",valid-before="20270101Z"`.
    ///
    /// # Errors
    /// When one is unknown, is there twice, or has no value that it can have; or nobody may sign for others.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut options = Self::default();
        let mut rest = text;
        loop {
            rest = options.take(rest)?;
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None if rest.is_empty() => break,
                None => return Err("between two options stands a comma".to_owned()),
            }
        }
        match (options.valid_after, options.valid_before) {
            (Some(after), Some(before)) if after >= before => {
                Err("it ends, by valid-before, before it begins".to_owned())
            }
            _ => Ok(options),
        }
    }

    /// Reads one option, and returns what follows it.
    fn take<'a>(&mut self, text: &'a str) -> Result<&'a str, String> {
        if begins(text, "cert-authority").is_some() {
            return Err("cert-authority: a key that vouches for other keys names nobody who \
                        approves; write each approver's own key"
                .to_owned());
        }
        for name in ["namespaces=", "valid-after=", "valid-before="] {
            let Some(rest) = begins(text, name) else { continue };
            let (value, rest) = quoted(rest)
                .ok_or_else(|| format!("the value of {name} stands in double quotes"))?;
            let twice = match name {
                "namespaces=" => self.namespaces.replace(value).is_some(),
                "valid-after=" => self.valid_after.replace(moment(&value)?).is_some(),
                _ => self.valid_before.replace(moment(&value)?).is_some(),
            };
            return match twice {
                true => Err(format!("{name} stands there twice")),
                false => Ok(rest),
            };
        }
        Err(format!("\"{}\" is no option that is known", told(text)))
    }
}

/// Whether a word begins as options do. Their letter case does not count.
pub(super) fn are(text: &str) -> bool {
    let names = ["cert-authority", "namespaces=", "valid-after=", "valid-before="];
    names.iter().any(|name| begins(text, name).is_some())
}

fn begins<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let head = text.get(..name.len())?;
    head.eq_ignore_ascii_case(name).then(|| &text[name.len()..])
}

/// A value in quotes, in which `\"` is a quote, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = inside.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &inside[at + 1..])),
            '\\' if chars.peek().is_some_and(|(_, next)| *next == '"') => {
                value.push('"');
                chars.next();
            }
            c => value.push(c),
        }
    }
    None
}

/// `20270101Z`, `202701011200Z`, `20270101120000Z`.
fn moment(text: &str) -> Result<OffsetDateTime, String> {
    let wrong =
        || format!("\"{}\" is no time: write it as 20270101Z or 20270101120000Z", told(text));
    let Some(digits) = text.strip_suffix('Z').or_else(|| text.strip_suffix("UTC")) else {
        return Err(format!(
            "{}: put a Z behind it, for UTC; the time zone of a machine decides nothing here",
            wrong()
        ));
    };
    let digits = match digits.len() {
        8 => format!("{digits}000000"),
        12 => format!("{digits}00"),
        14 => digits.to_owned(),
        _ => return Err(wrong()),
    };
    let form = format_description!("[year][month][day][hour][minute][second]");
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let read = PrimitiveDateTime::parse(&digits, form).ok().filter(|_| is_number);
    Ok(read.ok_or_else(wrong)?.assume_utc())
}
