//! The report of `verify --json`.

use std::io::{self, Write};

use serde::Serialize;
use time::OffsetDateTime;

use super::examine::{Approvable, Examined, SignedDecision};
use super::judge::{Evidence, Shortage};
use crate::model::clock::Moment;
use crate::model::id::TenantId;
use crate::model::json::write_pretty;
use crate::model::schema::{JsonSchema, Schema, document};
use crate::model::untrusted::Untrusted;

const FORMAT: &str = "consent.verification";
const VERSION: u32 = 1;

/// Who approved a plan.
#[derive(Serialize, JsonSchema)]
struct VerificationReport<'a> {
    #[schemars(extend("const" = FORMAT))]
    format: &'static str,
    #[schemars(extend("const" = VERSION))]
    format_version: u32,
    /// Whether there is an approval, no rejection, and no signature that is refused.
    valid: bool,
    tenant: TenantId,
    /// The digest of the plan's effect.
    effect: &'a str,
    /// The digest of the policy; null where there is none.
    policy: Option<&'a str>,
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    expires_at: OffsetDateTime,
    /// How many people approved.
    people: usize,
    /// All of them, in the order of the files' names.
    signatures: Vec<SignatureEntry<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct SignatureEntry<'a> {
    /// The name of the statement's file. Whoever put it there chose it.
    file: Untrusted,
    /// The fingerprint of the key; null where there is none.
    key: Option<&'a str>,
    /// What was decided; null where the signature is refused.
    decision: Option<&'a SignedDecision>,
    /// Why the signature is refused; null where it is not.
    refused: Option<RefusedEntry>,
}

#[derive(Serialize, JsonSchema)]
struct RefusedEntry {
    /// Stable: `unknown_key`.
    because: &'static str,
    /// For people.
    says: Untrusted,
}

/// The schema of the report.
pub(crate) fn schema() -> Schema {
    document::<VerificationReport<'static>>("verification", VERSION)
}

/// Whether all that is there speaks for the plan.
pub(crate) fn is_valid(examined: &[Examined], enough: &Result<Evidence, Shortage>) -> bool {
    enough.is_ok() && examined.iter().all(|one| one.result.is_ok())
}

/// # Errors
/// When the writer fails.
pub(crate) fn write(
    plan: &Approvable<'_>,
    examined: &[Examined],
    enough: &Result<Evidence, Shortage>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let people = match enough {
        Ok(Evidence { people, .. }) | Err(Shortage::TooFew { people, .. }) => *people,
        Err(Shortage::Rejected(_)) => 0,
    };
    let report = VerificationReport {
        format: FORMAT,
        format_version: VERSION,
        valid: is_valid(examined, enough),
        tenant: plan.tenant,
        effect: plan.effect,
        policy: plan.policy,
        expires_at: plan.expires_at,
        people,
        signatures: examined.iter().map(entry).collect(),
    };
    write_pretty(&report, out)
}

fn entry(examined: &Examined) -> SignatureEntry<'_> {
    let Examined { name, key, result } = examined;
    SignatureEntry {
        file: Untrusted::new(name.as_str()),
        key: key.as_deref(),
        decision: result.as_ref().ok(),
        refused: result.as_ref().err().map(|refused| RefusedEntry {
            because: refused.word(),
            says: Untrusted::new(refused.to_string()),
        }),
    }
}
