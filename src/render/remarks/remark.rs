//! One thing that a report points at.

use crate::model::digest::Sha256;
use crate::model::risk::Tier;
use crate::model::safe::Safe;
use crate::model::written_at::{Position, WrittenAt};
use crate::plan::outage::CutOff;

/// How loud a place where people review shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Worth knowing.
    Note,
    /// Somebody should look at it before it is approved.
    Warning,
    /// It stops apply, or it did not go well.
    Error,
}

/// What is said: the id of a rule, and how bad it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RemarkSort {
    /// Of a run, in the words of its report: `failed`.
    Result(&'static str),
    /// The run ended early.
    Stopped,
    /// A rule that stops apply.
    Stops(Safe),
    /// A mistake or a warning about what somebody wrote, by its code.
    Finding(&'static str, Level),
    Gives(Tier),
    CutsOff(CutOff),
    /// A rail that would stop apply, and that the manifest lifts.
    Lifted(Safe),
    /// A sentence about the whole plan.
    Plan,
}

impl RemarkSort {
    /// Stable: the same in every version and in every format.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Result(word) => format!("run-{}", word.replace('_', "-")),
            Self::Stopped => "run-stopped".to_owned(),
            Self::Stops(rule) => (**rule).to_owned(),
            Self::Finding(code, _) => (*code).to_owned(),
            Self::Gives(tier) => format!("gives-{}", tier.word()),
            Self::CutsOff(CutOff::Everybody) => "cuts-off-all-users".to_owned(),
            Self::CutsOff(CutOff::App) => "cuts-off-app".to_owned(),
            Self::CutsOff(CutOff::People) => "cuts-off-people".to_owned(),
            Self::Lifted(rail) => format!("lifted-{}", &**rail),
            Self::Plan => "plan-warning".to_owned(),
        }
    }

    pub(crate) fn level(&self) -> Level {
        match self {
            Self::Result("failed" | "unsure") | Self::Stopped | Self::Stops(_) => Level::Error,
            Self::Finding(_, level) => *level,
            Self::Gives(Tier::High | Tier::Critical)
            | Self::CutsOff(CutOff::Everybody | CutOff::App)
            | Self::Lifted(_)
            | Self::Plan
            | Self::Result(_) => Level::Warning,
            Self::Gives(_) | Self::CutsOff(CutOff::People) => Level::Note,
        }
    }

    /// What comes first where not all can be shown: more is worse.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::Stops(_) | Self::Stopped | Self::Result("failed") => 9,
            Self::Gives(Tier::Critical) | Self::Result("unsure") => 8,
            Self::Gives(Tier::High) | Self::Finding(_, Level::Error) => 7,
            Self::CutsOff(CutOff::Everybody) => 6,
            Self::CutsOff(CutOff::App) => 5,
            Self::Lifted(_) | Self::Result("skipped") => 4,
            Self::Plan | Self::Finding(..) | Self::Result(_) => 3,
            Self::Gives(Tier::Medium) => 2,
            Self::CutsOff(CutOff::People) => 1,
            Self::Gives(Tier::Low) => 0,
        }
    }
}

/// What tells one remark from every other one, whatever line it is written in and whatever else there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Print(Vec<String>);

impl Print {
    pub(super) fn of<T: Into<String>>(parts: impl IntoIterator<Item = T>) -> Self {
        Self(parts.into_iter().map(Into::into).collect())
    }

    /// The digest of its parts, each with its length, so that no two lists of parts are one text.
    fn hex(&self) -> String {
        let mut sum = Sha256::default();
        for part in &self.0 {
            sum.update(format!("{}:", part.len()).as_bytes());
            sum.update(part.as_bytes());
        }
        sum.hex()
    }
}

/// One thing at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) sort: RemarkSort,
    /// One sentence or several. The first is the headline.
    pub(crate) text: Safe,
    pub(crate) help: Option<Safe>,
    pub(crate) at: WrittenAt,
    /// Label of the app that it is about; `None` for what is about all of it.
    pub(crate) app: Option<Safe>,
    /// How many it concerns, of one sort.
    pub(super) size: usize,
    pub(super) print: Print,
    /// Unique among all remarks of a report, and the same in the next one. See [`RemarkList::new`].
    pub(crate) fingerprint: String,
}

impl Remark {
    pub(super) fn new(
        sort: RemarkSort,
        text: impl Into<Safe>,
        at: WrittenAt,
        print: Print,
    ) -> Self {
        let text = text.into();
        let fingerprint = String::new();
        Self { sort, text, help: None, at, app: None, size: 0, print, fingerprint }
    }

    pub(crate) fn level(&self) -> Level {
        self.sort.level()
    }

    /// Text and help in one line.
    pub(crate) fn whole(&self) -> Safe {
        match &self.help {
            Some(help) => format!("{} Help: {help}", self.text).into(),
            None => self.text.clone(),
        }
    }
}

/// Everything that a report points at, the worst first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RemarkList {
    /// What it is about: `plan`, `run` or `manifest`.
    pub(crate) subject: &'static str,
    /// Its id, where it is known.
    pub(crate) tenant: Option<String>,
    pub(crate) all: Vec<Remark>,
}

impl RemarkList {
    /// Sorts them, and gives each its fingerprint. RemarkList that nothing tells apart are numbered.
    pub(super) fn new(subject: &'static str, tenant: Option<String>, mut all: Vec<Remark>) -> Self {
        all.sort_by_cached_key(|one| {
            let worst = (one.level(), one.sort.weight(), one.size);
            let rest = (one.sort.clone(), one.print.clone(), one.at.clone(), one.text.clone());
            (std::cmp::Reverse(worst), rest)
        });
        let mut before: Option<(RemarkSort, Print)> = None;
        let mut number = 0;
        for remark in &mut all {
            let own = (remark.sort.clone(), remark.print.clone());
            number = if before.as_ref() == Some(&own) { number + 1 } else { 1 };
            let head = Print::of([remark.sort.id(), tenant.clone().unwrap_or_default()]);
            let parts = head.0.into_iter().chain(own.1.0.iter().cloned());
            remark.fingerprint = format!("{}:{number}", Print::of(parts).hex());
            before = Some(own);
        }
        Self { subject, tenant, all }
    }

    /// Those that there is room for, and how many are left out.
    pub(crate) fn first(&self, most: usize) -> (&[Remark], usize) {
        let shown = &self.all[..self.all.len().min(most)];
        (shown, self.all.len() - shown.len())
    }
}

/// The first line of a file: what is written nowhere is shown there, for every place wants a line.
pub(super) fn beginning(file: &str) -> WrittenAt {
    let first = Position { line: 1, column: 1 };
    WrittenAt { file: file.to_owned(), from: first, to: first }
}
