//! What people write beside a declaration for people: why, who answers for it, until when.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
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
pub(crate) struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(DayVisitor)
    }
}

struct DayVisitor;

impl<'de> Visitor<'de> for DayVisitor {
    type Value = Day;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Day, E> {
        let day = meant(text).map_or_else(|| "2027-06-30".to_owned(), |day| day.to_string());
        Err(no_day(&day))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Day, A::Error> {
        let refused = || no_day("2027-06-30");
        let read = Datetime::deserialize(MapAccessDeserializer::new(map)).map_err(|_| refused())?;
        let Some(date) = read.date else { return Err(refused()) };
        let month = Month::try_from(date.month).map_err(|_| refused())?;
        let day = Date::from_calendar_date(i32::from(date.year), month, date.day);
        let day = day.map_err(|_| refused())?;
        if read.time.is_some() || read.offset.is_some() {
            return Err(no_day(&day.to_string()));
        }
        Ok(Day(day))
    }
}

fn no_day<E: Error>(right: &str) -> E {
    E::custom(format!("this is not a day\nhelp: write it as {right}, without quotes or time"))
}

/// The day that a text means which people write as they do elsewhere: `30.06.2027`, `2027/6/30`. Where
/// day and month could be each other's, none.
pub(super) fn meant(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    let [one, two, three] = parts[..] else { return None };
    let number = |part: &str| part.parse::<u16>().ok().filter(|_| part.len() <= 4);
    let (one, two, three) = (number(one)?, number(two)?, number(three)?);
    let dotted = text.contains('.');
    let (year, month, day) = match (one, two, three) {
        (year @ 1000.., month, day) => (year, month, day),
        (day, month, year @ 1000..) if dotted || day > 12 || day == month => (year, month, day),
        (month, day, year @ 1000..) if day > 12 => (year, month, day),
        _ => return None,
    };
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

// JSON has no dates: what reads TOML for a schema hands them over as text.
form!(Day, {
    "type": "string",
    "format": "date",
    "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
});

/// The three keys that most tables take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Note {
    /// For people; shown through `model::untrusted::shown`.
    pub(crate) reason: Option<Located<String>>,
    pub(crate) owner: Option<Located<String>>,
    /// The last day on which the declaration holds.
    pub(crate) until: Option<Located<Date>>,
}

impl Note {
    /// From the fields of a kind's own entry, which has them one by one: flattening would lose
    /// their places.
    pub(crate) fn new(
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
    pub(crate) fn over(&self, today: Date) -> bool {
        self.until.as_ref().is_some_and(|until| today > until.value)
    }
}

/// The key that says until when, the same in every table that has it.
#[derive(Deserialize)]
struct Ends {
    until: Option<Spanned<Day>>,
}

/// The last day of any table; `None` where it says none, or nothing that could be read.
pub(crate) fn last_day(entry: &Entry) -> Option<Located<Date>> {
    let until = entry.read::<Ends>(&mut Findings::default())?.until?;
    Some(entry.located(&until).with(until.get_ref().0))
}

/// A word about a table whose last day has passed. Only a warning: the day comes by itself, and
/// must not keep anybody from the next plan.
pub(crate) fn past(entry: &Entry, today: Date) -> Option<Finding> {
    let until = last_day(entry).filter(|until| today > until.value)?;
    let title = format!("past since {}: nothing is granted by this table", until.value);
    let finding = Finding::warning("until_past", title).at(&until.place);
    Some(finding.help("set a later day, or remove the table"))
}
