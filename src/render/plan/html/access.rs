//! Who may do what, before and after: a picture for each app, and the same in words.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::classes::{self, ClassNames, HolderClass};
use super::links::{self, AppLinks, Becomes, PermissionSource};
use super::named::{Named, manner};
use super::{drawing, layout};
use crate::model::change::PermissionSort;
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;
use crate::plan::pictures::Picture;
use crate::render::html::{name, people};
use crate::render::page::{counted, in_full};

/// Apps that are drawn; all others are told in words.
const DRAWN: usize = 24;
/// A picture that is not the first is open where there are no more than these.
const OPEN: usize = 3;

/// The apps of the plan in the order of its pictures: what is dangerous, then whom it cuts off.
pub(crate) fn section(plan: &Plan, pictures: &[Picture<'_>], named: &Named<'_>) -> Option<Markup> {
    let mut apps = links::of(plan);
    let mut sorted: Vec<(&str, AppLinks)> = Vec::new();
    for picture in pictures {
        sorted.extend(apps.remove_entry(picture.owner));
    }
    sorted.extend(apps);
    let all = sorted.len();
    (all > 0).then(|| {
        html! {
            section aria-labelledby="access" {
                h2 #access { "Who may do what" }
                p.lead {
                    "What people, all users and apps can do by all their grants together, before and after \
                     this plan. Permissions that the plan does not touch are not drawn."
                }
                (legend())
                @for (at, (label, app)) in sorted.iter().enumerate() {
                    (one(at, all, label, app, named))
                }
            }
        }
    })
}

fn legend() -> Markup {
    let sides = [("both", "What changes"), ("before", "Before"), ("after", "After")];
    let words = [
        (Becomes::New, "comes", "M0 8H44"),
        (Becomes::Stays, "stays", "M0 8H44"),
        (Becomes::Goes, "goes", "M0 8H44"),
    ];
    html! {
        div.legend {
            fieldset.sides {
                legend { "Lines" }
                @for (at, (id, words)) in sides.into_iter().enumerate() {
                    label {
                        input type="radio" name="side" id={ "side-" (id) } checked[at == 0];
                        span { (words) }
                    }
                }
            }
            ul.key {
                @for (becomes, word, path) in words {
                    li {
                        svg viewBox="0 0 44 16" width="44" height="16" aria-hidden="true" {
                            g class=(becomes.word()) { path d=(path) {} }
                        }
                        (becomes.sign()) " " (word)
                    }
                }
            }
        }
    }
}

fn one(at: usize, all: usize, label: &str, app: &AppLinks, named: &Named<'_>) -> Markup {
    let holders = classes::holders(app, named);
    let permissions = classes::permissions(&holders);
    let head = named.app(label).map(|head| in_full(head.name.raw()));
    let title = format!("{label}: who may do what, before and after. The same follows in words.");
    let picture = (at < DRAWN).then(|| layout::lay_out(&holders, &permissions, named));
    html! {
        details.app open[at == 0 || all <= OPEN] {
            summary {
                h3 { (name(&in_full(label))) }
                @if let Some(head) = head.filter(|head| head != label) { span.quiet { (name(&head)) } }
                span.quiet { (movements(&holders)) }
            }
            @if let Some(picture) = &picture {
                figure.picture tabindex="0" role="group" aria-label={ "Picture of " (in_full(label)) } {
                    (drawing::draw(picture, &title))
                }
                @if let Some(text) = &picture.left_out { p.quiet { (text) " The list below has them." } }
            } @else {
                p.quiet { "Only the first " (DRAWN) " apps are drawn; this is told in words." }
            }
            details.words {
                summary { "In words" }
                (words(&holders, named))
            }
        }
    }
}

/// `24 people get; everybody else, 24 people lose`.
fn movements(holders: &[HolderClass]) -> String {
    let told = [(Becomes::New, "get", "gets"), (Becomes::Goes, "lose", "loses")];
    let told = told.into_iter().filter_map(|(becomes, many, one)| {
        let moved: Vec<&ClassNames> = holders
            .iter()
            .filter(|class| class.links.values().any(|link| *link == becomes))
            .map(|class| &class.whom)
            .collect();
        let (whom, is_one) =
            (together(&moved), moved.iter().map(|whom| whom.size()).sum::<usize>() == 1);
        (!moved.is_empty()).then(|| format!("{whom} {}", if is_one { one } else { many }))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "nobody gets or loses anything".to_owned() } else { told.join("; ") }
}

/// `everybody else, 24 people`.
fn together(whom: &[&ClassNames]) -> String {
    let (mut groups, mut persons, mut told) = (0, 0, Vec::new());
    for one in whom {
        match one {
            ClassNames::Everybody { but_some: true } => told.push("everybody else".to_owned()),
            ClassNames::Everybody { but_some: false } => told.push("everybody".to_owned()),
            ClassNames::App => told.push("the app itself".to_owned()),
            ClassNames::Groups(names) => groups += names.len(),
            ClassNames::People(names) => persons += names.len(),
        }
    }
    told.extend((groups > 0).then(|| counted(groups, "group")));
    told.extend((persons > 0).then(|| people(persons)));
    told.join(", ")
}

fn words(holders: &[HolderClass], named: &Named<'_>) -> Markup {
    html! {
        ul.told {
            @for holder in holders {
                li {
                    (whom(&holder.whom))
                    ul {
                        @for ((becomes, source), names) in alike(holder) {
                            li class=(becomes.word()) { (line(becomes, source, &names, named)) }
                        }
                    }
                }
            }
        }
    }
}

/// What comes, stays and goes, by what publishes it.
fn alike(holder: &HolderClass) -> BTreeMap<(Becomes, &PermissionSource), Vec<&Untrusted>> {
    let mut alike: BTreeMap<(Becomes, &PermissionSource), Vec<&Untrusted>> = BTreeMap::new();
    for (held, becomes) in &holder.links {
        alike.entry((*becomes, &held.source)).or_default().push(&held.name);
    }
    alike
}

fn line(
    becomes: Becomes,
    source: &PermissionSource,
    names: &[&Untrusted],
    named: &Named<'_>,
) -> Markup {
    let word = match becomes {
        Becomes::New => "gets",
        Becomes::Stays => "keeps",
        Becomes::Goes => "loses",
    };
    html! {
        span.sign { (becomes.sign()) " " (word) } " "
        @for (at, one) in names.iter().enumerate() {
            @if at > 0 { ", " }
            code { (name(&in_full(one.raw()))) }
        }
        span.quiet {
            @if source.1 == PermissionSort::SignIn {
                " to sign in"
            } @else {
                " of " (name(&in_full(&named.resource(source)))) ", " (manner(source.1))
            }
        }
    }
}

fn whom(whom: &ClassNames) -> Markup {
    let listed = |names: &[String]| {
        html! {
            @for (at, one) in names.iter().enumerate() {
                @if at > 0 { ", " }
                (name(&in_full(one)))
            }
        }
    };
    html! {
        @match whom {
            ClassNames::Everybody { but_some: true } => strong { "Everybody else" },
            ClassNames::Everybody { but_some: false } => strong { "Everybody" },
            ClassNames::App => strong { "The app itself" },
            ClassNames::Groups(names) => {
                strong { (counted(names.len(), "group")) } ": " (listed(names))
            },
            ClassNames::People(names) => {
                strong { (people(names.len())) } ": " (listed(names))
            },
        }
    }
}
