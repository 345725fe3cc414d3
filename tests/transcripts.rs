//! Runs the `console` blocks of README, docs/ and examples/, so that what they show stays true.
//!
//! A line that begins with `$ ` is run by `sh`, in a fresh copy of `examples/` for each document; a
//! command that ends in `\` goes on in the next line. What stands below it is what it must print,
//! stdout and stderr together. `[..]` stands for anything within a line, `...` alone for any number
//! of lines, and `? 3` on the last line for the exit code, where it is not 0.
//!
//! `UPDATE_TRANSCRIPTS=1 cargo test --test transcripts` writes what was printed into the documents.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "this test reads documents and makes folders")]
#![expect(clippy::unwrap_used, reason = "a test that cannot read the documents fails")]

#[path = "transcripts/picture.rs"]
mod picture;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[test]
fn documents_show_what_happens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = std::env::var_os("UPDATE_TRANSCRIPTS").is_some();
    let mut wrong = String::new();
    let mut commands = 0;
    for document in documents(root) {
        let text = std::fs::read_to_string(&document).unwrap();
        let name = document.strip_prefix(root).unwrap().display().to_string();
        let Replayed { shown, differences, count } = replay(root, &name, &text);
        commands += count;
        if update && shown != text {
            std::fs::write(&document, shown).unwrap();
        } else {
            wrong.push_str(&differences);
        }
    }
    assert!(commands > 0, "no document shows a command any more");
    assert!(
        wrong.is_empty(),
        "{wrong}\nIf the new output is right: UPDATE_TRANSCRIPTS=1 cargo test --test transcripts"
    );
}

/// README, docs/ and the READMEs of examples/, by name.
fn documents(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.join("README.md")];
    files(&root.join("docs"), &mut found);
    files(&root.join("examples"), &mut found);
    found.retain(|path| path.extension().is_some_and(|end| end == "md"));
    found.sort();
    found
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name == ".consent") {
            continue;
        }
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

struct Replayed {
    /// The document with what the commands print today.
    shown: String,
    /// For people, empty when all is as it stands.
    differences: String,
    count: usize,
}

/// One command of a document with the lines below it.
struct Shown<'a> {
    line: usize,
    /// As it stands, `$ ` included.
    written: Vec<&'a str>,
    expected: Vec<&'a str>,
}

fn replay(root: &Path, name: &str, text: &str) -> Replayed {
    let mut replayed = Replayed { shown: String::new(), differences: String::new(), count: 0 };
    let home = tempfile::tempdir().unwrap();
    copy(&root.join("examples"), &home.path().join("examples"));
    let mut lines = text.lines().enumerate().peekable();
    while let Some((_, line)) = lines.next() {
        let _ = writeln!(replayed.shown, "{line}");
        if line != "```console" {
            continue;
        }
        let mut block = Vec::new();
        while let Some(inside) = lines.next_if(|(_, line)| *line != "```") {
            block.push(inside);
        }
        for command in commands(&block) {
            replayed.count += 1;
            check(home.path(), name, &command, &mut replayed);
        }
    }
    if !text.ends_with('\n') {
        replayed.shown.pop();
    }
    replayed
}

fn commands<'a>(block: &[(usize, &'a str)]) -> Vec<Shown<'a>> {
    let mut commands: Vec<Shown<'a>> = Vec::new();
    let mut goes_on = false;
    for (at, line) in block {
        match commands.last_mut() {
            Some(last) if goes_on => last.written.push(line),
            _ if line.starts_with("$ ") => {
                commands.push(Shown { line: at + 1, written: vec![line], expected: Vec::new() });
            }
            Some(last) => {
                last.expected.push(line);
                continue;
            }
            None => panic!("a console block begins with a command, not with: {line}"),
        }
        goes_on = line.ends_with('\\');
    }
    commands
}

fn check(home: &Path, name: &str, command: &Shown<'_>, replayed: &mut Replayed) {
    let script = command.written.join("\n");
    let script = script.trim_start_matches("$ ");
    let printed = run(home, script);
    let same =
        fits(trimmed(&command.expected), &printed.iter().map(String::as_str).collect::<Vec<_>>());
    let _ = writeln!(replayed.shown, "{}", command.written.join("\n"));
    if same {
        for line in &command.expected {
            let _ = writeln!(replayed.shown, "{line}");
        }
        return;
    }
    let kept = command.expected.len() - trimmed(&command.expected).len();
    for line in &printed {
        let _ = writeln!(replayed.shown, "{}", scrubbed(line));
    }
    replayed.shown.push_str(&"\n".repeat(kept));
    let _ = writeln!(replayed.differences, "\n{name}:{}: {script}", command.line);
    let expected: String = trimmed(&command.expected).iter().map(|l| format!("{l}\n")).collect();
    // A line that fits is no difference, though the pattern reads otherwise.
    let known = |line: &String| {
        command.expected.iter().find(|pattern| line_fits(pattern, line)).map(|p| (*p).to_owned())
    };
    let printed = printed.iter().map(|line| known(line).unwrap_or_else(|| line.clone()));
    let printed: String = printed.map(|line| line + "\n").collect();
    let difference = similar::TextDiff::from_lines(expected.as_str(), printed.as_str());
    let _ =
        writeln!(replayed.differences, "{}", difference.unified_diff().header("document", "now"));
}

/// What a command prints, and `? CODE` when it fails. The environment is empty but for what a shell
/// needs: nobody's token and no colours.
fn run(home: &Path, script: &str) -> Vec<String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_consent"));
    let tools = std::env::var("PATH").unwrap_or_default();
    let done = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{}", script.replace("cargo run --release -- ", "consent ")))
        .current_dir(home)
        .env_clear()
        .env("PATH", format!("{}:{tools}", binary.parent().unwrap().display()))
        .env("HOME", home)
        .env("LC_ALL", "C")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    match done.status.code() {
        Some(0) => {}
        Some(code) => lines.push(format!("? {code}")),
        None => lines.push("? signal".to_owned()),
    }
    lines
}

/// Without the empty lines that part a command's output from the next command.
fn trimmed<'a, 'b>(lines: &'b [&'a str]) -> &'b [&'a str] {
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    &lines[..end]
}

/// Whether the lines are those of the pattern.
fn fits(pattern: &[&str], lines: &[&str]) -> bool {
    match (pattern.split_first(), lines.split_first()) {
        (None, first) => first.is_none(),
        (Some((&"...", rest)), _) => (0..=lines.len()).any(|skip| fits(rest, &lines[skip..])),
        (Some(_), None) => false,
        (Some((one, rest)), Some((line, others))) => line_fits(one, line) && fits(rest, others),
    }
}

fn line_fits(pattern: &str, line: &str) -> bool {
    let Some((before, after)) = pattern.trim_end().split_once("[..]") else {
        return pattern.trim_end() == line;
    };
    let Some(rest) = line.strip_prefix(before) else { return false };
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.map(|at| &rest[at..]).any(|rest| line_fits(after, rest))
}

/// What differs from run to run gives way to `[..]`: times of day, dates, seconds, ids of runs.
fn scrubbed(line: &str) -> String {
    let mut out = String::new();
    let part = |c: char| c.is_ascii_alphanumeric() || ":-.".contains(c);
    let mut rest = line;
    while let Some(start) = rest.find(part) {
        let (before, word) = rest.split_at(start);
        let end = word.find(|c| !part(c)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        out.push_str(before);
        out.push_str(&if passing(word, after) { "[..]".to_owned() } else { run_id_out(word) });
        rest = after;
    }
    out + rest
}

/// A time, or seconds.
fn passing(word: &str, after: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let time = word.trim_end_matches(['Z', '.', ',']);
    let clock = time.rsplit('T').next().unwrap_or_default();
    let is_time = clock.split(':').count() == 3 && clock.split(':').all(digits);
    let seconds = word.split_once('.').is_some_and(|(a, b)| digits(a) && digits(b));
    is_time || (seconds && after == " s")
}

/// `20261123T210404Z-01a2….json` becomes `[..].json`.
fn run_id_out(word: &str) -> String {
    let bytes = word.as_bytes();
    let stamp = bytes.len() > 16
        && bytes[8] == b'T'
        && bytes[15] == b'Z'
        && bytes[..8].iter().all(u8::is_ascii_digit);
    match word.rsplit_once('.') {
        Some((_, end)) if stamp => format!("[..].{end}"),
        None if stamp => "[..]".to_owned(),
        _ => word.to_owned(),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let mut found = Vec::new();
    files(from, &mut found);
    for file in found {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, target).unwrap();
    }
}

#[test]
fn patterns_fit_what_they_should() {
    assert!(line_fits(
        "read [..]Z, complete: 1 app, [..] s",
        "read 14:02:11Z, complete: 1 app, 0.3 s"
    ));
    assert!(!line_fits("read [..] now", "read 14:02:11Z"));
    assert!(fits(&["a", "...", "z"], &["a", "z"]));
    assert!(fits(&["a", "...", "z"], &["a", "b", "c", "z"]));
    assert!(!fits(&["a", "..."], &["b"]) && !fits(&["a"], &["a", "b"]) && !fits(&["a"], &[]));
}

#[test]
fn what_differs_from_run_to_run_is_scrubbed() {
    let live = "Live      read 21:04:03Z, complete: 1 app, 1 grant, 0.1 s";
    assert_eq!(scrubbed(live), "Live      read [..], complete: 1 app, 1 grant, [..] s");
    let record = "Record  a/.consent/snapshots/20261123T210404Z-01a20a39-19ac-71a8.json";
    assert_eq!(scrubbed(record), "Record  a/.consent/snapshots/[..].json");
    assert_eq!(scrubbed("\"made_at\": \"2026-11-23T21:04:04Z\","), "\"made_at\": \"[..]\",");
    let plain = "99da6bf4-...-c240 v1.0 sha256:2fb9b060481f...7763";
    assert_eq!(scrubbed(plain), plain);
}
