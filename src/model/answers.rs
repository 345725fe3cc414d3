//! What Microsoft Graph was asked and what it answered, in the form in which it is kept: a plan can be made
//! of it once more, elsewhere and without a token. No header stands in it, and nobody's token.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::outcome::Refusal;
use crate::model::query::Rows;
use crate::model::schema::JsonSchema;

/// All questions of one reading with their answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Answers {
    /// By path and query string, as it was asked.
    pub(crate) asked: BTreeMap<String, KeptAnswer>,
    /// Users, groups, service principals and app registrations that were asked for by their ids alone: what
    /// they are called, and nothing else of them.
    pub(crate) named: Rows,
}

/// What became of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptAnswer {
    /// All rows of a list, or the one object. None where such an object is not there.
    Rows(Rows),
    /// The tenant did not let whoever asked read it.
    Refused(Refusal),
}
