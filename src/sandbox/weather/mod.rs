//! Trouble on purpose: what the tenant does wrong.
//!
//! Here is what and when; in `sky` is how a run goes through it, in `chance` how often, in `measure` how
//! long, in `rule` to which requests, in `word` how a command line says it, in `file` how a file does.

pub(crate) mod chance;
pub mod file;
pub(crate) mod measure;
pub(crate) mod rule;
pub(crate) mod sky;
pub(crate) mod word;
pub(crate) mod written;

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::sandbox::tenant::DirectoryTrouble;
use crate::sandbox::tenant::replica::Lag;
use crate::sandbox::weather::chance::Often;
use crate::sandbox::weather::measure::Latency;
use crate::sandbox::weather::rule::{Meanwhile, RefusalRule, Slow};

/// How the tenant misbehaves. The default is fine weather; what is `None` is left to the weather
/// below. All counts go over the requests of one server run; requests inside a batch count one by
/// one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Weather {
    /// What shares and ranges are drawn from. 0 when nobody says.
    pub(crate) seed: Option<u64>,
    /// Every HTTP request takes this long.
    pub(crate) latency: Option<Latency>,
    /// Requests answered 429.
    #[serde(alias = "429")]
    pub(crate) throttle: Option<Often>,
    /// Writes answered 429.
    #[serde(alias = "429-writes")]
    pub(crate) throttle_writes: Option<Often>,
    /// Writes of one app within 150 seconds before it is throttled. 0: no limit.
    pub(crate) quota: Option<u32>,
    /// Requests answered 503.
    #[serde(alias = "503")]
    pub(crate) unavailable: Option<Often>,
    /// Seconds of `Retry-After` with 429 and 503, but for the quota's own.
    pub(crate) retry_after: Option<u32>,
    /// Requests answered 500, 502 or 504 before anything happened.
    #[serde(alias = "500")]
    pub(crate) fault: Option<Often>,
    /// Writes that take effect and are answered 500, 502 or 504.
    #[serde(alias = "500-after")]
    pub(crate) fault_after: Option<Often>,
    /// Writes that take effect, and the connection breaks before the answer.
    pub(crate) lost: Option<Often>,
    /// Requests whose connection breaks before anything happened.
    pub(crate) lost_before: Option<Often>,
    /// Writes that take effect, but are answered 404 `Directory_ObjectNotFound`.
    #[serde(alias = "lost-404")]
    pub(crate) denied: Option<Often>,
    /// Batches answered 500, 502 or 504 as a whole before any of their requests took effect.
    #[serde(alias = "batch-500")]
    pub(crate) batch_fault: Option<Often>,
    /// The same when some of their requests took effect, and the others did not.
    #[serde(alias = "batch-500-midway")]
    pub(crate) batch_fault_midway: Option<Often>,
    /// The same when all of their requests were carried out.
    #[serde(alias = "batch-500-after")]
    pub(crate) batch_fault_after: Option<Often>,
    /// Batches whose connection breaks when all of their requests were carried out.
    pub(crate) batch_lost: Option<Often>,
    /// The same before any was.
    pub(crate) batch_lost_before: Option<Often>,
    /// The same when some were, and the others were not.
    pub(crate) batch_lost_midway: Option<Often>,
    /// How long readers miss a new object.
    #[serde(deserialize_with = "measure::lag")]
    pub(crate) lag: Option<Lag>,
    /// How long readers see a changed object as it was.
    #[serde(deserialize_with = "measure::lag")]
    pub(crate) lag_changes: Option<Lag>,
    /// How long readers still see a deleted object.
    #[serde(deserialize_with = "measure::lag")]
    pub(crate) lag_deletes: Option<Lag>,
    /// Lists leave rows out unless the page size is 999 or the query is an advanced one.
    pub(crate) lossy: Option<bool>,
    /// The second page of every list is empty, with a link to the third.
    pub(crate) empty_pages: Option<bool>,
    /// A list answers 500 on this page (counted from 1). 0: none.
    pub(crate) broken_page: Option<u64>,
    /// Links to next pages lead to this root instead, `https://elsewhere.example`.
    pub link_host: Option<String>,
    /// Lists whose bodies stop half-way.
    pub(crate) cut: Option<Often>,
    /// This request, and every one after it, is answered as if the token had expired. 0: none.
    #[serde(alias = "expired")]
    pub(crate) expire_after: Option<u64>,
    /// At this request all tokens that were issued so far expire; a later one works. 0: none.
    pub(crate) token_expires: Option<u64>,
    /// From this request on, every write is answered 403. 0: none.
    pub(crate) rights_withdrawn: Option<u64>,
    /// The same for reads as well.
    pub(crate) all_rights_withdrawn: Option<u64>,
    /// The first two grants for a new service principal are refused.
    #[serde(alias = "fresh")]
    pub(crate) fresh_service_principals: Option<bool>,
    /// Status of a duplicate grant: 409 (default) or 400.
    #[serde(deserialize_with = "duplicate")]
    pub(crate) duplicate: Option<u16>,
    /// Requests before which another administrator removes, narrows or restores something.
    pub(crate) administrator: Option<Often>,
    /// Requests that take another time than the rest.
    pub(crate) slow: Vec<Slow>,
    pub(crate) refuse: Vec<RefusalRule>,
    pub(crate) meanwhile: Vec<Meanwhile>,
    /// Other weather for a while.
    pub phase: Vec<Phase>,
}

fn duplicate<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    match u16::deserialize(from)? {
        status @ (400 | 409) => Ok(Some(status)),
        _ => Err(D::Error::custom("a duplicate grant is answered 409 or 400")),
    }
}

impl Weather {
    /// The trouble that sits in the directory itself.
    pub(crate) fn trouble(&self) -> DirectoryTrouble {
        DirectoryTrouble {
            lag: self.lag.unwrap_or_default(),
            lag_changes: self.lag_changes.unwrap_or_default(),
            lag_deletes: self.lag_deletes.unwrap_or_default(),
            fresh_service_principals: self.fresh_service_principals.unwrap_or(false),
            duplicate: self.duplicate.unwrap_or(409),
        }
    }

    /// This weather on top of another: what it says nothing about is taken from below, and what it
    /// lists comes before what is listed below.
    #[must_use]
    pub(crate) fn over(self, below: Self) -> Self {
        macro_rules! mixed {
            (nearest: $($one:ident)*; both: $($list:ident)*) => {
                Self {
                    $($one: self.$one.or(below.$one),)*
                    $($list: self.$list.into_iter().chain(below.$list).collect(),)*
                }
            };
        }
        mixed!(
            nearest:
                seed latency throttle throttle_writes quota unavailable retry_after fault
                fault_after lost lost_before denied batch_fault batch_fault_midway
                batch_fault_after batch_lost batch_lost_before batch_lost_midway lag lag_changes
                lag_deletes lossy empty_pages broken_page link_host cut expire_after
                token_expires rights_withdrawn all_rights_withdrawn fresh_service_principals
                duplicate administrator;
            both: slow refuse meanwhile phase
        )
    }
}

/// A weather for a while, on top of what holds otherwise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phase {
    /// First and last request, counted from 1; absent: open.
    pub(crate) requests: (Option<u64>, Option<u64>),
    /// Seconds since the server started, the last one included; absent: open.
    pub(crate) seconds: (Option<u64>, Option<u64>),
    pub weather: Weather,
}

const WHEN: [&str; 4] = ["from-request", "to-request", "from-second", "to-second"];

impl Phase {
    /// Whether it holds for this request, counted from 1, so long after the start.
    pub(crate) fn holds(&self, request: u64, elapsed: Duration) -> bool {
        let within = |(from, to): (Option<u64>, Option<u64>), at: u64| {
            from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to)
        };
        within(self.requests, request) && within(self.seconds, elapsed.as_secs())
    }
}

/// When, and beside it the keys of any weather. (serde cannot refuse unknown keys in a flattened
/// table.)
impl<'de> Deserialize<'de> for Phase {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut table = toml::Table::deserialize(from)?;
        let mut when = [None; 4];
        for (name, place) in WHEN.iter().zip(&mut when) {
            let Some(value) = table.remove(*name) else { continue };
            let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
            *place = Some(number.ok_or_else(|| {
                D::Error::custom(format!("{name} takes a number, counted from 1"))
            })?);
        }
        if when == [None; 4] {
            return Err(D::Error::custom(format!("a phase says when: {}", WHEN.join(", "))));
        }
        let weather: Weather = table.try_into().map_err(|error: toml::de::Error| {
            D::Error::custom(format!("{}; or {}", error.message(), WHEN.join(", ")))
        })?;
        if !weather.phase.is_empty() {
            return Err(D::Error::custom("a phase has no phases of its own"));
        }
        let [first, last, start, end] = when;
        Ok(Self { requests: (first, last), seconds: (start, end), weather })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_weather_wins_and_may_be_fine() {
        let read = |text: &str| toml::from_str::<Weather>(text).unwrap();
        let below = read("lag = 2\nlost = 3\n429 = \"5%\"\nrefuse = [{ status = 400 }]\n");
        let mixed = read("lag = \"5s\"\nthrottle = 0\nrefuse = [{ status = 403 }]\n").over(below);
        assert_eq!(mixed.lag, Some(Lag::Time(Duration::from_secs(5))));
        assert_eq!((mixed.lost, mixed.throttle), (Some(Often::Every(3)), Some(Often::Never)));
        let statuses: Vec<u16> = mixed.refuse.iter().map(|rule| rule.status).collect();
        assert_eq!(statuses, [403, 400]);
    }

    #[test]
    fn mistakes_are_told_with_what_there_is() {
        let wrong = |text: &str| toml::from_str::<Weather>(text).unwrap_err().to_string();
        for (text, said) in [
            ("rain = 1", "unknown field `rain`, expected one of `seed`, `latency`, `429`"),
            ("lost = \"often\"", "expected N for every N-th, or a share such as \"10%\""),
            ("latency = \"1h\"", "expected a time such as 40ms or 2s"),
            ("lag = true", "expected a number of reads, or a time"),
            ("duplicate = 404", "a duplicate grant is answered 409 or 400"),
            ("[[phase]]\nlost = 1", "a phase says when: from-request, to-request"),
            ("[[phase]]\nfrom-request = -1", "from-request takes a number"),
            ("[[phase]]\nfrom-second = 1\nrain = 1", "unknown field `rain`"),
            ("[[phase]]\nfrom-second = 1\n[[phase.phase]]\nto-second = 2", "no phases of its own"),
            (
                "[[meanwhile]]\nmethod = \"PATCH\"\npath = \"/x\"\nbody = \"x = 1\"",
                "body takes a table, or JSON as text: expected value at line 1 column 1",
            ),
            ("[[meanwhile]]\nbefore = { verb = \"x\" }", "unknown field `verb`, expected one of"),
        ] {
            let told = wrong(text);
            assert!(told.contains(said), "{told}");
            assert!(told.contains("line"), "{told}");
        }
    }
}
