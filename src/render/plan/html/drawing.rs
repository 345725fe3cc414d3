//! The picture as SVG. What comes, stays and goes differs in weight, in dashes and by the sign at its end, and
//! not only in colour.

use maud::{Markup, PreEscaped, html};

use super::layout::{BESIDE, LEFT, LINE, Letters, PictureLayout, PicturePlace, RIGHT, WIDTH};
use super::links::Becomes;
use crate::render::html::safe;

/// Ports on the left.
const PORT: usize = LEFT + 24;
/// From the text to the line beside it that says how far it goes.
const SPAN: usize = 10;
/// Of a port on the right.
const RADIUS: usize = 8;

/// `title`: what it is a picture of, for who does not see it.
pub(crate) fn draw(layout: &PictureLayout, title: &str) -> Markup {
    let height = layout.height;
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-label=(safe(title)) {
            @for becomes in [Becomes::Stays, Becomes::Goes, Becomes::New] {
                g class=(becomes.word()) { path d=(lines(layout, becomes)) {} }
            }
            @for place in &layout.left { (left(place)) }
            @for place in &layout.right { (right(place)) }
        }
    }
}

/// All lines of one kind as one path.
fn lines(layout: &PictureLayout, becomes: Becomes) -> String {
    let mut path = String::new();
    let middle = usize::midpoint(PORT, RIGHT);
    for (from, to, _) in layout.lines.iter().filter(|(_, _, of)| *of == becomes) {
        let (Some(from), Some(to)) = (layout.left.get(*from), layout.right.get(*to)) else {
            continue;
        };
        let (start, end, stop) = (from.port(becomes), to.port(becomes), RIGHT - RADIUS);
        path.push_str(&format!("M{PORT} {start}C{middle} {start} {middle} {end} {stop} {end}"));
    }
    path
}

fn left(place: &PicturePlace) -> Markup {
    html! {
        (text(place, LEFT, "whom"))
        (span(place, LEFT + SPAN))
        @for becomes in &place.ports {
            g class=(becomes.word()) {
                circle.port cx=(PORT) cy=(place.port(*becomes)) r="3" {}
            }
        }
    }
}

fn right(place: &PicturePlace) -> Markup {
    let heading = place.top - place.heading.len() * LINE + 4;
    html! {
        @for (at, line) in place.heading.iter().enumerate() {
            text.source x=(BESIDE) y=(heading + at * LINE) { (safe(line)) }
        }
        @for becomes in &place.ports {
            g class=(becomes.word()) {
                circle.sign cx=(RIGHT) cy=(place.port(*becomes)) r=(RADIUS) {}
                path.sign d=(sign(*becomes, RIGHT, place.port(*becomes))) {}
            }
        }
        (span(place, BESIDE - SPAN))
        (text(place, BESIDE, "what"))
    }
}

/// Ports are those of the whole text, and not of the line of text that they stand beside.
fn span(place: &PicturePlace, x: usize) -> Markup {
    let (top, bottom) = (place.top + 1, place.top + place.height - 1);
    html! { path.span d={ "M" (x) " " (top) "V" (bottom) } {} }
}

/// A plus, a minus, or two lines that are alike.
fn sign(becomes: Becomes, x: usize, y: usize) -> String {
    let (from, to) = (x - 4, x + 4);
    match becomes {
        Becomes::New => format!("M{from} {y}H{to}M{x} {}V{}", y - 4, y + 4),
        Becomes::Stays => format!("M{from} {}H{to}M{from} {}H{to}", y - 2, y + 2),
        Becomes::Goes => format!("M{from} {y}H{to}"),
    }
}

fn text(place: &PicturePlace, x: usize, class: &str) -> Markup {
    let top = place.top + (place.height - place.text.len() * LINE) / 2 + 13;
    let lines = place.text.iter().enumerate().map(|(at, (letters, line))| {
        let letters = match letters {
            Letters::Strong => "strong",
            Letters::Plain => "plain",
            Letters::Count => "count",
        };
        html! { text class={ (class) " " (letters) } x=(x) y=(top + at * LINE) { (safe(line)) } }
    });
    PreEscaped(lines.map(Markup::into_string).collect())
}
