//! What an approver signs: a small document, `consent.approval`. The same statement is always the same
//! bytes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use super::told;
use crate::model::clock::Moment;
use crate::model::id::TenantId;
use crate::model::json::write_pretty;
use crate::model::schema::{JsonSchema, Schema, document};
use crate::model::untrusted::Untrusted;

pub(crate) const FORMAT: &str = "consent.approval";
pub(crate) const VERSION: u32 = 1;

/// Longest file that is read, in bytes: a note of [`LONGEST_NOTE`] characters takes 12,000 at most.
pub(crate) const LONGEST: usize = 16 * 1024;

/// Characters of a note.
pub(crate) const LONGEST_NOTE: usize = 1_000;

/// What somebody decided about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Statement {
    #[schemars(extend("const" = FORMAT))]
    pub(crate) format: String,
    #[schemars(extend("const" = VERSION))]
    pub(crate) format_version: u32,
    pub(crate) tenant: TenantId,
    /// The digest of the plan's effect, `sha256:` and 64 hexadecimal digits.
    pub(crate) effect: String,
    /// The digest of the policy by which the plan was made; null where there is none.
    pub(crate) policy: Option<String>,
    /// When the plan expires, and with it this.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) decision: Decision,
    /// What whoever signed wants to say.
    pub(crate) note: Option<Untrusted>,
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    pub(crate) signed_at: OffsetDateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Approve,
    Reject,
}

/// Why a file is no statement, although somebody signed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StatementError {
    #[error("it is longer than any statement")]
    TooLong,
    #[error("it is no statement: {0}")]
    NotOne(String),
    #[error("it was written by a newer version (format {0}; this version reads up to {VERSION})")]
    Newer(u64),
    #[error("it is not in the form in which statements are written")]
    OtherForm,
}

/// What every document of ours begins with.
#[derive(Deserialize)]
struct StatementHead {
    #[serde(default)]
    format: Value,
    #[serde(default)]
    format_version: Value,
}

impl Statement {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Into memory nothing fails to be written.
        drop(write_pretty(self, &mut bytes));
        bytes
    }

    /// # Errors
    /// When it is none, or has not the one form that it is written in: what somebody reads of it in an
    /// editor, and what counts, is the same.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > LONGEST {
            return Err(StatementError::TooLong);
        }
        let wrong = |error: serde_json::Error| StatementError::NotOne(told(&error.to_string()));
        let head: StatementHead = serde_json::from_slice(bytes).map_err(wrong)?;
        if head.format.as_str() != Some(FORMAT) {
            return Err(StatementError::NotOne(format!("its format is not {FORMAT}")));
        }
        if let Some(newer) = head.format_version.as_u64().filter(|is| *is > u64::from(VERSION)) {
            return Err(StatementError::Newer(newer));
        }
        let statement: Self = serde_json::from_slice(bytes).map_err(wrong)?;
        let is_known = statement.format_version == VERSION;
        let note = statement.note.as_ref().map_or(0, |note| note.raw().chars().count());
        match is_known && note <= LONGEST_NOTE && statement.to_bytes() == bytes {
            true => Ok(statement),
            false => Err(StatementError::OtherForm),
        }
    }
}

/// The schema of a statement.
pub(crate) fn schema() -> Schema {
    document::<Statement>("approval", VERSION)
}
