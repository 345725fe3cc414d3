//! What every page of ours for a browser shares: one file without a request of its own, in which only what is
//! here is run. A folder of this room draws its subject; this draws what is around it.

mod names;
mod policy;
mod words;

#[cfg(test)]
#[path = "reading_tests.rs"]
pub(crate) mod reading;

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};

pub(crate) use names::{name, safe};
pub(crate) use policy::content_security_policy;
pub(crate) use words::{fact, people, tier_mark};

/// How each of these files begins, and nobody else's.
pub(crate) const BEGINS: &str = "<!DOCTYPE html><!-- consent:report -->";

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes what stands behind the page.
type LaterRows<'a> = dyn Fn(&mut dyn Write) -> io::Result<()> + 'a;

/// One page.
pub(crate) struct Sheet<'a> {
    /// In the window's title.
    pub(crate) title: String,
    /// Places of the page that its navigation leads to: id and words.
    pub(crate) places: Vec<(&'static str, &'static str)>,
    /// What is drawn one after the other.
    pub(crate) sections: Vec<Markup>,
    /// Drawn behind everything else, and seen only once the script asks for it.
    pub(crate) later: Box<LaterRows<'a>>,
}

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write(sheet: &Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Sheet { title, places, sections, later } = sheet;
    writeln!(out, "{BEGINS}")?;
    writeln!(out, r#"<html lang="en">"#)?;
    out.write_all(head(title).into_string().as_bytes())?;
    writeln!(out, "<body>")?;
    out.write_all(navigation(places).into_string().as_bytes())?;
    writeln!(out, r#"<main id="main" tabindex="-1">"#)?;
    for section in sections {
        writeln!(out, "{}", section.0)?;
    }
    writeln!(out, "</main>")?;
    later(out)?;
    writeln!(out, "<script>{SCRIPT}</script>")?;
    writeln!(out, "</body></html>")
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(content_security_policy(STYLE, SCRIPT));
            meta name="referrer" content="no-referrer";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="generator" content="consent";
            title { (safe(title)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn navigation(places: &[(&str, &str)]) -> Markup {
    html! {
        a.skip href="#main" { "Skip to the report" }
        nav aria-label="Parts of this report" {
            ul {
                @for (id, words) in places {
                    li { a href={ "#" (id) } { (words) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_cannot_end_its_element() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</"), "would end the element");
            assert!(!text.contains("<!--"), "would begin a comment");
        }
    }

    #[test]
    fn nothing_that_is_embedded_leads_out_of_the_page() {
        for text in [STYLE, SCRIPT] {
            for way in ["http:", "https:", "url(", "@import", "fetch(", "innerHTML", "eval("] {
                assert!(!text.contains(way), "{way}");
            }
        }
    }
}
