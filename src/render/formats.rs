//! The formats of reports: files that draw, and a row here. `--report` takes its words from this table.

use std::io::{self, Write};

use crate::manifest::source::Sources;
use crate::model::finding::Findings;
use crate::model::outcome::RunReport;
use crate::model::safe::Safe;
use crate::plan::Plan;
use crate::render::outputs::{self, Outputs};
use crate::render::remarks::remark::RemarkList;
use crate::render::remarks::{self, azure, code_quality, github, sarif};
use crate::render::repository::Repository;
use crate::render::{escape, events, finding, html, plan, run, suites};

/// What a report is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reported<'a> {
    Plan(&'a Plan),
    /// What became of this plan.
    Run(&'a RunReport, &'a Plan),
    /// A manifest that no plan could be made of.
    Mistakes(&'a Findings, &'a Sources),
}

/// How reports are drawn, whatever they are about.
#[derive(Debug, Clone)]
pub(crate) struct ReportOptions {
    /// Characters that a comment may have.
    pub(crate) comment_budget: usize,
    pub(crate) people: PeopleTold,
    pub(crate) repository: Repository,
}

/// What is said of people. What is drawn for everybody to read has no names in it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeopleTold {
    Named,
    /// They are only counted.
    Counted,
}

/// The longest comment that every version of every platform takes, in characters. GitHub keeps 65,536 in
/// the body of a pull request, and no platform less of a comment.
pub(crate) const COMMENT_BUDGET: usize = 65_000;

/// Half of what GitHub shows of one step, in characters: 1 MiB, of which others may have written some.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>
const SUMMARY_BUDGET: usize = 250_000;

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            comment_budget: COMMENT_BUDGET,
            people: PeopleTold::Named,
            repository: Repository::default(),
        }
    }
}

impl Reported<'_> {
    /// A name for a file about it, without its ending.
    pub(crate) fn file_name(&self) -> String {
        let of = |what: &str, plan: &Plan| {
            let digest = plan.effect.digest.trim_start_matches("sha256:");
            format!("consent-{what}-{}", digest.get(..12).unwrap_or("none"))
        };
        match self {
            Self::Plan(plan) => of("plan", plan),
            Self::Run(_, plan) => of("run", plan),
            Self::Mistakes(..) => "consent-mistakes".to_owned(),
        }
    }
}

/// Writes a report, or one part of it, bit by bit.
pub(crate) type Draw = fn(&Reported<'_>, &ReportOptions, &mut dyn Write) -> io::Result<()>;

/// One format.
#[derive(Debug)]
pub(crate) struct Format {
    /// Its word on the command line.
    pub(crate) name: &'static str,
    /// What it consists of. The first of one that goes to a file is what the command line names.
    pub(crate) parts: &'static [Part],
    /// How files of it begin: only such a file is written over.
    pub(crate) begins: &'static [&'static str],
    /// Whether it has something to say of a manifest with mistakes.
    pub(crate) tells_mistakes: bool,
}

/// One part of a report, and where that goes.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) to: PartTo,
    pub(crate) draw: Draw,
}

/// Where a part goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PartTo {
    /// What the command line names: a file, or stdout.
    Named,
    /// A file beside that one, with this ending.
    Beside(&'static str),
    /// Commands that the platform reads from what the job prints.
    Commands,
    /// The end of the file that this variable of the platform names.
    Appended(&'static str),
    /// A file in the folder that this variable of the platform names; what is printed hands it over.
    Handed { folder: &'static str, ending: &'static str, command: fn(&str) -> String },
}

impl Format {
    /// Whether the command line names where it goes. What does not belongs to a platform.
    pub(crate) fn is_named(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.to, PartTo::Named))
    }

    /// Endings of the files beside the one that the command line names.
    pub(crate) fn beside(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().filter_map(|part| match part.to {
            PartTo::Beside(ending) => Some(ending),
            _ => None,
        })
    }

    /// Variables of its platform, without which it is of no use.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &'static str> {
        self.parts.iter().filter_map(|part| match part.to {
            PartTo::Appended(variable) | PartTo::Handed { folder: variable, .. } => Some(variable),
            PartTo::Named | PartTo::Beside(_) | PartTo::Commands => None,
        })
    }
}

/// What `--json` asks for.
pub(crate) static JSON: Format = Format {
    name: "json",
    parts: &[Part { to: PartTo::Named, draw: in_json }],
    begins: &[],
    tells_mistakes: false,
};

/// A page for whoever reviews or audits, as one file.
static HTML: Format = Format {
    name: "html",
    parts: &[Part { to: PartTo::Named, draw: in_html }],
    begins: &[html::BEGINS],
    tells_mistakes: false,
};

/// The comment under a pull request.
pub(crate) static MARKDOWN: Format = Format {
    name: "markdown",
    parts: &[Part { to: PartTo::Named, draw: in_markdown }],
    begins: &[plan::markdown::MARK, run::markdown::MARK, finding::markdown::MARK],
    tells_mistakes: true,
};

/// What happens, line by line: of a run, while it goes on.
pub(crate) static NDJSON: Format = Format {
    name: "ndjson",
    parts: &[Part { to: PartTo::Named, draw: events::all }],
    begins: &[events::BEGINS],
    tells_mistakes: true,
};

static SARIF: Format = Format {
    name: "sarif",
    parts: &[Part { to: PartTo::Named, draw: as_sarif }],
    begins: &[sarif::BEGINS],
    tells_mistakes: true,
};

static JUNIT: Format = Format {
    name: "junit",
    parts: &[Part { to: PartTo::Named, draw: as_junit }],
    begins: &[suites::BEGINS],
    tells_mistakes: true,
};

static GITLAB: Format = Format {
    name: "gitlab",
    parts: &[
        Part { to: PartTo::Named, draw: as_code_quality },
        Part { to: PartTo::Beside("md"), draw: in_markdown },
    ],
    begins: &code_quality::BEGINS,
    tells_mistakes: true,
};

static GITHUB: Format = Format {
    name: "github",
    parts: &[
        Part { to: PartTo::Commands, draw: as_annotations },
        Part { to: PartTo::Appended("GITHUB_OUTPUT"), draw: as_lines },
        Part { to: PartTo::Appended("GITHUB_STEP_SUMMARY"), draw: in_summary },
    ],
    begins: &[],
    tells_mistakes: true,
};

static AZURE: Format = Format {
    name: "azure",
    parts: &[
        Part { to: PartTo::Commands, draw: as_issues },
        Part { to: PartTo::Commands, draw: as_variables },
        Part {
            to: PartTo::Handed {
                folder: "AGENT_TEMPDIRECTORY",
                ending: "md",
                command: upload_summary,
            },
            draw: in_markdown,
        },
    ],
    begins: &[],
    tells_mistakes: true,
};

pub(crate) static FORMATS: [&Format; 9] =
    [&JSON, &NDJSON, &MARKDOWN, &HTML, &SARIF, &JUNIT, &GITLAB, &GITHUB, &AZURE];

/// The format of this name.
pub(crate) fn named(name: &str) -> Option<&'static Format> {
    FORMATS.into_iter().find(|format| format.name == name)
}

fn in_json(
    reported: &Reported<'_>,
    _options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match reported {
        Reported::Plan(it) => plan::json::plan(it, out),
        Reported::Run(report, plan) => run::json::run(report, plan, out),
        // There is a document of what is, and none of what is not.
        Reported::Mistakes(..) => Ok(()),
    }
}

/// The summary of a job has more room than a comment.
fn in_summary(
    reported: &Reported<'_>,
    options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let comment_budget = options.comment_budget.max(SUMMARY_BUDGET);
    in_markdown(reported, &ReportOptions { comment_budget, ..options.clone() }, out)
}

fn in_markdown(
    reported: &Reported<'_>,
    options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match reported {
        Reported::Plan(it) => plan::markdown::plan(it, options, out),
        Reported::Run(report, plan) => run::markdown::run(report, plan, options, out),
        Reported::Mistakes(findings, sources) => {
            finding::markdown::findings(findings, sources, options, out)
        }
    }
}

/// What places point at.
fn remarks(reported: &Reported<'_>) -> RemarkList {
    match reported {
        Reported::Plan(plan) => remarks::plan::remarks(plan),
        Reported::Run(report, plan) => remarks::run::remarks(report, plan),
        Reported::Mistakes(findings, sources) => remarks::mistakes::remarks(findings, sources),
    }
}

fn outputs(reported: &Reported<'_>) -> Outputs {
    match reported {
        Reported::Plan(plan) => outputs::of_plan(plan),
        Reported::Run(report, plan) => outputs::of_run(report, plan),
        Reported::Mistakes(findings, _) => outputs::of_mistakes(findings),
    }
}

fn as_sarif(it: &Reported<'_>, options: &ReportOptions, out: &mut dyn Write) -> io::Result<()> {
    sarif::write(&remarks(it), &options.repository, out)
}

fn as_code_quality(
    it: &Reported<'_>,
    options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    code_quality::write(&remarks(it), &options.repository, out)
}

fn as_annotations(
    it: &Reported<'_>,
    options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    github::annotations(&remarks(it), &options.repository, out)
}

fn as_issues(it: &Reported<'_>, options: &ReportOptions, out: &mut dyn Write) -> io::Result<()> {
    azure::issues(&remarks(it), &options.repository, out)
}

fn as_junit(it: &Reported<'_>, _options: &ReportOptions, out: &mut dyn Write) -> io::Result<()> {
    match it {
        Reported::Plan(plan) => {
            suites::write("plan", &remarks::suites::of_plan(plan, &remarks(it)), out)
        }
        Reported::Run(report, plan) => {
            suites::write("run", &run::suites::of_run(report, plan), out)
        }
        Reported::Mistakes(..) => {
            suites::write("manifest", &remarks::suites::of_mistakes(&remarks(it)), out)
        }
    }
}

fn as_lines(it: &Reported<'_>, _options: &ReportOptions, out: &mut dyn Write) -> io::Result<()> {
    outputs(it).lines(out)
}

fn as_variables(
    it: &Reported<'_>,
    _options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    outputs(it).variables(out)
}

/// Hands a summary over to Azure Pipelines.
fn upload_summary(path: &str) -> String {
    format!("##vso[task.uploadsummary]{}", escape::azure::text(&Safe::new(path)))
}

fn in_html(
    reported: &Reported<'_>,
    _options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match reported {
        Reported::Plan(it) => plan::html::plan(it, out),
        Reported::Run(report, plan) => run::html::run(report, plan, out),
        // It begins with a verdict, and of what is none there is none.
        Reported::Mistakes(..) => Ok(()),
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

    #[test]
    fn what_the_command_line_names_comes_first() {
        for format in FORMATS {
            let first = format.parts.first().map(|part| part.to);
            let named = matches!(first, Some(PartTo::Named));
            assert_eq!(format.is_named(), named, "{}", format.name);
            assert_eq!(format.is_named(), format.variables().next().is_none(), "{}", format.name);
        }
    }
}
