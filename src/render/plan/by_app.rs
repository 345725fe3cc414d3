//! A plan app by app: what comes, changes and goes, what is dangerous, and whom it cuts off. Its columns add
//! up to the numbers of the plan's last line.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::risk::Tier;
use crate::plan::outage::{Outage, together};
use crate::plan::pictures::{Counts, Picture};
use crate::render::page::shares::{Costly, head};
use crate::render::page::style::{Ink, risk_label};
use crate::render::page::{COLUMNS, Page, counted, grouped, in_full, width, wrap};
use crate::render::plan::marks::cuts_off;

/// Columns of a label and of a number.
const LABEL: usize = 22;
const NUMBER: usize = 7;
/// Columns of the words behind the numbers.
const WORDS: usize = COLUMNS - 2 - LABEL - 3 * NUMBER - 2;

/// What a plan does with one app, or with several.
#[derive(Default)]
pub(crate) struct AppRow {
    pub(crate) label: String,
    pub(crate) counts: Counts,
    high: usize,
    critical: usize,
    /// The highest risk of what is given.
    tier: Option<Tier>,
    outage: Option<Outage>,
}

/// The most dangerous apps first, then those where most are cut off.
pub(crate) fn rows(pictures: &[Picture<'_>]) -> Vec<AppRow> {
    let mut apps: BTreeMap<&str, AppRow> = BTreeMap::new();
    for picture in pictures {
        let row = apps.entry(picture.owner).or_insert_with(|| AppRow::of(in_full(picture.owner)));
        for group in picture.groups() {
            row.counts.add(group.members.iter().copied());
            row.outage = together(row.outage.take().into_iter().chain(group.outage.clone()));
            row.tier = row.tier.max(group.tier());
            for member in &group.members {
                match member.risk.as_ref().map(|risk| risk.tier) {
                    Some(Tier::High) => row.high += 1,
                    Some(Tier::Critical) => row.critical += 1,
                    Some(Tier::Low | Tier::Medium) | None => {}
                }
            }
        }
    }
    let mut rows: Vec<AppRow> = apps.into_values().collect();
    rows.sort_by_cached_key(|row| {
        let cut_off = row.outage.as_ref().map(Outage::who);
        let people = row.outage.as_ref().map_or(0, Outage::people);
        let danger = Reverse((row.critical, row.high));
        (
            danger,
            cut_off.is_none(),
            cut_off,
            Reverse((people, row.counts.remove)),
            row.label.clone(),
        )
    });
    rows
}

/// Apps that are told where nothing of them is dangerous and nobody is cut off.
const PLAIN: usize = 10;

impl Costly for Vec<AppRow> {
    fn cost(&self, row: usize) -> Option<usize> {
        let told = |one: &&AppRow| row < PLAIN || one.is_notable();
        self.get(row).filter(told).map(|row| row.lines().len())
    }

    /// The words above the columns, and that the line of all others may need a second one.
    fn around(&self) -> usize {
        2
    }
}

impl AppRow {
    fn of(label: String) -> Self {
        Self { label, ..Self::default() }
    }

    fn is_notable(&self) -> bool {
        self.critical + self.high > 0 || self.outage.is_some()
    }

    fn lines(&self) -> Vec<String> {
        let Counts { add, change, remove } = self.counts;
        let numbers = [add, change, remove].map(grouped);
        // A long label has a line of its own.
        let (above, label) = if width(&self.label) <= LABEL {
            (Vec::new(), self.label.clone())
        } else {
            (vec![format!("  {}", self.label)], String::new())
        };
        let numbers: String = numbers.iter().map(|number| format!("{number:>NUMBER$}")).collect();
        let gap = " ".repeat(LABEL.saturating_sub(width(&label)));
        let first = format!("  {label}{gap}{numbers}");
        let words = wrap(&self.words(), WORDS).into_iter().enumerate().map(|(at, words)| {
            let lead = if at == 0 { first.clone() } else { " ".repeat(width(&first)) };
            format!("{lead}  {words}").trim_end().to_owned()
        });
        above.into_iter().chain(words).collect()
    }

    /// `2 [CRITICAL], 13 [HIGH], cuts off all users`.
    pub(crate) fn words(&self) -> String {
        let dangerous = [(self.critical, Tier::Critical), (self.high, Tier::High)];
        let dangerous = dangerous.into_iter().filter(|(count, _)| *count > 0);
        let mut words: Vec<String> = dangerous
            .map(|(count, tier)| format!("{} {}", grouped(count), risk_label(tier)))
            .collect();
        if words.is_empty() {
            words.extend(self.tier.map(|tier| risk_label(tier).to_owned()));
        }
        words.extend(self.outage.as_ref().map(cuts_off));
        words.join(", ")
    }

    /// The same of all of these together.
    fn sum(label: String, rows: &[Self]) -> Self {
        rows.iter().fold(Self::of(label), |mut all, row| {
            all.counts = all.counts.plus(row.counts);
            all.outage = together(all.outage.take().into_iter().chain(row.outage.clone()));
            all.tier = all.tier.max(row.tier);
            all.high += row.high;
            all.critical += row.critical;
            all
        })
    }
}

pub(crate) fn draw(rows: &[AppRow], most: usize, page: &mut Page) {
    if rows.is_empty() {
        return;
    }
    head("By app", page);
    let words = ["add", "change", "remove"].map(|word| format!("{word:>NUMBER$}"));
    page.line(Ink::Plain, &format!("  {:LABEL$}{}", "", words.concat()));
    let (told, left) = rows.split_at(most.min(rows.len()));
    let mut told: Vec<Vec<String>> = told.iter().map(AppRow::lines).collect();
    if !left.is_empty() {
        let label = format!("and {}", counted(left.len(), "other app"));
        told.push(AppRow::sum(label, left).lines());
    }
    told.iter().flatten().for_each(|line| page.line(Ink::Plain, line));
}
