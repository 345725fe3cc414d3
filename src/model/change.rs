//! The waist of the house. Kinds make changes; order, rules, formats, executor and journal use them
//! and never ask which kind they are.

use serde::{Deserialize, Serialize};

use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::id::{AppId, ObjectId};
use crate::model::object_state::ObjectState;
use crate::model::request::{Proof, Request};
use crate::model::risk::Risk;
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;
use crate::model::written_at::WrittenAt;

/// What happens to one managed object, in the word people read.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    Create,
    Grant,
    Assign,
    Widen,
    Narrow,
    Set,
    Revoke,
    Unassign,
}

impl Verb {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Grant => "grant",
            Self::Assign => "assign",
            Self::Widen => "widen",
            Self::Narrow => "narrow",
            Self::Set => "set",
            Self::Revoke => "revoke",
            Self::Unassign => "unassign",
        }
    }

    pub(crate) fn sign(self) -> char {
        match self {
            Self::Create | Self::Grant | Self::Assign => '+',
            Self::Widen | Self::Narrow | Self::Set => '~',
            Self::Revoke | Self::Unassign => '-',
        }
    }

    /// The object is deleted.
    pub(crate) fn removes(self) -> bool {
        matches!(self, Self::Revoke | Self::Unassign)
    }
}

/// One managed object that is not as it should be: what is, what shall be, why, and the requests
/// that make it so. Inert data.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub address: Address,
    /// Of a change that goes on with what another one of the same object began.
    pub(crate) part: Option<Part>,
    pub(crate) verb: Verb,
    /// Somebody can do more afterwards.
    pub(crate) gives: bool,
    /// Somebody can do less afterwards. Such changes wait until all that gives was read back.
    pub(crate) takes: bool,
    pub(crate) subject: Subject,
    pub(crate) fields: Vec<FieldChange>,
    /// The object as found, in its kind's own form; absent when there is none.
    pub(crate) before: ObjectState,
    /// The object as it shall be, in its kind's own form; absent when there shall be none.
    pub(crate) after: ObjectState,
    /// In order. Each is proven before the next is sent.
    pub steps: Vec<Step>,
    /// Changes that must be settled before the first step is sent.
    pub needs: Vec<Address>,
    /// What stays as it is, and keeps for somebody what this change takes: without it nothing is sent.
    pub rests_on: Vec<Rest>,
    pub(crate) why: Vec<Why>,
    /// Sentences a reviewer should read beside this change. Safe text.
    pub(crate) notes: Vec<String>,
    pub(crate) permissions: Vec<Permission>,
    /// What it does to how people may consent.
    pub(crate) consent: Option<Consent>,
    pub risk: Option<Risk>,
}

/// That a change is one of several of one object: one request would have cut somebody off, or would have
/// been too early. The first of them stands at the object's own address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The address of the object.
    pub(crate) of: Address,
}

impl Subject {
    /// `delegated, Microsoft Graph, adele@contoso.com`. Safe text.
    pub(crate) fn words(&self) -> String {
        let target = self.target.as_ref().map(Untrusted::shown);
        let whom = match (self.audience, &self.person) {
            (Audience::Everyone, _) => Some("all users".to_owned()),
            (_, person) => person.as_ref().map(Untrusted::shown),
        };
        [Some(self.what.clone()), target, whom].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Change {
    /// Where the object stands that it is about: several changes may be about one.
    pub fn object(&self) -> &Address {
        self.part.as_ref().map_or(&self.address, |part| &part.of)
    }

    /// A removal for the rails: afterwards somebody has a permission less, or an object is gone that
    /// nothing replaces. Whether a grant is deleted or only narrowed makes no difference to those who
    /// lose it.
    pub(crate) fn is_removal(&self) -> bool {
        self.takes && (self.verb.removes() || self.consented().any(|one| one.lost))
    }

    /// Its permissions of APIs: what somebody consents to. Who may sign in is none of them.
    pub(crate) fn consented(&self) -> impl Iterator<Item = &Permission> {
        self.permissions.iter().filter(|one| one.sort != PermissionSort::SignIn)
    }
}

// All text is safe to draw, except names, which are `Untrusted` until drawn.
/// What the change is about, in people's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Subject {
    /// The sort of thing: `delegated`, `service principal`, `user consent`.
    pub(crate) what: String,
    /// What it is about, the same for all members of one picture: `Microsoft Graph`.
    pub(crate) target: Option<Untrusted>,
    pub(crate) audience: Audience,
    /// Name of the person of the audience, once looked up; or of what else is each member's own in a
    /// picture, such as the permission of a class.
    pub(crate) person: Option<Untrusted>,
}

/// As much of an object as has to be there when something is taken, so that it is harmless. Inert data.
#[derive(Debug, Clone, PartialEq)]
pub struct Rest {
    pub(crate) address: Address,
    /// In its kind's own form. An object that has more holds it as well.
    pub(crate) state: ObjectState,
    /// What it is about, in people's words.
    pub(crate) subject: Subject,
    /// How a read shows it, see [`crate::model::request::Expect::held_by`].
    pub(crate) proof: Proof,
}

/// How one property differs, as lists: a single value is a list of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FieldChange {
    pub(crate) name: String,
    pub(crate) kept: Vec<Untrusted>,
    pub(crate) gained: Vec<Untrusted>,
    pub(crate) lost: Vec<Untrusted>,
}

/// One request and how a read shows that it took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub request: Request,
    pub proof: Proof,
    /// The answer's `id` becomes known under this placeholder.
    pub(crate) creates: Option<String>,
}

/// Why a change is planned: the line that asks for it, with its author's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Why {
    /// `consent.toml:14`, or a sentence where no line asks for it ("not declared; outlook-tasks is exact").
    pub(crate) line: String,
    pub(crate) reason: Option<String>,
    pub(crate) owner: Option<String>,
    /// ISO date.
    pub(crate) until: Option<String>,
    /// What asks for it: for programs, which show it there. Absent where nothing in the manifest does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<WrittenAt>,
}

impl Why {
    /// Nobody wrote more beside it.
    pub(crate) fn because(line: impl Into<String>) -> Self {
        Self { line: line.into(), reason: None, owner: None, until: None, at: None }
    }

    #[must_use]
    pub(crate) fn at(self, at: Option<WrittenAt>) -> Self {
        Self { at, ..self }
    }
}

/// What a change does to how people may consent, for the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Users consent by a setting.
    Users {
        /// Ids of policies by which they may from now on, and could not before.
        by: Vec<String>,
    },
    /// A policy by which somebody may consent.
    Policy {
        /// In lower case.
        id: String,
        /// Whether everything may be consented to by it as it was found.
        was_open: bool,
        /// What it lets through that it did not before; `None` where that is nothing.
        lets: Option<Lets>,
    },
}

/// How much a policy lets through that it did not before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lets {
    More,
    /// A set of it has no bound: every permission of its sort, of every API and for every app.
    Everything,
}

/// A permission that the change gives or takes, for the rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Permission {
    /// Object id of the service principal that publishes it; zero of one that is still to be created.
    pub(crate) by: ObjectId,
    /// Its app id. Only the directory knows: absent before that was asked, and where it has none.
    pub(crate) resource: Option<AppId>,
    pub(crate) sort: PermissionSort,
    pub(crate) name: String,
    /// The live resource says that only an administrator can consent to it; nothing where it does not
    /// publish the name.
    pub(crate) admin_only: Option<bool>,
    pub(crate) gained: bool,
    pub(crate) lost: bool,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PermissionSort {
    Delegated,
    Application,
    /// To sign in to an app, and the roles that somebody has there: the resource is the app itself.
    SignIn,
}
