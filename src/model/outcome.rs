//! What became of the changes of a run: told to people, to the journal and to the snapshot.

use serde::{Deserialize, Serialize};

use crate::model::address::Address;
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;

/// The result of one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "result")]
pub(crate) enum Outcome {
    /// Sent, accepted, and seen by reading it back.
    Done,
    /// Found at its goal; nothing had to be sent, or somebody was faster.
    Already,
    /// The tenant refused.
    Failed { error: Refusal },
    /// Sent, and it could not be found out whether it took effect.
    Unsure {
        because: String,
        /// The tenant accepted all of it; only reading it back is missing.
        #[serde(default)]
        accepted: bool,
    },
    /// Not attempted: something it needs did not succeed.
    Skipped { needs: Address },
    /// Not attempted: the run stopped first.
    NotStarted,
}

impl Outcome {
    /// Nothing says whether it took effect.
    pub(crate) fn in_doubt(because: impl Into<String>) -> Self {
        Self::Unsure { because: because.into(), accepted: false }
    }

    /// Accepted, and not seen.
    pub(crate) fn unconfirmed(because: impl Into<String>) -> Self {
        Self::Unsure { because: because.into(), accepted: true }
    }

    /// Whether a request for it may have taken effect although no answer said so.
    pub(crate) fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Unsure { accepted: false, .. })
    }

    /// Done, or found done.
    pub(crate) fn settled(&self) -> bool {
        matches!(self, Self::Done | Self::Already)
    }

    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Already => "already",
            Self::Failed { .. } => "failed",
            Self::Unsure { .. } => "unsure",
            Self::Skipped { .. } => "skipped",
            Self::NotStarted => "not_started",
        }
    }
}

/// An error answer of Microsoft Graph, as far as it helps people and support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// HTTP status; 0 when no answer came.
    pub(crate) status: u16,
    pub(crate) code: Untrusted,
    pub(crate) message: Untrusted,
    /// The service's `request-id`, for Microsoft support.
    pub request_id: Option<Untrusted>,
}

impl Refusal {
    /// What was made turned out to be another object than was meant.
    pub(crate) const ANOTHER: &'static str = "not_the_one_that_was_meant";

    /// The end of a change that the tenant did not refuse. `because`: in a sentence.
    pub(crate) fn ours(code: &str, because: &str) -> Self {
        let (code, message) = (Untrusted::new(code), Untrusted::new(because));
        Self { status: 0, code, message, request_id: None }
    }

    /// Nothing came back.
    pub(crate) fn no_answer() -> Self {
        Self::ours("no_answer", "no answer came")
    }

    /// Whether the tenant has something that nobody meant.
    pub(crate) fn is_another(&self) -> bool {
        self.status == 0 && self.code.raw() == Self::ANOTHER
    }
}

/// One change of a run with its result, in the plan's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Line {
    pub(crate) address: Address,
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// Why a run ended before its last change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "stopped")]
pub(crate) enum Stopped {
    /// Several changes in a row failed.
    FailuresInARow { count: usize },
    /// Requests for many changes in a row had no clear answer, and none of them could be seen to have
    /// taken effect.
    DoubtsInARow { count: usize },
    /// The sign-in was refused or lost.
    SignIn { because: String },
    /// Nothing could be read any more: what cannot be read back is not gone on with.
    Blind { because: String },
    /// The service asked for a pause of so long, and a run waits for ten minutes at most.
    LongPause { seconds: u64 },
    /// The person at the terminal, or the system, asked to stop.
    Interrupted,
    /// The journal could not be written: what cannot be recorded is not sent.
    Journal { because: String },
}

/// The whole run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RunReport {
    pub(crate) lines: Vec<Line>,
    pub(crate) stopped: Option<Stopped>,
    /// Write requests handed to the network, refused ones included.
    pub(crate) writes_sent: usize,
    /// Changes that a fresh plan after the run has left: 0 when the tenant is as it should be, nothing
    /// when none was made.
    pub remaining: Option<usize>,
}
