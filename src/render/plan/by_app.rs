//! What takes and what is dangerous, counted by app: a table whose columns add up to the numbers of the
//! plan's last line.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::risk::Tier;
use crate::plan::outage::{CutOff, Outage, together};
use crate::plan::pictures::{Counts, Picture};
use crate::render::page::shares::{Costly, head};
use crate::render::page::style::Ink;
use crate::render::page::{Page, counted, grouped, shorten, width};

/// Columns of a label and of a number.
const LABEL: usize = 30;
const NUMBER: usize = 9;

/// Objects of one app that go or change so that somebody loses something, who that is, and objects by
/// danger.
pub(crate) struct AppRow<'p> {
    label: &'p str,
    taken: Counts,
    outage: Option<Outage>,
    high: usize,
    critical: usize,
}

/// The most dangerous apps first, then those that all users lose, then those that lose most.
pub(crate) fn rows<'p>(pictures: &[&'p Picture<'p>]) -> Vec<AppRow<'p>> {
    let mut apps: BTreeMap<&str, AppRow<'p>> = BTreeMap::new();
    for picture in pictures {
        let row = apps.entry(picture.owner).or_insert_with(|| AppRow::of(picture.owner));
        for group in picture.groups() {
            if group.takes() {
                row.taken.add(group.members.iter().copied());
                row.outage = together(row.outage.take().into_iter().chain(group.outage.clone()));
            }
            match group.tier() {
                Some(Tier::High) => row.high += group.members.len(),
                Some(Tier::Critical) => row.critical += group.members.len(),
                Some(Tier::Low | Tier::Medium) | None => {}
            }
        }
    }
    let mut rows: Vec<AppRow<'p>> = apps.into_values().collect();
    rows.sort_by_key(|row| {
        let widest = row.outage.as_ref().map(|outage| Reverse(outage.who()));
        let Counts { add: _, change, remove } = row.taken;
        (Reverse((row.critical, row.high, widest, remove, change)), row.label)
    });
    rows
}

impl Costly for Vec<AppRow<'_>> {
    fn cost(&self, row: usize) -> Option<usize> {
        self.get(row).map(|_| 1)
    }

    /// The words above the columns.
    fn around(&self) -> usize {
        1
    }
}

impl<'p> AppRow<'p> {
    fn of(label: &'p str) -> Self {
        Self { label, taken: Counts::default(), outage: None, high: 0, critical: 0 }
    }

    /// What stands in each column; nothing to tell is `None`.
    fn cells(&self) -> [(&'static str, Option<String>); 6] {
        let Self { label: _, taken: Counts { add, change, remove }, outage, high, critical } = self;
        let number = |count: usize| (count > 0).then(|| grouped(count));
        [
            ("add", number(*add)),
            ("remove", number(*remove)),
            ("change", number(*change)),
            ("cut-off", outage.as_ref().map(who)),
            ("HIGH", number(*high)),
            ("CRITICAL", number(*critical)),
        ]
    }
}

/// Whom it cuts off, in a word.
fn who(outage: &Outage) -> String {
    match (outage.who(), outage.groups()) {
        (CutOff::Everybody, _) => "all".to_owned(),
        (CutOff::App, _) => "app".to_owned(),
        (CutOff::People, 0) => grouped(outage.people()),
        (CutOff::People, _) => "groups".to_owned(),
    }
}

fn sum<'p>(label: &'p str, rows: &[AppRow<'_>]) -> AppRow<'p> {
    rows.iter().fold(AppRow::of(label), |mut all, row| {
        all.taken = all.taken.plus(row.taken);
        all.outage = together(all.outage.take().into_iter().chain(row.outage.clone()));
        all.high += row.high;
        all.critical += row.critical;
        all
    })
}

pub(crate) fn draw(rows: &[AppRow<'_>], most: usize, page: &mut Page) {
    if rows.is_empty() {
        return;
    }
    head("Removals and dangerous changes, by app", page);
    let all = sum("", rows);
    let used = all.cells().map(|(_, cell)| cell.is_some());
    let line = |label: &str, cells: Vec<String>| {
        let cells = cells.iter().zip(used).filter(|(_, used)| *used);
        let cells: String = cells.map(|(cell, _)| format!("{cell:>NUMBER$}")).collect();
        let gap = " ".repeat(LABEL.saturating_sub(width(label)));
        format!("  {label}{gap}{cells}")
    };
    let cells = |row: &AppRow<'_>| {
        row.cells().map(|(_, cell)| cell.unwrap_or_else(|| "0".to_owned())).to_vec()
    };
    page.line(Ink::Plain, &line("", all.cells().map(|(word, _)| word.to_owned()).to_vec()));
    for row in rows.iter().take(most) {
        page.line(Ink::Plain, &line(&shorten(row.label, LABEL - 2), cells(row)));
    }
    if let Some(left) = rows.get(most..).filter(|left| !left.is_empty()) {
        let label = format!("and {}", counted(left.len(), "more app"));
        page.line(Ink::Plain, &line(&label, cells(&sum("", left))));
    }
}
