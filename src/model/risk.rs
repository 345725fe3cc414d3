//! How risky it is what a change gives, and why: what rules and formats ask for is typed, and the sentence is for people
//! only.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::schema::{JsonSchema, form};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tier {
    Low,
    Medium,
    High,
    Critical,
}

impl Tier {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How risky it is what is given, with the rule that says so. What is only taken has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Risk {
    pub(crate) tier: Tier,
    /// `P205: mail or every file, as the user (Mail.ReadWrite)`.
    pub reasons: Vec<Reason>,
}

/// Why a change is as risky as it is. In documents it is its sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// Stable: `P205`. Absent in what was read from a document, which has only the sentence.
    pub(crate) rule: Option<&'static str>,
    /// `mail or every file, as the user`, for people. Read from a document: all of the sentence.
    pub(crate) says: String,
    pub(crate) about: About,
}

form!(Reason, { "type": "string" });

/// What a reason is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    /// What these permissions allow, by name.
    Permissions(Vec<String>),
    /// How many people are given it: the rating moves.
    Reach,
    /// Whose app it is: the rating moves.
    Publisher,
    /// What people may consent to.
    Consent,
    /// Not known: see [`Reason::rule`].
    Unknown,
}

impl Reason {
    pub(crate) fn new(rule: &'static str, says: impl Into<String>, about: About) -> Self {
        Self { rule: Some(rule), says: says.into(), about }
    }

    /// Names of the permissions that it is about.
    pub(crate) fn permissions(&self) -> &[String] {
        match &self.about {
            About::Permissions(names) => names,
            About::Reach | About::Publisher | About::Consent | About::Unknown => &[],
        }
    }

    /// Whether it moves a rating by what is around the permission: that is worth a line at any risk.
    pub(crate) fn moves(&self) -> bool {
        matches!(self.about, About::Reach | About::Publisher)
    }
}

/// `P304: reads, with nobody signed in (Group.Read.All, User.Read.All)`.
pub(crate) fn sentence(rule: Option<&str>, says: &str, names: &[impl AsRef<str>]) -> String {
    let rule = rule.map(|rule| format!("{rule}: ")).unwrap_or_default();
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    format!("{rule}{says}{names}")
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sentence(self.rule, &self.says, self.permissions()))
    }
}

/// Nothing is read out of the sentence: whoever needs the rule rates anew.
impl From<String> for Reason {
    fn from(sentence: String) -> Self {
        Self { rule: None, says: sentence, about: About::Unknown }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_written_as_its_sentence_and_stays_that() {
        let names = ["Mail.Read", "Mail.Send"].map(str::to_owned).to_vec();
        let reason = Reason::new("P205", "mail, as the user", About::Permissions(names));
        let written = serde_json::to_string(&reason).unwrap();
        assert_eq!(written, r#""P205: mail, as the user (Mail.Read, Mail.Send)""#);
        let read: Reason = serde_json::from_str(&written).unwrap();
        assert_eq!(read.to_string(), reason.to_string());
        assert_eq!((read.rule, read.about), (None, About::Unknown));
        assert_eq!(
            Reason::new("G1", "few people get it", About::Reach).to_string(),
            "G1: few people get it"
        );
    }
}
