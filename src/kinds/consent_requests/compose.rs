//! The workflow as `[admin_consent_requests]`.

use toml::Value;

use super::declare::DAYS;
use super::reviewer::{Reviewer, Who};
use super::{ConsentRequests, Spec};
use crate::kinds::compose::keys;
use crate::kinds::{Compose, Composed, Scene, people};

impl Compose for ConsentRequests {
    fn compose(&self, _owner: &str, spec: &Spec, scene: &Scene) -> Composed {
        let Spec { enabled, notify, reminders, days, reviewers } = spec;
        let fits = DAYS.contains(days);
        if *enabled && (reviewers.is_empty() || !fits) {
            let problem = "it is on, and no manifest can say who reviews, or for how long";
            return Composed::Never(problem.to_owned());
        }
        let mut table = keys([
            ("enabled", (*enabled).into()),
            ("notify", (*notify).into()),
            ("reminders", (*reminders).into()),
        ]);
        let mut left_out = Vec::new();
        if fits {
            table.insert("days".to_owned(), (*days).into());
        } else {
            left_out.push(format!("how long a request waits: {days} days"));
        }
        match listed(reviewers, scene) {
            Some(listed) => drop(table.insert("reviewers".to_owned(), listed)),
            None => left_out.push("reviewers who are neither users nor groups".to_owned()),
        }
        if left_out.is_empty() {
            return Composed::Whole(table);
        }
        Composed::Partly(table, left_out.join("; "))
    }
}

/// `None` where one of them is neither a user nor a group.
fn listed(reviewers: &[Reviewer], scene: &Scene) -> Option<Value> {
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for reviewer in reviewers {
        match reviewer.who() {
            Who::User(id) => users.push(people::written(id, scene)),
            Who::Group(id) => groups.push(people::written_group(id, scene)),
            Who::Other(_) => return None,
        }
    }
    Some(keys([("users", users.into()), ("groups", groups.into())]).into())
}
