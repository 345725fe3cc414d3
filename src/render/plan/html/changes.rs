//! Every change in one table. What must not be overlooked and the first of all others are there without the
//! script; the rest stands behind the page in a template, from which the script takes rows as they are asked for.

use std::collections::BTreeMap;
use std::io::{self, Write};

use maud::{Markup, html};

use super::row::{Became, row};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::{Outcome, RunReport};
use crate::plan::Plan;
use crate::plan::pictures::Picture;
use crate::render::html::safe;
use crate::render::page::{counted, grouped, in_full};
use crate::render::plan::entry::must_be_seen;

/// Rows that are there at once, whatever they are.
const FIRST: usize = 200;
/// Rows that are there at once, if they must not be overlooked.
const MOST: usize = 1_000;

/// What became of the changes, where they were applied.
#[derive(Debug, Default)]
pub(crate) struct TableResults<'p>(Option<BTreeMap<&'p Address, &'p Outcome>>);

impl<'p> TableResults<'p> {
    pub(crate) fn none() -> Self {
        Self::default()
    }

    pub(crate) fn of(report: &'p RunReport) -> Self {
        Self(Some(report.lines.iter().map(|line| (&line.address, &line.outcome)).collect()))
    }

    fn became(&self, change: &Change) -> Became<'p> {
        self.0.as_ref().and_then(|all| all.get(&change.address).copied())
    }

    /// What did not go well comes first.
    fn rank(&self, change: &Change) -> usize {
        match self.became(change) {
            Some(Outcome::Failed { .. }) => 0,
            Some(Outcome::Unsure { .. }) => 1,
            Some(Outcome::Skipped { .. }) => 2,
            Some(Outcome::NotStarted) => 3,
            Some(Outcome::Done | Outcome::Already) | None => 4,
        }
    }
}

/// All changes in the order in which they matter.
pub(crate) struct ChangeTable<'p> {
    plan: &'p Plan,
    results: TableResults<'p>,
    rows: Vec<&'p Change>,
    /// So many stand in the page itself.
    first: usize,
}

impl<'p> ChangeTable<'p> {
    pub(crate) fn of(plan: &'p Plan, pictures: &[Picture<'p>], results: TableResults<'p>) -> Self {
        let mut weighed: Vec<((usize, bool), &Change)> = Vec::with_capacity(plan.changes.len());
        for picture in pictures {
            let plain = !must_be_seen(picture);
            let members = picture.groups().into_iter().flat_map(|group| group.members.clone());
            weighed.extend(members.map(|change| ((results.rank(change), plain), change)));
        }
        weighed.sort_by_key(|(weight, _)| *weight);
        let seen = weighed.iter().take_while(|((rank, plain), _)| *rank < 4 || !plain).count();
        let first = seen.clamp(FIRST, MOST).min(weighed.len());
        Self { plan, results, rows: weighed.into_iter().map(|(_, change)| change).collect(), first }
    }

    fn row(&self, change: &Change) -> Markup {
        row(self.plan, change, self.results.became(change))
    }

    pub(crate) fn section(&self) -> Option<Markup> {
        let all = self.rows.len();
        let columns = ["App", "Change", "Permissions", "For whom", "Risk given", "Cuts off", "Why"];
        let result = self.results.0.is_some().then_some("Result");
        (all > 0).then(|| {
            html! {
                section aria-labelledby="changes" {
                    h2 #changes { "Changes" }
                    (self.filters())
                    p.status role="status" { (counted(all, "change")) }
                    @if self.first < all {
                        noscript {
                            p.note {
                                "The first " (grouped(self.first)) " are below, what matters most before all \
                                 others. The other " (grouped(all - self.first)) " need the script of this page."
                            }
                        }
                    }
                    table.changes {
                        caption.unseen { "Changes, what matters most first" }
                        thead { tr {
                            @for column in result.into_iter().chain(columns) {
                                th scope="col" { (column) }
                            }
                        } }
                        tbody #rows { @for change in self.rows.iter().take(self.first) { (self.row(change)) } }
                    }
                    p.more hidden { button type="button" { "Show more" } }
                }
            }
        })
    }

    /// Shown by the script, which alone can do what they ask for.
    fn filters(&self) -> Markup {
        let mut apps: Vec<&str> =
            self.rows.iter().map(|change| change.address.owner.as_str()).collect();
        apps.sort_unstable();
        apps.dedup();
        let risks = [
            ("1", "low or higher"),
            ("2", "medium or higher"),
            ("3", "high or critical"),
            ("4", "critical"),
        ];
        html! {
            form.filters role="search" aria-label="Changes" hidden {
                label { "App" input type="search" name="app" list="apps-of-changes" autocomplete="off"; }
                datalist #apps-of-changes { @for app in apps { option value=(safe(&in_full(app))) {} } }
                label { "Person" input type="search" name="person" autocomplete="off"; }
                label { "Permission" input type="search" name="permission" autocomplete="off"; }
                label { "Risk given" select name="risk" {
                    option value="" { "any or none" }
                    @for (value, words) in risks { option value=(value) { (words) } }
                } }
                label { "Effect" select name="does" {
                    option value="" { "gives or takes" }
                    option value="gives" { "gives access" }
                    option value="takes" { "takes access away" }
                } }
                @if self.results.0.is_some() { (result_filter()) }
                button type="reset" { "Clear" }
            }
        }
    }

    /// Rows that are not in the page itself.
    ///
    /// # Errors
    /// When the writer fails.
    pub(crate) fn rest(&self, out: &mut dyn Write) -> io::Result<()> {
        let rest = self.rows.get(self.first..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(());
        }
        writeln!(out, r#"<template id="rest">"#)?;
        for change in rest {
            writeln!(out, "{}", self.row(change).0)?;
        }
        writeln!(out, "</template>")
    }
}

fn result_filter() -> Markup {
    html! {
        label { "Result" select name="result" {
            option value="" { "any" }
            @for word in ["done", "already", "failed", "unsure", "skipped", "not_started"] {
                option value=(word) { (word.replace('_', " ")) }
            }
        } }
    }
}
