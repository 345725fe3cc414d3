//! Markdown, as GitHub, GitLab and Azure DevOps read it: CommonMark with tables, mentions, references and
//! addresses that become links by themselves.
//! <https://spec.commonmark.org/0.31.2/#code-spans>

use std::borrow::Cow;

use crate::model::untrusted::{Untrusted, shown};

/// A name, as code: nothing in it is read as Markdown or HTML, nobody is mentioned by it, and no address in
/// it becomes a link.
pub(crate) fn name(name: &Untrusted) -> String {
    code(name.raw())
}

/// The same of text that is no name.
pub(crate) fn code(text: &str) -> String {
    let text = shown(text);
    if text.trim().is_empty() {
        // A span of blanks shows nothing, and one of nothing is none.
        return "`(blank)`".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // One blank on each side is taken away again, where the text begins or ends with one or with a fence.
    let pad = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if pad { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A block of lines, as code, in the colours of a difference where they begin with `+`, `-` or `!`.
pub(crate) fn difference(lines: &str) -> String {
    fenced("diff", lines)
}

/// A block of lines, as they are.
pub(crate) fn block(lines: &str) -> String {
    fenced("text", lines)
}

fn fenced(language: &str, lines: &str) -> String {
    let fence = "`".repeat(longest_run(lines).max(2) + 1);
    let end = if lines.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{lines}{end}{fence}\n")
}

/// A sentence that may hold names: words that could be read as more than words stand as code.
pub(crate) fn text(sentence: &str) -> String {
    let sentence = shown(sentence);
    let mut out = String::with_capacity(sentence.len() + 16);
    let mut words = sentence.split(' ').peekable();
    let mut special: Vec<&str> = Vec::new();
    while let Some(word) = words.next() {
        if is_plain(word) {
            out.push_str(word);
        } else {
            special.push(word);
            if words.peek().is_some_and(|next| !is_plain(next)) {
                continue;
            }
            out.push_str(&special_words(&special.join(" ")));
            special.clear();
        }
        if words.peek().is_some() {
            out.push(' ');
        }
    }
    out
}

/// As code, with the end of a sentence outside of it.
fn special_words(words: &str) -> String {
    let end = words.trim_end_matches([',', '.', ';', ':', ')']);
    match end.is_empty() {
        true => code(words),
        false => format!("{}{}", code(end), &words[end.len()..]),
    }
}

/// Letters and digits of any script, with the marks of an ordinary sentence around them.
fn is_plain(word: &str) -> bool {
    let inner = word.trim_start_matches(['(', '"']);
    let inner = inner.trim_end_matches([',', '.', ';', ':', ')', '"']);
    let number = inner.starts_with(|c: char| c.is_ascii_digit());
    let is_part = |c: char| matches!(c, '-' | '\'' | '/') || (number && matches!(c, '.' | ':'));
    let all = inner.chars().all(|c| c.is_alphanumeric() || is_part(c));
    // `-` begins a list, `www` a link, and seven hexadecimal digits name a commit.
    let dash = inner.starts_with('-') || inner.is_empty() && !word.is_empty();
    let is_hash = inner.len() >= 7 && inner.chars().all(|c| c.is_ascii_hexdigit());
    all && !dash && !is_hash && !inner.to_ascii_lowercase().starts_with("www")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// Where Markdown stands inside of an HTML element, as in the summary of details.
pub(crate) fn html(text: &str) -> String {
    let text = shown(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let told: Cow<'_, str> = match c {
            '&' => "&amp;".into(),
            '<' => "&lt;".into(),
            '>' => "&gt;".into(),
            '"' => "&quot;".into(),
            // Whatever else Markdown reads: a reference is the character, and no markup.
            c if c.is_ascii_punctuation() => format!("&#{};", u32::from(c)).into(),
            c => c.to_string().into(),
        };
        out.push_str(&told);
    }
    // Not even a reference keeps a platform from mentions.
    format!("<code>{out}</code>")
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
pub(crate) mod tests;
