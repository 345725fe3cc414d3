//! The formats of reports: a file that draws, and a row here. `--report` takes its words from this table.

use std::io::{self, Write};

use crate::model::outcome::RunReport;
use crate::plan::Plan;
use crate::render::{plan, run};

/// What a report is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reported<'a> {
    Plan(&'a Plan),
    /// What became of this plan.
    Run(&'a RunReport, &'a Plan),
}

/// One format.
#[derive(Debug)]
pub(crate) struct Format {
    /// Its word on the command line.
    pub(crate) name: &'static str,
    /// Writes a report bit by bit.
    pub(crate) draw: fn(&Reported<'_>, &mut dyn Write) -> io::Result<()>,
}

/// What `--json` asks for.
pub(crate) static JSON: Format = Format { name: "json", draw: in_json };

pub(crate) static FORMATS: [&Format; 1] = [&JSON];

/// The format of this name.
pub(crate) fn named(name: &str) -> Option<&'static Format> {
    FORMATS.into_iter().find(|format| format.name == name)
}

fn in_json(reported: &Reported<'_>, out: &mut dyn Write) -> io::Result<()> {
    match reported {
        Reported::Plan(it) => plan::json::plan(it, out),
        Reported::Run(report, plan) => run::json::run(report, plan, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_format_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = FORMATS.iter().map(|format| format.name).collect();
        assert_eq!(names.len(), FORMATS.len());
        assert!(names.iter().all(|name| named(name).is_some_and(|one| one.name == *name)));
        assert!(named("yaml").is_none());
    }
}
