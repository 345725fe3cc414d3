//! A plan that was made of a snapshot, and not of the tenant: it can be reviewed and never applied.

use serde::Serialize;
use time::OffsetDateTime;

use crate::model::clock::{Moment, minute, stamp};
use crate::model::schema::JsonSchema;

/// What it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Offline {
    /// When the tenant was read.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    pub(crate) taken_at: OffsetDateTime,
    /// Whole days from then until the plan was made.
    pub(crate) days: u64,
    /// SHA-256 of the snapshot's bytes.
    pub(crate) sha256: String,
}

/// A snapshot that is older is told of as old.
const FRESH_DAYS: u64 = 7;

impl Offline {
    pub(crate) fn new(taken_at: OffsetDateTime, made_at: OffsetDateTime, sha256: String) -> Self {
        let days = u64::try_from((made_at - taken_at).whole_days()).unwrap_or_default();
        Self { taken_at, days, sha256 }
    }

    /// `from the snapshot of 2026-11-27 05:17 UTC, 2 days old`
    pub(crate) fn told(&self) -> String {
        format!("from the snapshot of {}, {}", minute(self.taken_at), self.age())
    }

    fn age(&self) -> String {
        match self.days {
            0 => "less than a day old".to_owned(),
            1 => "1 day old".to_owned(),
            days => format!("{days} days old"),
        }
    }

    /// What there is to say of an old one.
    pub(crate) fn warning(&self) -> Option<String> {
        (self.days > FRESH_DAYS).then(|| {
            format!(
                "The snapshot is {}: what people and apps have may be otherwise by now. A new one is \
                 taken with `consent snapshot take`.",
                self.age()
            )
        })
    }

    /// Its line in the effect.
    pub(crate) fn line(&self) -> String {
        format!("offline: from the snapshot of {}, sha256:{}", stamp(self.taken_at), self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn only_an_old_one_is_told_of_as_old() {
        let taken = datetime!(2026-11-20 05:17 UTC);
        let after =
            |hours: i64| Offline::new(taken, taken + time::Duration::hours(hours), "00".to_owned());
        assert_eq!(
            after(3).told(),
            "from the snapshot of 2026-11-20 05:17 UTC, less than a day old"
        );
        assert_eq!(after(30).told(), "from the snapshot of 2026-11-20 05:17 UTC, 1 day old");
        assert_eq!(after(7 * 24 + 23).warning(), None);
        let old = after(8 * 24).warning().unwrap();
        assert!(old.starts_with("The snapshot is 8 days old: "), "{old}");
        // A clock that went back makes nothing of it that is younger than now.
        assert_eq!(after(-5).days, 0);
    }
}
