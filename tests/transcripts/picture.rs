//! The picture in the README: what a terminal shows of a real plan, as an SVG.
//!
//! `UPDATE_TRANSCRIPTS=1 cargo test --test transcripts` draws it anew.

use std::path::Path;
use std::process::Command;

use anstyle_svg::{Term, WIN10_CONSOLE};

const PICTURE: &str = "docs/pictures/plan.svg";
const WORDS: &str = "plan -f examples/review/consent.toml --sandbox examples/review/tenant.toml";

#[test]
fn the_picture_in_the_readme_is_what_a_terminal_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::tempdir().unwrap();
    super::copy(&root.join("examples"), &home.path().join("examples"));
    let output = Command::new(env!("CARGO_BIN_EXE_consent"))
        .args(WORDS.split(' '))
        .args(["--color", "always"])
        .current_dir(home.path())
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    let (ink, plain) = (shown.contains("\u{1b}["), shown.contains("offline_access"));
    assert!(ink && plain, "{shown}");
    let svg = drawn(&format!("$ consent {WORDS}\n{}", at_one_time(&shown)));
    let path = root.join(PICTURE);
    if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
        std::fs::write(&path, &svg).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == svg, "{PICTURE} is of another plan: UPDATE_TRANSCRIPTS=1 draws it anew");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(PICTURE), "nothing shows it");
}

/// The same whenever it is drawn: the reading began at half past nine, and took a tenth of a second.
fn at_one_time(shown: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in shown.lines() {
        let line = match line.split_once("read ").filter(|_| line.starts_with("Live ")) {
            Some((lead, rest)) => {
                let (_, rest) = rest.split_once(',').unwrap();
                format!("{lead}read 09:30:00Z,{rest}")
            }
            None => line.to_owned(),
        };
        let seconds = line.trim_end().strip_suffix(" s").and_then(|text| text.rsplit_once(' '));
        lines.push(match seconds {
            Some((lead, number)) if number.parse::<f64>().is_ok() => format!("{lead} 0.1 s"),
            _ => line,
        });
    }
    lines.join("\n") + "\n"
}

fn drawn(shown: &str) -> String {
    let svg = Term::new().palette(WIN10_CONSOLE).render_svg(shown);
    svg.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}
