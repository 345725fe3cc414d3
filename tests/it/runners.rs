//! How the runners of jobs find commands in what a job prints, written anew from what GitHub and Microsoft say of
//! them: the judge of whether a name can give one.

use std::collections::BTreeMap;

/// A command as the runner would carry it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerCommand {
    /// `error`, `task.logissue`.
    pub word: String,
    pub properties: BTreeMap<String, String>,
    pub message: String,
}

/// Words that GitHub's runner knows.
const GITHUB: [&str; 18] = [
    "error",
    "warning",
    "notice",
    "debug",
    "group",
    "endgroup",
    "add-mask",
    "set-output",
    "save-state",
    "set-env",
    "add-path",
    "add-matcher",
    "remove-matcher",
    "echo",
    "stop-commands",
    "section",
    "command",
    "internal-set-repo-path",
];

/// Everything that GitHub's runner would do: `::word a=b,c=d::message` where a line begins, blanks aside, and
/// the older `##[word a=b;c=d]message` anywhere.
pub fn github(printed: &str) -> Vec<RunnerCommand> {
    lines(printed).filter_map(|line| with_colons(line).or_else(|| in_brackets(line))).collect()
}

/// Everything that Azure's agent would do: `##vso[area.word a=b;c=d]message` anywhere, and its marks of the log,
/// `##[word]`, wherever they stand.
pub fn azure(printed: &str) -> Vec<RunnerCommand> {
    let one =
        |line| bracketed(line, "##vso[", azure_text).or_else(|| bracketed(line, "##[", azure_text));
    lines(printed).filter_map(one).collect()
}

/// Either line end ends a line for one reader or another.
fn lines(printed: &str) -> impl Iterator<Item = &str> {
    printed.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

fn with_colons(line: &str) -> Option<RunnerCommand> {
    let rest = line.trim_start().strip_prefix("::")?;
    let (head, message) = rest.split_once("::")?;
    let (word, properties) = head.split_once(' ').unwrap_or((head, ""));
    if !GITHUB.contains(&word) {
        return None;
    }
    let property = |text: &str| github_text(text).replace("%3A", ":").replace("%2C", ",");
    Some(RunnerCommand {
        word: word.to_owned(),
        properties: pairs(properties.trim(), ',', property),
        message: github_text(message),
    })
}

fn in_brackets(line: &str) -> Option<RunnerCommand> {
    bracketed(line, "##[", github_text)
}

fn bracketed(line: &str, sign: &str, unescaped: fn(&str) -> String) -> Option<RunnerCommand> {
    let (_, rest) = line.split_once(sign)?;
    let (head, message) = rest.split_once(']')?;
    let (word, properties) = head.split_once(' ').unwrap_or((head, ""));
    Some(RunnerCommand {
        word: word.to_owned(),
        properties: pairs(properties, ';', unescaped),
        message: unescaped(message),
    })
}

fn pairs(
    text: &str,
    between: char,
    unescaped: impl Fn(&str) -> String,
) -> BTreeMap<String, String> {
    let pair =
        |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), unescaped(value)));
    text.split(between).filter_map(pair).collect()
}

fn github_text(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

fn azure_text(text: &str) -> String {
    let text = text.replace("%3B", ";").replace("%0D", "\r").replace("%0A", "\n");
    text.replace("%5D", "]").replace("%AZP25", "%")
}

#[test]
fn the_judge_sees_commands() {
    let words =
        |found: Vec<RunnerCommand>| found.into_iter().map(|one| one.word).collect::<Vec<_>>();
    assert_eq!(
        words(github("x\n \u{a0}::set-output name=a::b\nb ##[add-mask]c")),
        ["set-output", "add-mask"]
    );
    assert_eq!(
        words(azure("x ##vso[task.setvariable variable=a]b\r##[error]c")),
        ["task.setvariable", "error"]
    );
    assert!(github("a ::error::b").is_empty() && azure("::error::b").is_empty());
    let [one] = &github("::error file=a%2Cb,line=1::50%25%0A")[..] else { panic!() };
    assert_eq!((one.properties["file"].as_str(), one.message.as_str()), ("a,b", "50%\n"));
}
