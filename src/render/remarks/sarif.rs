//! RemarkList as SARIF 2.1.0, for code scanning.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::model::json::write_pretty;
use crate::model::written_at::WrittenAt;
use crate::render::escape::uri;
use crate::render::page::grouped;
use crate::render::remarks::MOST;
use crate::render::remarks::remark::{Level, Remark, RemarkList, RemarkSort};
use crate::render::remarks::rules::{self, RuleText};
use crate::render::remarks::sarif_log::{
    ArtifactLocation, AutomationDetails, Configuration, Driver, Help, Location, Notification,
    PhysicalLocation, Region, ResultRow, RuleProperties, RuleRow, Run, SarifInvocation, SarifLog,
    Text, Tool,
};
use crate::render::repository::Repository;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// How such a file of ours begins, and nobody else's.
pub(crate) const BEGINS: &str = "{\n  \"$schema\": \"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/\
     sarif-schema-2.1.0.json\",\n  \"version\": \"2.1.0\",\n  \"runs\": [\n    {\n      \"tool\": {\n        \
     \"driver\": {\n          \"name\": \"consent\",\n";

/// The one fingerprint that GitHub reads.
const FINGERPRINT: &str = "primaryLocationLineHash";

/// Writes the log.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write(
    remarks: &RemarkList,
    repository: &Repository,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (shown, left) = remarks.first(MOST);
    let sorts: BTreeSet<&RemarkSort> = shown.iter().map(|remark| &remark.sort).collect();
    let index: BTreeMap<&RemarkSort, usize> =
        sorts.iter().enumerate().map(|(at, sort)| (*sort, at)).collect();
    let result = |remark| result(remark, &index, repository);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "consent",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: sorts.iter().map(|sort| rule(sort)).collect(),
            },
        },
        column_kind: "unicodeCodePoints",
        automation_details: AutomationDetails { id: category(remarks) },
        invocations: [SarifInvocation {
            execution_successful: true,
            tool_execution_notifications: notification(left).into_iter().collect(),
        }],
        results: shown.iter().map(result).collect(),
    };
    write_pretty(&SarifLog { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

/// What such a file replaces on GitHub: the last one of the same tenant. A run does not replace a plan.
fn category(remarks: &RemarkList) -> String {
    let tenant = remarks.tenant.as_ref().map(|tenant| format!("{tenant}/")).unwrap_or_default();
    let subject = if remarks.subject == "run" { "run/" } else { "" };
    format!("consent/{tenant}{subject}")
}

fn notification(left: usize) -> Option<Notification> {
    let text = format!(
        "{} more results are left out: these are the worst. The JSON report has all of it.",
        grouped(left)
    );
    (left > 0).then_some(Notification { level: "warning", message: Text { text } })
}

fn rule(sort: &RemarkSort) -> RuleRow {
    let RuleText { short, help, harm, tags } = rules::text(sort);
    let id = sort.id();
    RuleRow {
        name: id.clone(),
        id,
        short_description: Text { text: short.clone() },
        full_description: Text { text: format!("{short}. {help}") },
        help: Help { text: help.to_owned(), markdown: help.to_owned() },
        default_configuration: Configuration { level: word(sort.level()) },
        properties: RuleProperties { tags, precision: "very-high", security_severity: harm },
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

fn result<'a>(
    remark: &'a Remark,
    index: &BTreeMap<&RemarkSort, usize>,
    repository: &Repository,
) -> ResultRow<'a> {
    let WrittenAt { file, from, to } = &remark.at;
    ResultRow {
        rule_id: remark.sort.id(),
        rule_index: index.get(&remark.sort).copied().unwrap_or(0),
        level: word(remark.level()),
        message: Text { text: message(remark) },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri::path(&repository.path(file)) },
                region: Region {
                    start_line: from.line,
                    start_column: from.column,
                    end_line: to.line,
                    end_column: to.column,
                },
            },
        }],
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, remark.fingerprint.as_str())]),
    }
}

/// In a message of SARIF `[text](1)` is a link and `{0}` a place for something else: names are neither.
fn message(remark: &Remark) -> String {
    let whole = remark.whole();
    let mut text = String::new();
    let mut chars = whole.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ']' if chars.peek() == Some(&'(') => text.push_str("\\]"),
            '{' | '}' => text.extend([c, c]),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_as_it_says() {
        let mut out = Vec::new();
        let remarks = RemarkList { subject: "plan", ..RemarkList::default() };
        write(&remarks, &Repository::default(), &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().starts_with(BEGINS));
        assert!(BEGINS.len() <= 256, "no more of a file is looked at");
    }
}
