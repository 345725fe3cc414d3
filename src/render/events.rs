//! What happens, one JSON object a line, for programs that watch: `consent.events`. A run is told while it goes
//! on; a plan, and a run that is over, all at once.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use time::OffsetDateTime;

use crate::manifest::source::Sources;
use crate::model::address::Address;
use crate::model::change::{Change, Verb};
use crate::model::clock::{Moment, stamp};
use crate::model::directory::Organization;
use crate::model::finding::{Findings, Severity};
use crate::model::json::write_line;
use crate::model::outcome::{Line, RunReport, Stopped};
use crate::model::risk::Tier;
use crate::model::schema::{JsonSchema, Schema, document};
use crate::plan::Plan;
use crate::plan::outage::{self, CutOff, Outage};
use crate::plan::pictures::Counts;
use crate::plan::readiness::Readiness;
use crate::render::finding::quote;
use crate::render::formats::{ReportOptions, Reported};
use crate::render::run::{TenantAfter, counts};

/// What the lines call themselves, on the first of them.
pub(crate) const FORMAT: &str = "consent.events";
const VERSION: u32 = 1;

/// How a file of them begins.
pub(crate) const BEGINS: &str = "{\"event\":\"begun\",\"format\":\"consent.events\"";

/// One line.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Event")]
struct EventLine<'a> {
    #[serde(flatten)]
    event: Event<'a>,
    /// When it happened; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Moment>")]
    at: Option<String>,
}

/// What happened.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "event")]
pub(crate) enum Event<'a> {
    /// The first line.
    Begun {
        #[schemars(extend("const" = FORMAT))]
        format: &'static str,
        #[schemars(extend("const" = VERSION))]
        format_version: u32,
        about: EventsAbout,
        /// Absent where no tenant was asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        tenant: Option<&'a Organization>,
        simulated: bool,
        /// Digest of the effect; absent where there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        effect: Option<&'a str>,
        changes: usize,
    },
    /// One of a plan, in the order of apply.
    Change {
        address: &'a Address,
        verb: Verb,
        gives: bool,
        takes: bool,
        /// How risky it is what it gives; null where it gives nothing.
        risk: Option<Tier>,
        /// Whom it cuts off; null where nobody loses anything.
        cuts_off: Option<CutOff>,
    },
    /// All changes of a plan are told.
    Planned {
        verdict: Readiness,
        add: usize,
        change: usize,
        remove: usize,
        unchanged: usize,
        unmanaged: usize,
    },
    /// Requests go out, one for each of these.
    Sending { addresses: Vec<&'a Address> },
    /// Nothing new happens for so long.
    Waiting { because: &'static str, seconds: u64 },
    /// A change has its result; so many of all have one by now.
    Settled {
        #[serde(flatten)]
        line: &'a Line,
        settled: usize,
        all: usize,
    },
    /// The run is over.
    Ended {
        tenant: TenantAfter,
        writes_sent: usize,
        /// Changes by result.
        counts: BTreeMap<&'static str, usize>,
        stopped: &'a Option<Stopped>,
        remaining: Option<usize>,
    },
    /// What is wrong with the manifest.
    Finding { code: &'a str, severity: &'static str, title: String, place: Option<String> },
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventsAbout {
    Plan,
    Run,
    Manifest,
}

/// The schema of each line.
pub(crate) fn schema() -> Schema {
    document::<EventLine<'static>>("events", VERSION)
}

/// Writes one line.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write(
    event: Event<'_>,
    at: Option<OffsetDateTime>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_line(&EventLine { event, at: at.map(stamp) }, out)
}

/// The first line of a run of this plan.
pub(crate) fn begun(plan: &Plan, about: EventsAbout) -> Event<'_> {
    Event::Begun {
        format: FORMAT,
        format_version: VERSION,
        about,
        tenant: Some(&plan.tenant),
        simulated: plan.simulated,
        effect: (!plan.changes.is_empty()).then_some(&plan.effect.digest),
        changes: plan.changes.len(),
    }
}

/// The last line of a run.
pub(crate) fn ended<'a>(report: &'a RunReport, plan: &Plan) -> Event<'a> {
    let RunReport { lines: _, stopped, writes_sent, remaining } = report;
    Event::Ended {
        tenant: TenantAfter::after(report, &plan.changes),
        writes_sent: *writes_sent,
        counts: counts(report),
        stopped,
        remaining: *remaining,
    }
}

/// Writes all of what is over.
///
/// # Errors
/// When the writer fails.
pub(crate) fn all(
    reported: &Reported<'_>,
    _options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match reported {
        Reported::Plan(it) => plan(it, out),
        Reported::Run(report, plan) => run(report, plan, out),
        Reported::Mistakes(findings, sources) => mistakes(findings, sources, out),
    }
}

fn plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let at = Some(plan.made_at);
    write(begun(plan, EventsAbout::Plan), at, out)?;
    for change in &plan.changes {
        let Change { address, verb, gives, takes, risk, .. } = change;
        let event = Event::Change {
            address,
            verb: *verb,
            gives: *gives,
            takes: *takes,
            risk: risk.as_ref().map(|risk| risk.tier),
            cuts_off: outage::of(plan, change).as_ref().map(Outage::who),
        };
        write(event, at, out)?;
    }
    let Counts { add, change, remove } = Counts::of(&plan.changes);
    let (verdict, unchanged) = (Readiness::of(plan), plan.unchanged);
    let unmanaged = plan.unmanaged.len();
    write(Event::Planned { verdict, add, change, remove, unchanged, unmanaged }, at, out)
}

fn run(report: &RunReport, plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    write(begun(plan, EventsAbout::Run), None, out)?;
    let all = report.lines.len();
    for (settled, line) in (1..).zip(&report.lines) {
        write(Event::Settled { line, settled, all }, None, out)?;
    }
    write(ended(report, plan), None, out)
}

fn mistakes(findings: &Findings, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let begun = Event::Begun {
        format: FORMAT,
        format_version: VERSION,
        about: EventsAbout::Manifest,
        tenant: None,
        simulated: false,
        effect: None,
        changes: 0,
    };
    write(begun, None, out)?;
    for finding in findings.sorted() {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        // Secrets that are known are taken out where it is written.
        let title = quote::safe(&finding.title, &str::to_owned);
        let place = finding.place.as_ref().map(|place| sources.line(place));
        write(Event::Finding { code: finding.code, severity, title, place }, None, out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::plan::samples::narrowing;
    use serde_json::Value;

    #[test]
    fn a_plan_is_told_change_by_change_and_its_first_line_is_known_again() {
        let mut out = Vec::new();
        let reported = narrowing();
        all(&Reported::Plan(&reported), &ReportOptions::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with(BEGINS), "{text}");
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let words: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
        assert_eq!(words, ["begun", "change", "change", "change", "change", "planned"]);
        assert_eq!(
            (&lines[4]["verb"], &lines[4]["cuts_off"]),
            (&"revoke".into(), &"everybody".into())
        );
        assert_eq!((&lines[5]["add"], &lines[5]["remove"]), (&3.into(), &1.into()));
    }
}
