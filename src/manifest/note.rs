//! What people write beside a declaration for people: why, who answers for it, until when.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use time::{Date, Month};
use toml::Spanned;
use toml::value::Datetime;

use crate::manifest::entry::Entry;
use crate::manifest::source::Located;
use crate::model::finding::{Finding, Findings};
use crate::model::schema::form;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[("until_past", "a table whose last day has passed")];

/// A local date, `2027-06-30`: the last day on which something holds. Written without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let refused = || {
            D::Error::custom(
                "this is not a day\nhelp: write it as 2027-06-30, without quotes or time",
            )
        };
        let read = Datetime::deserialize(from).map_err(|_| refused())?;
        let (Some(date), None, None) = (read.date, read.time, read.offset) else {
            return Err(refused());
        };
        let month = Month::try_from(date.month).map_err(|_| refused())?;
        let day = Date::from_calendar_date(i32::from(date.year), month, date.day);
        Ok(Self(day.map_err(|_| refused())?))
    }
}

// JSON has no dates: what reads TOML for a schema hands them over as text.
form!(Day, {
    "type": "string",
    "format": "date",
    "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
});

/// The three keys that most tables take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// For people; shown through `model::untrusted::shown`.
    pub reason: Option<Located<String>>,
    pub owner: Option<Located<String>>,
    /// The last day on which the declaration holds.
    pub until: Option<Located<Date>>,
}

impl Note {
    /// From the fields of a kind's own entry, which has them one by one: flattening would lose
    /// their places.
    pub fn new(
        entry: &Entry,
        reason: Option<&Spanned<String>>,
        owner: Option<&Spanned<String>>,
        until: Option<&Spanned<Day>>,
    ) -> Self {
        Self {
            reason: reason.map(|text| entry.located(text)),
            owner: owner.map(|text| entry.located(text)),
            until: until.map(|day| entry.located(day).with(day.get_ref().0)),
        }
    }

    /// Whether `today` is past the last day.
    pub fn over(&self, today: Date) -> bool {
        self.until.as_ref().is_some_and(|until| today > until.value)
    }
}

/// The key that says until when, the same in every table that has it.
#[derive(Deserialize)]
struct Ends {
    until: Option<Spanned<Day>>,
}

/// The last day of any table; `None` where it says none, or nothing that could be read.
pub fn last_day(entry: &Entry) -> Option<Located<Date>> {
    let until = entry.read::<Ends>(&mut Findings::default())?.until?;
    Some(entry.located(&until).with(until.get_ref().0))
}

/// A word about a table whose last day has passed. Only a warning: the day comes by itself, and
/// must not keep anybody from the next plan.
pub fn past(entry: &Entry, today: Date) -> Option<Finding> {
    let until = last_day(entry).filter(|until| today > until.value)?;
    let title = format!("past since {}: nothing is granted by this table", until.value);
    let finding = Finding::warning("until_past", title).at(&until.place);
    Some(finding.help("remove the table, or set a later day"))
}
