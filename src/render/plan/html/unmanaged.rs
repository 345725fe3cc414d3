//! What was found, is not declared, and is left alone, with how risky it would be to give it now.

use std::cmp::Reverse;

use maud::{Markup, html};

use crate::plan::{Plan, Unmanaged};
use crate::render::html::{name, safe, tier_mark};
use crate::render::page::{grouped, in_full};
use crate::render::plan::head;

/// Lists of apps are open where there are no more objects than these.
const OPEN: usize = 40;

pub(crate) fn section(plan: &Plan) -> Option<Markup> {
    let all = &plan.unmanaged;
    let apps = by_app(all);
    (!all.is_empty()).then(|| {
        html! {
            section aria-labelledby="unmanaged" {
                h2 #unmanaged { "Unmanaged" }
                p.lead {
                    (head::says(plan)) (grouped(all.len())) " found, not declared, left alone. The mark is how \
                     risky it would be to give it now."
                }
                @for (app, found) in &apps {
                    details.app open[all.len() <= OPEN] {
                        summary { h3 { (name(&in_full(app))) } span.quiet { (grouped(found.len())) } }
                        ul.left {
                            @for one in found {
                                li {
                                    @if let Some(tier) = one.risk { (tier_mark(tier)) " " }
                                    (safe(&in_full(one.text.raw())))
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// Each app where its riskiest object stands, and these in their order.
fn by_app(all: &[Unmanaged]) -> Vec<(&str, Vec<&Unmanaged>)> {
    let mut apps: std::collections::BTreeMap<&str, Vec<&Unmanaged>> = Default::default();
    for found in all {
        apps.entry(&found.address.owner).or_default().push(found);
    }
    let mut apps: Vec<_> = apps.into_iter().collect();
    apps.sort_by_key(|(app, found)| {
        (Reverse(found.iter().filter_map(|one| one.risk).max()), Reverse(found.len()), *app)
    });
    apps
}
