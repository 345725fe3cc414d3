//! What changed under a plan: each object with what the plan was made on, what it leads to, and
//! what is there now.

use crate::model::change::{Change, Rest};
use crate::model::untrusted::Untrusted;
use crate::plan::fresh::{Difference, StateView};
use crate::render::change::sentence;
use crate::render::page::{COLUMNS, counted, grouped, shorten, wrap};

/// Objects that are shown before the rest is counted.
pub(crate) const SHOWN: usize = 10;
/// Values of one property that are all shown; of longer lists only what is not the same everywhere.
const FEW: usize = 5;
/// Where the lines about one object begin.
const INDENT: &str = "    ";

/// One paragraph per object: its change in people's words, then three lines.
pub fn paragraph(change: &Change, difference: &Difference) -> Vec<String> {
    three_lines(&sentence(change), difference)
}

/// The same for an object that stays as it is, and that a change rests on.
pub(crate) fn paragraph_of_rest(
    rest: &Rest,
    change: &Change,
    difference: &Difference,
) -> Vec<String> {
    let (what, change) = (rest.subject.words(), sentence(change));
    three_lines(&format!("{what}; on it rests: {change}"), difference)
}

fn three_lines(what: &str, difference: &Difference) -> Vec<String> {
    let Difference { seen, goal, now } = difference;
    let mut lines = wrap(&format!("changed: {what}"), COLUMNS - INDENT.len());
    for (word, view) in [("planned on: ", seen), ("plan's goal: ", goal), ("now: ", now)] {
        let lead = format!("  {word:<13}");
        let text = told(view, difference, std::ptr::eq(view, now));
        for (at, row) in wrap(&text, COLUMNS - INDENT.len() - lead.len()).into_iter().enumerate() {
            let lead = if at == 0 { lead.clone() } else { " ".repeat(lead.len()) };
            lines.push(format!("{lead}{row}"));
        }
    }
    lines
}

/// `and 12 more objects`, where not all of them are shown.
pub(crate) fn rest(count: usize) -> Option<String> {
    let more = count.checked_sub(SHOWN).filter(|more| *more > 0)?;
    Some(format!("and {}", counted(more, "more object")))
}

fn told(view: &StateView, all: &Difference, is_now: bool) -> String {
    match view {
        StateView::Absent => "nothing there".to_owned(),
        StateView::Whole(text) if is_now && all.seen == all.now => {
            format!("{}; the same values, but removed and made again", shorten(text.raw(), 300))
        }
        StateView::Whole(text) => shorten(text.raw(), 300),
        StateView::Properties(properties) => {
            let one = |(name, values): &(String, Vec<Untrusted>)| {
                format!("{} {}", shorten(name, 40), list(values, &common(name, all)))
            };
            properties.iter().map(one).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Values that this property has wherever there is something.
fn common(name: &str, all: &Difference) -> Vec<Untrusted> {
    let of = |view: &StateView| match view {
        StateView::Properties(properties) => {
            properties.iter().find(|(one, _)| one == name).map(|(_, values)| values.clone())
        }
        StateView::Absent | StateView::Whole(_) => None,
    };
    let mut lists = [&all.seen, &all.goal, &all.now].into_iter().filter_map(of);
    let mut common = lists.next().unwrap_or_default();
    for list in lists {
        common.retain(|value| list.contains(value));
    }
    common
}

fn list(values: &[Untrusted], common: &[Untrusted]) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    let few = values.len() <= FEW;
    let own = values.iter().filter(|value| few || !common.contains(value));
    let mut own: Vec<String> = own.map(|value| shorten(value.raw(), 60)).collect();
    if own.len() < values.len() {
        own.push(format!("{} that are the same in all", grouped(values.len() - own.len())));
    }
    own.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::Verb;
    use crate::render::plan::samples::{change, field, named};

    fn scopes(names: &[&str]) -> StateView {
        let values = names.iter().map(|name| Untrusted::new(*name)).collect();
        StateView::Properties(vec![("scopes".to_owned(), values)])
    }

    fn drawn(difference: &Difference) -> String {
        let narrow =
            change("crm", Verb::Narrow, Some(7), vec![field("scopes", &["a"], &[], &["b"])]);
        paragraph(&named(narrow, "adele@contoso.com"), difference).join("\n")
    }

    #[test]
    fn three_lines_with_what_differs() {
        let difference =
            Difference { seen: scopes(&["a", "b"]), goal: scopes(&["a"]), now: StateView::Absent };
        assert_eq!(
            drawn(&difference),
            "changed: narrow crm: delegated, Microsoft Graph, adele@contoso.com\n\
             \x20 planned on:  scopes a, b\n\
             \x20 plan's goal: scopes a\n\
             \x20 now:         nothing there"
        );
    }

    #[test]
    fn of_long_lists_only_the_difference() {
        let many: Vec<String> = (0..40).map(|n| format!("Scope.{n:02}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let difference =
            Difference { seen: scopes(&many), goal: scopes(&many[1..]), now: scopes(&many[..39]) };
        let text = drawn(&difference);
        assert!(text.contains("planned on:  scopes Scope.00, Scope.39, 38 that are"), "{text}");
        assert!(text.contains("now:         scopes Scope.00, 38 that are the same"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 76), "{text}");
    }

    #[test]
    fn made_again_with_the_same_values_is_said() {
        let same = StateView::Whole(Untrusted::new("delegated, all users: Graph / a\u{202e}"));
        let text = drawn(&Difference { seen: same.clone(), goal: StateView::Absent, now: same });
        assert!(text.contains("removed and made again"), "{text}");
        assert!(!text.contains('\u{202e}'), "{text}");
    }

    #[test]
    fn the_rest_is_counted() {
        assert_eq!(rest(SHOWN), None);
        assert_eq!(rest(SHOWN + 1).as_deref(), Some("and 1 more object"));
    }
}
