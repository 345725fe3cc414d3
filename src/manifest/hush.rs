//! A file that does not show that it is a manifest is not told about: it may be anybody's, with anything
//! in it.

use std::collections::BTreeSet;

use crate::manifest::source::{Source, Sources};
use crate::model::finding::{Finding, Findings, Place, Severity, TOO_MANY};

/// The findings of these files, as they may be told. Of a file with mistakes that does not begin with its
/// schema one is left, which holds nothing of its text.
pub fn hushed(findings: Findings, sources: &Sources) -> Findings {
    let file = |finding: &Finding| finding.place.as_ref().map(|place| place.file);
    let silent = |file: &usize| sources.get(*file).is_some_and(|source| !source.says_schema());
    let wrong = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let strange: BTreeSet<usize> = wrong.filter_map(file).filter(silent).collect();
    if strange.is_empty() {
        return findings;
    }
    let mut told = Findings::default();
    for at in &strange {
        told.push(no_manifest(*at));
    }
    let others = findings.iter().filter(|finding| {
        let theirs = file(finding).is_some_and(|file| strange.contains(&file));
        // How many mistakes there are of a file that is not told about, nobody has to know.
        !theirs && finding.code != TOO_MANY
    });
    others.for_each(|finding| told.push(finding.clone()));
    told
}

fn no_manifest(file: usize) -> Finding {
    Finding::error("missing_schema", "this is no consent manifest: no `schema`")
        .at(&Place { file, span: 0..0 })
        .help(
            "if it is one, write `schema = 1` as its first line: until then nothing of it is shown",
        )
}

/// Whether a text begins with `schema = N`, behind comments and blank lines.
pub(super) fn says_schema(text: &str) -> bool {
    let is_said = |line: &str| {
        let key = ["schema", "\"schema\"", "'schema'"].into_iter();
        let rest = key.filter_map(|key| line.strip_prefix(key)).next();
        let value = rest.and_then(|rest| rest.trim_start().strip_prefix('='));
        let number = value.and_then(|value| value.split('#').next()).map(str::trim);
        number.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let text = text.strip_prefix(super::source::BOM).unwrap_or(text);
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| !line.is_empty() && !line.starts_with('#')).is_some_and(is_said)
}

impl Source {
    /// Whether the text may be quoted: it shows that it is a manifest.
    pub(crate) fn says_schema(&self) -> bool {
        says_schema(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_begins_with_its_schema() {
        for text in [
            "schema = 1",
            "\u{feff}# a comment\r\n\r\n  schema=99 # more\r\n[tenant]",
            "'schema' = 1\nrest",
            "\"schema\"\t=\t1\n\"",
        ] {
            assert!(says_schema(text), "{text:?}");
        }
        for text in [
            "",
            "# schema = 1",
            "schema",
            "schema = ",
            "schema = \"1\"",
            "schema = 1, token = 2",
            "schemas = 1",
            "TOKEN=x\nschema = 1",
            "[tenant]\nschema = 1",
            "AWS_SECRET=\0schema = 1",
        ] {
            assert!(!says_schema(text), "{text:?}");
        }
    }

    #[test]
    fn of_a_strange_file_one_mistake_is_told_without_its_text() {
        let texts = ["TOKEN=hush\nPASSWORD=hush", "schema = 1\n[tenan]"];
        let sources = Sources(texts.map(|text| Source::new("a.toml", text)).to_vec());
        let mut findings = Findings::default();
        for (file, title) in [(0, "hush"), (0, "hush too"), (1, "nobody reads \"tenan\"")] {
            let place = Place { file, span: 2..4 };
            findings.push(Finding::error("x", title).at(&place).help("hush").label("hush"));
        }
        findings.push(Finding::warning("w", "no place"));
        let told = hushed(findings, &sources);
        let titles: Vec<&str> = told.iter().map(|finding| &*finding.title).collect();
        let first = "this is no consent manifest: no `schema`";
        assert_eq!(titles, [first, "nobody reads \"tenan\"", "no place"]);
        assert!(!format!("{:?}", told.sorted()[0]).contains("hush"));
    }

    #[test]
    fn a_manifest_of_several_files_needs_one_schema() {
        let sources =
            Sources(vec![Source::new("a.toml", "[app.x]"), Source::new("b.toml", "schema = 1")]);
        let mut findings = Findings::default();
        let place = |file| Place { file, span: 0..1 };
        findings.push(Finding::warning("w", "of the first").at(&place(0)));
        findings.push(Finding::error("e", "of the second").at(&place(1)));
        assert_eq!(hushed(findings, &sources).iter().count(), 2);
    }
}
