//! Taplo, which is in editors, understands the schema through the `#:schema` line.
//!
//! Runs the program that `TAPLO` names, or `taplo`; where there is none it says so and ends.

use std::path::Path;
use std::process::Command;

use super::{all_of_it, examples, root};

fn taplo() -> Option<String> {
    let name = std::env::var("TAPLO").unwrap_or_else(|_| "taplo".to_owned());
    let found = Command::new(&name).arg("--version").output();
    found.is_ok_and(|output| output.status.success()).then_some(name)
}

#[test]
fn taplo_reads_the_schema_and_is_of_its_opinion() {
    let Some(taplo) = taplo() else {
        println!("skipped: no taplo (set TAPLO to its program)");
        return;
    };
    the_examples_pass(&taplo);
    mistakes_are_told(&taplo);
}

/// Whether all files pass, and what was said.
fn lint(taplo: &str, folder: &Path, files: &[&Path]) -> (bool, String) {
    let done = Command::new(taplo).arg("lint").args(files).current_dir(folder).output().unwrap();
    (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
}

fn the_examples_pass(taplo: &str) {
    let examples = examples();
    let paths: Vec<&Path> =
        examples.iter().map(|path| path.strip_prefix(root()).unwrap()).collect();
    let (passes, said) = lint(taplo, root(), &paths);
    assert!(passes, "{said}");
    assert!(said.contains(&format!("total={}", paths.len())), "not all were read: {said}");
}

fn mistakes_are_told(taplo: &str) {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("consent.toml");
    let schema = "consent.schema.json";
    std::fs::copy(root().join("schemas/manifest.schema.json"), home.path().join(schema)).unwrap();
    let said_of = |text: &str| {
        std::fs::write(&file, format!("#:schema ./{schema}\n{text}")).unwrap();
        lint(taplo, home.path(), &[&file])
    };
    let good = all_of_it();
    let (passes, said) = said_of(&good);
    assert!(passes, "{said}");
    for (from, to, word) in [
        ("\"exact\"", "\"exactly\"", "exactly"),
        ("provision ", "provison ", "provison"),
        ("for      = \"all-users\"", "", "\"for\" is a required property"),
        ("2027-06-30", "2027-06-30T00:00:00Z", "2027-06-30T00:00:00Z"),
    ] {
        assert!(good.contains(from), "{from}");
        let (passes, said) = said_of(&good.replace(from, to));
        assert!(!passes && said.contains(word), "{to}: {said}");
    }
}
