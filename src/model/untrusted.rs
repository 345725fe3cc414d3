//! Text that somebody outside chose: display names, user names, error messages of the service.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::schema::form;

/// Text from the tenant or the network. It has no `Display`: it reaches a screen or a file for
/// people only through [`Untrusted::shown`], which leaves nothing that draws, hides or reorders.
/// Clones share one text: a name stands in many places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(Arc<str>);

form!(Untrusted, { "type": "string" });

impl Untrusted {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text as it came, for comparing and for machine formats that escape by themselves.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Safe on a terminal and in the log of a job: control, bidirectional, invisible and
    /// look-alike-blank characters are written as `<U+202E>`, and what a runner would take for a command
    /// is broken (`#<U+0023>vso[`).
    pub(crate) fn shown(&self) -> String {
        shown(&self.0)
    }
}

/// See [`Untrusted::shown`].
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if draws(c) || commands(text, at) {
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// JSON text in which nothing draws when it is printed: the characters of [`shown`] become `\u202e`,
/// which reads back as the very same. Outside of strings JSON has none of them but line ends. A line of it
/// never begins with a colon.
pub(crate) fn harmless_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if (c >= '\u{7f}' && draws(c)) || (c == '#' && commands(text, at)) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether the character at this byte is the second of a sign by which the runner of a job knows a command
/// in what the job prints. Source: GitHub's and Azure's own documentation of their commands; GitHub reads
/// `::word::` where a line begins and the older `##[word]` anywhere, Azure `##vso[word]` anywhere and
/// `##[word]` where a line begins. A line may be wrapped anywhere, so none is left anywhere.
pub(crate) fn commands(text: &str, at: usize) -> bool {
    let (before, rest) = (&text[..at], &text[at..]);
    if rest.starts_with(':') {
        return before.ends_with(':');
    }
    let Some(rest) = rest.strip_prefix('#').filter(|_| before.ends_with('#')) else { return false };
    rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[')
}

/// Characters that change how others look, take no room, or pass for a blank. Unicode categories
/// Cc, Cf, Zl, Zp, variation selectors, tags, and the blanks that are letters or symbols by category.
fn draws(c: char) -> bool {
    let n = u32::from(c);
    c.is_control()
        || matches!(n,
            0x00AD | 0x034F | 0x061C | 0x070F | 0x0890 | 0x0891 | 0x08E2 | 0x115F | 0x1160 | 0x17B4 | 0x17B5
            | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0x2800
            | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x0600..=0x0605
            | 0x06DD | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_left_draws() {
        let evil = "Az\u{1b}[31mure\u{202e}\n\r\u{9b}2J\u{200b}\u{2800}\u{e0041}";
        let safe = shown(evil);
        assert!(!safe.chars().any(draws), "{safe}");
        assert!(safe.starts_with("Az<U+001B>[31mure<U+202E><U+000A>"), "{safe}");
    }

    #[test]
    fn json_is_harmless_and_reads_back_the_same() {
        let evil = vec!["Az\u{1b}[31m\u{9b}2J\u{7f}\u{202e}\u{e0041}\n東京 \"q\""];
        let text = harmless_json(&serde_json::to_string_pretty(&evil).unwrap());
        assert!(!text.chars().any(|c| c != '\n' && draws(c)), "{text:?}");
        assert!(text.contains("東京"), "{text}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), evil);
    }

    #[test]
    fn no_command_of_a_runner_is_left() {
        for (evil, told) in [
            ("::error::x", ":<U+003A>error:<U+003A>x"),
            (":::x", ":<U+003A><U+003A>x"),
            ("a ##vso[task.x]", "a #<U+0023>vso[task.x]"),
            ("###[group]", "##<U+0023>[group]"),
            ("##VsO[x", "#<U+0023>VsO[x"),
            ("#\u{200b}#vso[x", "#<U+200B>#vso[x"),
        ] {
            assert_eq!(shown(evil), told);
            assert_eq!(shown(told), told, "twice is once");
            let json = harmless_json(&serde_json::to_string(evil).unwrap());
            assert!(!json.contains("##vso[") && !json.contains("##["), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), evil);
        }
    }

    #[test]
    fn ordinary_names_are_left_alone() {
        let signs = ["a: b", "#1 [x]", "C## Tools", "https://contoso.com:443/#[x]", "12:30:00"];
        let names = ["Contoso Söhne", "東京 App", "O'Brien & Co (test)", "مرحبا"];
        for name in names.into_iter().chain(signs) {
            assert_eq!(shown(name), name);
        }
    }
}
