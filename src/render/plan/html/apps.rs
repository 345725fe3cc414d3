//! App by app: the numbers that add up to the plan's.

use maud::{Markup, html};

use crate::plan::pictures::Picture;
use crate::render::html::name;
use crate::render::page::grouped;
use crate::render::plan::by_app;

pub(crate) fn section(pictures: &[Picture<'_>]) -> Option<Markup> {
    let rows = by_app::rows(pictures);
    (rows.len() > 1).then(|| {
        html! {
            section aria-labelledby="apps" {
                h2 #apps { "By app" }
                div.scroll tabindex="0" role="group" aria-labelledby="apps" {
                    table.apps {
                        thead { tr {
                            th scope="col" { "App" }
                            @for word in ["Add", "Change", "Remove"] { th.number scope="col" { (word) } }
                            th scope="col" { "Risk of what is given, and who is cut off" }
                        } }
                        tbody {
                            @for row in &rows {
                                tr {
                                    th scope="row" { (name(&row.label)) }
                                    @for (number, _) in row.counts.words() {
                                        td.number { (grouped(number)) }
                                    }
                                    td { (row.words()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}
