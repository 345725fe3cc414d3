//! Commands for people to copy, as a shell takes them.

use std::path::{Path, PathBuf};

use crate::model::untrusted::shown;

/// ` -f a.toml -f b`, or nothing for the default file.
pub(crate) fn files(paths: &[PathBuf]) -> String {
    match paths {
        [one] if one == Path::new("consent.toml") => String::new(),
        many => many.iter().map(|path| format!(" -f {}", word(path))).collect(),
    }
}

/// ` --app a --app b`, or nothing for the whole manifest.
pub(crate) fn part(labels: &[String]) -> String {
    labels.iter().map(|label| format!(" --app {}", value(label))).collect()
}

/// A path as one word that no command takes for an option. A path that no word of safe characters says
/// is told so, in a form that no shell runs: another file could have the name that is shown.
pub(crate) fn word(path: &Path) -> String {
    match path.to_str() {
        Some(text) if text.starts_with('-') => value(&format!("./{text}")),
        Some(text) => value(text),
        None => untypable(&path.to_string_lossy()),
    }
}

/// Any other value as one word.
pub(crate) fn value(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    match text {
        _ if shown(text) != text => untypable(text),
        _ if !text.is_empty() && text.chars().all(plain) => text.to_owned(),
        _ => quoted(text),
    }
}

/// The words of a command, each as it is typed: where a line may be broken.
pub(crate) fn words(command: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut from, mut in_quotes, mut escaped, mut depth) = (0, false, false, 0_usize);
    for (at, c) in command.char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\'' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                words.push(&command[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    words.push(&command[from..]);
    words
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A word in parentheses is a mistake to every shell, so nothing of the command is run.
fn untypable(text: &str) -> String {
    format!("({} cannot be typed safely: rename it)", quoted(&shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_a_path_is_one_word() {
        for (path, wanted) in [
            ("a/b-c_1.toml", "a/b-c_1.toml"),
            ("my plan.json", "'my plan.json'"),
            ("$(reboot)`id`", "'$(reboot)`id`'"),
            ("http://127.0.0.1:8080/v1.0", "http://127.0.0.1:8080/v1.0"),
            ("it's", "'it'\\''s'"),
            ("-rf", "./-rf"),
            ("- x", "'./- x'"),
            ("~root", "'~root'"),
            ("a;b&c|d>e*?![x]#", "'a;b&c|d>e*?![x]#'"),
            ("\u{6771}.toml", "'\u{6771}.toml'"),
            ("", "''"),
        ] {
            assert_eq!(word(Path::new(path)), wanted, "{path}");
        }
    }

    #[test]
    fn what_no_word_says_is_told_and_runs_in_no_shell() {
        for path in ["a\nconsent apply", "a\u{1b}[2J", "\u{202e}nosj", "a\u{200b}b", "\t", "-\n"] {
            let told = word(Path::new(path));
            assert!(told.starts_with("('") && told.ends_with("rename it)"), "{told}");
            assert_eq!(shown(&told), told);
        }
    }

    #[test]
    fn a_command_is_parted_between_its_words_only() {
        let odd = word(Path::new("a\nb c"));
        let command = format!("consent apply -f {} {odd} -x", word(Path::new("it's a plan.json")));
        assert_eq!(
            words(&command),
            ["consent", "apply", "-f", "'it'\\''s a plan.json'", &odd, "-x"]
        );
    }

    /// The shell itself says what it makes of the words.
    #[cfg(unix)]
    #[test]
    fn a_shell_takes_each_for_what_it_is() {
        let run = |line: String| {
            let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            (output.status.success(), String::from_utf8(output.stdout).unwrap())
        };
        for name in ["a b", "$(echo x)", "`echo x`", "a'b\"c", "a;echo x", "*", "~", "a\\b", "a&b"]
        {
            let told = run(format!("printf '%s\\n' {}", word(Path::new(name))));
            assert_eq!(told, (true, format!("{name}\n")));
        }
        let told = run(format!("echo ran; echo {} -x", word(Path::new("a\nb"))));
        assert_eq!(told, (false, String::new()), "nothing of it is run");
    }
}
