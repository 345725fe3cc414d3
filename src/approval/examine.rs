//! One signature at a time: who says what by it, or why it says nothing about this plan.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::approvers::{Approvers, KeyRefused};
use super::public_key::NotSigned;
use super::signature::{Signature, SignatureError};
use super::statement::{Decision, Statement, StatementError};
use super::told;
use crate::model::clock::{Moment, stamp};
use crate::model::id::TenantId;
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;

/// What is to be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approvable<'a> {
    pub(crate) tenant: TenantId,
    /// Digest of the effect.
    pub(crate) effect: &'a str,
    /// Digest of the policy.
    pub(crate) policy: Option<&'a str>,
    pub(crate) expires_at: OffsetDateTime,
    /// When the last run with this effect began that may have changed something.
    pub(crate) used: Option<OffsetDateTime>,
}

/// Two files that belong together, as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignedFile {
    /// The name of the statement's.
    pub(crate) name: String,
    pub(crate) statement: Option<Vec<u8>>,
    pub(crate) signature: Option<Vec<u8>>,
}

/// What somebody decided, and that it is so: what a record keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SignedDecision {
    /// Who, by the names that the list of approvers has for the key.
    pub(crate) by: BTreeSet<Untrusted>,
    /// The key's fingerprint, as `ssh-keygen -l` prints it.
    pub(crate) key: String,
    /// `ssh-ed25519`.
    pub(crate) key_type: String,
    pub(crate) decision: Decision,
    pub(crate) note: Option<Untrusted>,
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    pub(crate) signed_at: OffsetDateTime,
}

/// One signature, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Examined {
    pub(crate) name: String,
    /// The fingerprint of the key, as far as there is one.
    pub(crate) key: Option<String>,
    pub(crate) result: Result<SignedDecision, Unaccepted>,
}

/// Why a signature says nothing about this plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unaccepted {
    #[error("there is no statement beside the signature")]
    NoStatement,
    #[error("there is no signature beside the statement")]
    NoSignature,
    #[error("its signature cannot be used: {0}")]
    Signature(#[from] SignatureError),
    #[error("it was signed for \"{}\", and not for consent-approval@v1", told(.0))]
    OtherNamespace(String),
    #[error("{0}")]
    NotSigned(#[from] NotSigned),
    #[error("its key is nobody's who may approve")]
    UnknownKey,
    #[error("the namespaces of its key do not have consent-approval@v1 among them")]
    OtherUse,
    #[error("its key counts from {} on", stamp(*.0))]
    KeyNotYet(OffsetDateTime),
    #[error("its key counted until {}", stamp(*.0))]
    KeyPast(OffsetDateTime),
    #[error("what was signed cannot be used: {0}")]
    Statement(#[from] StatementError),
    #[error("it is about the tenant {0}")]
    OtherTenant(TenantId),
    #[error("it is about another effect, {}", told(.0))]
    OtherEffect(String),
    #[error("it was signed by {}", policy(.0.as_deref()))]
    OtherPolicy(Option<String>),
    #[error("it says that it was signed at {}, which is still to come", stamp(*.0))]
    ToCome(OffsetDateTime),
    #[error("it expired at {}, with the plan", stamp(*.0))]
    Expired(OffsetDateTime),
    #[error("it would be good until {}, longer than this plan", stamp(*.0))]
    Outlives(OffsetDateTime),
    #[error("it was used: a run with this effect began at {}", stamp(*.0))]
    Used(OffsetDateTime),
}

impl Unaccepted {
    /// Stable, for programs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::NoStatement => "no_statement",
            Self::NoSignature => "no_signature",
            Self::Signature(_)
            | Self::NotSigned(NotSigned::Algorithm(_) | NotSigned::Malformed) => {
                "signature_unusable"
            }
            Self::OtherNamespace(_) => "other_namespace",
            Self::NotSigned(NotSigned::Altered) => "altered",
            Self::NotSigned(NotSigned::Untouched) => "untouched",
            Self::UnknownKey => "unknown_key",
            Self::OtherUse => "key_for_others",
            Self::KeyNotYet(_) => "key_not_yet",
            Self::KeyPast(_) => "key_past",
            Self::Statement(_) => "statement_unusable",
            Self::OtherTenant(_) => "other_tenant",
            Self::OtherEffect(_) => "other_effect",
            Self::OtherPolicy(_) => "other_policy",
            Self::ToCome(_) => "to_come",
            Self::Expired(_) => "expired",
            Self::Outlives(_) => "outlives_plan",
            Self::Used(_) => "used",
        }
    }
}

fn policy(digest: Option<&str>) -> String {
    match digest {
        Some(digest) => format!("another policy, {}", told(digest)),
        None => "no policy".to_owned(),
    }
}

/// A signature may come from a machine whose clock is ahead by so much.
const CLOCKS_DIFFER: Duration = Duration::minutes(5);

/// Judges two files.
pub(crate) fn examine(
    plan: &Approvable<'_>,
    file: &SignedFile,
    approvers: &Approvers,
    now: OffsetDateTime,
) -> Examined {
    let name = file.name.clone();
    let (statement, signature) = match (&file.statement, &file.signature) {
        (None, _) => return Examined { name, key: None, result: Err(Unaccepted::NoStatement) },
        (_, None) => return Examined { name, key: None, result: Err(Unaccepted::NoSignature) },
        (Some(statement), Some(signature)) => (statement, Signature::parse(signature)),
    };
    match signature {
        Err(error) => Examined { name, key: None, result: Err(error.into()) },
        Ok(signature) => {
            let key = Some(signature.key.fingerprint());
            let result = decision(plan, statement, &signature, approvers, now);
            Examined { name, key, result }
        }
    }
}

/// First who, then what: nothing that a stranger wrote is looked at.
fn decision(
    plan: &Approvable<'_>,
    statement: &[u8],
    signature: &Signature,
    approvers: &Approvers,
    now: OffsetDateTime,
) -> Result<SignedDecision, Unaccepted> {
    if !signature.is_ours() {
        return Err(Unaccepted::OtherNamespace(signature.namespace.clone()));
    }
    signature.is_of(statement)?;
    let by = approvers.of_key(signature.key.blob(), now).map_err(|refused| match refused {
        KeyRefused::Unknown => Unaccepted::UnknownKey,
        KeyRefused::ForOthers => Unaccepted::OtherUse,
        KeyRefused::NotYet(from) => Unaccepted::KeyNotYet(from),
        KeyRefused::Past(until) => Unaccepted::KeyPast(until),
    })?;
    let statement = Statement::parse(statement)?;
    about(plan, &statement, now)?;
    let Statement { decision, note, signed_at, .. } = statement;
    Ok(SignedDecision {
        by: by.into_iter().map(Untrusted::new).collect(),
        key: signature.key.fingerprint(),
        key_type: signature.key.name().to_owned(),
        decision,
        note,
        signed_at,
    })
}

/// Whether a statement is about this plan, now.
fn about(plan: &Approvable<'_>, said: &Statement, now: OffsetDateTime) -> Result<(), Unaccepted> {
    let Statement {
        format: _,
        format_version: _,
        tenant,
        effect,
        policy,
        expires_at,
        decision,
        note: _,
        signed_at,
    } = said;
    if *tenant != plan.tenant {
        return Err(Unaccepted::OtherTenant(*tenant));
    }
    if effect != plan.effect {
        return Err(Unaccepted::OtherEffect(effect.clone()));
    }
    if policy.as_deref() != plan.policy {
        return Err(Unaccepted::OtherPolicy(policy.clone()));
    }
    if *signed_at > now.saturating_add(CLOCKS_DIFFER) {
        return Err(Unaccepted::ToCome(*signed_at));
    }
    if now > plan.expires_at.min(*expires_at) {
        return Err(Unaccepted::Expired(plan.expires_at.min(*expires_at)));
    }
    if *expires_at > plan.expires_at {
        return Err(Unaccepted::Outlives(*expires_at));
    }
    // Whoever rejected a plan does so until it expires.
    match plan.used {
        Some(used) if *decision == Decision::Approve && *signed_at <= used => {
            Err(Unaccepted::Used(used))
        }
        _ => Ok(()),
    }
}
