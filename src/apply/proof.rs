//! How long to wait between two reads, and what a read showed. Pure.

use std::time::Duration;

use serde_json::Value;

use crate::model::change::Step;
use crate::model::id::PathId;
use crate::model::request::Known;

/// After an accepted write: 61 seconds in all, after which Microsoft Entra's replicas are expected
/// to agree. Seconds before each read.
/// <https://devblogs.microsoft.com/identity/designing-for-eventual-consistency-for-microsoft-entra/>
pub(crate) const READ_BACK: &[u64] = &[0, 1, 2, 4, 8, 16, 30];

/// After a write without an answer: how often the object is looked for before the request may be
/// sent again. Seconds before each read.
pub(crate) const LOOK: &[u64] = &[0, 1, 2, 4, 8];

/// Where the service says how things are, and a read shall confirm it. Seconds before each read.
pub(crate) const CHECK: &[u64] = &[0, 1, 2, 4];

/// Where the object could not be read, by a read that was repeated within itself already. Seconds before
/// each read.
pub(crate) const UNREAD: &[u64] = &[0, 2, 8];

/// What the plan saw is looked at again before it is replaced or removed, when it was last looked at
/// so long ago: a run may take minutes, and the service may ask for a pause.
pub(crate) const LOOKS_LAST: Duration = Duration::from_secs(10);

/// Seconds before each repetition of a request that refers to an object not replicated yet. New
/// service principals have been seen to take more than a minute.
pub(crate) const NOT_YET: &[u64] = &[1, 2, 4, 8, 16, 30, 30];

/// The entry of a schedule, `None` behind its end.
pub(crate) fn delay(schedule: &[u64], number: usize) -> Option<Duration> {
    schedule.get(number).copied().map(Duration::from_secs)
}

/// What one read of an object showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Showed {
    /// As it shall be, with the id of the object if one could be read.
    Shown(Option<String>),
    /// Read, and not there.
    NotShown,
    /// Read, and there, but not as it shall be: as it was, as far as that can be told.
    Otherwise,
    /// Read, and there, neither as it shall be nor as it was.
    Changed,
    /// Read, and another object than was meant, for this reason.
    Another(String),
    /// Not read.
    Unreadable,
}

/// Compares the rows that were read with what the step's proof expects.
pub(crate) fn sight(step: &Step, rows: Option<&[Value]>, known: &Known) -> Showed {
    let Some(rows) = rows else { return Showed::Unreadable };
    if let Some(because) = step.proof.expect.contradicted_by(rows, known) {
        return Showed::Another(because);
    }
    if !step.proof.expect.met_by(rows, known) {
        let as_before = step.proof.before.as_ref().is_none_or(|it| it.met_by(rows, known));
        return match (rows.is_empty(), as_before) {
            (true, _) => Showed::NotShown,
            (false, true) => Showed::Otherwise,
            (false, false) => Showed::Changed,
        };
    }
    let shown = rows.iter().find(|row| step.proof.expect.met_by(std::slice::from_ref(row), known));
    Showed::Shown(shown.and_then(id_of))
}

/// The `id` of an object, if it is one that can stand in a path.
pub(crate) fn id_of(object: &Value) -> Option<String> {
    let id: PathId = object.get("id")?.as_str()?.parse().ok()?;
    Some(id.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_read_back_takes_about_a_minute() {
        assert_eq!(READ_BACK.iter().sum::<u64>(), 61);
        assert_eq!(delay(READ_BACK, READ_BACK.len()), None);
    }

    #[test]
    fn ids_that_could_lead_elsewhere_are_no_ids() {
        for bad in ["", "..", "a/b", "a?b", "a%2fb", "a b", "x'y"] {
            assert_eq!(id_of(&json!({ "id": bad })), None, "{bad}");
        }
        let good = "Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLY";
        assert_eq!(id_of(&json!({ "id": good })).as_deref(), Some(good));
    }
}
