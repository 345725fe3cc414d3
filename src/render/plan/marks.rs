//! The two marks of a title: how risky it is what is given, and whom it cuts off what is taken. Never one
//! for both.

use crate::model::risk::Tier;
use crate::plan::outage::{CutOff, Outage, OutageTotals};
use crate::plan::pictures::Picture;
use crate::render::page::style::{Ink, risk_ink, risk_label};
use crate::render::page::{COLUMNS, counted, grouped, width};

/// Where risk labels begin, so that the widest ends at column 80.
const RISK_COLUMN: usize = 70;

/// What stands at the right of a title.
#[derive(Debug, Clone)]
pub(crate) struct Marks {
    tier: Option<Tier>,
    /// In words.
    outage: Option<String>,
}

impl Marks {
    pub(crate) fn of(picture: &Picture<'_>) -> Self {
        Self::with(picture.tier(), picture.outage().as_ref())
    }

    pub(crate) fn with(tier: Option<Tier>, outage: Option<&Outage>) -> Self {
        Self { tier, outage: outage.map(cuts_off) }
    }

    /// The column before which the text of the title ends.
    pub(crate) fn begin(&self) -> usize {
        match &self.outage {
            Some(words) => self.words_end() - width(words) - 1,
            None if self.tier.is_some() => RISK_COLUMN - 1,
            None => COLUMNS,
        }
    }

    fn words_end(&self) -> usize {
        if self.tier.is_some() { RISK_COLUMN - 2 } else { COLUMNS }
    }

    /// The pieces behind so many columns of text.
    pub(crate) fn pieces(&self, used: usize) -> Vec<(Ink, String)> {
        let mut pieces = Vec::new();
        let mut at = used;
        let mut put = |column: usize, ink: Ink, text: &str| {
            pieces.push((Ink::Plain, " ".repeat(column.saturating_sub(at))));
            pieces.push((ink, text.to_owned()));
            at = column + width(text);
        };
        if let Some(words) = &self.outage {
            put(self.words_end() - width(words), Ink::Take, words);
        }
        if let Some(tier) = self.tier {
            put(RISK_COLUMN, risk_ink(tier), risk_label(tier));
        }
        pieces
    }
}

/// `cuts off all users`, `cuts off 24 people`, `cuts off the app, 1 group`.
pub(crate) fn cuts_off(outage: &Outage) -> String {
    let everybody = (outage.who() == CutOff::Everybody).then(|| match outage.spares_some() {
        true => "all others".to_owned(),
        false => "all users".to_owned(),
    });
    let app = outage.cuts_off_app().then(|| "the app".to_owned());
    let people = (outage.people() > 0).then(|| people(outage.people()));
    let groups = (outage.groups() > 0).then(|| counted(outage.groups(), "group"));
    let whom: Vec<String> = [everybody, app, people, groups].into_iter().flatten().collect();
    format!("cuts off {}", whom.join(", "))
}

/// `cuts off all users in 1 app, 24 people in 3 apps`, of a whole plan.
pub(crate) fn cuts_off_in_all(totals: OutageTotals) -> String {
    let OutageTotals { everybody, others, people: (persons, of), groups: (groups, in_apps), apps } =
        totals;
    let place = |number: usize| counted(number, "app");
    let own = if apps == 1 { "itself" } else { "themselves" };
    let told = [
        (everybody, format!("all users in {}", place(everybody))),
        (others, format!("all others in {}", place(others))),
        (persons, format!("{} in {}", people(persons), place(of))),
        (groups, format!("{} in {}", counted(groups, "group"), place(in_apps))),
        (apps, format!("{} {own}", place(apps))),
    ];
    let told: Vec<String> =
        told.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect();
    let told = if told.is_empty() { "nobody".to_owned() } else { told.join(", ") };
    format!("cuts off {told}")
}

fn people(number: usize) -> String {
    let word = if number == 1 { "person" } else { "people" };
    format!("{} {word}", grouped(number))
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
