//! Reading the policy: a single object.

use serde::Deserialize;

use super::{ConsentRequests, Found, Reviewer, Spec, address};
use crate::kinds::{Each, Kind, Observe, OddAnswer, Read, Scene};
use crate::model::query::{Missing, Pages, Query, Rows};
use crate::model::untrusted::shown;

pub(super) const PATH: &str = "/policies/adminConsentRequestPolicy";

impl Read for ConsentRequests {
    fn reads(&self, scene: &Scene) -> Vec<Query> {
        scene.is_about(Self::NAME).then(read).into_iter().collect()
    }
}

impl Observe for ConsentRequests {
    fn observe(&self, pages: &Pages, scene: &Scene, found: Each<Found>) -> Result<(), OddAnswer> {
        if scene.is_about(Self::NAME) {
            let answered = pages.rows(&read()).map(Rows::answered).unwrap_or_default();
            found(address(), Found { spec: policy(pages)? }, answered);
        }
        Ok(())
    }
}

pub(super) fn read() -> Query {
    Query::object(PATH, Missing::Error)
}

/// As Graph answers. `version` is the service's own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    is_enabled: bool,
    notify_reviewers: bool,
    reminders_enabled: bool,
    request_duration_in_days: i64,
    reviewers: Vec<Reviewer>,
}

/// The policy as it was read.
///
/// # Errors
/// When it was not read, or lacks one of the properties that a write has to send.
pub(super) fn policy(pages: &Pages) -> Result<Spec, OddAnswer> {
    let row = pages.rows(&read()).and_then(Rows::first).ok_or_else(|| odd("was not read"))?;
    let row = Row::deserialize(row).map_err(|error| odd(&shown(&error.to_string())))?;
    Ok(Spec {
        enabled: row.is_enabled,
        notify: row.notify_reviewers,
        reminders: row.reminders_enabled,
        days: row.request_duration_in_days,
        reviewers: row.reviewers,
    })
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer::new("the tenant's policy for admin consent requests", problem)
}
